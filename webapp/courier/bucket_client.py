"""The client that talks to the bucket of shared copies. The courier alone loads it: it opens connections."""

from __future__ import annotations

import errno
import re
from base64 import b64encode
from collections.abc import Iterator
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

CONNECT_S, READ_S = 5, 60
# What S3 takes in one request, which alone is checked as a whole; more than any file that the courier brings.
ONE_REQUEST_BYTES = 5 * 1024**3
_CODE = re.compile(r"[A-Za-z0-9]{1,60}")


class BucketClient:
    """Objects by their key. Whatever goes wrong is an OSError whose text names no key and no secret."""

    def __init__(self, bucket: Bucket) -> None:
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
            raise OSError(errno.EIO, "the bucket still has it")


class _NamedByHash(S3Storage):  # type: ignore[misc]
    """Says with each object the hash that its name ends with; a store that finds another refuses the object."""

    def get_object_parameters(self, name: str) -> dict[str, str]:
        return {"ChecksumSHA256": b64encode(bytes.fromhex(name.rpartition("/")[2])).decode()}


@contextmanager
def _asking(refusal: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        said = code if _CODE.fullmatch(code) else "an error"
        raise OSError(errno.EIO, f"the bucket {refusal} ({said})") from None
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, f"the bucket {refusal} ({type(error).__name__})") from None
