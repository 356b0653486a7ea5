"""Telling an image's type from its first bytes. No decoder: nothing here parses what a stranger uploaded."""

from __future__ import annotations

# Only what browsers show as a still picture and cannot carry script; so no SVG.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (0, b"BM", "image/bmp"),
)
ACCEPTED = "JPEG, PNG, GIF, WebP, AVIF or BMP"


def image_type(head: bytes) -> str | None:
    """The media type of a file that begins with `head` (16 bytes or more), or None for anything else."""
    for offset, signature, media_type in SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type
    return None
