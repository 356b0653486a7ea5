"""Storing a batch of labels: what annotate and predict have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.actions.locking import field_types, save_change
from webapp.datasets.actions.origins import admit_origins
from webapp.datasets.drafts import RowRefused
from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset
from webapp.labels.actions.tracks import track_keys
from webapp.labels.changes import annotations_changed
from webapp.labels.counts import Class, bucket_of, change_counts, names_in
from webapp.labels.drafts import OF_SCENES, LabelDraft
from webapp.labels.models import Taxonomy
from webapp.labels.places import Place, places_of
from webapp.labels.rows import (
    ANNOTATIONS,
    PREDICTIONS,
    NewLabel,
    StoredLabel,
    how_crowded,
    insert_labels,
    overwrite_labels,
    stored_labels,
)
from webapp.privacy.refusals import Invalid

MAX_LABELS_OF_AN_ITEM = 500_000


@dataclass
class LabelOutcome:
    """How many labels were stored or overwritten and how many ignored because they exist.

    `unknown` are the labels of items that are not there, which fail nothing, `refused` those that cannot be taken.
    """

    processed: int = 0
    ignored: int = 0
    unknown: list[RowRefused] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)


class Target(NamedTuple):
    """Where labels go: a dataset's annotations, or the predictions of `run_pk` on it."""

    dataset: Dataset
    run_pk: int | None

    @property
    def table(self) -> str:
        return ANNOTATIONS if self.run_pk is None else PREDICTIONS

    @property
    def level(self) -> str:
        return "annotation" if self.run_pk is None else "prediction"


class Known(NamedTuple):
    """What a batch needs to know before its first row: read once, however long it is.

    `places` are the drafts' in their order. `crowds` says how many labels each place has, by spot; None where the
    batch cannot make any too many.
    """

    places: list[Place | None]
    stored: dict[tuple[int, str], StoredLabel]
    taxonomies: dict[str, Taxonomy]
    crowds: dict[int, int] | None


def store(
    viewer: Viewer, target: Target, drafts: Sequence[LabelDraft], *, update: bool, keep_refused: bool
) -> LabelOutcome:
    """Store a batch in its order, for a locked dataset and within a transaction; see annotate for what it means."""
    types = field_types(target.dataset, target.level)
    sorting = Sorting(target, known_of(target, drafts), types, update=update)
    for draft, place in zip(drafts, sorting.known.places, strict=True):
        try:
            sorting.take(draft, place)
        except Invalid as refusal:
            row = RowRefused(refusal.sentence, line=draft.line, reference_id=draft.reference_id)
            if not keep_refused:
                raise row from None
            sorting.outcome.refused.append(row)
    fresh, changed = sorting.fresh, sorting.changed
    if not fresh and not changed:
        return sorting.outcome
    accepted = [draft for draft, _ in (*fresh, *changed.values())]
    admit_origins(viewer, target.dataset, {one.mask_url.origin for one in accepted if one.mask_url is not None})
    tracks = track_keys(target.dataset, {one.track for one in accepted if one.track is not None})
    taxonomies = {name: one.pk for name, one in sorting.known.taxonomies.items()}
    rows = rows_of(target, fresh, tracks, taxonomies)
    insert_labels(target.table, rows, created_at=timezone.now())
    over = rows_of(target, changed.values(), tracks, taxonomies)
    overwrite_labels(target.table, list(zip(changed, over, strict=True)))
    change_counts(target.dataset.pk, target.run_pk, sorting.gained())
    if target.run_pk is None:
        touched = {row.item_pk for row in (*rows, *over)}
        annotations_changed(target.dataset.pk, {pk for pk in touched if pk is not None})
    forget_unused_files({one.mask_file_pk for one in sorting.overwritten.values() if one.mask_file_pk is not None})
    save_change(target.dataset, types=[(target.level, types)])
    return sorting.outcome


class Sorting:
    """Telling new labels from changes, from those to ignore, and from those of unknown items, row by row."""

    def __init__(self, target: Target, known: Known, types: FieldTypes, *, update: bool) -> None:
        self.target, self.known, self.types, self.update = target, known, types, update
        self.fresh: list[tuple[LabelDraft, Place]] = []
        self.seats: dict[tuple[int, str], int] = {}
        self.changed: dict[int, tuple[LabelDraft, Place]] = {}
        self.overwritten: dict[int, StoredLabel] = {}
        self.outcome = LabelOutcome()

    def take(self, draft: LabelDraft, place: Place | None) -> None:
        if place is None:
            row = RowRefused(unknown_sentence(draft), line=draft.line, reference_id=draft.reference_id)
            self.outcome.unknown.append(row)
            return
        key = None if draft.identity is None else (place.spot, draft.identity)
        stored = self.known.stored.get(key) if key is not None else None
        seat = self.seats.get(key) if key is not None else None
        if not self.update and (stored is not None or seat is not None):
            self.outcome.ignored += 1
            return
        self.check(draft, place, is_new=stored is None and seat is None)
        self.outcome.processed += 1
        if stored is not None:
            self.changed[stored.pk] = (draft, place)
            self.overwritten[stored.pk] = stored
        elif seat is not None:
            self.fresh[seat] = (draft, place)
        else:
            if key is not None:
                self.seats[key] = len(self.fresh)
            self.fresh.append((draft, place))

    def check(self, draft: LabelDraft, place: Place, *, is_new: bool) -> None:
        """Raise Invalid for what no single draft shows to be wrong."""
        if draft.bounds is not None and place.width is not None and place.height is not None:
            check_inside(draft, place)
        if draft.taxonomy is not None:
            check_taxonomy(draft, self.known.taxonomies)
        if draft.mask_file_pk is not None and self.target.dataset.use_privacy_mode:
            raise Invalid("a privacy dataset takes no files; send the mask's URL as mask_url.")
        if self.target.run_pk is None and (draft.confidence is not None or draft.class_pdf is not None):
            raise Invalid("an annotation takes no confidence and no class_pdf; send it as the prediction of a model.")
        if is_new and self.known.crowds is not None:
            check_crowd(self.known.crowds, place)
        if draft.metadata:
            self.types.take(draft.metadata)

    def gained(self) -> Counter[Class]:
        """By how much each class grew."""
        found: Counter[Class] = Counter()
        for draft, _ in (*self.fresh, *self.changed.values()):
            bucket = bucket_of(draft.confidence)
            for name in draft.names:
                found[draft.kind, name, bucket] += 1
        for one in self.overwritten.values():
            bucket = bucket_of(one.confidence)
            for name in names_in(one.kind, one.label, one.geometry):
                found[one.kind, name, bucket] -= 1
        return found


