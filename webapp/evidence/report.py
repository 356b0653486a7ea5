"""The signed report of a team: every promotion, what was decided and by whom, every act and every connection.

One JSON document, of which each row is a line, so that it is written and checked a line at a time. Its last line is a
signed note over the SHA-256 and the number of all bytes before that line (docs/promotion.md has the format in full).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from webapp.accounts.audit import ACTS, record
from webapp.accounts.audit_check import links, stored_head
from webapp.accounts.chain import Head, Link
from webapp.accounts.chained_table import ChainedTable
from webapp.accounts.models import ApiKey, AuditEntry, User
from webapp.accounts.signed_note import signed, verifier
from webapp.accounts.viewer import Permission, Viewer
from webapp.courier.egress_log import CONNECTIONS
from webapp.privacy import public_id
from webapp.privacy.redaction import redact
from webapp.promotions import queries
from webapp.promotions.models import Promotion, PromotionItem

FORMAT = "transom-report/1"
NOTE = '"note":'
Row = dict[str, Any]


def report(viewer: Viewer) -> Iterator[bytes]:
    """The lines of the report, the last of them signed; raises NotAllowed for who may not decide promotions.

    Approvers may have it because nobody can check a chain with rows left out. That it was made is an act, and in it.
    Both chains are followed to where they ended when it came to them; rows that are added meanwhile are left out.
    """
    viewer.require(Permission.DECIDE)
    record(viewer, "report.export", subject=viewer.team_name)
    return _sealed(_lines(viewer), settings.AUDIT_KEY)


def _sealed(lines: Iterable[bytes], seed: bytes) -> Iterator[bytes]:
    digest, count = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        count += len(line)
        yield line
    note = signed(statement(digest.hexdigest(), count), seed)
    yield f"{NOTE}{_json(note)}}}\n".encode("ascii")


def statement(sha256: str, byte_count: int) -> str:
    """What is signed."""
    return f"{FORMAT}\nsha256 {sha256}\nbytes {byte_count}\n"


def _lines(viewer: Viewer) -> Iterator[bytes]:
    head = {"format": FORMAT, "team": viewer.team_id, "team_name": viewer.team_name}
    head |= {"made_at": _moment(timezone.now()), "made_by": viewer.email, "version": settings.VERSION}
    yield f"{_json({**head, 'key': verifier(settings.AUDIT_KEY)})[:-1]},\n".encode("ascii")
    yield from _section("promotions", (_promotion(one) for one in queries.promotions(viewer).iterator(chunk_size=500)))
    yield from _section("items", _items(viewer))
    # Connections first: whatever allowed one was written down before it, and so is among the acts.
    ends = {table.name: stored_head(table, viewer.team_id) for table in (CONNECTIONS, ACTS)}
    yield from _section("connections", _connections(viewer, ends[CONNECTIONS.name]))
    yield from _section("acts", (_sealed_row(one) for one in _rows(ACTS, viewer, ends[ACTS.name])))
    yield from _section("people", _people(viewer))
    heads = {name: {"length": end.length, "hash": end.hash} for name, end in ends.items()}
    yield f'"heads":{_json(heads)},\n'.encode("ascii")


def _section(name: str, rows: Iterable[Row]) -> Iterator[bytes]:
    yield f'"{name}":[\n'.encode("ascii")
    comma = ""
    for row in rows:
        yield f"{comma}{_json(row)}".encode("ascii")
        comma = ",\n"
    yield b"\n],\n" if comma else b"],\n"


def _promotion(one: Promotion) -> Row:
    project = {"id": one.project.public_id, "name": redact(one.project.name)} if one.project is not None else None
    return {
        "id": one.public_id,
        "number": one.pk,
        "state": one.state,
        "way": one.way,
        "dataset": redact(one.dataset_name),
        "project": project,
        "reason": redact(one.reason),
        "for_days": one.for_days,
        "requested_by": _person(one.requested_by),
        "requested_by_key": one.api_key.name if one.api_key is not None else None,
        "requested_at": _moment(one.requested_at),
        "decided_by": _person(one.decided_by),
        "decided_at": _moment(one.decided_at),
        "decision_reason": redact(one.decision_reason),
        "expires_at": _moment(one.expires_at),
        "withdrawn_at": _moment(one.withdrawn_at),
        "revoked_by": _person(one.revoked_by),
        "revoked_at": _moment(one.revoked_at),
        "revoked_reason": redact(one.revoked_reason),
        "finished_at": _moment(one.finished_at),
        "item_count": one.item_count,
        "stored_count": one.stored_count,
        "attention_count": one.attention_count,
        "hosts": [{"origin": host.origin, "items": host.count} for host in queries.hosts_of(one)],
    }


def _items(viewer: Viewer) -> Iterator[Row]:
    for promotion in queries.promotions(viewer).iterator(chunk_size=500):
        for row in queries.items_of(viewer, promotion).iterator(chunk_size=2_000):
            yield _item(promotion, row)


def _item(promotion: Promotion, row: PromotionItem) -> Row:
    return {
        "promotion": promotion.pk,
        "item": row.item_pk,
        "id": public_id.encode("di", row.item_pk),
        "origin": row.origin,
        "state": row.state,
        "sha256": row.sha256,
        "bytes": row.byte_count,
        "stored_at": _moment(row.stored_at),
        "failure": row.failure,
        "sentence": redact(row.sentence),
    }


def _connections(viewer: Viewer, end: Head) -> Iterator[Row]:
    for link in _rows(CONNECTIONS, viewer, end):
        named = {}
        if link.facts is not None:
            named["promotion"] = _id("prm", link.facts["promotion_pk"])
            named["item"] = _id("di", link.facts["item_pk"])
        yield {**_sealed_row(link), **named}


def _rows(table: ChainedTable, viewer: Viewer, end: Head) -> Iterator[Link]:
    for link in links(table, viewer.team_id, after=0):
        if link.position > end.length:
            return
        yield link


def _sealed_row(link: Link) -> Row:
    return {"position": link.position, "previous": link.previous, "hash": link.hash, "facts": link.facts}


def _people(viewer: Viewer) -> Iterator[Row]:
    """Whom the numbers of the acts mean: people, and the keys of programs, by the names that they have now."""
    acts = AuditEntry.objects.filter(team_id=viewer.team_id).order_by()
    for pk, email in User.objects.filter(pk__in=acts.values("user_id")).order_by("pk").values_list("pk", "email"):
        yield {"user": pk, "email": email}
    keys = ApiKey.objects.filter(pk__in=acts.values("api_key_id")).order_by("pk")
    for pk, name, owner in keys.values_list("pk", "name", "user_id"):
        yield {"api_key": pk, "name": redact(name), "of_user": owner}


def _person(user: User | None) -> Row | None:
    return {"user": user.pk, "email": user.email} if user is not None else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at is not None else None


def _id(prefix: str, pk: Any) -> str | None:
    """The public id of a row's key; None for a number that the database was made to hold and that is none."""
    return public_id.encode(prefix, pk) if isinstance(pk, int) and pk >= 0 else None


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def in_pieces(lines: Iterator[bytes], *, count: int = 500) -> Iterator[bytes]:
    """So many lines at a time: a server sends each piece by itself."""
    while some := list(islice(lines, count)):
        yield b"".join(some)
