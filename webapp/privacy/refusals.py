"""The domain's ways to say no, each carrying one sentence that may be shown to the person who asked.

The doors turn them into HTTP; nothing else does. A sentence never holds a media URL.
"""

from __future__ import annotations


class Refused(Exception):
    """The request was understood and is not carried out."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Invalid(Refused):
    """What was sent is not well formed or makes no sense (400)."""


class NotFound(Refused):
    """There is no such thing, or the viewer may not know that there is (404)."""


class NotAllowed(Refused):
    """The viewer sees the thing but may not do this with it (403)."""


class Conflict(Refused):
    """The thing is in a state that does not allow this (409)."""


class TooLarge(Refused):
    """More was sent than one request may hold (413)."""


class MediaUrlRefused(Invalid):
    """A text is not a media address we accept; `code` names the rule, `position` the character (from 0) or None."""

    def __init__(self, code: str, sentence: str, position: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.position = position
