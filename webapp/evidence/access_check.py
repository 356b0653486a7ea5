"""A media host's own access log against our record of connections and approvals: what is in one and not in the other.

Each connection answers for one request. What was asked for is compared by path, when by time, how it went by status
and bytes; whether it was approved is asked of the audit record, for the time of the connection by our own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address

from webapp.evidence.access_log import Line, Unreadable
from webapp.evidence.approvals import Approval
from webapp.evidence.connection_index import Connection, ConnectionIndex, is_of_seal
from webapp.evidence.targets import Target, Targets, all_addresses, names_of, promotions_of
from webapp.privacy import public_id
from webapp.privacy.origins import DEFAULT_PORTS, Origin

AGENT = "transom-courier/"
# More requests for what nobody has on record are named without looking among all items whose they are.
MAX_UNKNOWN = 10_000
Network = IPv4Network | IPv6Network

# What a host must have answered where our record says that. Other results say nothing of the answer, or had none.
_ANSWERED: Mapping[str, frozenset[int]] = {
    "stored": frozenset({200, 206}),
    "redirected": frozenset({301, 302, 303, 307, 308}),
    "redirect": frozenset({301, 302, 303, 307, 308}),
    "link": frozenset({401, 403, 404, 410, 451}),
    "host": frozenset({408, 425, 429, *range(500, 600)}),
    "content": frozenset({200, 206}),
    "changed": frozenset({200, 206, 416}),
}
# Some hosts count the frames of a chunked body with it.
_FRAMING = 1 / 50
_FRAMING_BYTES = 64


class AgentMissing(Exception):
    """The log does not tell user agents, and no address of the courier was named."""


class OriginUnclear(Exception):
    """The log does not tell hosts, and the record knows several."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the log and the record do not agree about; `line` None for what the log lacks."""

    line: int | None
    at: float | None
    sentence: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line is not None else "not in the log"
        return f"{where}, {_when(self.at)}: {self.sentence}" if self.at is not None else f"{where}: {self.sentence}"


@dataclass(slots=True)
class Tally:
    """What was looked at; `first` and `last` are when the log begins and ends, None for an empty one."""

    lines: int = 0
    unreadable: int = 0
    first_unreadable: int = 0
    hits: int = 0
    matched: int = 0
    by_time_alone: int = 0
    outside: int = 0
    unanswered: int = 0
    first: float | None = None
    last: float | None = None
    hosts: set[str] = field(default_factory=set)


