"""The one act of this room: bring an approved item's file into the store, or say why not.

There is no way in that takes the text of an address: what is fetched is what was approved, to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from webapp.courier.approved import (
    NEEDS_ATTENTION,
    RETRY_AFTER_S,
    Approved,
    Egress,
    EgressLog,
    Ended,
    Failed,
    FailureKind,
    IsWithdrawn,
    Keep,
    OriginRules,
    Partial,
    Stored,
    TransferFailed,
)
from webapp.courier.connection import Answer, Connection
from webapp.courier.dimensions import Malformed, dimensions
from webapp.courier.limits import LIMITS, Limits, MediaKind
from webapp.courier.resolve import Surroundings, pinned_address
from webapp.courier.signature import HEAD_BYTES, NotMedia, media_type
from webapp.courier.store import Part, Store
from webapp.courier.transfer import REDIRECTS, expected_length, receive, request_headers, strong_etag
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused, OriginNotDeclared
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.url_seal import is_sealed

__all__ = ["Courier", "fetch"]

_WORTH_GOING_ON = frozenset({FailureKind.CUT_SHORT, FailureKind.SLOW, FailureKind.UNREACHABLE, FailureKind.HOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Where copies go and what holds for every download; `authorities` is a file of certificates, None the system's."""

    store: Store
    surroundings: Surroundings
    authorities: Path | None = None
    limits: Mapping[MediaKind, Limits] = field(default_factory=lambda: LIMITS)


def fetch(
    courier: Courier,
    approved: Approved,
    *,
    log: EgressLog,
    keep: Keep,
    is_withdrawn: IsWithdrawn,
    partial: Partial | None = None,
) -> Stored | Failed:
    """Have the approved item's file kept, and say what it is, or why there is none; never an address in either.

    `log.before_connect` runs before each connection, and without it there is none; `log.after` once one ended, or
    `keep` where it brought the file. What they raise is passed on. `is_withdrawn` is asked before connecting, between
    the pieces of the body, and before the file is kept. `partial` is what an earlier failure left.
    """
    return _Journey(courier, approved, log, keep, is_withdrawn).run(partial)


