"""Drafts: items and scenes as somebody sent them, checked one by one but not yet stored.

The doors hand in plain JSON values under the product's names; `names` says what the sender called a field, so that
a refusal speaks their language. Nothing here touches the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp.datasets import metadata as metadata_rules
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid

MAX_REFERENCE_ID = 1_024
MAX_FRAMES = 3_000
MAX_PIXELS_SIDE = 1_000_000


@dataclass(slots=True)
class ItemDraft:
    """`wants_sharing` is what `upload_to_scale` said, None when it said nothing. `line` counts from 1."""

    reference_id: str
    url: MediaUrl | None
    metadata: dict[str, Any]
    metadata_json: str
    width: int | None = None
    height: int | None = None
    wants_sharing: bool | None = None
    file_pk: int | None = None
    line: int = 0


@dataclass(slots=True)
class SceneDraft:
    """`frame_rate` is in frames per second, None for an mp4 alone."""

    reference_id: str
    metadata: dict[str, Any]
    metadata_json: str
    video_url: MediaUrl | None
    frame_rate: float | None
    frames: list[ItemDraft] = field(default_factory=list)
    wants_sharing: bool | None = None
    line: int = 0


class RowRefused(Invalid):
    """One row of a batch is refused; `line` counts from 1 and `reference_id` is "" where it is not known."""

    def __init__(self, sentence: str, *, line: int, reference_id: str) -> None:
        super().__init__(sentence)
        self.line, self.reference_id = line, reference_id


def item_draft(
    *,
    reference_id: object,
    url: object,
    metadata: object,
    width: object = None,
    height: object = None,
    wants_sharing: object = None,
    policy: OriginPolicy,
    url_name: str = "image_url",
    line: int = 0,
) -> ItemDraft:
    """An item from plain JSON values; raises Invalid with the field, what was wrong and what is accepted."""
    reference = checked_reference_id(reference_id)
    return ItemDraft(
        reference,
        checked_url(url, url_name, policy),
        values := checked_metadata(metadata),
        metadata_rules.encode(values),
        checked_size(width, "width"),
        checked_size(height, "height"),
        checked_flag(wants_sharing, "upload_to_scale"),
        None,
        line,
    )


def file_draft(
    *,
    reference_id: object,
    metadata: object,
    width: object = None,
    height: object = None,
    file_pk: int | None = None,
    line: int = 0,
) -> ItemDraft:
    """An item whose image is a stored file; `file_pk` None means that who keeps the file sets it later."""
    values = checked_metadata(metadata)
    return ItemDraft(
        reference_id=checked_reference_id(reference_id),
        url=None,
        metadata=values,
        metadata_json=metadata_rules.encode(values),
        width=checked_size(width, "width"),
        height=checked_size(height, "height"),
        file_pk=file_pk,
        line=line,
    )


def scene_draft(
    *,
    reference_id: object,
    metadata: object,
    video_url: object,
    frame_rate: object,
    frames: list[ItemDraft],
    wants_sharing: object = None,
    policy: OriginPolicy,
    line: int = 0,
) -> SceneDraft:
    """A video scene from plain JSON values and drafts of its frames in order.

    Frames (at most 3000, each reference id once) need a frame_rate; without frames there must be a video_url.
    """
    reference = checked_reference_id(reference_id)
    if len(frames) > MAX_FRAMES:
        raise Invalid(f"frames has {len(frames)} entries; a video scene takes at most {MAX_FRAMES}. Split the video.")
    if not frames and video_url is None:
        raise Invalid("a video scene needs frames with a frame_rate, or a video_url, or both.")
    rate = checked_frame_rate(frame_rate)
    if frames and rate is None:
        raise Invalid("frame_rate is missing; frames need one, in frames per second above 0.")
    seen: set[str] = set()
    for index, frame in enumerate(frames):
        if frame.reference_id in seen:
            raise Invalid(f"frames[{index}] repeats the reference_id {frame.reference_id!r}; each frame needs its own.")
        seen.add(frame.reference_id)
    values = checked_metadata(metadata)
    return SceneDraft(
        reference_id=reference,
        metadata=values,
        metadata_json=metadata_rules.encode(values),
        video_url=None if video_url is None else checked_url(video_url, "video_url", policy),
        frame_rate=rate,
        frames=frames,
        wants_sharing=checked_flag(wants_sharing, "upload_to_scale"),
        line=line,
    )


def checked_reference_id(value: object) -> str:
    if type(value) is not str:
        raise Invalid(f"reference_id must be a text, not {name_of_type(value)}.")
    if not value or len(value) > MAX_REFERENCE_ID:
        raise Invalid(f"reference_id has {len(value)} characters; 1 to {MAX_REFERENCE_ID} are accepted.")
    return value


def checked_url(value: object, name: str, policy: OriginPolicy) -> MediaUrl:
    try:
        return MediaUrl.parse(value, policy)
    except MediaUrlRefused as refusal:
        raise Invalid(f"{name} is refused: {refusal.sentence}") from None


def checked_metadata(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if type(value) is not dict:
        raise Invalid(f"metadata must be an object, not {name_of_type(value)}.")
    return value


def checked_size(value: object, name: str) -> int | None:
    if value is None:
        return None
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not 1 <= value <= MAX_PIXELS_SIDE:
        raise Invalid(f"{name} must be a whole number of pixels from 1 to {MAX_PIXELS_SIDE}.")
    return value


def checked_flag(value: object, name: str) -> bool | None:
    if value is None or type(value) is bool:
        return value
    raise Invalid(f"{name} must be true or false, not {name_of_type(value)}.")


def checked_frame_rate(value: object) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 < float(value) <= 1_000:  # type: ignore[arg-type]
        raise Invalid("frame_rate must be a number of frames per second above 0 and at most 1000.")
    return float(value)  # type: ignore[arg-type]


def name_of_type(value: object) -> str:
    if value is None:
        return "null"
    return {"boolean": "true or false", "object": "an object", "list": "a list"}.get(
        metadata_rules.TYPE_NAMES.get(type(value), ""), f"a {metadata_rules.TYPE_NAMES.get(type(value), 'value')}"
    )
