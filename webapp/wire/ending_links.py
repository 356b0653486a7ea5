"""Links that were accepted and end soon: how many, and when the first does, for answers and for messages of jobs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.datasets.drafts import ItemDraft, SceneDraft
from webapp.privacy.media_url import MediaUrl

SOON = timedelta(days=1)


def ending_soon(urls: Iterable[MediaUrl | None], at: datetime) -> list[datetime]:
    """The ends of those links that end within a day of `at`."""
    ends = (url.expiry for url in urls if url is not None)
    return [end.at for end in ends if end is not None and end.at <= at + SOON]


def of_items(drafts: Iterable[ItemDraft], at: datetime) -> list[datetime]:
    return ending_soon((draft.url for draft in drafts), at)


def of_scenes(drafts: Iterable[SceneDraft], at: datetime) -> list[datetime]:
    """Those of their videos and their frames."""
    return [end for draft in drafts for end in (*ending_soon([draft.video_url], at), *of_items(draft.frames, at))]


def warning(ends: list[datetime]) -> str | None:
    """A sentence about these ends; None for none."""
    return sentence(len(ends), min(ends)) if ends else None


def note(cursor: dict[str, Any], ends: list[datetime]) -> None:
    """Add these ends to what a job knows of all its rows."""
    if ends:
        cursor["ending"] = cursor.get("ending", 0) + len(ends)
        first_s = int(min(ends).timestamp())
        cursor["first_end_s"] = min(cursor.get("first_end_s", first_s), first_s)


def noted(cursor: dict[str, Any]) -> dict[str, str]:
    """What a job's message says of them."""
    if not cursor.get("ending"):
        return {}
    return {"warning": sentence(cursor["ending"], datetime.fromtimestamp(cursor["first_end_s"], UTC))}


def sentence(count: int, first: datetime) -> str:
    links = f"{count} links end" if count > 1 else "1 link ends"
    which = ", the first" if count > 1 else ","
    moment = f"{first.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC"
    return (
        f"{links} within a day{which} on {moment}; their media does not load after that. Send later ones with update."
    )
