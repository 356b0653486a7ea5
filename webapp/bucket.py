"""The bucket of shared copies, as an S3-compatible store: where it is, and links into it. Pure: nothing here connects.

Web processes sign links with it; only the courier (courier/bucket_client.py) talks to the bucket.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

_ENDPOINT = re.compile(r"https?://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_-]+/)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """`endpoint` is an origin; keys begin with `prefix`, which is empty or ends with a slash.

    `has_own_host`: the bucket is addressed as `https://<name>.<host>`, else as a folder of the endpoint.
    """

    endpoint: str
    name: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    prefix: str = ""
    has_own_host: bool = False

    def __post_init__(self) -> None:
        for variable, pattern, value in (
            ("TRANSOM_S3_ENDPOINT", _ENDPOINT, self.endpoint),
            ("TRANSOM_S3_BUCKET", _NAME, self.name),
            ("TRANSOM_S3_REGION", _REGION, self.region),
            ("TRANSOM_S3_PREFIX", _PREFIX, self.prefix),
        ):
            if pattern.fullmatch(value) is None:
                raise SystemExit(f"{variable} is {value!r}; docs/deployment.md says how it is written.")
        if not (self.access_key and self.secret_key):
            raise SystemExit("TRANSOM_S3_BUCKET is set; set TRANSOM_S3_ACCESS_KEY and TRANSOM_S3_SECRET_KEY, too.")

    @property
    def origin(self) -> str:
        """Where browsers load from: what the policy of a page that shows copies names."""
        scheme, _, host = self.endpoint.partition("://")
        return f"{scheme}://{self.name}.{host}" if self.has_own_host else self.endpoint

    def key_of(self, team_pk: int, sha256: str) -> str:
        return f"{self.prefix}{team_pk}/{sha256}"

    def link(self, key: str, *, answers: dict[str, str], seconds: int, now: datetime | None = None) -> str:
        """A signed address (AWS Signature Version 4) at which anybody may read the object, for so many seconds.

        `answers` are headers that the store is to answer with, such as `content-type`, whatever was stored.
        """
        at = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{at[:8]}/{self.region}/s3/aws4_request"
        host = self.origin.partition("://")[2]
        path = quote(f"/{key}" if self.has_own_host else f"/{self.name}/{key}", safe="/-_.~")
        asked = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": at,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
            **{f"response-{name}": value for name, value in answers.items()},
        }
        query = "&".join(f"{quote(name, safe='-_.~')}={quote(asked[name], safe='-_.~')}" for name in sorted(asked))
        canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        to_sign = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        return f"{self.origin}{path}?{query}&X-Amz-Signature={self._signature(scope, to_sign)}"

    def _signature(self, scope: str, to_sign: str) -> str:
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, to_sign.encode(), "sha256").hex()
