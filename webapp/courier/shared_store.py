"""Copies in an S3-compatible bucket: brought there, settled, and removed when nothing names them any more.

What is in the bucket is written down before and after (datasets/actions/bucket_copies.py), and nothing is asked of it
within a transaction. A kill between bringing and settling leaves an object that is removed a day later.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from webapp.bucket import Bucket
from webapp.courier.copies import Copies, LocalCopies, place_of
from webapp.courier.store import Part, Store
from webapp.datasets.actions import bucket_copies
from webapp.datasets.actions.bucket_copies import BeingRemoved, Removal
from webapp.datasets.models import StoredFile

log = logging.getLogger(__name__)

# What a bucket removes by one request.
AT_ONCE = 1_000
GRACE_S = 5.0


class Client(Protocol):
    """What is asked of the bucket; each may raise OSError. `put` replaces, `remove_all` says what is not gone."""

    def put(self, key: str, path: Path, *, content_type: str) -> None: ...

    def remove_all(self, keys: Sequence[str], *, is_ending: Callable[[], bool]) -> dict[str, str]: ...


class BucketCopies:
    """Copies in the bucket; their parts arrive in the data folder, as all parts do."""

    place = StoredFile.Place.S3

    def __init__(self, bucket: Bucket, client: Client, local: LocalCopies) -> None:
        self._bucket, self._client, self._local = bucket, client, local
        self._rounds: WeakKeyDictionary[Part, int] = WeakKeyDictionary()

    def incoming(self, team_pk: int) -> Store:
        return self._local.incoming(team_pk)

    def bring(self, team_pk: int, part: Part, media_type: str) -> None:
        """Put the bytes into the bucket, unless they are there."""
        part.sync()
        try:
            self._rounds[part], is_there = bucket_copies.begin(team_pk, part.sha256, timezone.now())
        except BeingRemoved:
            raise OSError(errno.EAGAIN, "the same bytes are being removed from the bucket just now") from None
        if not is_there:
            self._client.put(self._bucket.key_of(team_pk, part.sha256), part.path, content_type=media_type)

    def settle(self, team_pk: int, part: Part, place: StoredFile.Place | None = None) -> None:
        if (place or place_of(team_pk, part.sha256)) != self.place:
            # The same bytes were uploaded here before; one row names one place.
            self._local.settle(team_pk, part, self._local.place)
            self._local.sync(team_pk, [part])
            bucket_copies.abandon(team_pk, part.sha256, timezone.now())
        elif not bucket_copies.settle(team_pk, part.sha256, self._rounds[part], timezone.now()):
            raise OSError(errno.EAGAIN, "the same bytes were removed from the bucket meanwhile")
        else:
            transaction.on_commit(lambda: self.incoming(team_pk).discard(part))

    def sync(self, team_pk: int, parts: Sequence[Part]) -> None:
        """Nothing: the bucket had made them last when it answered."""

    def abandon(self, team_pk: int, sha256: str) -> None:
        self._local.abandon(team_pk, sha256)
        bucket_copies.abandon(team_pk, sha256, timezone.now())


class Removals:
    """Removes from the bucket what nothing names any more, in a thread of its own, so that copying need not wait."""

    def __init__(self, bucket: Bucket, client: Client) -> None:
        self._bucket, self._client = bucket, client
        self._thread: threading.Thread | None = None
        self._is_ending = threading.Event()

    def look(self) -> None:
        """Go on with it, unless that is going on."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Give it a little time, and then leave the rest to the next courier."""
        if self._thread is not None:
            self._thread.join(GRACE_S)
        self._is_ending.set()

    def remove_some(self) -> int:
        """Remove what is due now, at most AT_ONCE; how many are gone."""
        started = bucket_copies.start_removals(timezone.now(), most=AT_ONCE)
        return self.remove(started) if started else 0

    def remove(self, started: Sequence[Removal]) -> int:
        """Remove what was taken hold of; how many are gone. What is not is tried again later."""
        keys = {self._bucket.key_of(one.team_pk, one.sha256): one for one in started}
        try:
            refused = self._client.remove_all(list(keys), is_ending=self._is_ending.is_set)
        except OSError as refusal:
            refused = dict.fromkeys(keys, refusal.strerror or "it failed")
        if refused:
            why = next(iter(refused.values()))
            log.warning("%s copies were not removed, one because %s. They are tried again.", len(refused), why)
        failures = {keys[key].pk: why for key, why in refused.items()}
        bucket_copies.end_removals(started, timezone.now(), failures=failures)
        return len(started) - len(refused)

    def _run(self) -> None:
        try:
            while not self._is_ending.is_set() and self.remove_some():
                pass
        except DatabaseError:
            log.warning("The database did not answer while copies were removed; they are looked for again.")
        finally:
            connection.close()


def chosen_copies() -> Copies:
    """Where this courier's copies stay, as the settings say."""
    local = LocalCopies(Path(settings.SHARED_DIR))
    if settings.SHARED_STORE != "s3" or settings.BUCKET is None:
        return local
    return BucketCopies(settings.BUCKET, client_of(settings.BUCKET), local)


def chosen_removals() -> Removals | None:
    """Who removes from the bucket; None where there is none. Also while new copies stay here."""
    return Removals(settings.BUCKET, client_of(settings.BUCKET)) if settings.BUCKET is not None else None


def client_of(bucket: Bucket) -> Client:
    # Its packages are installed only where there is a bucket (requirements-s3.txt).
    from webapp.courier.bucket_client import BucketClient

    return BucketClient(bucket)