def known_of(target: Target, drafts: Sequence[LabelDraft]) -> Known:
    named = places_of(target.dataset, drafts)
    places = [named.of(draft) for draft in drafts]
    stored: dict[tuple[int, str], StoredLabel] = {}
    crowds: dict[int, int] = {}
    for column, pks in named.by_column().items():
        crowd = how_crowded(target.table, column, pks, run_pk=target.run_pk)
        sign = 1 if column == "item_id" else -1
        crowds.update({sign * pk: count for pk, count in crowd.items()})
        pairs = [
            (place.pk, draft.identity)
            for draft, place in zip(drafts, places, strict=True)
            if draft.identity is not None and place is not None and place.column == column and crowd[place.pk]
        ]
        if pairs:
            found = stored_labels(target.table, column, dict.fromkeys(pairs), run_pk=target.run_pk)
            stored.update({(sign * pk, identity): one for (pk, identity), one in found.items()})
    taxonomies: dict[str, Taxonomy] = {}
    if any(draft.taxonomy is not None for draft in drafts):
        rows = Taxonomy.objects.unscoped().filter(dataset_id=target.dataset.pk)
        taxonomies = {one.name: one for one in rows}
    is_near = max(crowds.values(), default=0) + len(drafts) > MAX_LABELS_OF_AN_ITEM
    return Known(places, stored, taxonomies, crowds if is_near else None)


def rows_of(
    target: Target,
    pairs: Iterable[tuple[LabelDraft, Place]],
    tracks: dict[str, int],
    taxonomies: dict[str, int],
) -> list[NewLabel]:
    dataset_pk, run_pk = target.dataset.pk, target.run_pk
    nowhere: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    return [
        NewLabel(
            dataset_pk,
            place.pk if place.column == "item_id" else None,
            place.pk if place.column == "scene_id" else None,
            draft.kind,
            draft.label,
            draft.annotation_id,
            draft.identity,
            draft.geometry,
            *(draft.bounds or nowhere),
            draft.metadata_json,
            tracks[draft.track] if draft.track is not None else None,
            taxonomies[draft.taxonomy] if draft.taxonomy is not None else None,
            draft.task_id,
            draft.embedding,
            draft.mask_url,
            draft.mask_file_pk,
            run_pk,
            draft.confidence,
            draft.class_pdf,
        )
        for draft, place in pairs
    ]


def check_crowd(crowds: dict[int, int], place: Place) -> None:
    """Count one more label of a place; raises Invalid when it has as many as one may have."""
    if crowds[place.spot] >= MAX_LABELS_OF_AN_ITEM:
        raise Invalid(f"this item has {MAX_LABELS_OF_AN_ITEM} labels already; no more are kept of one item.")
    crowds[place.spot] += 1


def check_inside(draft: LabelDraft, place: Place) -> None:
    """Raise Invalid for a shape wholly outside its image; edges may overrun, as detectors' boxes do."""
    left, top, right, bottom = draft.bounds or (0, 0, 0, 0)
    width, height = place.width or 0, place.height or 0
    if right < 0 or bottom < 0 or left > width or top > height:
        raise Invalid(
            f"the {draft.kind} reaches from ({left:g}, {top:g}) to ({right:g}, {bottom:g}), wholly outside its image of"
            f" {width} x {height} pixels. Coordinates are pixels from the image's upper left corner."
        )


def check_taxonomy(draft: LabelDraft, taxonomies: dict[str, Taxonomy]) -> None:
    """Raise Invalid unless the draft's taxonomy is known, is of its kind, and has its labels."""
    found = taxonomies.get(draft.taxonomy or "")
    if found is None:
        known = ", ".join(repr(name) for name in sorted(taxonomies)[:20]) or "none yet; add it with add_taxonomy"
        raise Invalid(f"there is no taxonomy {draft.taxonomy!r} in this dataset; known are {known}.")
    if found.kind != draft.kind:
        raise Invalid(f"the taxonomy {found.name!r} is of kind {found.kind}, and this label is a {draft.kind}.")
    for name in draft.names:
        if name not in found.labels:
            known = ", ".join(repr(one) for one in found.labels[:50])
            raise Invalid(f"the taxonomy {found.name!r} has no label {name!r}; its labels are {known}.")


def unknown_sentence(draft: LabelDraft) -> str:
    """What answers a label of something that is not in the dataset: the SDK's users look for its first words."""
    nouns = "no item and no scene has" if draft.kind in OF_SCENES else "no item has"
    if not draft.reference_id:
        return "Item with this item_id doesn't exist in this dataset."
    return f"Item with id {draft.reference_id} doesn't exist in this dataset: {nouns} this reference_id."
