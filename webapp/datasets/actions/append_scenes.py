"""Appending video scenes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.append_items import AppendOutcome, existing_items
from webapp.datasets.actions.locking import field_types, locked_dataset, require_scenes, save_change
from webapp.datasets.actions.origins import admit_origins
from webapp.datasets.drafts import RowRefused, SceneDraft
from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.rows import ItemChange, ItemRow, insert_items, update_items
from webapp.privacy.origins import Origin
from webapp.privacy.refusals import Invalid


@transaction.atomic
def append_scenes(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[SceneDraft], *, update: bool, keep_refused: bool = False
) -> AppendOutcome:
    """Store video scenes, each whole or not at all.

    A scene whose reference id exists is ignored and counted, or, with `update`, gets the draft's metadata, and its
    frames theirs; other frames than the stored ones are refused. `keep_refused` as in append_items.
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
    """Store one scene and say how many frames it added."""
    known = Scene.objects.unscoped().filter(dataset_id=dataset.pk, reference_id=draft.reference_id).first()
    if known is not None and not update:
        outcome.ignored += 1
        return 0
    types["scene"].take(draft.metadata)
    for frame in draft.frames:
        types["item"].take(frame.metadata)
    if known is not None:
        change_scene(known, draft)
        outcome.updated += 1
        return 0
    taken = existing_items(dataset, draft.frames)
    if taken:
        first = next(frame.reference_id for frame in draft.frames if frame.reference_id in taken)
        raise Invalid(
            f"the frame reference_id {first!r} is taken in this dataset; all its frames share one namespace, so each"
            " needs its own."
        )
    admit_origins(viewer, dataset, scene_origins(draft))
    insert_scene(dataset, draft)
    outcome.new += 1
    return len(draft.frames)


def scene_origins(draft: SceneDraft) -> set[Origin]:
    urls = [frame.url for frame in draft.frames] + [draft.video_url]
    return {url.origin for url in urls if url is not None}


def insert_scene(dataset: Dataset, draft: SceneDraft) -> None:
    now = timezone.now()
    is_private = dataset.use_privacy_mode or draft.wants_sharing is False
    scene = Scene.objects.unscoped().create(
        dataset=dataset,
        reference_id=draft.reference_id,
        video_url=draft.video_url,
        frame_rate=draft.frame_rate,
        frame_count=len(draft.frames),
        is_private=is_private,
        metadata=draft.metadata,
        created_at=now,
    )
    insert_items(
        [
            ItemRow(
                dataset.pk,
                scene.pk,
                index,
                frame.reference_id,
                frame.url,
                None,
                is_private,
                frame.metadata_json,
                frame.width,
                frame.height,
            )
            for index, frame in enumerate(draft.frames)
        ],
        created_at=now,
    )


def change_scene(scene: Scene, draft: SceneDraft) -> None:
    """New metadata for a stored scene and its frames; what the scene is made of stays."""
    stored = Item.objects.unscoped().filter(scene_id=scene.pk).order_by("frame_index")
    pairs = list(stored.values_list("reference_id", "pk"))
    given = [frame.reference_id for frame in draft.frames]
    if given and given != [reference for reference, _ in pairs]:
        raise Invalid(
            f"this scene has {len(pairs)} other frames than the {len(given)} sent; an update changes metadata"
            " only. Delete the scene and append it anew to change its frames."
        )
    scene.metadata = draft.metadata
    scene.save(update_fields=["metadata"])
    update_items(
        [
            ItemChange(frame.metadata_json, None, None, None, pk)
            for frame, (_, pk) in zip(draft.frames, pairs, strict=False)
        ]
    )
