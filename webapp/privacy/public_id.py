"""Public ids: a prefix and 26 characters that hide the row number and cannot be made up.

One AES-128 block of the row number and a tag of the prefix, keyed by `settings.PUBLIC_ID_KEY`. An id tells
nothing about its neighbors or the number of rows; whether one may see the row is checked all the same.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import ECB
from django.conf import settings

BODY_CHARACTERS = 26
BLOCK_BYTES = 16
MAX_PK = 2**63 - 1

_BODY = re.compile(r"[a-z2-7]{26}")
_AS_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")


def encode(prefix: str, pk: int) -> str:
    """Return the public id of a row, as `ds_` and 26 characters for the prefix `ds`; raises OverflowError below 0."""
    return encode_many(prefix, (pk,))[0]


def encode_many(prefix: str, pks: Iterable[int]) -> list[str]:
    """Return the public ids of many rows, in order, with one cipher call; raises OverflowError below 0."""
    tag = _tag(prefix)
    blocks = b"".join([pk.to_bytes(8, "big") + tag for pk in pks])
    sealed = _cipher(settings.PUBLIC_ID_KEY).encryptor().update(blocks)
    return [f"{prefix}_{body}" for body in _bodies(sealed)]


def decode(prefix: str, text: str) -> int | None:
    """Return the row number, or None when the text is malformed, of another prefix or forged."""
    head, _, body = text.rpartition("_")
    if head != prefix or _BODY.fullmatch(body) is None:
        return None
    number = int(body.translate(_AS_DIGITS), 32)
    # 26 characters hold 130 bits: the last two must be zero, or one id would have four spellings.
    if number & 3:
        return None
    block = _cipher(settings.PUBLIC_ID_KEY).decryptor().update((number >> 2).to_bytes(BLOCK_BYTES, "big"))
    pk = int.from_bytes(block[:8], "big")
    return pk if block[8:] == _tag(prefix) and pk <= MAX_PK else None


def _bodies(sealed: bytes) -> list[str]:
    # Blocks are padded to 20 bytes (32 characters), so that one call encodes them all.
    padded = b"".join([sealed[i : i + BLOCK_BYTES] + b"\0\0\0\0" for i in range(0, len(sealed), BLOCK_BYTES)])
    letters = b32encode(padded).decode().lower()
    return [letters[i : i + BODY_CHARACTERS] for i in range(0, len(letters), 32)]


@lru_cache(maxsize=64)
def _tag(prefix: str) -> bytes:
    return sha256(b"public id\0" + prefix.encode()).digest()[:8]


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> Cipher[ECB]:
    # ECB over single blocks that never repeat is the bare permutation that is wanted here.
    return Cipher(AES128(key), ECB())  # noqa: S305 (see above)
