"""What the tests of the record arrange: a request, its approval, and a real courier's errands to a host on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

from tests import make
from tests.courier.kit import NAME, RANGES, STAND_IN
from webapp.accounts.viewer import Viewer
from webapp.courier.approved import Approved, Egress, EgressLog, Ended, Failed, OriginRules, Stored
from webapp.courier.egress_log import TeamEgressLog
from webapp.courier.fetch import Courier, fetch
from webapp.courier.limits import MediaKind
from webapp.courier.resolve import Surroundings
from webapp.courier.store import Part, Store
from webapp.datasets.models import Item
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import Origin
from webapp.privacy.url_seal import url_seal
from webapp.promotions.models import Promotion

HOST = "127.0.0.2"


def origin_at(port: int) -> str:
    """What the items' addresses say; its name leads to HOST."""
    return f"http://{NAME}:{port}"


def url_of(item: Item) -> MediaUrl:
    assert item.url is not None
    return item.url


def ask(viewer: Viewer, items: Sequence[Item], *, days: int | None = None) -> Promotion:
    return make.make_promotion(viewer, items[0].dataset, items, for_days=days)


def carry(promotion: Promotion, item: Item, folder: Path, *, log: EgressLog | None = None) -> Stored | Failed:
    """Fetch one item as the courier does, with a row before and a row after; `log` another than the real record."""
    url = url_of(item)
    rules = OriginRules(origin=url.origin, ranges=RANGES, is_http_allowed=True)
    seal = url_seal(item.public_id, url)
    approved = Approved(item_key=item.public_id, url=url, seal=seal, rules=rules, kind=MediaKind.IMAGE)
    store = Store(folder)
    courier = Courier(
        store=store,
        surroundings=Surroundings(own_addresses=(), lookup=lambda host, port: [HOST], table=STAND_IN),
    )
    written = log or TeamEgressLog(team_pk=promotion.team_id, promotion_pk=promotion.pk, item_pk=item.pk)

    def keep(egress: Egress, part: Part, stored: Stored) -> None:
        written.after(egress, Ended("stored", stored.byte_count, store.keep(part)))

    return fetch(courier, approved, log=written, keep=keep, is_withdrawn=lambda: False)


def connect(promotion: Promotion, item: Item, *, result: str = "stored", byte_count: int = 5) -> None:
    """Put a connection and its end on record, without making one."""
    log = TeamEgressLog(team_pk=promotion.team_id, promotion_pk=promotion.pk, item_pk=item.pk)
    egress = Egress(item.public_id, Origin.parse(str(url_of(item).origin)), IPv4Address("203.0.113.9"), 0)
    log.before_connect(egress)
    log.after(egress, Ended(result, byte_count, "ab" * 32 if result == "stored" else None))


class Unwritten:
    """A log that keeps nothing: what a courier that was tampered with would have."""

    def before_connect(self, egress: Egress) -> None: ...

    def after(self, egress: Egress, ended: Ended) -> None: ...
