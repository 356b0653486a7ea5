"""The job that recomputes a team's record. Some thousand rows a step, so that a killed worker's successor goes on."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from webapp.accounts.audit import ACTS
from webapp.accounts.audit_check import links, stored_head
from webapp.accounts.chain import BEFORE_ALL, BrokenChain, Fault, Head, Link, verify
from webapp.accounts.chained_table import ChainedTable
from webapp.courier.egress_log import CONNECTIONS
from webapp.evidence.actions import KIND
from webapp.evidence.approvals import Approval, approvals_on_record, moment_said
from webapp.evidence.models import RecordCheck
from webapp.jobs.kinds import job_kind
from webapp.jobs.lease import Lease
from webapp.privacy import public_id

ROWS_A_STEP = 20_000
COUNTS = ("connection_count", "open_count", "unapproved_count", "byte_count")


@job_kind(KIND)
def check_record(lease: Lease) -> dict[str, Any]:
    """Follow both chains from their beginning, and ask of each connection whether it was approved."""
    team = lease.job.team_id
    for table in (CONNECTIONS, ACTS):
        while not lease.cursor.get(table.name, {}).get("is_done"):
            follow(lease, team, table)
    acts, connections = lease.cursor[ACTS.name], lease.cursor[CONNECTIONS.name]
    with lease.step() as step:
        check = RecordCheck.objects.create(
            team_id=team,
            asked_by_id=lease.job.created_by_id,
            acts_length=acts["length"],
            acts_hash=acts["hash"],
            acts_fault=acts["fault"],
            connections_length=connections["length"],
            connections_hash=connections["hash"],
            connections_fault=connections["fault"],
            **{name: connections[name] for name in COUNTS},
        )
        step.done = step.total
    return {"is_whole": check.is_whole, "acts": check.acts_length, "connections": check.connections_length}


def follow(lease: Lease, team: int, table: ChainedTable) -> None:
    """One step along a chain. The rows are read before the step, which keeps other writers waiting."""
    before = lease.cursor.get(table.name) or {"length": 0, "hash": BEFORE_ALL, "fault": "", **dict.fromkeys(COUNTS, 0)}
    start, end = Head(before["length"], before["hash"]), stored_head(table, team)
    # After the head: whatever allowed a connection before it is among these.
    counted = Counted(approvals_on_record([team]) if table is CONNECTIONS else None, before)
    last = min(end.length, start.length + ROWS_A_STEP)
    some = takewhile(lambda link: link.position <= last, links(table, team, after=start.length))
    is_last = last == end.length
    try:
        reached = verify(map(counted.seen, some), start=start, known=[end] if is_last else [])
        if is_last:
            demand_nothing_behind(table, team, end)
        fault = ""
    except BrokenChain as found:
        reached, fault, is_last = Head(found.position - 1, counted.last), str(found), True
    with lease.step() as step:
        step.cursor = {
            **step.cursor,
            table.name: {
                "length": reached.length,
                "hash": reached.hash,
                "fault": fault,
                "is_done": is_last,
                **counted.counts,
            },
        }
        step.done += reached.length - start.length
        step.total = max(step.total, step.done)


def demand_nothing_behind(table: ChainedTable, team: int, end: Head) -> None:
    """Raise BrokenChain where rows lie behind the end that no head knows of."""
    behind = next(links(table, team, after=end.length), None)
    if behind is not None and behind.position > stored_head(table, team).length:
        raise BrokenChain(behind.position, Fault.ADDED)


class Counted:
    """Counts of what passes; `approvals` None for rows that are no connections."""

    def __init__(self, approvals: dict[str, Approval] | None, before: dict[str, Any]) -> None:
        self._approvals = approvals
        self.counts = {name: before[name] for name in COUNTS}
        # The hash of the row before the one seen now.
        self.last = self._newest = before["hash"]

    def seen(self, link: Link) -> Link:
        if self._approvals is not None and link.facts is not None:
            self._count(link.facts)
        self.last, self._newest = self._newest, link.hash or ""
        return link

    def _count(self, facts: Any) -> None:
        counts = self.counts
        if facts["kind"] != "connect":
            counts["open_count"] -= 1
            counts["byte_count"] += facts["byte_count"]
            return
        counts["connection_count"] += 1
        counts["open_count"] += 1
        approval = (self._approvals or {}).get(public_id.encode("prm", max(0, facts["promotion_pk"])))
        counts["unapproved_count"] += approval is None or not approval.covers(moment_said(facts["at"]))
