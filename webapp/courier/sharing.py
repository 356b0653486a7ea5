"""Sharing what was fetched: the copy's name, the connection's end, the act and the item, in one transaction.

What threads have ready for the same promotion at the same moment shares that transaction; each hears of its own item.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.db import DatabaseError

from webapp.courier.approved import FailureKind, Stored, TransferFailed
from webapp.courier.copies import Copies
from webapp.courier.egress_log import CONNECTIONS
from webapp.courier.models import EgressEntry
from webapp.courier.store import Part
from webapp.courier.together import Together
from webapp.courier.turns import turn
from webapp.promotions.actions import copying
from webapp.promotions.actions.copying import Claim, Copy, Keeping, NotToBeKept


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file for a claim, and the row that says how its connection ended."""

    claim: Claim
    part: Part
    copy: Copy
    end: EgressEntry


class Sharing:
    """Makes whole files the copies of their items, where `copies` stay."""

    def __init__(self, copies: Copies) -> None:
        self.copies = copies
        self._together = Together(self._share_all)

    def share(self, claim: Claim, part: Part, stored: Stored, end: EgressEntry) -> None:
        """Share the item, or raise and leave nothing of its bytes: TransferFailed, OSError, or of the database."""
        copies, media_type = self.copies, stored.media_type.value
        copy = Copy(sha256=stored.sha256, byte_count=stored.byte_count, media_type=media_type, place=copies.place.value)
        try:
            copies.bring(claim.team_pk, part, media_type)
            refusal = self._together.ask((claim.promotion_pk, claim.dataset_pk), Fetched(claim, part, copy, end))
            if refusal is not None:
                raise refusal
        except BaseException as failure:
            # Where the database does not answer either, the sweeper finds them.
            with suppress(DatabaseError, OSError), turn():
                copies.abandon(claim.team_pk, stored.sha256)
            if isinstance(failure, NotToBeKept):
                kind = FailureKind.WITHDRAWN if failure.is_withdrawn else FailureKind.APPROVAL
                raise TransferFailed(kind, failure.sentence) from None
            raise

    def _share_all(self, fetched: Sequence[Fetched]) -> list[NotToBeKept | OSError | None]:
        """Share files of one promotion, in one transaction."""
        team_pk, copies = fetched[0].claim.team_pk, self.copies
        by_fence = {one.claim.fence: one for one in fetched}

        def finish(kept: Sequence[Keeping]) -> None:
            ones = [by_fence[one.claim.fence] for one in kept]
            copies.sync(team_pk, [one.part for one in ones])
            CONNECTIONS.append_all([one.end for one in ones])

        keepings = [Keeping(one.claim, one.copy, partial(copies.settle, team_pk, one.part)) for one in fetched]
        return copying.keep_together(keepings, finish=finish)
