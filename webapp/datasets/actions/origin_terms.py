"""What an admin says of a media origin: how its media is usually asked for, and which bucket is found there.

Never a secret: keys and tokens are given to browsers by the people who have them, and stay there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.origins import team_origin
from webapp.datasets.models import MediaOrigin
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import Origin, OriginPolicy
from webapp.privacy.refusals import Conflict, Invalid

MAX_RESOLVER = 500
ANY_ORIGIN = OriginPolicy(frozenset(), locked=False)
_BUCKET = re.compile(r"(s3|gs)://([^/]*)/?")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTerms:
    """As it was typed. `access` is one of MediaOrigin.Access; `bucket` is `s3://name` or `gs://name`.

    `bucket`, `region` and `resolver` are "" for none. `is_path_style`: the bucket's name begins the path.
    """

    access: str = MediaOrigin.Access.NONE
    bucket: str = ""
    region: str = ""
    is_path_style: bool = False
    resolver: str = ""


@transaction.atomic
def describe_origin(viewer: Viewer, origin_pk: int, terms: OriginTerms) -> MediaOrigin:
    """Say how media at one of the team's origins is asked for; raises Invalid with what is accepted, and Conflict."""
    viewer.require(Permission.ADMINISTER)
    row = team_origin(viewer, origin_pk)
    if terms.access not in MediaOrigin.Access.values:
        raise Invalid(f"The access is one of {', '.join(MediaOrigin.Access.values)}.")
    bucket = bucket_of(terms.bucket)
    row.access = MediaOrigin.Access(terms.access)
    row.bucket_scheme, row.bucket = (bucket.scheme, bucket.host) if bucket is not None else ("", "")
    row.region = region_of(terms.region)
    row.is_path_style = terms.is_path_style and bucket is not None
    row.resolver = resolver_of(terms.resolver)
    if bucket is not None:
        refuse_second_place(viewer, row, bucket)
    row.save(update_fields=["access", "bucket_scheme", "bucket", "region", "is_path_style", "resolver"])
    record(
        viewer,
        "origin.describe",
        subject=row.origin,
        access=row.access,
        bucket=str(bucket or ""),
        region=row.region,
        path_style=row.is_path_style,
        resolver=str(Origin.of_url(row.resolver)) if row.resolver else "",
    )
    return row


def refuse_second_place(viewer: Viewer, row: MediaOrigin, bucket: Origin) -> None:
    others = MediaOrigin.objects.filter(team_id=viewer.team_id, bucket_scheme=bucket.scheme, bucket=bucket.host)
    other = others.exclude(pk=row.pk).first()
    if other is not None:
        raise Conflict(f"{bucket} is said to be at {other.origin}; take it from there first.")


def bucket_of(text: str) -> Origin | None:
    """The bucket that was typed, or None for none."""
    if not text.strip():
        return None
    found = _BUCKET.fullmatch(text.strip())
    if found is None:
        raise Invalid("A bucket is written s3://name or gs://name, with nothing after it.")
    return Origin.of_bucket(found[1], found[2])


def region_of(text: str) -> str:
    region = text.strip()
    if region and _REGION.fullmatch(region) is None:
        raise Invalid("A region is up to 40 lower-case letters, digits and hyphens, such as eu-west-1.")
    return region


def resolver_of(text: str) -> str:
    """The address that was typed, kept as it is; "" for none."""
    address = text.strip()
    if not address:
        return ""
    try:
        MediaUrl.parse(address, ANY_ORIGIN)
    except MediaUrlRefused as refused:
        raise Invalid(f"The resolver's address is refused: {refused.sentence}") from None
    if "?" in address or len(address) > MAX_RESOLVER:
        raise Invalid(
            f"A resolver's address has no query and at most {MAX_RESOLVER} characters: who may use it is for its own"
            " sign-in to say, and every member can read the address."
        )
    return address
