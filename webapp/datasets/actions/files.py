"""Local files: images that somebody uploads to an ordinary dataset. They are shared from the start."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions import bucket_copies
from webapp.datasets.actions.append_items import AppendOutcome, append_items
from webapp.datasets.departures import files_named
from webapp.datasets.drafts import ItemDraft
from webapp.datasets.image_type import ACCEPTED, image_type
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.privacy.refusals import Invalid, TooLarge

FILES_AT_ONCE = 500


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

    Those in the bucket are removed by the courier, for nobody else may talk to it. A revoked promotion may have named
    a hundred thousand, so a few statements do for some hundred of them.
    """
    asked = sorted(set(pks))
    for start in range(0, len(asked), FILES_AT_ONCE):
        rows = StoredFile.objects.select_for_update().filter(pk__in=asked[start : start + FILES_AT_ONCE])
        files = {file.pk: file for file in rows.order_by("pk")}
        by_items = Item.objects.unscoped().filter(file_id__in=files).values_list("file_id", flat=True)
        named = files_named(files) | set(by_items)
        gone = [file for file in files.values() if file.pk not in named]
        StoredFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
        for team_pk in {file.team_id for file in gone}:
            theirs = [file for file in gone if file.team_id == team_pk]
            in_bucket = [file.sha256 for file in theirs if file.place == StoredFile.Place.S3]
            bucket_copies.forget(team_pk, in_bucket, timezone.now())
            transaction.on_commit(partial(remove_unnamed, team_pk, [file.sha256 for file in theirs]))


def remove_unnamed(team_pk: int, names: list[str]) -> int:
    """Delete those of these local bytes that no row names: how many.

    Rows with their names are made for a moment: somebody who stores the same bytes meanwhile waits for their end, and
    puts them there anew. So they have to make their row first and the file in the same transaction.
    """
    with transaction.atomic():
        # In the order in which the courier makes rows, so that no two wait for each other.
        rows = [StoredFile(team_id=team_pk, sha256=name, byte_size=0, content_type="") for name in sorted(names)]
        StoredFile.objects.bulk_create(rows, ignore_conflicts=True)
        # No file that is kept has no bytes.
        made = list(StoredFile.objects.filter(team_id=team_pk, sha256__in=names, byte_size=0))
        for row in made:
            path_of(row).unlink(missing_ok=True)
        transaction.set_rollback(True)
    return len(made)
