"""What the courier's tests arrange: an approval, a courier with small limits, a record of its connections."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path

from PIL import Image

from webapp.courier.addresses import NEVER_ALLOWABLE, AddressTable
from webapp.courier.approved import Approved, Egress, Ended, Failed, OriginRules, Partial, Stored
from webapp.courier.fetch import Courier, fetch
from webapp.courier.limits import Limits, MediaKind
from webapp.courier.resolve import Surroundings
from webapp.courier.store import Part, Store
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import Origin, OriginPolicy
from webapp.privacy.url_seal import url_seal

NAME = "media.customer.example"
SECRET = "sig=canary-7f3a91"
RANGES = frozenset({ip_network("127.0.0.0/8")})
# Loopback as if it were a customer's private network, but for the one address that stands for this server.
STAND_IN = AddressTable(
    never=tuple(
        (ip_network("127.0.0.1/32") if str(network) == "127.0.0.0/8" else network, name)
        for network, name in NEVER_ALLOWABLE.never
    ),
    only_when_listed=(*NEVER_ALLOWABLE.only_when_listed, (ip_network("127.0.0.0/8"), "a private address")),
)
LIMITS = Limits(
    max_bytes=400_000, resolve_s=30, connect_s=30, tls_s=30, head_s=30, idle_s=30, total_base_s=60, rate_window_s=60
)
# For hosts that would make one wait; a busy machine makes it end no other way.
IMPATIENT = replace(LIMITS, tls_s=0.3, head_s=0.3, idle_s=0.3, rate_window_s=0.2)


def picture(size: int = 0) -> bytes:
    """A PNG of 64 x 48 pixels, followed by what no reader looks at up to `size` bytes."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).save(out, "PNG")
    return out.getvalue().ljust(size, b"\x5a")


@dataclass
class Log:
    """An egress log in memory, in the order of its rows."""

    before: list[Egress] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def before_connect(self, egress: Egress) -> None:
        self.before.append(egress)

    def after(self, egress: Egress, ended: Ended) -> None:
        assert egress == self.before[len(self.ended)]
        self.ended.append(ended)


def approval(
    port: int,
    path: str = f"/a.png?{SECRET}",
    *,
    scheme: str = "http",
    host: str = NAME,
    kind: MediaKind = MediaKind.IMAGE,
) -> Approved:
    url = MediaUrl.parse(f"{scheme}://{host}:{port}{path}", OriginPolicy(frozenset(), locked=False))
    rules = OriginRules(origin=url.origin, ranges=RANGES, is_http_allowed=True)
    return Approved(item_key="di_1", url=url, seal=url_seal("di_1", url), rules=rules, kind=kind)


def redirecting(approved: Approved, *origins: str) -> Approved:
    """The same, with redirects to these origins."""
    targets = tuple(OriginRules(origin=Origin.parse(one), ranges=RANGES, is_http_allowed=True) for one in origins)
    return replace(approved, rules=replace(approved.rules, redirects_to=targets))


def never(egress: Egress, part: Part, stored: Stored) -> None:
    """For a fetch that must not come so far."""
    raise AssertionError(f"{stored} was to be kept")


@dataclass
class Trip:
    """A courier with a store, and what came of its last fetch."""

    folder: Path
    limits: Limits = LIMITS
    lookup: Callable[[str, int], Sequence[str]] = lambda host, port: ["127.0.0.2"]
    authorities: Path | None = None
    log: Log = field(default_factory=Log)

    @property
    def store(self) -> Store:
        return Store(self.folder)

    def fetch(
        self, approved: Approved, *, is_withdrawn: Callable[[], bool] = lambda: False, partial: Partial | None = None
    ) -> Stored | Failed:
        courier = Courier(
            store=self.store,
            surroundings=Surroundings(own_addresses=(), lookup=self.lookup, table=STAND_IN),
            authorities=self.authorities,
            limits=dict.fromkeys(MediaKind, self.limits),
        )

        def keep(egress: Egress, part: Part, stored: Stored) -> None:
            assert self.store.keep(part) == stored.sha256
            self.log.after(egress, Ended("stored", stored.byte_count, stored.sha256))

        came = fetch(courier, approved, log=self.log, keep=keep, is_withdrawn=is_withdrawn, partial=partial)
        assert "canary" not in repr(came)
        assert "canary" not in repr(self.log)
        assert len(self.log.before) == len(self.log.ended)
        return came

    def refused(self, approved: Approved, **more: object) -> Failed:
        """Fetch, and demand that nothing was kept: no copy and no part."""
        came = self.fetch(approved, **more)  # type: ignore[arg-type]
        assert isinstance(came, Failed), came
        if came.partial is None:
            assert self.files() == []
        return came

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())
