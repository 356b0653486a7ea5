"""From page to page by key, with public ids in the address: there are no page numbers to go stale."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a list goes on."""

    says: str = ""
    """What is shown, in words; empty for nothing worth saying."""
    first: str | None = None
    """The address of the first page; None on it."""
    previous: str | None = None
    """The address of the page before; None on the first, or where one cannot page back."""
    next: str | None = None
    """The address of the page after; None on the last."""


def key_from(request: HttpRequest, name: str, prefix: str) -> int | None:
    """The key that the query parameter `name` holds as a public id; None without it, NotFound for a bad one."""
    text = request.GET.get(name)
    if not text:
        return None
    pk = public_id.decode(prefix, text)
    if pk is None:
        raise NotFound("The address names a place in this list that does not exist.")
    return pk


def paging(
    request: HttpRequest, prefix: str, *, after: int | None = None, before: int | None = None, says: str = ""
) -> Paging:
    """The links of one page of a keyset list; `after` and `before` are the keys to go on from."""
    is_inside = "after" in request.GET or "before" in request.GET
    return Paging(
        says=says,
        first=address(request, after=None, before=None) if is_inside else None,
        previous=address(request, after=None, before=public_id.encode(prefix, before)) if before is not None else None,
        next=address(request, after=public_id.encode(prefix, after), before=None) if after is not None else None,
    )


def address(request: HttpRequest, **changes: str | None) -> str:
    """This page's address with some query parameters changed; None takes one away."""
    kept = {name: value for name, value in request.GET.items() if name not in changes}
    query = urlencode(kept | {name: value for name, value in changes.items() if value is not None})
    return f"{request.path}?{query}" if query else request.path
