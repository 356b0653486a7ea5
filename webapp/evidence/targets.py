"""What a media host's log would say of an item: keyed hashes of its path with and without the query, never the text."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from webapp.datasets.models import Item
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import Origin, OriginPolicy
from webapp.privacy.url_seal import is_sealed
from webapp.promotions.models import Promotion, PromotionItem

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """`full` is of the path with its query, `bare` of the path alone."""

    full: bytes
    bare: bytes


class Targets:
    """Hashes under a key that this object alone has: what is kept of them tells nobody an address."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of_request(self, path: str, query: str | None) -> Target:
        return Target(self._hash(path if query is None else f"{path}?{query}"), self._hash(path))

    def of_address(self, url: MediaUrl) -> Target:
        text = url.reveal()
        target = text[text.index("/", len("https://")) :]
        return Target(self._hash(target), self._hash(target.partition("?")[0]))

    def _hash(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()


def addresses_of(item_pks: Sequence[int]) -> dict[int, MediaUrl]:
    """The present addresses of items, by key; those that are gone or have none are left out."""
    rows = Item.objects.unscoped().filter(pk__in=item_pks, url__isnull=False)
    return {pk: url for pk, url in rows.values_list("pk", "url") if url is not None}


def names_of(item_pks: Iterable[int]) -> dict[int, str]:
    """The reference ids of items that are there still, by key."""
    return dict(Item.objects.unscoped().filter(pk__in=list(item_pks)).values_list("pk", "reference_id"))


def promotions_of(item_pk: int) -> list[int]:
    """The promotions that have an item on their list, by key."""
    return list(PromotionItem.objects.filter(item_pk=item_pk).values_list("promotion_id", flat=True))


def ends_of(team_pks: Sequence[int]) -> dict[str, datetime]:
    """When promotions of these teams were revoked, by public id; those that were not are left out."""
    rows = Promotion.objects.unscoped().filter(team_id__in=team_pks, revoked_at__isnull=False)
    return {public_id.encode("prm", pk): at for pk, at in rows.values_list("pk", "revoked_at") if at is not None}


def all_addresses(team_pks: Sequence[int]) -> Iterator[tuple[int, MediaUrl]]:
    """Key and address of every item of these teams."""
    rows = Item.objects.unscoped().filter(dataset__team_id__in=team_pks, url__isnull=False)
    for pk, url in rows.values_list("pk", "url").iterator(chunk_size=ROWS_AT_ONCE):
        if url is not None:
            yield pk, url


def is_target_of_seal(seal: bytes, item_pk: int, origin: str, path: str, query: str | None) -> bool:
    """Whether an approval with this seal was for this item at this path."""
    text = f"{origin}{path}" if query is None else f"{origin}{path}?{query}"
    try:
        url = MediaUrl.parse(text, OriginPolicy(frozenset({Origin.parse(origin)}), locked=True))
    except MediaUrlRefused:
        return False
    return is_sealed(seal, public_id.encode("di", item_pk), url)
