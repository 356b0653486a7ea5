"""Drafts: labels as somebody sent them, checked one by one but not yet stored. Nothing here touches the database."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from webapp.datasets import metadata as metadata_rules
from webapp.datasets.drafts import checked_metadata, checked_reference_id, checked_url, name_of_type
from webapp.labels.geometry import SHAPES, Bounds, encode
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid

MAX_LABEL = 200
MAX_ANNOTATION_ID = 1_024
MAX_TRACK = 512
MAX_TASK = 200
MAX_LABELS = 1_000
MAX_SEGMENTS = 10_000
MAX_CLASSES = 10_000
MAX_VECTOR = 4_096
# A longer id takes part in an identity by its hash, so that every database can index it.
MAX_PLAIN_IDENTITY = 240

KINDS = (*SHAPES, "mask")
OF_SCENES = ("category", "multicategory")
NOTHING: dict[str, Any] = {}


@dataclass(slots=True)
class LabelDraft:
    """A label to store. `names` is what it counts as: its label, or each of several.

    `identity` is what makes two labels of one item the same, None where nothing does. `class_pdf` is JSON text.
    `item_pk` names the item where the sender knew it, and then `reference_id` may be "". `line` counts from 1.
    """

    kind: str
    label: str
    names: tuple[str, ...]
    geometry: str
    bounds: Bounds | None
    annotation_id: str | None
    identity: str | None
    task_id: str | None
    taxonomy: str | None
    metadata: dict[str, Any]
    metadata_json: str
    reference_id: str
    track: str | None
    embedding: bytes | None
    mask_url: MediaUrl | None
    mask_file_pk: int | None
    confidence: float | None
    class_pdf: str | None
    item_pk: int | None
    of_scene: bool
    line: int


def label_draft(
    *,
    type: object,  # noqa: A002 (the sender's word)
    label: object = None,
    labels: object = None,
    geometry: object = None,
    reference_id: object = None,
    annotation_id: object = None,
    metadata: object = None,
    track_reference_id: object = None,
    task_id: object = None,
    taxonomy_name: object = None,
    embedding_vector: object = None,
    mask_url: object = None,
    mask_file_pk: int | None = None,
    mask_path: str | None = None,
    segments: object = None,
    confidence: object = None,
    class_pdf: object = None,
    item_pk: int | None = None,
    of_scene: bool = False,
    policy: OriginPolicy,
    line: int = 0,
) -> LabelDraft:
    """A label from plain JSON values; raises Invalid with the field, what was wrong and what is accepted.

    `type` is one of KINDS. `segments` are a mask's `annotations`; its picture is at `mask_url`, or is the stored file
    `mask_file_pk`, which the sender calls `mask_path`. `of_scene` says that `reference_id` may be a scene's.
    """
    return LabelDraft(
        *said(type, label, labels, geometry, segments, mask_path),
        *known_by(type, annotation_id, task_id, taxonomy_name),
        *described(metadata),
        "" if item_pk is not None and reference_id is None else checked_reference_id(reference_id),
        None if track_reference_id is None else checked_text(track_reference_id, "track_reference_id", MAX_TRACK),
        None if embedding_vector is None else checked_vector(embedding_vector),
        checked_url(mask_url, "mask_url", policy) if type == "mask" and mask_file_pk is None else None,
        mask_file_pk,
        None if confidence is None else checked_share(confidence, "confidence"),
        None if class_pdf is None else checked_class_pdf(class_pdf),
        item_pk,
        of_scene and type in OF_SCENES,
        line,
    )


def said(
    kind: object, label: object, labels: object, geometry: object, segments: object, mask_path: str | None
) -> tuple[str, str, tuple[str, ...], str, Bounds | None]:
    """A label's kind, its word ("" where it has several), all its words, its geometry's text and its bounds."""
    if kind == "mask":
        text, names = mask(segments, mask_path)
        return "mask", "", names, text, None
    read = SHAPES.get(kind) if isinstance(kind, str) else None
    if read is None or not isinstance(kind, str):
        raise Invalid(f"type is {str(kind)[:80]!r}; {', '.join(KINDS)} are accepted.")
    text, bounds = read(geometry)
    if kind == "multicategory":
        names = checked_labels(labels)
        return kind, "", names, encode({"labels": names}).decode(), None
    word = checked_text(label, "label", MAX_LABEL)
    return kind, word, (word,), text, bounds


def known_by(
    kind: object, annotation_id: object, task_id: object, taxonomy_name: object
) -> tuple[str | None, str | None, str | None, str | None]:
    """The sender's id, the identity, the task and the taxonomy of a label."""
    own_id = None if annotation_id is None else checked_text(annotation_id, "annotation_id", MAX_ANNOTATION_ID)
    task = None if task_id is None else checked_text(task_id, "task_id", MAX_TASK)
    taxonomy = None if taxonomy_name is None else checked_taxonomy(taxonomy_name, str(kind))
    return own_id, identity_of(str(kind), own_id, task, taxonomy), task, taxonomy


