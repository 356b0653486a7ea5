"""The client that talks to the bucket of shared copies. The courier alone loads it: it opens connections."""

from __future__ import annotations

import errno
import hashlib
import logging
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from webapp.bucket import Bucket

log = logging.getLogger(__name__)

CONNECT_S, READ_S = 5, 60
# What S3 takes in one request, which alone is checked as a whole; more than any file that the courier brings.
ONE_REQUEST_BYTES = 5 * 1024**3
# How many of what a store says are gone are asked for afterwards; after so many failures in a row the rest waits.
SAMPLE, MOST_FAILURES = 3, 3
STILL_THERE = "the bucket still has it"
_CODE = re.compile(r"[A-Za-z0-9]{1,60}")


class _TakesOneAtATime(Exception):
    """The store does not know the request that removes many."""


class BucketClient:
    """Objects by their key. Whatever goes wrong is an OSError whose text names no key and no secret."""

    def __init__(self, bucket: Bucket) -> None:
        self._takes_many = True
        self._storage = _NamedByHash(
            access_key=bucket.access_key,
            secret_key=bucket.secret_key,
            security_token=None,
            bucket_name=bucket.name,
            endpoint_url=bucket.endpoint,
            region_name=bucket.region,
            default_acl=None,
            file_overwrite=True,
            client_config=Config(
                signature_version="s3v4",
                s3={
                    "addressing_style": "virtual" if bucket.has_own_host else "path",
                    # The store checks the body against the signed hash of it, on https, too.
                    "payload_signing_enabled": True,
                },
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"mode": "standard", "max_attempts": 3},
                # None of the environment's: it could lead the bytes elsewhere.
                proxies={},
                # Stores other than Amazon's know no trailing checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(multipart_threshold=ONE_REQUEST_BYTES + 1, use_threads=False),
        )

    def put(self, key: str, path: Path, *, content_type: str) -> None:
        """Put the file under the key, whose end is its SHA-256: by that the store checks what arrives; then ask for it.

        What is there already is replaced by the same.
        """
        with _asking("did not take it"), path.open("rb") as file:
            content: Any = File(file, name=path.name)
            content.content_type = content_type
            self._storage.save(key, content)
            arrived = self._storage.size(key)
        if arrived != (sent := path.stat().st_size):
            raise OSError(errno.EIO, f"the bucket has {arrived} of {sent} bytes")

    def remove(self, key: str) -> None:
        """Remove what is there, and make sure that it is gone."""
        with _asking("did not remove it"):
            self._storage.delete(key)
            is_there = self._storage.exists(key)
        if is_there:
            raise OSError(errno.EIO, STILL_THERE)

    def remove_all(self, keys: Sequence[str], *, is_ending: Callable[[], bool] = lambda: False) -> dict[str, str]:
        """Remove at most a thousand, by one request where the store takes that: by key why some were not removed.

        All others are gone. Raises OSError where the request as a whole was refused.
        """
        if self._takes_many:
            try:
                return self._remove_together(keys)
            except _TakesOneAtATime:
                log.warning("The bucket takes no request that removes many copies; they are removed one by one.")
                self._takes_many = False
        return self._remove_one_by_one(keys, is_ending)

    def _remove_together(self, keys: Sequence[str]) -> dict[str, str]:
        """Raises _TakesOneAtATime. A store that has one of a few that it said are gone is not believed in any."""
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": False}
        with _asking("did not remove it"):
            client = self._storage.connection.meta.client
            # Once for a client; those of the threads differ.
            client.meta.events.register("before-call.s3.DeleteObjects", _say_md5, unique_id="transom-md5")
            try:
                answer = client.delete_objects(Bucket=self._storage.bucket_name, Delete=wanted)
            except ClientError as error:
                if _is_unknown(error):
                    raise _TakesOneAtATime from None
                raise
            gone = {str(one.get("Key")) for one in answer.get("Deleted", ())}.intersection(keys)
            sample = random.sample(sorted(gone), min(SAMPLE, len(gone)))
            if any(self._storage.exists(key) for key in sample):
                return dict.fromkeys(keys, STILL_THERE)
        refused = {str(one.get("Key")): _said(one.get("Code")) for one in answer.get("Errors", ())}
        return {
            key: f"the bucket did not remove it ({refused.get(key, 'it does not say why')})"
            for key in keys
            if key not in gone or key in refused
        }

    def _remove_one_by_one(self, keys: Sequence[str], is_ending: Callable[[], bool]) -> dict[str, str]:
        refused: dict[str, str] = {}
        failures, why = 0, ""
        for key in keys:
            if is_ending() or failures >= MOST_FAILURES:
                refused[key] = why or "the courier was stopped"
                continue
            try:
                self.remove(key)
                failures = 0
            except OSError as refusal:
                refused[key] = why = refusal.strerror or "it failed"
                failures += 1
        return refused


class _NamedByHash(S3Storage):  # type: ignore[misc]
    """Says with each object the hash that its name ends with; a store that finds another refuses the object."""

    def get_object_parameters(self, name: str) -> dict[str, str]:
        return {"ChecksumSHA256": b64encode(bytes.fromhex(name.rpartition("/")[2])).decode()}


@contextmanager
def _asking(refusal: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        said = _said(error.response.get("Error", {}).get("Code"))
        raise OSError(errno.EIO, f"the bucket {refusal} ({said})") from None
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, f"the bucket {refusal} ({type(error).__name__})") from None


def _said(code: object) -> str:
    """A store's word for what went wrong, where it is one."""
    return str(code) if _CODE.fullmatch(str(code)) else "an error"


def _is_unknown(error: ClientError) -> bool:
    """Whether the store does not know what it was asked for at all."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return bool(status == 501 or error.response.get("Error", {}).get("Code") == "NotImplemented")


def _say_md5(params: dict[str, Any], **_: Any) -> None:
    """Send the older checksum of the list, too: stores that do not know the newer ones demand it."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = b64encode(digest).decode()
