"""Routes 16 and 17: uploading a payload to a signed link, and starting the job that reads it."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import msgspec
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from webapp.accounts.api_keys import viewer_of_key_pk
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.jobs.queries import job_of_request
from webapp.privacy import public_id
from webapp.privacy.refusals import Conflict, Invalid
from webapp.wire.call import ROOT, Call
from webapp.wire.payloads import Payload
from webapp.wire.refusals import KeyRefused
from webapp.wire.request_body import parts_of

SALT = "wire-upload"
REQUEST_ID = re.compile(r"[0-9a-f]{32}")


class SignedUrl(msgspec.Struct):
    """`signed_url` takes one PUT of newline-delimited JSON without any header, and ends after an hour."""

    signed_url: str


class Uploaded(msgspec.Struct, rename="camel"):
    request_id: str
    bytes: int


def sign(call: Call, dataset_id: str, request_id: str) -> SignedUrl:
    dataset = queries.dataset(call.viewer, dataset_id)
    call.viewer.require(Permission.CURATE)
    claim = [dataset.pk, checked_request_id(request_id), call.viewer.api_key_id]
    return SignedUrl(f"{call.base_url}{ROOT}/upload/{signing.dumps(claim, salt=SALT)}")


def put(request: HttpRequest, token: str) -> Uploaded:
    """Store the body for the request the link was made for; the link is all the authority there is."""
    viewer, dataset, request_id = claim_of(token)
    key = request_key(dataset, request_id)
    refuse_after_job(viewer, dataset, key)
    payload = Payload(key)
    part = payload.write(parts_of(request, limit=settings.MAX_UPLOAD_BYTES))
    try:
        size = part.stat().st_size
        if not size:
            raise Invalid("The body is empty; send one JSON object a line.")
        with transaction.atomic():
            # The lock that start takes too: no payload changes once a job has been made for it.
            locked_dataset(viewer, dataset)
            refuse_after_job(viewer, dataset, key)
            payload.put(part)
    finally:
        part.unlink(missing_ok=True)
    return Uploaded(request_id, size)


def claim_of(token: str) -> tuple[Viewer, Dataset, str]:
    """Who may upload, to which dataset, for which request; raises KeyRefused for a link that is no good (any more)."""
    try:
        dataset_pk, request_id, key_pk = signing.loads(token, salt=SALT, max_age=settings.UPLOAD_LINK_SECONDS)
    except signing.SignatureExpired:
        raise KeyRefused("This upload link has expired; ask for a new one.") from None
    except (signing.BadSignature, ValueError, TypeError):
        raise KeyRefused("This is no upload link of this server.") from None
    viewer = viewer_of_key_pk(key_pk)
    if viewer is None:
        raise KeyRefused("The key this link was made with opens nothing any more.")
    viewer.require(Permission.CURATE)
    return viewer, queries.dataset(viewer, public_id.encode("ds", dataset_pk)), request_id


def refuse_after_job(viewer: Viewer, dataset: Dataset, key: str) -> None:
    if (job := job_of_request(viewer, dataset.pk, key)) is not None:
        refuse_taken(job)


def refuse_taken(job: Job) -> NoReturn:
    raise Conflict(
        f"The job {job.public_id} was started with this upload, which cannot change now; use a new requestId."
    )


def enqueue_upload(viewer: Viewer, dataset: Dataset, kind: str, request_id: str | None, **params: Any) -> Job:
    """The job that reads an uploaded payload, as `params` say; the same job for the same request id."""
    if request_id is None:
        raise Invalid("requestId is missing; upload the rows first, as the signed link says.")
    key = request_key(dataset, checked_request_id(request_id))
    with transaction.atomic():
        locked_dataset(viewer, dataset)
        if (known := job_of_request(viewer, dataset.pk, key)) is not None:
            if known.kind != kind:
                refuse_taken(known)
            return known
        if not Payload(key).exists():
            raise Invalid("Nothing was uploaded under this requestId; PUT the rows to the signed link first.")
        return enqueue(viewer, kind, dataset_pk=dataset.pk, params=params, request_key=key)


def request_key(dataset: Dataset, request_id: str) -> str:
    return f"{dataset.pk}-{request_id}"


def checked_request_id(text: str) -> str:
    if REQUEST_ID.fullmatch(text) is None:
        raise Invalid("requestId must be 32 lower-case hexadecimal digits, as uuid4().hex gives them.")
    return text
