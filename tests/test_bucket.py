"""Links into a bucket, against the example that Amazon publishes and against the signer of its own client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from botocore.config import Config

from webapp.bucket import Bucket


def bucket(**fields: Any) -> Bucket:
    known = {"endpoint": "https://s3.amazonaws.com", "name": "examplebucket", "region": "us-east-1"}
    keys = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    return Bucket(**known | keys | fields)


def test_a_link_is_signed_as_in_the_published_example() -> None:
    """The worked example of "Authenticating requests: using query parameters" in the reference of S3."""
    at = datetime(2013, 5, 24, tzinfo=UTC)
    link = bucket(has_own_host=True).link("test.txt", answers={}, seconds=86400, now=at)
    assert link.startswith("https://examplebucket.s3.amazonaws.com/test.txt?")
    assert link.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


@pytest.mark.parametrize("has_own_host", [False, True])
@pytest.mark.parametrize("endpoint", ["https://s3.eu-central-1.amazonaws.com", "http://store.internal:9000"])
def test_a_link_is_signed_as_the_client_would(endpoint: str, has_own_host: bool) -> None:
    ours = bucket(endpoint=endpoint, region="eu-central-1", has_own_host=has_own_host, prefix="a_b-c/")
    key = ours.key_of(7, "ab" * 32)
    style = "virtual" if has_own_host else "path"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=ours.region,
        aws_access_key_id=ours.access_key,
        aws_secret_access_key=ours.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": style}),
    )
    answers = {"content-type": "image/png", "content-disposition": 'attachment; filename="a b.png"'}
    named = {
        "ResponseContentType": answers["content-type"],
        "ResponseContentDisposition": answers["content-disposition"],
    }
    theirs = client.generate_presigned_url("get_object", {"Bucket": ours.name, "Key": key, **named}, ExpiresIn=60)
    at = datetime.strptime(dict(parse_qsl(urlsplit(theirs).query))["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    link = ours.link(key, answers=answers, seconds=60, now=at)
    one, other = urlsplit(link), urlsplit(theirs)
    assert (one[:3], dict(parse_qsl(one.query))) == (other[:3], dict(parse_qsl(other.query)))
    assert f"{one.scheme}://{one.netloc}" == ours.origin


@pytest.mark.parametrize(
    "fields",
    [
        {"endpoint": ""},
        {"endpoint": "https://s3.example/path"},
        {"endpoint": "https://user@s3.example"},
        {"endpoint": "ftp://s3.example"},
        {"name": "Not_A_Bucket"},
        {"name": "a/b"},
        {"region": "eu central"},
        {"prefix": "no-slash"},
        {"prefix": "../"},
        {"access_key": ""},
        {"secret_key": ""},
    ],
)
def test_a_bucket_that_cannot_be_is_refused_with_its_variable(fields: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match="TRANSOM_S3_"):
        bucket(**fields)


def test_no_secret_is_shown() -> None:
    assert "EXAMPLE" not in repr(bucket())
