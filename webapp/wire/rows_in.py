"""From the SDK's objects to drafts: what each of its words means here, and what is refused row by row."""

from __future__ import annotations

from typing import Any

from webapp.datasets.actions import MetadataChange
from webapp.datasets.drafts import (
    MAX_FRAMES,
    ItemDraft,
    RowRefused,
    SceneDraft,
    checked_metadata,
    checked_reference_id,
    item_draft,
    name_of_type,
    scene_draft,
)
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid

NOT_STORED = {
    "embedding_info": "embedding_info is not stored by this version; leave it out.",
    "pointcloud_url": "pointcloud_url is not stored by this version, which takes images and videos.",
}


def item_of(row: Any, *, policy: OriginPolicy, line: int) -> ItemDraft:
    """A plain item; raises RowRefused."""
    try:
        return plain_item(row, policy, line=line)
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def scene_of(row: Any, *, policy: OriginPolicy, line: int) -> SceneDraft:
    """A video scene with its frames, without its tracks; raises RowRefused, naming the frame that is at fault."""
    try:
        checked_object(row, "a scene")
        return scene_draft(
            reference_id=row.get("reference_id"),
            metadata=row.get("metadata"),
            video_url=row.get("video_url"),
            frame_rate=row.get("frame_rate"),
            frames=frames_of(row.get("frames"), policy),
            wants_sharing=row.get("upload_to_scale"),
            policy=policy,
            line=line,
        )
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def change_of(row: Any, *, line: int) -> MetadataChange:
    """New metadata for an item or scene; raises RowRefused. `camera_params` stays inside the metadata as sent."""
    try:
        checked_object(row, "a metadata change")
        return MetadataChange(
            checked_reference_id(row.get("reference_id")), checked_metadata(row.get("metadata")), line
        )
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def plain_item(row: Any, policy: OriginPolicy, *, line: int = 0) -> ItemDraft:
    take = checked_object(row, "an item").get
    refuse_not_stored(row)
    return item_draft(
        reference_id=take("reference_id"),
        url=take("image_url"),
        metadata=take("metadata"),
        width=take("width"),
        height=take("height"),
        wants_sharing=take("upload_to_scale"),
        policy=policy,
        line=line,
    )


def frames_of(rows: Any, policy: OriginPolicy) -> list[ItemDraft]:
    if rows is None:
        return []
    if type(rows) is not list:
        raise Invalid(f"frames must be a list, not {name_of_type(rows)}.")
    # Nobody may make us build a million drafts to be told that 3000 is the limit.
    if len(rows) > MAX_FRAMES:
        raise Invalid(f"frames has {len(rows)} entries; a video scene takes at most {MAX_FRAMES}. Split the video.")
    return [frame_of(row, index, policy) for index, row in enumerate(rows)]


def frame_of(row: Any, index: int, policy: OriginPolicy) -> ItemDraft:
    try:
        take = checked_object(row, "a frame").get
        refuse_not_stored(row)
        if take("type", "image") != "image":
            raise Invalid("a frame of a video has the type image; point clouds are not stored by this version.")
        return item_draft(
            reference_id=take("reference_id"),
            url=take("url") if "url" in row else take("image_url"),
            metadata=take("metadata"),
            width=take("width"),
            height=take("height"),
            policy=policy,
            url_name="url",
        )
    except Invalid as refusal:
        raise Invalid(f"frames[{index}]: {refusal.sentence}") from None


def refuse_not_stored(row: dict[str, Any]) -> None:
    if NOT_STORED.keys().isdisjoint(row):
        return
    for name, sentence in NOT_STORED.items():
        if row.get(name) is not None:
            raise Invalid(sentence)


def checked_object(row: Any, noun: str) -> dict[str, Any]:
    if type(row) is not dict:
        raise Invalid(f"{noun} must be an object, not {name_of_type(row)}.")
    return row


def refused(row: Any, refusal: Invalid, line: int) -> RowRefused:
    reference = row.get("reference_id") if type(row) is dict else None
    return RowRefused(refusal.sentence, line=line, reference_id=reference if type(reference) is str else "")
