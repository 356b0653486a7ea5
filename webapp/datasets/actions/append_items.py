"""Appending items: one verb, whether a request or a job calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.audit import record_notes
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import field_types, locked_dataset, require_items, save_change
from webapp.datasets.actions.origins import admit_origins
from webapp.datasets.drafts import ItemDraft, RowRefused
from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset
from webapp.datasets.rows import ItemChange, ItemRow, StoredItem, insert_items, stored_items, update_items
from webapp.datasets.sharing import append_asks, before_items_lead_to
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Invalid


@dataclass
class AppendOutcome:
    """How many drafts made an item or scene, changed one, or were ignored because it exists; and the refused ones."""

    new: int = 0
    updated: int = 0
    ignored: int = 0
    refused: list[RowRefused] = field(default_factory=list)


@transaction.atomic
def append_items(
    viewer: Viewer,
    dataset: Dataset,
    drafts: Sequence[ItemDraft],
    *,
    update: bool,
    append_key: str,
    keep_refused: bool = False,
) -> AppendOutcome:
    """Store a batch of items in their order.

    An item whose reference id exists is ignored and counted, or, with `update`, gets the draft's metadata in whole,
    and its URL and size where given. `append_key` names the append a promotion request belongs to. Without
    `keep_refused` the first bad row raises RowRefused and nothing is stored; with it, bad rows are returned and the
    rest is stored. Nothing is ever shared here.
    """
    dataset = locked_dataset(viewer, dataset)
    require_items(dataset)
    sorting = Sorting(dataset, existing_items(dataset, drafts), field_types(dataset, "item"), update=update)
    for draft in drafts:
        try:
            sorting.take(draft)
        except Invalid as refusal:
            row = RowRefused(refusal.sentence, line=draft.line, reference_id=draft.reference_id)
            if not keep_refused:
                raise row from None
            sorting.outcome.refused.append(row)
    accepted = [*sorting.fresh.values(), *sorting.changed.values()]
    notes = before_items_lead_to(dataset, sorting.addresses())
    insert_items([item_row(dataset, draft) for draft in sorting.fresh.values()], created_at=timezone.now())
    update_items(
        dataset.pk,
        [
            ItemChange(
                one.metadata_json,
                sorting.address(ref),
                one.width,
                one.height,
                sorting.existing[ref].pk,
            )
            for ref, one in sorting.changed.items()
        ],
    )
    notes += append_asks(viewer, dataset, list(sorting.asked), append_key)
    # Last, for it locks the audit record's head where an origin is new.
    admit_origins(viewer, dataset, {draft.url.origin for draft in accepted if draft.url is not None})
    record_notes(viewer, notes)
    if accepted:
        save_change(dataset, items=sorting.outcome.new, types=[("item", sorting.types)])
    return sorting.outcome


class Sorting:
    """Telling new drafts from changes and from those to ignore, row by row."""

    def __init__(self, dataset: Dataset, existing: dict[str, StoredItem], types: FieldTypes, *, update: bool) -> None:
        self.dataset, self.existing, self.types, self.update = dataset, existing, types, update
        self.fresh: dict[str, ItemDraft] = {}
        self.changed: dict[str, ItemDraft] = {}
        self.asked = BitMap64()
        self.outcome = AppendOutcome()

    def take(self, draft: ItemDraft) -> None:
        known = self.existing.get(draft.reference_id)
        is_repeated = draft.reference_id in self.fresh
        if known is None and not is_repeated:
            if draft.file_pk is not None and self.dataset.use_privacy_mode:
                raise Invalid("a privacy dataset takes no files; send the image's URL.")
            self.types.take(draft.metadata)
            self.fresh[draft.reference_id] = draft
            self.outcome.new += 1
        elif not self.update:
            self.outcome.ignored += 1
        else:
            self.change(draft, known)

    def change(self, draft: ItemDraft, known: StoredItem | None) -> None:
        self.types.take(draft.metadata)
        self.outcome.updated += 1
        if known is None:
            self.fresh[draft.reference_id] = together(self.fresh[draft.reference_id], draft)
            return
        self.changed[draft.reference_id] = draft
        if known.is_private and draft.wants_sharing:
            self.asked.add(known.pk)

    def address(self, reference_id: str) -> MediaUrl | None:
        """Where a changed item shall lead from now on; None leaves it."""
        return None if self.existing[reference_id].has_file else self.changed[reference_id].url

    def addresses(self) -> dict[int, MediaUrl]:
        """All addresses that changed items were given, by key; most are what they were."""
        given = {self.existing[name].pk: self.address(name) for name in self.changed}
        return {pk: url for pk, url in given.items() if url is not None}


def together(first: ItemDraft, later: ItemDraft) -> ItemDraft:
    """An item that one append names twice, as two appends would have left it: what made it private holds."""
    return replace(
        later,
        url=(later.url or first.url) if first.file_pk is None else None,
        file_pk=first.file_pk,
        width=later.width or first.width,
        height=later.height or first.height,
        wants_sharing=first.wants_sharing,
    )


def existing_items(dataset: Dataset, drafts: Sequence[ItemDraft]) -> dict[str, StoredItem]:
    return stored_items(dataset.pk, [draft.reference_id for draft in drafts])


def item_row(dataset: Dataset, draft: ItemDraft) -> ItemRow:
    is_private = dataset.use_privacy_mode or (draft.wants_sharing is False and draft.file_pk is None)
    return ItemRow(
        dataset.pk,
        None,
        None,
        draft.reference_id,
        draft.url,
        draft.file_pk,
        is_private,
        draft.metadata_json,
        draft.width,
        draft.height,
    )
