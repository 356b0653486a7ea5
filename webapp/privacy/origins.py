"""Media origins: scheme, host and port, the one unit in which hosts are declared, checked and told to the browser.

A bucket, `s3://name` or `gs://name`, is an origin too, which no browser can ask: a team says which web origin it is at.

The host grammar is stricter than any URL library's, because libraries disagree about odd hosts
(tests/privacy/url_corpus.py holds the cases); what is accepted here is read the same way by all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import bidirectional

import idna

from webapp.privacy.refusals import Invalid, MediaUrlRefused

# A bucket has no port.
DEFAULT_PORTS = {"http": 80, "https": 443, "s3": 0, "gs": 0}
BUCKET_SCHEMES = ("s3", "gs")
HOST_MAX_CHARACTERS = 253

_ORIGIN = re.compile(r"(https?)://([^/?#\\@]+)")
_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){1,61}[a-z0-9]")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where media may come from; the host is a lower-case name or a dotted IPv4 address, or a bucket's name."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Return the origin written as `https://host` or `https://host:port`; raises Invalid."""
        found = _ORIGIN.fullmatch(text)
        if found is None:
            raise Invalid("A media origin is written https://host or https://host:port, with nothing after it.")
        return cls.of_authority(found[1], found[2])

    @classmethod
    def of_authority(cls, scheme: str, authority: str) -> Origin:
        """Return the origin of a URL's `host[:port]` part; raises MediaUrlRefused naming the rule it breaks."""
        host, colon, port = authority.partition(":")
        if host.startswith("["):
            # Tried in Chromium 156: the source list ignores http://[::1]:9000 as invalid, so nothing would load.
            sentence = "An IPv6 address cannot be named in a page's security policy; give the media host a name."
            raise MediaUrlRefused("ipv6", sentence)
        return cls(scheme, _checked_host(host.lower()), _checked_port(scheme, port if colon else None))

    @classmethod
    def of_url(cls, text: str) -> Origin:
        """Return the origin of a web address; raises Invalid."""
        scheme, _, rest = text.partition("://")
        return cls.parse(f"{scheme}://{rest.partition('/')[0]}")

    @classmethod
    def of_bucket(cls, scheme: str, bucket: str) -> Origin:
        """Return the origin of what is in a bucket; raises MediaUrlRefused."""
        if _BUCKET.fullmatch(bucket) is None:
            raise MediaUrlRefused(
                "bucket",
                "The name of a bucket is 3 to 63 lower-case letters, digits, hyphens, underscores and single dots, and"
                " begins and ends with a letter or digit.",
            )
        return cls(scheme, bucket, DEFAULT_PORTS[scheme])

    @property
    def is_bucket(self) -> bool:
        return self.scheme in BUCKET_SCHEMES

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


@dataclass(frozen=True, slots=True)
class OriginPolicy:
    """What a team declared, and whether only that is accepted; `buckets` says which web origin each bucket is at.

    `at` is the moment at which a link must not have ended; None where that is not asked.
    """

    declared: frozenset[Origin]
    locked: bool
    buckets: Mapping[Origin, Origin] = field(default_factory=dict)
    at: datetime | None = None

    def admit(self, origin: Origin) -> None:
        """Raise BucketNotDeclared for an unknown bucket, OriginNotDeclared when a locked list lacks the origin."""
        if origin.is_bucket:
            if origin not in self.buckets:
                raise BucketNotDeclared(origin, self.buckets)
        elif self.locked and origin not in self.declared:
            raise OriginNotDeclared(origin, self.declared)


class OriginNotDeclared(MediaUrlRefused):
    """A media address names an origin that the team's locked list does not hold."""

    def __init__(self, origin: Origin, declared: frozenset[Origin]) -> None:
        allowed = ", ".join(str(one) for one in sorted(declared)) or "none yet"
        super().__init__(
            "origin-not-declared",
            f"{origin} is not among the team's media origins, and the list is locked. Allowed: {allowed}.",
        )
        self.origin = origin
        self.declared = declared


class BucketNotDeclared(MediaUrlRefused):
    """A storage reference names a bucket of which the team has not said where it is."""

    def __init__(self, bucket: Origin, known: Mapping[Origin, Origin]) -> None:
        said = ", ".join(str(one) for one in sorted(known)) or "none yet"
        super().__init__(
            "storage-scheme",
            f"{bucket} is a storage reference, and no media origin of the team says where this bucket is. An admin can"
            f" say so on the Team page; or give an https (presigned) address. Buckets so far: {said}.",
            0,
        )


def _checked_port(scheme: str, text: str | None) -> int:
    if text is None:
        return DEFAULT_PORTS[scheme]
    if _PORT.fullmatch(text) is None or int(text) > 65535:
        raise MediaUrlRefused("port", "The port must be a number from 1 to 65535 without leading zeros.")
    return int(text)


def _checked_host(host: str) -> str:
    if not host:
        raise MediaUrlRefused("host", "The address names no host.")
    if len(host) > HOST_MAX_CHARACTERS:
        raise MediaUrlRefused("host", f"The host is longer than {HOST_MAX_CHARACTERS} characters.")
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        return _checked_ipv4(host)
    for label in labels:
        _check_label(label)
    if "xn--" in host and not _is_canonical_punycode(labels):
        raise MediaUrlRefused("host", "A part of the host name begins with xn-- and is not valid punycode.")
    return host


def _checked_ipv4(host: str) -> str:
    # Browsers read 127.1, 0x7f000001 and 2130706433 as addresses, Python's libraries as names.
    if _IPV4.fullmatch(host) is None:
        raise MediaUrlRefused("numeric-host", "An IPv4 address is written as four decimal numbers from 0 to 255.")
    return host


def _check_label(label: str) -> None:
    if _LABEL.fullmatch(label) is None:
        raise MediaUrlRefused(
            "host",
            "The parts of a host name are 1 to 63 letters, digits and inner hyphens, with single dots between"
            " and none at the end.",
        )


def _is_canonical_punycode(labels: list[str]) -> bool:
    """Return whether browsers, too, accept the international labels and spell them like this."""
    try:
        decoded = [idna.decode(label) for label in labels]
        if any(idna.encode(one) != label.encode() for one, label in zip(decoded, labels, strict=True)):
            return False
        # One right-to-left label puts the bidirectional rule on all of them (RFC 5893 section 2).
        is_bidi = any(bidirectional(character) in _RIGHT_TO_LEFT for one in decoded for character in one)
        return not is_bidi or all(idna.check_bidi(one, check_ltr=True) for one in decoded)
    except UnicodeError:  # idna.IDNAError is one
        return False
