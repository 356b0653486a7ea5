"""Appending video scenes, and changing those that are there."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.append_items import AppendOutcome
from webapp.datasets.actions.locking import field_types, locked_dataset, require_scenes, save_change
from webapp.datasets.actions.origins import admit_origins
from webapp.datasets.actions.scene_frames import insert_frames, lay_over, refuse_taken_names
from webapp.datasets.changes import SCENE, rows_added, rows_changed
from webapp.datasets.drafts import RowRefused, SceneDraft
from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset, Scene
from webapp.privacy.origins import Origin
from webapp.privacy.refusals import Invalid


@transaction.atomic
def append_scenes(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[SceneDraft], *, update: bool, keep_refused: bool = False
) -> AppendOutcome:
    """Store video scenes, each whole or not at all.

    A scene whose reference id exists is ignored and counted, or, with `update`, changed: see change_scene.
    `keep_refused` as in append_items.
    """
    dataset = locked_dataset(viewer, dataset)
    require_scenes(dataset)
    outcome = AppendOutcome()
    types = {"item": field_types(dataset, "item"), "scene": field_types(dataset, "scene")}
    frames = 0
    for draft in drafts:
        tried = {level: known.copy() for level, known in types.items()}
        try:
            with transaction.atomic():
                frames += append_scene(viewer, dataset, draft, tried, outcome, update=update)
            types = tried
        except Invalid as refusal:
            row = RowRefused(refusal.sentence, line=draft.line, reference_id=draft.reference_id)
            if not keep_refused:
                raise row from None
            outcome.refused.append(row)
    if outcome.new or outcome.updated:
        save_change(dataset, items=frames, scenes=outcome.new, types=types.items())
    return outcome


def append_scene(
    viewer: Viewer,
    dataset: Dataset,
    draft: SceneDraft,
    types: dict[str, FieldTypes],
    outcome: AppendOutcome,
    *,
    update: bool,
) -> int:
    """Store one scene and say how many frames it added; negative where it has fewer now."""
    known = Scene.objects.unscoped().filter(dataset_id=dataset.pk, reference_id=draft.reference_id).first()
    if known is not None and not update:
        outcome.ignored += 1
        return 0
    types["scene"].take(draft.metadata)
    for frame in draft.frames:
        types["item"].take(frame.metadata)
    if known is not None:
        added = change_scene(viewer, dataset, known, draft)
        outcome.updated += 1
    else:
        insert_scene(dataset, draft)
        added = len(draft.frames)
        outcome.new += 1
    # Last, for it locks the audit record's head where an origin is new.
    admit_origins(viewer, dataset, scene_origins(draft))
    return added


def scene_origins(draft: SceneDraft) -> set[Origin]:
    urls = [frame.url for frame in draft.frames] + [draft.video_url]
    return {url.origin for url in urls if url is not None}


def insert_scene(dataset: Dataset, draft: SceneDraft) -> None:
    refuse_taken_names(dataset, draft.frames)
    is_private = dataset.use_privacy_mode or draft.wants_sharing is False
    scene = Scene.objects.unscoped().create(
        dataset=dataset,
        reference_id=draft.reference_id,
        video_url=draft.video_url,
        frame_rate=draft.frame_rate,
        frame_count=len(draft.frames),
        is_private=is_private,
        metadata=draft.metadata,
        created_at=timezone.now(),
    )
    rows_added(dataset.pk, SCENE, scene.pk)
    insert_frames(scene, list(enumerate(draft.frames)), is_private=is_private)


def change_scene(viewer: Viewer, dataset: Dataset, scene: Scene, draft: SceneDraft) -> int:
    """Give a stored scene the draft's metadata, and its frame rate, mp4 and frames where the draft has them.

    The frames are laid over the stored ones (see lay_over); new ones are as private as the scene. Says how many more
    there are, negative where there are fewer.
    """
    before = scene.frame_count
    if draft.frames:
        scene.frame_count = lay_over(viewer, dataset, scene, draft.frames, is_private=scene.is_private)
    scene.metadata = draft.metadata
    scene.frame_rate = draft.frame_rate or scene.frame_rate
    scene.video_url = draft.video_url or scene.video_url
    scene.save(update_fields=["metadata", "frame_rate", "video_url", "frame_count"])
    rows_changed(dataset.pk, SCENE, [scene.pk])
    return scene.frame_count - before
