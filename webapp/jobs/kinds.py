"""The registry of job kinds: a name on the wire and the function that does the work, or takes an open job back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.accounts.viewer import Viewer
    from webapp.jobs.lease import Lease
    from webapp.jobs.models import Job

# Takes the lease on its job, works in steps from `lease.cursor` on, and returns the job's final message.
JobFunction = Callable[["Lease"], dict[str, Any]]

KINDS: dict[str, JobFunction] = {}


def job_kind(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function under its kind; rooms import their job_kinds module in AppConfig.ready."""

    def register(function: JobFunction) -> JobFunction:
        KINDS[name] = function
        return function

    return register


# What stops an open job (jobs.actions.open_job), by kind: it ends the job itself, or raises a refusal.
CANCELS: dict[str, Callable[[Viewer, Job], None]] = {}


def register_cancel(kind: str, cancel: Callable[[Viewer, Job], None]) -> None:
    """Have open jobs of a kind stopped by this; rooms call it in AppConfig.ready."""
    CANCELS[kind] = cancel