class AccessCheck:
    """One comparison. `slack_s` is how far the two clocks may differ; `origins` () means those the log is about."""

    def __init__(
        self,
        index: ConnectionIndex,
        targets: Targets,
        approvals: Mapping[str, Approval],
        *,
        addresses: Iterable[Network] = (),
        origins: Iterable[str] = (),
        slack_s: float = 5.0,
    ) -> None:
        self._index, self._targets, self._approvals = index, targets, approvals
        self._networks, self._slack_s = tuple(addresses), slack_s
        self._known = [Origin.parse(one) for one in index.origins()]
        self._named = tuple(origins)
        self._unknown: list[tuple[Line, Target]] = []
        self.tally = Tally()

    def of_lines(self, lines: Iterable[Line | Unreadable]) -> Iterator[Finding]:
        """Every request of ours that nobody approved or we did not write down."""
        tally = self.tally
        for one in lines:
            tally.lines += 1
            if isinstance(one, Unreadable):
                yield from self._of_unreadable(one)
                continue
            if tally.first is None or tally.last is None:
                tally.first = tally.last = one.at
            tally.first, tally.last = min(tally.first, one.at), max(tally.last, one.at)
            if one.host is not None:
                tally.hosts.add(one.host)
            if self._is_ours(one):
                tally.hits += 1
                yield from self._of_hit(one)

    def of_the_record(self) -> Iterator[Finding]:
        """Every connection on record, within the time that the log covers, that the log lacks; call it last."""
        tally = self.tally
        for one in self._index.untaken(self._scope(None)):
            if tally.first is None or tally.last is None or not self._is_covered(one, tally.first, tally.last):
                tally.outside += 1
            elif one.result not in _ANSWERED:
                # It may have ended before the host had a request to write down, or an answer that we would know of.
                tally.unanswered += 1
            else:
                what = f"{_item(one.item)} was asked for at {one.origin}, entry {one.position}, result {one.result}"
                yield Finding(None, one.at, f"{what}; the log has no such request.")

    @staticmethod
    def _is_covered(one: Connection, first: float, last: float) -> bool:
        # Most logs leave out what a second has behind the point.
        return first <= one.at and one.last <= (last + 1 if last.is_integer() else last)

    def _of_unreadable(self, line: Unreadable) -> Iterator[Finding]:
        self.tally.unreadable += 1
        self.tally.first_unreadable = self.tally.first_unreadable or line.number
        if AGENT in line.text or any(str(one.network_address) in line.text for one in self._networks):
            yield Finding(line.number, None, "a request of ours in a line that cannot be read.")

    def _is_ours(self, line: Line) -> bool:
        if line.agent is None and not self._networks:
            raise AgentMissing
        if line.agent is not None and line.agent.startswith(AGENT):
            return True
        return any(_is_within(line.address, one) for one in self._networks)

    def _scope(self, host: str | None) -> list[str]:
        """The origins that a line may be about: of its host where it tells one, else what was named, else the only."""
        if self._named:
            known = [one for one in self._known if str(one) in self._named]
        elif self.tally.hosts:
            hosts = self.tally.hosts if host is None else {host}
            return [str(one) for one in self._known if any(_is_named(one, said) for said in hosts)]
        elif len(self._known) > 1:
            raise OriginUnclear
        else:
            known = self._known
        return [str(one) for one in known if host is None or _is_named(one, host)]

    def _of_hit(self, line: Line) -> Iterator[Finding]:
        if line.method != "GET":
            yield Finding(line.number, line.at, f"a {line.method or 'malformed'} request; the courier sends GET alone.")
            return
        found = self._answering(line)
        if found is None:
            yield from self._of_unanswered(line)
            return
        self._index.take(found, line.number)
        self.tally.matched += 1
        yield from self._of_match(line, found)

    def _answering(self, line: Line) -> Connection | None:
        """The connection that this request was made by: of those it can be, one that went the same way, and nearest."""
        target, scope = self._targets.of_request(line.path, line.query), self._scope(line.host)
        going_on = self._index.going_on(target, has_query=line.query is not None, at=line.at, slack_s=self._slack_s)
        possible = [one for one in going_on if one.origin in scope]
        if not possible:
            others = list(self._index.without_target(scope, at=line.at, slack_s=self._slack_s))
            possible = [one for one in others if is_of_seal(one, line.path, line.query)]
            if not possible:
                possible = [one for one in others if _is_alike(line, one)]
                self.tally.by_time_alone += bool(possible)
        return min(possible, key=lambda one: (not _agrees(line, one), abs(one.at - line.at)), default=None)

    def _of_match(self, line: Line, found: Connection) -> Iterator[Finding]:
        approval = self._approvals.get(found.promotion_id)
        at = datetime.fromtimestamp(found.at, UTC)
        if approval is None or not approval.covers(at):
            yield Finding(line.number, line.at, f"{_item(found.item)} was asked for {_without(approval, at)}")
        if (wrong := _disagreement(line, found)) is not None:
            yield Finding(line.number, line.at, f"{_item(found.item)}, entry {found.position}: {wrong}")

    def _of_unanswered(self, line: Line) -> Iterator[Finding]:
        target, scope = self._targets.of_request(line.path, line.query), self._scope(line.host)
        known = self._index.for_target(target, has_query=line.query is not None)
        nearest = min(
            (one for one in known if one.origin in scope), key=lambda one: abs(one.at - line.at), default=None
        )
        if nearest is not None:
            yield Finding(line.number, line.at, self._why_not(line, nearest))
        elif len(self._unknown) < MAX_UNKNOWN:
            self._unknown.append((line, target))
        else:
            yield Finding(line.number, line.at, _of_nobody(line))

    def _why_not(self, line: Line, nearest: Connection) -> str:
        if nearest.line is not None and abs(nearest.at - line.at) <= self._slack_s + 1:
            once = f"line {nearest.line} is entry {nearest.position}"
            return f"{_item(nearest.item)} was asked for once more than is on record; {once}."
        at = datetime.fromtimestamp(line.at, UTC)
        approval = self._approvals.get(nearest.promotion_id)
        if approval is None or not approval.covers(at):
            return f"{_item(nearest.item)} was asked for {_without(approval, at)}"
        apart = f"the nearest is entry {nearest.position}, {abs(nearest.at - line.at):.0f} s away"
        return f"{_item(nearest.item)} was asked for, and no connection is on record at that time; {apart}."

    def of_the_unknown(self, team_pks: Sequence[int]) -> Iterator[Finding]:
        """The requests for what no connection on record was for; who has such an item is looked up among all."""
        wanted = {target.full if line.query is not None else target.bare for line, target in self._unknown}
        items: dict[tuple[bytes, Origin], int] = {}
        for pk, url in all_addresses(team_pks) if wanted else ():
            here = self._targets.of_address(url)
            items |= {(one, url.origin): pk for one in (here.full, here.bare) if one in wanted}
        origins = {origin for _, origin in items}
        for line, target in self._unknown:
            asked = target.full if line.query is not None else target.bare
            found = (items.get((asked, one)) for one in origins if self._is_about(line, one))
            item = next((pk for pk in found if pk is not None), None)
            yield Finding(line.number, line.at, _of_nobody(line) if item is None else self._of_item(line, item))

    def _is_about(self, line: Line, origin: Origin) -> bool:
        """Whether a line may be about this origin, whatever the record knows of it."""
        if self._named and str(origin) not in self._named:
            return False
        return line.host is None or _is_named(origin, line.host)

    def _of_item(self, line: Line, item: int) -> str:
        at = datetime.fromtimestamp(line.at, UTC)
        own = [found for one in promotions_of(item) if (found := self._approvals.get(public_id.encode("prm", one)))]
        if any(one.covers(at) for one in own):
            return f"{_item(item)} was asked for while approved, and no connection is on record."
        nearest = min(own, key=lambda one: abs(one.since - at), default=None)
        return f"{_item(item)} was asked for {_without(nearest, at)}"


