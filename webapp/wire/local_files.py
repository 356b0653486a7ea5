"""Route 19: images that the SDK uploads from the caller's own disk, as multipart forms. Ordinary datasets only.

How a form is read and how its rows and files correspond holds for masks.py too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from webapp.accounts.viewer import Permission
from webapp.datasets import actions, queries, strict_json
from webapp.datasets.actions import AppendOutcome
from webapp.datasets.actions.files import forget_unused_files, refuse_files_in_privacy_mode
from webapp.datasets.actions.locking import require_items
from webapp.datasets.drafts import ItemDraft, RowRefused, file_draft
from webapp.datasets.models import Dataset, StoredFile
from webapp.jobs.actions import record_finished
from webapp.privacy.refusals import Invalid, TooLarge
from webapp.wire.appends import ItemsAppended, appended
from webapp.wire.call import Call
from webapp.wire.jobs import JobStarted, started
from webapp.wire.rows_in import checked_object, refused

# The SDK sends ten a request.
MAX_FILES = 100
MAX_PATH = 4_096


class BoundedFile(TemporaryFileUploadHandler):
    """Streams each file to disk, and stops at the first byte too many."""

    received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.MAX_FILE_BYTES:
            self.upload_interrupted()  # closes and removes what there is of it
            raise TooLarge(f"A file may have at most {settings.MAX_FILE_BYTES} bytes.")
        super().receive_data_chunk(raw_data, start)


def append(call: Call, dataset_id: str) -> JobStarted | ItemsAppended:
    dataset = queries.dataset(call.viewer, dataset_id)
    call.viewer.require(Permission.CURATE)
    require_items(dataset)
    # Before a byte of the body is read: in privacy mode nothing may reach this server's disk.
    refuse_files_in_privacy_mode(dataset)
    rows, files = form_of(call.request)
    outcome = store(call, dataset, rows, files)
    if not call.is_async:
        return appended(dataset, outcome)
    job = record_finished(
        call.viewer,
        "uploadDatasetItems",
        dataset_pk=dataset.pk,
        message=message_of(dataset, outcome),
        total_steps=len(rows),
    )
    return started(job)


def form_of(request: HttpRequest) -> tuple[list[Any], list[UploadedFile[bytes]]]:
    """The rows and the files of the form, in their orders, which correspond."""
    rows, files = parts_of_form(request, "items", "image")
    if type(rows) is not list:
        raise Invalid("The part items must be a JSON list.")
    require_pairs(rows, files, "items", "image")
    return rows, files


def parts_of_form(request: HttpRequest, text_name: str, file_name: str) -> tuple[Any, list[UploadedFile[bytes]]]:
    """The JSON value of one part, and all files of another name."""
    request.upload_handlers = [BoundedFile(request)]
    try:
        text, files = request.POST.get(text_name), request.FILES.getlist(file_name)
    except RequestDataTooBig:
        raise TooLarge(
            f"The part {text_name} has more than the {settings.MAX_BODY_BYTES} bytes that are taken."
        ) from None
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError):
        raise Invalid("The multipart form cannot be read; send it again.") from None
    if text is None:
        raise Invalid(f"The form has no part called {text_name}; it holds what is said of the files, as JSON.")
    return strict_json.read(text.encode("utf-8", "surrogatepass")), files


def require_pairs(rows: list[Any], files: list[UploadedFile[bytes]], noun: str, file_name: str) -> None:
    if not rows or len(rows) != len(files) or len(files) > MAX_FILES:
        raise Invalid(
            f"The form has {len(rows)} {noun} and {len(files)} parts called {file_name};"
            f" one each, and at most {MAX_FILES}."
        )


def message_of(dataset: Dataset, outcome: AppendOutcome) -> dict[str, Any]:
    counts = {"new": outcome.new, "updated": outcome.updated, "ignored": outcome.ignored, "errored": 0}
    return {"dataset_item_upload": {"total": sum(counts.values()), **counts, "datasetId": dataset.public_id}}


def store(call: Call, dataset: Dataset, rows: list[Any], files: list[UploadedFile[bytes]]) -> AppendOutcome:
    """Keep the files, then append all items or none; files that no item names in the end are forgotten again."""
    drafts = [draft_of(row, file, line) for line, (row, file) in enumerate(zip(rows, files, strict=True), 1)]
    update = update_of(rows)
    try:
        for draft, file in zip(drafts, files, strict=True):
            draft.file_pk = kept_file(call, draft, file).pk
        return actions.upload_files(
            call.viewer, dataset, drafts, update=update, append_key=f"{dataset.pk}-{uuid4().hex}"
        )
    finally:
        forget_unused_files({draft.file_pk for draft in drafts if draft.file_pk is not None})


def draft_of(row: Any, file: UploadedFile[bytes], line: int) -> ItemDraft:
    """The item of one row, not yet with its file; raises RowRefused."""
    try:
        take = checked_object(row, "an item").get
        refuse_other_file(row, file)
        return file_draft(
            reference_id=take("reference_id"),
            metadata=take("metadata"),
            width=take("width"),
            height=take("height"),
            line=line,
        )
    except Invalid as refusal:
        raise refused(row, refusal, line) from None


def kept_file(call: Call, draft: ItemDraft, file: UploadedFile[bytes]) -> StoredFile:
    try:
        return actions.store_file(call.viewer, file.chunks())
    except Invalid as refusal:
        raise RowRefused(refusal.sentence, line=draft.line, reference_id=draft.reference_id) from None


def refuse_other_file(row: dict[str, Any], file: UploadedFile[bytes], key: str = "image_url") -> str:
    """The sender's path of the file. Rows and files correspond by position; another name means a mixed-up form."""
    given, sent = row.get(key), unquote(file.name or "")
    if type(given) is not str or not 0 < len(given) <= MAX_PATH:
        raise Invalid(f"{key} must be the path of the file, as a text of at most {MAX_PATH} characters.")
    # Django cuts names at 255 characters, and percent-encoded paths get that long.
    if len(file.name or "") < 255 and given.rpartition("/")[2] != sent.rpartition("/")[2]:
        raise Invalid(f"the file in this position has another name than {key}; send the files in the rows' order.")
    return given


def update_of(rows: list[Any]) -> bool:
    said = {row.get("update", False) for row in rows if type(row.get("update", False)) is bool}
    if len(said) > 1 or any(type(row.get("update", False)) is not bool for row in rows):
        raise Invalid("update must be true for all items of one form, or false for all.")
    return bool(said and said.pop())
