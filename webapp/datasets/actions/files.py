"""Local files: images that somebody uploads to an ordinary dataset. They are shared from the start."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions import bucket_copies
from webapp.datasets.actions.append_items import AppendOutcome, append_items
from webapp.datasets.departures import is_file_named
from webapp.datasets.drafts import ItemDraft
from webapp.datasets.image_type import ACCEPTED, image_type
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.privacy.refusals import Invalid, TooLarge


def path_of(file: StoredFile) -> Path:
    return Path(settings.SHARED_DIR) / str(file.team_id) / file.sha256[:2] / file.sha256


def store_file(viewer: Viewer, chunks: Iterable[bytes]) -> StoredFile:
    """Keep the bytes under their hash, durably, and the row that names them; the same bytes twice give one row.

    Raises Invalid for anything but a known image type, TooLarge above the limit; nothing is kept then.
    """
    viewer.require(Permission.CURATE)
    folder = Path(settings.SHARED_DIR) / str(viewer.team_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(dir=folder, prefix="part-")
    try:
        with os.fdopen(handle, "wb") as out:
            sha256, size, head = written(chunks, out)
            out.flush()
            os.fsync(out.fileno())
        media_type = image_type(head)
        if media_type is None:
            raise Invalid(f"the file is no image we can show; {ACCEPTED} are accepted.")
        final = folder / sha256[:2] / sha256
        final.parent.mkdir(exist_ok=True, mode=0o700)
        with transaction.atomic():
            # The row first, for whoever removes bytes without one waits for it (`remove_unnamed`).
            file, _ = StoredFile.objects.get_or_create(
                team_id=viewer.team_id, sha256=sha256, defaults={"byte_size": size, "content_type": media_type}
            )
            Path(part).replace(final)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return file


def written(chunks: Iterable[bytes], out: object) -> tuple[str, int, bytes]:
    """Copy `chunks` to `out`; their SHA-256, how many bytes they were, and the first 16."""
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in chunks:
        size += len(chunk)
        if size > settings.MAX_FILE_BYTES:
            raise TooLarge(f"a file may have at most {settings.MAX_FILE_BYTES} bytes.")
        head = head if len(head) >= 16 else (head + chunk)[:16]
        digest.update(chunk)
        out.write(chunk)  # type: ignore[attr-defined]
    return digest.hexdigest(), size, head


def upload_files(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[ItemDraft], *, update: bool, append_key: str
) -> AppendOutcome:
    """Append items whose `file_pk` names a stored file; refused whole in a privacy dataset."""
    refuse_files_in_privacy_mode(dataset)
    return append_items(viewer, dataset, drafts, update=update, append_key=append_key)


def refuse_files_in_privacy_mode(dataset: Dataset) -> None:
    if dataset.use_privacy_mode:
        raise Invalid(
            "This dataset is in privacy mode: files cannot be uploaded to it, because its media never leaves your"
            " servers. Send https URLs as image_location, or use a dataset without privacy mode."
        )


@transaction.atomic
def forget_unused_files(pks: Iterable[int]) -> None:
    """Delete stored files that nothing names any more, rows now and bytes after the transaction.

    Those in the bucket are removed by the courier, for nobody else may talk to it.
    """
    for file in StoredFile.objects.select_for_update().filter(pk__in=set(pks)):
        if not Item.objects.unscoped().filter(file_id=file.pk).exists() and not is_file_named(file.pk):
            remove = partial(remove_unnamed, file.team_id, file.sha256)
            if file.place == StoredFile.Place.S3:
                bucket_copies.forget(file.team_id, file.sha256, timezone.now())
            file.delete()
            transaction.on_commit(remove)


def remove_unnamed(team_pk: int, sha256: str) -> bool:
    """Delete local bytes that no row names; False, and nothing is done, where one does.

    A row with their name is made for a moment: somebody who stores the same bytes meanwhile waits for its end, and
    puts them there anew. So they have to make their row first and the file in the same transaction.
    """
    try:
        with transaction.atomic():
            row = StoredFile.objects.create(team_id=team_pk, sha256=sha256, byte_size=0, content_type="")
            path_of(row).unlink(missing_ok=True)
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True