def _agrees(line: Line, one: Connection) -> bool:
    return _disagreement(line, one) is None


def _is_alike(line: Line, one: Connection) -> bool:
    """Whether time and bytes have to do: where a redirect led is not kept, nor a gone item's path without its query."""
    is_pathless = one.hop > 0 or (line.query is None and one.result == "stored" and line.sent == one.byte_count)
    return is_pathless and _agrees(line, one)


def _disagreement(line: Line, one: Connection) -> str | None:
    """How the host's account of a request differs from ours; None where it does not."""
    statuses = _ANSWERED.get(one.result)
    if statuses is not None and line.status not in statuses:
        return f"the host answered {line.status}, and our record says {one.result}."
    if one.result != "stored" or line.sent is None or line.status != 200:
        return None
    if not one.byte_count <= line.sent <= one.byte_count * (1 + _FRAMING) + _FRAMING_BYTES:
        return f"the host sent {line.sent} bytes, and our record says {one.byte_count}."
    return None


def _without(approval: Approval | None, at: datetime) -> str:
    if approval is None:
        return "without an approval."
    if at < approval.since:
        return f"before it was approved, which was at {_when(approval.since.timestamp())}."
    until = approval.until.timestamp() if approval.until is not None else 0.0
    return f"after its approval had ended, which was at {_when(until)}."


def _of_nobody(line: Line) -> str:
    return f"no connection of ours is on record for {_shown(line.path)}, and nobody approved it."


def _item(pk: int) -> str:
    name = names_of([pk]).get(pk)
    return f"{public_id.encode('di', pk)} ({name})" if name is not None else public_id.encode("di", pk)


def _shown(path: str) -> str:
    """A path of the log, without what a terminal would obey."""
    return ascii(path[:200])[1:-1]


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _is_within(address: str, network: Network) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found) in network


def _is_named(origin: Origin, host: str) -> bool:
    """Whether a Host header, or the name of a virtual host with its port, is of this origin."""
    name, colon, port = host.lower().rpartition(":")
    if not colon:
        return host.lower() == origin.host
    return name == origin.host and port in (str(origin.port), str(DEFAULT_PORTS[origin.scheme]))
