"""What the courier is given and what it gives back: values without behavior, which never show an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from webapp.courier.addresses import Address, Network
from webapp.courier.dimensions import Size
from webapp.courier.limits import MediaKind
from webapp.courier.signature import MediaType
from webapp.courier.store import Part
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRules:
    """What a team allowed for one of its media origins.

    `ranges`: none means public addresses only, some mean these and no others. `redirects_to`: where an answer may
    send us, each with its own rules; none means that a redirect is a failure.
    """

    origin: Origin
    ranges: frozenset[Network] = frozenset()
    is_http_allowed: bool = False
    redirects_to: tuple[OriginRules, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """One item of an approved promotion; `seal` is `url_seal` of what the approver saw."""

    item_key: str
    url: MediaUrl
    seal: bytes
    rules: OriginRules
    kind: MediaKind


@dataclass(frozen=True, slots=True)
class Egress:
    """One connection that is about to be made; `hop` counts redirects from 0."""

    item_key: str
    origin: Origin
    address: Address
    hop: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a connection ended: `stored`, `redirected` or a FailureKind; bytes are those of the body."""

    result: str
    byte_count: int = 0
    sha256: str | None = None


class EgressLog(Protocol):
    """Who writes connections down; what `before_connect` raises prevents the connection and is passed on.

    `after` is not called for a connection that brought a file which is kept: `Keep` writes both down, or neither.
    """

    def before_connect(self, egress: Egress) -> None: ...

    def after(self, egress: Egress, ended: Ended) -> None: ...


IsWithdrawn = Callable[[], bool]


# Makes a whole, checked file a copy, and writes down how its connection ended; TransferFailed and OSError are failures,
# and what else it raises is passed on.
Keep = Callable[[Egress, Part, "Stored"], None]


class FailureKind(StrEnum):
    """Why nothing was stored."""

    APPROVAL = "approval"
    WITHDRAWN = "withdrawn"
    NAME = "name"
    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    REDIRECT = "redirect"
    LINK = "link"
    HOST = "host"
    ANSWER = "answer"
    SIZE = "size"
    SLOW = "slow"
    CUT_SHORT = "cut-short"
    CHANGED = "changed"
    CONTENT = "content"
    STORAGE = "storage"


# At least so many seconds before another try; what is missing here does not mend itself.
RETRY_AFTER_S = {
    FailureKind.NAME: 60.0,
    FailureKind.UNREACHABLE: 60.0,
    FailureKind.HOST: 60.0,
    FailureKind.SLOW: 60.0,
    FailureKind.CUT_SHORT: 10.0,
    FailureKind.CHANGED: 10.0,
    FailureKind.STORAGE: 300.0,
}
# A person has to act: most of what is not tried again, and a full disk.
NEEDS_ATTENTION = frozenset(FailureKind) - {*RETRY_AFTER_S, FailureKind.WITHDRAWN} | {FailureKind.STORAGE}


class TransferFailed(Exception):
    """Nothing was stored, and why; the sentence holds no address. `retry_after_s`: what the host asked for, or None."""

    def __init__(self, kind: FailureKind, sentence: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Partial:
    """The beginning of a file, kept to be gone on with: its part's name, its hash, the host's strong ETag, the seal."""

    part_name: str
    sha256: str
    etag: str
    seal: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A whole file in the store, named by its hash; `size` None for videos and point clouds."""

    sha256: str
    byte_count: int
    media_type: MediaType
    size: Size | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing is in the store. `retry_after_s` None: trying again is of no use. `partial`: hand it to the next try."""

    kind: FailureKind
    sentence: str
    retry_after_s: float | None
    needs_attention: bool
    partial: Partial | None = None
