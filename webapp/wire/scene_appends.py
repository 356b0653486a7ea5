"""Scenes with the tracks they were sent with: read from a row, and stored together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import AppendOutcome
from webapp.datasets.drafts import SceneDraft, checked_metadata, name_of_type
from webapp.datasets.metadata import encode
from webapp.datasets.models import Dataset
from webapp.labels.actions import keep_tracks
from webapp.labels.drafts import MAX_TRACK, checked_text
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid
from webapp.wire.rows_in import checked_object, refused, scene_of

MAX_TRACKS = 10_000


@dataclass(slots=True)
class SceneSent:
    """A scene with its tracks by reference id, each with its metadata."""

    draft: SceneDraft
    tracks: dict[str, dict[str, Any]] = field(default_factory=dict)


def scene_sent(row: Any, *, policy: OriginPolicy, line: int) -> SceneSent:
    """A video scene; raises RowRefused, naming the frame or the track that is at fault."""
    draft = scene_of(row, policy=policy, line=line)
    try:
        return SceneSent(draft, tracks_of(row.get("tracks")))
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def tracks_of(rows: Any) -> dict[str, dict[str, Any]]:
    if rows is None:
        return {}
    if type(rows) is not list:
        raise Invalid(f"tracks must be a list, not {name_of_type(rows)}.")
    if len(rows) > MAX_TRACKS:
        raise Invalid(f"tracks has {len(rows)} entries; a scene takes at most {MAX_TRACKS}.")
    found: dict[str, dict[str, Any]] = {}
    for index, row in enumerate(rows):
        try:
            take = checked_object(row, "a track").get
            name = checked_text(take("reference_id"), "reference_id", MAX_TRACK)
            if name in found:
                raise Invalid(f"the reference_id {name[:200]!r} stands twice; send each track once.")
            found[name] = checked_metadata(take("metadata"))
            encode(found[name])
        except Invalid as refusal:
            raise Invalid(f"tracks[{index}]: {refusal.sentence}") from None
    return found


@transaction.atomic
def append_scenes(
    viewer: Viewer, dataset: Dataset, sent: Sequence[SceneSent], *, update: bool, keep_refused: bool = False
) -> AppendOutcome:
    """Store scenes and their tracks; those of a scene that is refused or ignored are not kept."""
    with_tracks = [one for one in sent if one.tracks]
    names = [one.draft.reference_id for one in with_tracks]
    rows = queries.scenes(viewer, dataset).filter(reference_id__in=names) if names else ()
    known = {scene.reference_id for scene in rows}
    drafts = [one.draft for one in sent]
    outcome = actions.append_scenes(viewer, dataset, drafts, update=update, keep_refused=keep_refused)
    refused_lines = {row.line for row in outcome.refused}
    for one in with_tracks:
        name = one.draft.reference_id
        if one.draft.line in refused_lines or (name in known and not update):
            continue
        known.add(name)
        keep_tracks(viewer, dataset, queries.scene_by_reference(viewer, dataset, name), list(one.tracks.items()))
    return outcome
