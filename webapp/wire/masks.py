"""Routes 78 and 99 to 102 as forms: masks from the caller's own disk, PNG only. Ordinary datasets only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from django.core.files.uploadedfile import UploadedFile

from webapp.accounts.viewer import Permission
from webapp.datasets import actions, queries
from webapp.datasets.actions.files import forget_unused_files, refuse_files_in_privacy_mode
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.labels.drafts import LabelDraft
from webapp.privacy.refusals import Invalid
from webapp.wire.annotations import AnnotationsStored, store_drafts
from webapp.wire.call import Call
from webapp.wire.labels_in import LabelsSent, MaskFile, annotation_of, placed
from webapp.wire.local_files import parts_of_form, refuse_other_file, require_pairs
from webapp.wire.rows_in import checked_object, refused

NOT_KEPT = 0


class MasksSent(msgspec.Struct):
    """The part `serialized_request`, whose masks have the sender's paths as `mask_url`."""

    segmentations: list[Any]
    update: bool = False


def annotate(call: Call, dataset_id: str) -> AnnotationsStored:
    dataset = queries.dataset(call.viewer, dataset_id)
    with masks_of(call, dataset, annotation_of) as (drafts, update):
        return store_drafts(call, dataset, drafts, update=update)


@contextmanager
def masks_of(call: Call, dataset: Dataset, read: Callable[..., LabelDraft]) -> Iterator[tuple[list[LabelDraft], bool]]:
    """Drafts of the form's masks, their files kept, and whether to update.

    At the end the files that no label names are forgotten again, and what was refused is said with its place.
    """
    call.viewer.require(Permission.CURATE)
    # Before a byte of the body is read: in privacy mode nothing may reach this server's disk.
    refuse_files_in_privacy_mode(dataset)
    if call.is_async:
        raise Invalid("Masks from your disk are stored at once; leave async=1 out, or send URLs.")
    value, files = parts_of_form(call.request, "serialized_request", "mask")
    try:
        form = msgspec.convert(value, MasksSent)
    except msgspec.ValidationError as fault:
        raise Invalid(f"The part serialized_request is not what is taken here: {fault}.") from None
    require_pairs(form.segmentations, files, "segmentations", "mask")
    drafts: list[LabelDraft] = []
    try:
        drafts += drafts_of(call, form.segmentations, files, read)
        for draft, file in zip(drafts, files, strict=True):
            draft.mask_file_pk = kept_mask(call, draft, file)
        yield drafts, form.update
    except RowRefused as refusal:
        raise placed(LabelsSent([], form.segmentations), refusal) from None
    finally:
        forget_unused_files({draft.mask_file_pk for draft in drafts if draft.mask_file_pk})


def drafts_of(
    call: Call, rows: Sequence[Any], files: Sequence[UploadedFile[bytes]], read: Callable[..., LabelDraft]
) -> list[LabelDraft]:
    """The masks, not yet with their files; raises RowRefused."""
    policy = origin_policy(call.viewer)
    made = []
    for line, (row, file) in enumerate(zip(rows, files, strict=True), 1):
        try:
            path = refuse_other_file(checked_object(row, "a mask"), file, "mask_url")
        except Invalid as refusal:
            raise refused(row, refusal, line) from None
        made.append(read(row, policy=policy, line=line, file=MaskFile(NOT_KEPT, path)))
    return made


def kept_mask(call: Call, draft: LabelDraft, file: UploadedFile[bytes]) -> int:
    """The key of the stored file; raises RowRefused for what is no PNG."""
    try:
        stored = actions.store_file(call.viewer, file.chunks())
        if stored.content_type != "image/png":
            forget_unused_files([stored.pk])
            raise Invalid("the mask is no PNG; a mask is a PNG whose grey values are the indexes of its annotations.")
    except Invalid as refusal:
        raise RowRefused(refusal.sentence, line=draft.line, reference_id=draft.reference_id) from None
    return stored.pk
