"""One call through the door: who calls, on which address of ours, with which query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from webapp.accounts.viewer import Viewer
from webapp.datasets.shared_links import SharedLinks
from webapp.privacy.refusals import Invalid

ROOT = "/v1/nucleus"


@dataclass(frozen=True, slots=True)
class Call:
    """`base_url` is our own address as the caller reaches it, `http://host:port` without a slash at its end.

    `links` are the caller's to files that were uploaded.
    """

    viewer: Viewer
    request: HttpRequest
    base_url: str
    query: Mapping[str, str]
    links: SharedLinks

    @property
    def is_async(self) -> bool:
        """What `?async=` says; raises Invalid for anything but 0 and 1."""
        text = self.query.get("async", "0").lower()
        if text not in ("0", "1", "true", "false"):
            raise Invalid(f"async is {text[:20]!r}; 0 or 1 is accepted.")
        return text in ("1", "true")


@dataclass(frozen=True, slots=True)
class Streamed:
    """A JSON body in parts, for answers whose size grows with the dataset."""

    parts: Iterable[bytes]


def base_url_of(request: HttpRequest) -> str:
    """Our address: the configured one, else that of the request, whose host Django has checked."""
    return str(settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}")
