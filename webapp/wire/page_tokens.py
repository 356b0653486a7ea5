"""Page tokens: an opaque, unforgeable "go on after this row"."""

from __future__ import annotations

import msgspec

from webapp.datasets.queries import MAX_PAGE
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid


class PageAsked(msgspec.Struct, rename="camel"):
    """`pageToken` is null for the first page; `pageSize` is capped by the server."""

    page_token: str | None = None
    page_size: int = MAX_PAGE

    def after(self) -> int | None:
        """The key to go on after; raises Invalid for a token that this server did not make."""
        if not self.page_token:
            return None
        key = public_id.decode("page", self.page_token)
        if key is None:
            raise Invalid("pageToken is none of this server's; send back the nextPageToken you got, or null.")
        return key

    def limit(self) -> int:
        if self.page_size < 1:
            raise Invalid(f"pageSize is {self.page_size}; 1 or more is accepted.")
        return min(self.page_size, MAX_PAGE)


class QueryAsked(PageAsked, kw_only=True):
    """A page of what meets `query` (docs/query-language.md)."""

    query: str


def token_after(key: int | None) -> str | None:
    return None if key is None else public_id.encode("page", key)