def described(metadata: object) -> tuple[dict[str, Any], str]:
    """A label's metadata and its JSON text; most have none."""
    values = NOTHING if metadata is None else checked_metadata(metadata)
    return values, metadata_rules.encode(values) if values else "{}"


def identity_of(kind: str, annotation_id: str | None, task: str | None, taxonomy: str | None) -> str | None:
    """What makes two labels of one item (and one run) the same, or None."""
    if kind == "mask":
        return "mask"
    if kind in OF_SCENES:
        return f"{kind}:{taxonomy or ''}"
    if annotation_id is None:
        return None
    known = f"id:{annotation_id}" if task is None else f"task:{len(task)}:{task}:{annotation_id}"
    return known if len(known) <= MAX_PLAIN_IDENTITY else f"hash:{sha256(known.encode()).hexdigest()}"


def mask(segments: object, path: str | None) -> tuple[str, tuple[str, ...]]:
    """The text to store of a mask's `annotations`, and their labels."""
    if type(segments) is not list:
        raise Invalid(f"annotations must be a list of objects with label and index, not {name_of_type(segments)}.")
    if len(segments) > MAX_SEGMENTS:
        raise Invalid(f"annotations has {len(segments)} entries; at most {MAX_SEGMENTS} are accepted.")
    names = tuple([segment(one, f"annotations[{index}]") for index, one in enumerate(segments)])
    stored: dict[str, Any] = {"annotations": segments}
    if path is not None:
        stored["path"] = path
    return encode(stored).decode(), names


def segment(value: object, name: str) -> str:
    if type(value) is not dict:
        raise Invalid(f"{name} must be an object with label and index, not {name_of_type(value)}.")
    unknown = next((str(one)[:80] for one in value if one not in ("label", "index", "metadata")), None)
    if unknown is not None:
        raise Invalid(f"{name} has the unknown key {unknown!r}; label, index and metadata are accepted.")
    check_index(value.get("index"), f"{name}.index")
    metadata_rules.encode(checked_metadata(value.get("metadata")))
    return checked_text(value.get("label"), f"{name}.label", MAX_LABEL)


def check_index(value: object, name: str) -> None:
    """Raise Invalid unless it is a pixel's value, which the SDK's own example writes as text, or null."""
    number = int(value) if type(value) is str and value.isascii() and value.isdigit() and len(value) < 11 else value
    if number is not None and (type(number) is not int or not 0 <= number <= 0xFFFFFFFF):
        raise Invalid(f"{name} must be a whole number of the mask's pixels, 0 or more.")


def checked_labels(value: object) -> tuple[str, ...]:
    if type(value) is not list:
        raise Invalid(f"labels must be a list of texts, not {name_of_type(value)}.")
    if len(value) > MAX_LABELS:
        raise Invalid(f"labels has {len(value)} entries; at most {MAX_LABELS} are accepted.")
    return tuple([checked_text(one, f"labels[{index}]", MAX_LABEL) for index, one in enumerate(value)])


def checked_text(value: object, name: str, longest: int) -> str:
    if type(value) is not str:
        raise Invalid(f"{name} must be a text, not {name_of_type(value)}.")
    if not 0 < len(value) <= longest:
        raise Invalid(f"{name} has {len(value)} characters; 1 to {longest} are accepted.")
    return value


def checked_taxonomy(value: object, kind: str) -> str:
    if kind not in OF_SCENES:
        raise Invalid(f"a {kind} takes no taxonomy_name; a category or a multicategory does.")
    return checked_text(value, "taxonomy_name", MAX_LABEL)


def checked_share(value: object, name: str) -> float:
    if type(value) not in (int, float):
        raise Invalid(f"{name} must be a number from 0 to 1, not {name_of_type(value)}.")
    if not 0 <= value <= 1:  # type: ignore[operator]
        raise Invalid(f"{name} is {value!r:.60}; numbers from 0 to 1 are accepted.")
    return value  # type: ignore[return-value]


def checked_class_pdf(value: object) -> str:
    if type(value) is not dict:
        raise Invalid(f"class_pdf must be an object of labels and numbers, not {name_of_type(value)}.")
    if len(value) > MAX_CLASSES:
        raise Invalid(f"class_pdf has {len(value)} labels; at most {MAX_CLASSES} are accepted.")
    for name, number in value.items():
        checked_share(number, f"class_pdf[{name[:80]!r}]")
    return encode(value).decode()


def checked_vector(value: object) -> bytes:
    """An embedding as little-endian float32."""
    if type(value) is not list:
        raise Invalid(f"embedding_vector must be a list of numbers, not {name_of_type(value)}.")
    if not 1 <= len(value) <= MAX_VECTOR:
        raise Invalid(f"embedding_vector has {len(value)} numbers; 1 to {MAX_VECTOR} are accepted.")
    if any(type(one) not in (int, float) or not math.isfinite(one) for one in value):
        raise Invalid("embedding_vector must hold finite numbers only.")
    try:
        return struct.pack(f"<{len(value)}f", *value)
    except (OverflowError, struct.error):
        raise Invalid("embedding_vector holds a number beyond what float32 can say.") from None
