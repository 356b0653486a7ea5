"""From stored labels to the SDK's objects.

Geometry, metadata and probabilities go out as the text that is stored, so that every number has the digits it came
with. A mask's URL is revealed here, to whoever has shown a key that may see its item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from webapp.datasets.models import Item, Scene
from webapp.labels.models import Kind
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id

MASK, MULTICATEGORY = Kind.MASK.value, Kind.MULTICATEGORY.value
NOTHING = msgspec.Raw(b"{}")
# The SDK's word where it keeps the labels of a kind by name; inside a label it says "mask".
GROUPS = {MASK: "segmentation"}
Unset = msgspec.UnsetType
UNSET = msgspec.UNSET


class MaskText(msgspec.Struct):
    """What is stored of a mask beside its URL; `path` is what the sender called its file."""

    annotations: msgspec.Raw
    path: str | None = None


class LabelsText(msgspec.Struct):
    """What is stored of a multicategory."""

    labels: msgspec.Raw


read_mask = msgspec.json.Decoder(MaskText).decode
read_labels = msgspec.json.Decoder(LabelsText).decode


# Nothing in a label leads back to it, so the garbage collector need not look through a hundred thousand.
class LabelOut(msgspec.Struct, gc=False):
    """An annotation or a prediction as it was sent, by the SDK's names. `mask_url` is what the sender called the mask,
    even a path on their disk; `annotations` says what its grey values are. In the rows of an export `reference_id` and
    `dataset_item_id` stand on the item alone. Exports of everything leave `id` out: it is ours, and long to make.
    """

    type: str
    annotation_id: str | None
    metadata: msgspec.Raw
    id: str | Unset = UNSET
    reference_id: str | Unset = UNSET
    dataset_item_id: str | Unset = UNSET
    label: str | Unset = UNSET
    labels: msgspec.Raw | Unset = UNSET
    geometry: msgspec.Raw | Unset = UNSET
    taxonomy_name: str | Unset = UNSET
    track_reference_id: str | Unset | None = UNSET
    task_id: str | Unset | None = UNSET
    mask_url: str | Unset = UNSET
    annotations: msgspec.Raw | Unset = UNSET
    confidence: float | Unset = UNSET
    class_pdf: msgspec.Raw | Unset = UNSET


def labels_out(rows: Sequence[LabelRow], *, with_ids: bool = True) -> list[LabelOut]:
    """The labels in their order, not saying which item they are of."""
    made = [label_out(row) for row in rows]
    if with_ids:
        for name, one in zip(ids_of(rows), made, strict=True):
            one.id = name
    return made


def label_out(row: LabelRow) -> LabelOut:
    """One label, without its id."""
    metadata = NOTHING if row.metadata == "{}" else msgspec.Raw(row.metadata.encode())
    one = LabelOut(row.kind, row.annotation_id, metadata)
    if row.kind == MASK:
        put_mask(one, row)
    else:
        put_shape(one, row)
    if row.task_id is not None:
        one.task_id = row.task_id
    if row.confidence is not None:
        one.confidence = row.confidence
    if row.class_pdf is not None:
        one.class_pdf = msgspec.Raw(row.class_pdf.encode())
    return one


def ids_of(rows: Sequence[LabelRow]) -> list[str]:
    said = iter(public_id.encode_many("ann", [row.pk for row in rows if row.run_pk is None]))
    predicted = iter(public_id.encode_many("pred", [row.pk for row in rows if row.run_pk is not None]))
    return [next(said if row.run_pk is None else predicted) for row in rows]


def put_mask(one: LabelOut, row: LabelRow) -> None:
    stored = read_mask(row.geometry)
    one.mask_url = row.mask_url.reveal() if row.mask_url is not None else stored.path or ""
    one.annotations = stored.annotations


def put_shape(one: LabelOut, row: LabelRow) -> None:
    if row.kind == MULTICATEGORY:
        one.labels, one.geometry = read_labels(row.geometry).labels, NOTHING
    else:
        one.label, one.geometry = row.label, msgspec.Raw(row.geometry.encode())
    one.track_reference_id = row.track
    if row.taxonomy is not None:
        one.taxonomy_name = row.taxonomy


def item_labels_out(rows: Sequence[LabelRow], item: Item, *, with_ids: bool = True) -> list[LabelOut]:
    """The labels of one item, each saying which it is."""
    made, item_id = labels_out(rows, with_ids=with_ids), item.public_id
    for one in made:
        one.dataset_item_id, one.reference_id = item_id, item.reference_id
    return made


def scene_labels_out(rows: Sequence[LabelRow], scene: Scene) -> list[LabelOut]:
    """The labels of one scene as a whole."""
    made = labels_out(rows)
    for one in made:
        one.reference_id = scene.reference_id
    return made


def grouped(labels: Iterable[LabelOut]) -> dict[str, list[LabelOut]]:
    """The labels by the SDK's word for their kind; kinds that there are none of are left out."""
    found: dict[str, list[LabelOut]] = {}
    for one in labels:
        found.setdefault(GROUPS.get(one.type, one.type), []).append(one)
    return found


def row_groups(labels: Iterable[LabelOut]) -> dict[str, Any]:
    """The labels as a row of an export holds them: a list of each kind, empty ones too, and one mask or null."""
    found: dict[str, Any] = {kind: [] for kind in ROW_KINDS}
    found["segmentation"] = None
    for one in labels:
        if one.type == MASK:
            found["segmentation"] = one
        else:
            found[one.type].append(one)
    return found


ROW_KINDS = ("box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory")
