"""The registry of job kinds: a name on the wire and the function that does the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.jobs.lease import Lease

# Takes the lease on its job, works in steps from `lease.cursor` on, and returns the job's final message.
JobFunction = Callable[["Lease"], dict[str, Any]]

KINDS: dict[str, JobFunction] = {}


def job_kind(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function under its kind; rooms import their job_kinds module in AppConfig.ready."""

    def register(function: JobFunction) -> JobFunction:
        KINDS[name] = function
        return function

    return register
