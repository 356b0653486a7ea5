"""The only way a media address becomes a value: one strict grammar, kept byte for byte, never printed whole.

What is accepted is read alike by the browser, `urllib.parse` and urllib3, and the browser requests exactly
the path and query that are stored, because signatures cover them. A storage reference, `s3://bucket/key`, is accepted
where the team said which web origin the bucket is at; its key is written as the path of that web address is. The order
of the rules is the order of the refusals: see `_refuse`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import NoReturn

from django.conf import settings

from webapp.privacy.expiry import Expiry, expiry_of
from webapp.privacy.origins import BUCKET_SCHEMES, Origin, OriginNotDeclared, OriginPolicy
from webapp.privacy.refusals import MediaUrlRefused

__all__ = ["URL_MAX_BYTES", "MediaUrl", "MediaUrlRefused", "OriginNotDeclared", "fingerprint"]

URL_MAX_BYTES = 4096
AUTHORITY_CACHE_ENTRIES = 4096

# Browsers write ' in a query as %27, so it is accepted in the path only; | and ^ they send as they are, but
# RFC 3986 does not know them and other clients encode them.
_PATH = r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/\[\]]*+"
_QUERY = r"\?[A-Za-z0-9\-._~!$&()*+,;=:@%/?\[\]]*+"
_WELL_FORMED = re.compile(
    rf"(https?://[A-Za-z0-9.\-:\[\]]+){_PATH}(?:{_QUERY})?|((?:s3|gs)://[a-z0-9._\-]+)(?=/.){_PATH}"
)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[eE]){1,2}(?=/|\Z)")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_AUTHORITY = re.compile(r"(https?|s3|gs)://([^/?#]*)")

_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%/?#[]")

_STORAGE_SCHEMES = frozenset({"s3", "gs", "gcs", "azure", "az", "abfs", "abfss", "wasb", "wasbs", "hdfs"})
_KNOWN_SCHEMES = frozenset(
    {"about", "blob", "chrome", "data", "file", "filesystem", "ftp", "ftps"}
    | {"intent", "javascript", "vbscript", "view-source", "ws", "wss"}
)

_origins: dict[str, Origin] = {}


class MediaUrl:
    """An accepted media address; prints as origin and fingerprint, and `reveal` is the only way to its text."""

    __slots__ = ("_origin", "_text")
    _origin: Origin
    _text: str

    def __init__(self) -> None:
        raise TypeError("A MediaUrl is made by parse or from_column.")

    @classmethod
    def parse(cls, text: object, policy: OriginPolicy) -> MediaUrl:
        """Return the address held by `text`; raises MediaUrlRefused, or OriginNotDeclared by the policy."""
        if type(text) is not str:
            raise MediaUrlRefused("type", "A media address is a text.")
        found = _WELL_FORMED.fullmatch(text)
        if found is None or len(text) > URL_MAX_BYTES:
            _refuse(text, policy)
        # The order of these tests is for speed: most addresses hold neither.
        if "%" in text and _BARE_PERCENT.search(text):
            _refuse(text, policy)
        if ("/." in text or "/%2" in text) and _DOT_SEGMENT.search(text.partition("?")[0], 8):
            _refuse(text, policy)
        prefix = found[1] or found[2]
        origin = _origins.get(prefix)
        if origin is None:
            _check_authority(text)
            origin = _origin_of(prefix)
        policy.admit(origin)
        if policy.at is not None and "?" in text:
            _check_end(text, origin, policy.at)
        return _made(text, origin)

    @classmethod
    def from_column(cls, text: str) -> MediaUrl:
        """Return the address that our own column holds, trusting that it was parsed on its way in."""
        end = text.find("/", 8)
        return _made(text, _origin_of(text if end < 0 else text[:end]))

    @property
    def origin(self) -> Origin:
        """The scheme, host and port, or the scheme and bucket; it may be shown."""
        return self._origin

    @property
    def expiry(self) -> Expiry | None:
        """When the link ends, as it says itself; None where it says nothing of it."""
        return expiry_of(self._text)

    def moved(self, before: str, after: str, policy: OriginPolicy) -> MediaUrl:
        """Return the address with `after` in place of the `before` that it begins with; raises as `parse` does."""
        if not self._text.startswith(before):
            raise ValueError("The address does not begin so.")
        return MediaUrl.parse(after + self._text[len(before) :], policy)

    @property
    def mark(self) -> bytes:
        """4 bytes that tell this text from others, as `fingerprint` does."""
        return bytes.fromhex(fingerprint(self._text))

    @property
    def without_query(self) -> str:
        """The text for somebody who may see the address, with `?…` in place of a query: signatures are there."""
        address, question_mark, _ = self._text.partition("?")
        return f"{address}?…" if question_mark else address

    def reveal(self) -> str:
        """Return the exact text; a signature in it is a secret, so each caller is one to look at."""
        return self._text

    def __repr__(self) -> str:
        return f"<{self._origin} #{fingerprint(self._text)}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, MediaUrl) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A MediaUrl does not change.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A MediaUrl does not change.")

    def __copy__(self) -> MediaUrl:
        return self

    def __deepcopy__(self, memo: object) -> MediaUrl:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("A MediaUrl is not pickled: the pickle would hold the address in clear.")


# The slots' own setters: the class refuses assignment, and object.__setattr__ costs twice as much.
_set_text = vars(MediaUrl)["_text"].__set__
_set_origin = vars(MediaUrl)["_origin"].__set__


def _made(text: str, origin: Origin) -> MediaUrl:
    url = object.__new__(MediaUrl)
    _set_text(url, text)
    _set_origin(url, origin)
    return url


def fingerprint(text: str) -> str:
    """Return 8 hex digits that tell addresses apart without revealing them; they change with SECRET_KEY."""
    key = _fingerprint_key(settings.SECRET_KEY)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4, key=key).hexdigest()


@lru_cache(maxsize=4)
def _fingerprint_key(secret_key: str) -> bytes:
    return sha256(b"media url fingerprint\0" + secret_key.encode()).digest()


def _origin_of(prefix: str) -> Origin:
    """Return the origin of `scheme://authority` or `scheme://bucket`, remembered because data sets repeat a few."""
    origin = _origins.get(prefix)
    if origin is None:
        scheme, _, authority = prefix.partition("://")
        origin = _read_origin(scheme, authority)
        if len(_origins) >= AUTHORITY_CACHE_ENTRIES:
            _origins.clear()
        _origins[prefix] = origin
    return origin


def _read_origin(scheme: str, authority: str) -> Origin:
    read = Origin.of_bucket if scheme in BUCKET_SCHEMES else Origin.of_authority
    return read(scheme, authority)


def _refuse(text: str, policy: OriginPolicy) -> NoReturn:
    """Raise for the first rule the text breaks; only called when one is broken."""
    _check_length(text)
    _check_scheme(text, policy)
    _check_characters(text)
    _check_authority(text)
    _check_path(text)
    raise MediaUrlRefused("form", "A media address is written https://host/path or https://host/path?query.")


def _check_length(text: str) -> None:
    if not text:
        raise MediaUrlRefused("empty", "The media address is empty.")
    if len(text) > URL_MAX_BYTES:
        sentence = f"The media address is longer than {URL_MAX_BYTES} characters."
        raise MediaUrlRefused("length", sentence, URL_MAX_BYTES)


def _check_scheme(text: str, policy: OriginPolicy) -> None:
    found = _SCHEME.match(text)
    scheme = found[1] if found else ""
    # Who knows no bucket is told what to give instead before what is wrong with the key.
    if scheme in ("http", "https") or (scheme in BUCKET_SCHEMES and policy.buckets):
        return
    name = scheme.lower()
    if name in ("http", "https", *(BUCKET_SCHEMES if policy.buckets else ())):
        raise MediaUrlRefused("scheme", f"The scheme is written in lower case: {name}.", 0)
    if name in _STORAGE_SCHEMES:
        sentence = f"{name}: is a storage reference, which browsers cannot load; give an https (presigned) address."
        if name in BUCKET_SCHEMES:
            sentence += " Or an admin says on the Team page which media origin the bucket is at."
        raise MediaUrlRefused("storage-scheme", sentence, 0)
    if name in _KNOWN_SCHEMES:
        raise MediaUrlRefused("scheme", f"{name}: is not accepted; a media address begins with https:// or http://.", 0)
    _check_characters(text)
    raise MediaUrlRefused("scheme", "A media address begins with https:// or http://.", 0)


def _check_characters(text: str) -> None:
    query_start = text.find("?") if "?" in text else len(text)
    for position, character in enumerate(text):
        if character == "\\":
            sentence = (
                f"There is a backslash at position {position}; browsers read it as a slash, other programs do not."
            )
            raise MediaUrlRefused("backslash", sentence, position)
        if character not in _ALLOWED or (character == "'" and position > query_start):
            sentence = f"The character U+{ord(character):04X} at position {position} is not allowed; percent-encode it."
            raise MediaUrlRefused("character", sentence, position)


def _check_authority(text: str) -> None:
    found = _AUTHORITY.match(text)
    if found is None or not found[2]:
        raise MediaUrlRefused("host", "The scheme is not followed by // and a host.", text.find(":") + 1)
    start = found.start(2)
    if "@" in found[2]:
        sentence = "The address holds a user name or password before an @; browsers refuse such addresses for media."
        raise MediaUrlRefused("userinfo", sentence, start)
    try:
        _read_origin(found[1], found[2])
    except MediaUrlRefused as refused:
        raise MediaUrlRefused(refused.code, refused.sentence, start) from None


def _check_path(text: str) -> None:
    if "#" in text:
        sentence = "The address has a fragment (#...), which is never sent to the media host; leave it out."
        raise MediaUrlRefused("fragment", sentence, text.index("#"))
    path_start = text.find("/", 8)
    path_end = text.find("?") if "?" in text else len(text)
    if text.partition(":")[0] in BUCKET_SCHEMES:
        _check_key(text, path_start, path_end)
    if not 0 < path_start < path_end:
        raise MediaUrlRefused("path", "The host is not followed by a path that begins with a slash.", path_end)
    if dots := _DOT_SEGMENT.search(text, path_start, path_end):
        sentence = "The path has a part that is only . or .. (or %2e); browsers remove it before they ask."
        raise MediaUrlRefused("dot-segment", sentence, dots.start() + 1)
    if percent := _BARE_PERCENT.search(text):
        sentence = "A % is not followed by two hexadecimal digits; programs disagree about such addresses."
        raise MediaUrlRefused("percent", sentence, percent.start())


def _check_key(text: str, key_start: int, key_end: int) -> None:
    if key_end < len(text):
        sentence = "A storage reference has no query; in a key, ? is written %3F."
        raise MediaUrlRefused("storage-query", sentence, key_end)
    if not 0 < key_start < key_end - 1:
        raise MediaUrlRefused("path", "The bucket is not followed by a slash and a key.", key_end)


def _check_end(text: str, origin: Origin, at: datetime) -> None:
    end = expiry_of(text)
    if end is not None and end.at <= at:
        say = "say" if " and " in end.said_by else "says"
        raise MediaUrlRefused(
            "expired",
            f"The link to {origin} ended on {end.at.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC, as {end.said_by} {say}."
            " Links that end later are accepted, and addresses that do not end.",
        )