class _Journey:
    """One call of `fetch`: its part file, and how far it came."""

    def __init__(
        self, courier: Courier, approved: Approved, log: EgressLog, keep: Keep, is_withdrawn: IsWithdrawn
    ) -> None:
        self._courier, self._approved = courier, approved
        self._log, self._keep, self._is_withdrawn = log, keep, is_withdrawn
        self._limits = courier.limits[approved.kind]
        self._part: Part | None = None
        self._etag: str | None = None

    def run(self, partial: Partial | None) -> Stored | Failed:
        try:
            url = self._checked_url()
            self._demand_going_on()
            self._open_part(partial)
            return self._follow(url)
        except TransferFailed as failed:
            return self._failed(failed)
        finally:
            if self._part is not None:
                self._courier.store.discard(self._part)

    def _checked_url(self) -> MediaUrl:
        """Return the approved address, read again by the grammar it came in by."""
        approved = self._approved
        if not is_sealed(approved.seal, approved.item_key, approved.url):
            raise TransferFailed(FailureKind.APPROVAL, "The address is another than the one that was approved.")
        return self._parsed(approved.url.reveal(), (approved.rules,), FailureKind.APPROVAL)

    def _open_part(self, partial: Partial | None) -> None:
        store = self._courier.store
        with _writing():
            if partial is not None and partial.seal == self._approved.seal:
                self._part = store.old_part(partial.part_name)
            if self._part is not None and partial is not None:
                self._etag = partial.etag
                # A machine that went down may have kept other bytes than it told of.
                if self._part.sha256 != partial.sha256:
                    self._part.restart()
            else:
                self._part = store.new_part()

    def _follow(self, url: MediaUrl) -> Stored:
        rules = self._approved.rules
        for hop in range(self._limits.max_redirects + 1):
            arrived = self._visit(url, rules, hop)
            if isinstance(arrived, Stored):
                return arrived
            url = arrived
            rules = next(one for one in self._approved.rules.redirects_to if one.origin == url.origin)
        raise TransferFailed(FailureKind.REDIRECT, f"The host redirects more than {self._limits.max_redirects} times.")

    def _visit(self, url: MediaUrl, rules: OriginRules, hop: int) -> Stored | MediaUrl:
        if rules.origin.scheme != "https" and not rules.is_http_allowed:
            raise TransferFailed(
                FailureKind.ADDRESS, f"{rules.origin} is not encrypted, which its policy does not allow."
            )
        address = pinned_address(rules, self._courier.surroundings, timeout_s=self._limits.resolve_s)
        self._demand_going_on()
        egress = Egress(self._approved.item_key, rules.origin, address, hop)
        self._log.before_connect(egress)
        try:
            with Connection(rules.origin, address, self._limits, self._courier.authorities) as connection:
                following = self._asked(connection, url)
            if following is None:
                return self._kept(egress)
        except TransferFailed as failed:
            self._log.after(egress, Ended(failed.kind.value, self._opened.byte_count))
            raise
        self._log.after(egress, Ended("redirected"))
        return following

    def _asked(self, connection: Connection, url: MediaUrl) -> MediaUrl | None:
        """Return where the host sends us, None when the whole body is in the part."""
        text, part = url.reveal(), self._opened
        target = text[text.index("/", len("https://")) :]
        answer = connection.ask(target, request_headers(url.origin, have_bytes=part.byte_count, etag=self._etag))
        if answer.status in REDIRECTS and self._approved.rules.redirects_to:
            return self._next_hop(answer, url)
        with _writing():
            length = expected_length(answer, part, self._limits, etag=self._etag)
        self._etag = strong_etag(answer)
        receive(answer, part, length, self._limits, kind=self._approved.kind, demand_going_on=self._demand_going_on)
        return None

    def _next_hop(self, answer: Answer, url: MediaUrl) -> MediaUrl:
        locations = answer.values("Location")
        text = locations[0] if len(locations) == 1 else ""
        if text.startswith("/") and not text.startswith("//"):
            text = f"{url.origin}{text}"
        following = self._parsed(text, self._approved.rules.redirects_to, FailureKind.REDIRECT)
        if url.origin.scheme == "https" and following.origin.scheme != "https":
            raise TransferFailed(FailureKind.REDIRECT, "The host redirects from https to http.")
        return following

    def _kept(self, egress: Egress) -> Stored:
        part = self._opened
        with _writing(), part.path.open("rb") as file:
            try:
                found = media_type(file.read(HEAD_BYTES), self._approved.kind)
                size = dimensions(file, found, self._limits)
            except (NotMedia, Malformed) as refused:
                raise TransferFailed(FailureKind.CONTENT, refused.sentence) from None
        self._demand_going_on()
        stored = Stored(part.sha256, part.byte_count, found, size)
        with _writing():
            self._keep(egress, part, stored)
        return stored

    def _failed(self, failed: TransferFailed) -> Failed:
        retry_after_s = RETRY_AFTER_S.get(failed.kind)
        if retry_after_s is not None and failed.retry_after_s is not None:
            retry_after_s = max(retry_after_s, failed.retry_after_s)
        return Failed(
            failed.kind, failed.sentence, retry_after_s, failed.kind in NEEDS_ATTENTION, self._kept_partial(failed.kind)
        )

    def _kept_partial(self, kind: FailureKind) -> Partial | None:
        """Leave the part for the next try when the host could send just the rest of the same file."""
        part = self._part
        if part is None or self._etag is None or not part.byte_count or kind not in _WORTH_GOING_ON:
            return None
        try:
            part.close()
        except OSError:
            return None
        self._part = None
        return Partial(part.name, part.sha256, self._etag, self._approved.seal)

    @property
    def _opened(self) -> Part:
        if self._part is None:
            raise RuntimeError("A part is opened before the first connection.")
        return self._part

    def _demand_going_on(self) -> None:
        if self._is_withdrawn():
            raise TransferFailed(FailureKind.WITHDRAWN, "The approval was withdrawn, or copying was stopped.")

    def _parsed(self, text: str, rules: tuple[OriginRules, ...], kind: FailureKind) -> MediaUrl:
        try:
            return MediaUrl.parse(text, OriginPolicy(frozenset(one.origin for one in rules), locked=True))
        except OriginNotDeclared as refused:
            raise TransferFailed(kind, f"The address leads to {refused.origin}, which is not allowed here.") from None
        except MediaUrlRefused:
            raise TransferFailed(kind, "The address is not one that is accepted.") from None


@contextmanager
def _writing() -> Iterator[None]:
    """What goes wrong with our own disk is a failure that a person has to look at."""
    try:
        yield
    except OSError as error:
        sentence = f"The copy cannot be kept here: {error.strerror or 'the disk refuses'}."
        raise TransferFailed(FailureKind.STORAGE, sentence) from None
