"""Short texts signed with Ed25519, in the form that transparency logs use (C2SP signed-note).

The text, an empty line, and a line `— name base64`: four bytes that tell the key, then the signature of the text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "transom-audit"
ED25519 = b"\x01"


class NotSigned(Exception):
    """The note was altered, or another key signed it."""


def signed(text: str, seed: bytes) -> str:
    """The note of a text that ends with a line feed and has no empty line."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = base64.b64encode(key_id(key) + key.sign(text.encode())).decode()
    return f"{text}\n\u2014 {NAME} {signature}\n"


def opened(note: str, seed: bytes) -> str:
    """The text of a note that this key signed; raises NotSigned."""
    return opened_by(note, verifier(seed))


def opened_by(note: str, public: str) -> str:
    """The same with the public key alone, as `verifier` prints it; raises NotSigned, also for what is no such key."""
    text, empty, line = note.rpartition("\n\n")
    start = f"\u2014 {NAME} "
    try:
        if not empty or not line.startswith(start) or not line.endswith("\n"):
            raise NotSigned
        number, raw = public_key(public)
        signature = base64.b64decode(line.removeprefix(start).removesuffix("\n"), validate=True)
        if signature[:4] != number:
            raise NotSigned
        Ed25519PublicKey.from_public_bytes(raw).verify(signature[4:], f"{text}\n".encode())
    except (InvalidSignature, binascii.Error, UnicodeEncodeError, ValueError):
        raise NotSigned from None
    return f"{text}\n"


def public_key(public: str) -> tuple[bytes, bytes]:
    """The four bytes that tell a key, and its 32; raises ValueError for what is not as `verifier` prints it."""
    name, number, encoded = public.strip().split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    if name != NAME or raw[:1] != ED25519 or number_of(raw).hex() != number:
        raise ValueError(public)
    return number_of(raw), raw[1:]


def verifier(seed: bytes) -> str:
    """The public key, as programs that check such notes take it."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = ED25519 + key.public_key().public_bytes_raw()
    return f"{NAME}+{number_of(public).hex()}+{base64.b64encode(public).decode()}"


def key_id(key: Ed25519PrivateKey) -> bytes:
    return number_of(ED25519 + key.public_key().public_bytes_raw())


def number_of(public: bytes) -> bytes:
    return hashlib.sha256(f"{NAME}\n".encode() + public).digest()[:4]
