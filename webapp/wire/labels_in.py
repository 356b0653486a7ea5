"""From the SDK's annotations and predictions to drafts: what each of its words means here.

Nothing here touches the database. A call names the place of what it refuses (`annotations[3]`), an upload its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.datasets.drafts import RowRefused
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.privacy import public_id
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid
from webapp.wire.rows_in import checked_object, refused

NO_ITEM = 0


@dataclass(frozen=True, slots=True)
class MaskFile:
    """A mask that came as a file; `path` is where it lies at the sender's."""

    pk: int
    path: str


@dataclass(frozen=True, slots=True)
class LabelsSent:
    """What one call sends, masks in a list of their own; lines are counted through both."""

    annotations: Sequence[Any]
    segmentations: Sequence[Any]

    def rows(self) -> list[Any]:
        return [*self.annotations, *self.segmentations]

    def place(self, line: int) -> str:
        """Where the row of this line, counted from 1, stands in what was sent."""
        index = line - 1 - len(self.annotations)
        return f"segmentations[{index}]" if index >= 0 else f"annotations[{line - 1}]"


def annotation_of(row: Any, *, policy: OriginPolicy, line: int, file: MaskFile | None = None) -> LabelDraft:
    """An annotation of an item or, for categories, of a scene; raises RowRefused."""
    try:
        checked_object(row, "an annotation")
        return label_draft(**words_of(row, file), policy=policy, line=line)
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def prediction_of(
    row: Any, *, policy: OriginPolicy, line: int, file: MaskFile | None = None, dataset_id: str | None = None
) -> LabelDraft:
    """A prediction, whose item is named by `item_id` or by `reference_id`; raises RowRefused.

    `dataset_id` is the dataset's that the call names; None where each prediction may name its own.
    """
    try:
        checked_object(row, "a prediction")
        if dataset_id is not None and row.get("dataset_id") not in (None, dataset_id):
            raise Invalid("dataset_id names another dataset than the call does; send the prediction to that one.")
        if row.get("type") == "multicategory":
            raise Invalid("a multicategory is no prediction; send one category for each taxonomy.")
        words = words_of(row, file)
        if row.get("type") == "keypoints" and type(row.get("geometry")) is dict:
            # The SDK cannot read a prediction without this key, though it can be sent without.
            words["geometry"] = {"skeleton": None, **row["geometry"]}
        if row.get("item_id") is not None:
            words["item_pk"] = item_key(row["item_id"])
            # So that a sentence about it can name it.
            words["reference_id"] = row.get("reference_id") or row["item_id"]
        return label_draft(
            **words, confidence=row.get("confidence"), class_pdf=row.get("class_pdf"), policy=policy, line=line
        )
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def words_of(row: dict[str, Any], file: MaskFile | None) -> dict[str, Any]:
    """What annotations and predictions have in common, by our names."""
    take = row.get
    kind = take("type")
    if kind == "mask" or file is not None:
        return {
            "type": "mask",
            "segments": take("annotations"),
            "reference_id": take("reference_id"),
            "annotation_id": take("annotation_id"),
            "metadata": take("metadata"),
            "task_id": take("task_id"),
            "mask_url": take("mask_url"),
            "mask_file_pk": None if file is None else file.pk,
            "mask_path": None if file is None else file.path,
        }
    return {
        "type": kind,
        "label": take("label"),
        "labels": take("labels"),
        "geometry": take("geometry"),
        "reference_id": take("reference_id"),
        "annotation_id": take("annotation_id"),
        "metadata": take("metadata"),
        "track_reference_id": take("track_reference_id"),
        "task_id": take("task_id"),
        "taxonomy_name": take("taxonomy_name"),
        "embedding_vector": take("embedding_vector"),
        # The SDK's scene categories are categories without the key of a track.
        "of_scene": "track_reference_id" not in row,
    }


def item_key(item_id: Any) -> int:
    """The key of the item with this public id, NO_ITEM for one that this server never gave."""
    if type(item_id) is not str:
        raise Invalid("item_id must be a text such as di_…, as exported items have it.")
    return public_id.decode("di", item_id) or NO_ITEM


def placed(sent: LabelsSent, refusal: RowRefused) -> Invalid:
    """The refusal of a row of one call, beginning with its place."""
    name = f" (reference_id {refusal.reference_id[:200]!r})" if refusal.reference_id else ""
    return Invalid(f"{sent.place(refusal.line)}{name}: {refusal.sentence}")
