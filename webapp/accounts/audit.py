"""Writing down who did what. Called inside the transaction of the act: no act, no row, and the reverse."""

from __future__ import annotations

from typing import Any

from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer


def record(viewer: Viewer, action: str, *, subject: str, **details: Any) -> AuditEntry:
    """Append one audit row; `details` must be JSON and must not hold a media URL."""
    return AuditEntry.objects.create(
        team_id=viewer.team_id,
        user_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        action=action,
        subject=subject[:200],
        details=details,
    )
