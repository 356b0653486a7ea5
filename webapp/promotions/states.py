"""The states of a promotion and of its items, and which may follow which. Who may do it is said by the actions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices


class State(TextChoices):
    """A promotion: asked for, decided, copied, taken back."""

    REQUESTED = "requested", "waits for a decision"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    APPROVED = "approved", "approved, not begun"
    RUNNING = "running", "being copied"
    PARTLY_SHARED = "partly", "partly shared"
    SHARED = "shared", "shared"
    REVOKED = "revoked", "revoked"


class ItemState(TextChoices):
    """One item of a promotion. `attention`: a person has to act; `left`: it will not be copied; `gone`: it was."""

    WAITING = "waiting", "waits"
    FETCHING = "fetching", "being copied"
    STORED = "stored", "shared"
    ATTENTION = "attention", "needs attention"
    LEFT = "left", "not copied"
    GONE = "gone", "copy deleted"


FOLLOWS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.REQUESTED: frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN}),
        State.APPROVED: frozenset({State.RUNNING, State.WITHDRAWN, State.REVOKED}),
        State.RUNNING: frozenset({State.SHARED, State.PARTLY_SHARED, State.REVOKED}),
        # What needed attention was tried again by somebody.
        State.PARTLY_SHARED: frozenset({State.RUNNING, State.SHARED, State.REVOKED}),
        State.SHARED: frozenset({State.REVOKED}),
        State.REJECTED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.REVOKED: frozenset(),
    }
)
# Only in these may a byte be asked for.
OPEN_TO_COURIER = frozenset({State.APPROVED, State.RUNNING})
# Copies of a promotion in another state are not shared, though they may still be there.
WITH_COPIES = frozenset({State.RUNNING, State.PARTLY_SHARED, State.SHARED})
DECIDED_IN_FAVOUR = frozenset({State.APPROVED, State.RUNNING, State.PARTLY_SHARED, State.SHARED, State.REVOKED})
