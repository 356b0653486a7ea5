"""Logs without media addresses: each becomes `<https://host #1a2b3c4d>`, the fingerprint a MediaUrl prints with.

Two layers, because libraries bring handlers of their own: `redact_this_process` changes records as they are made,
`RedactingFilter` on our handlers catches what was added to a record later. Query strings go too, for a part of an
address may be logged without its host. A bare origin stays.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from webapp.privacy.media_url import fingerprint

_COLON = r"(?::|%(?:25)*3A)"
_SLASH = r"(?:\\?/|%(?:25)*2F)"
_SECRET = re.compile(
    # What this module wrote before is left alone, so that redacting twice changes nothing.
    r"(?P<done><[A-Za-z0-9+.\-]+://[A-Za-z0-9._\-:]+\ \#[0-9a-f]{8}>|<(?:path|query)\ \#[0-9a-f]{8}>)"
    rf"|(?<![A-Za-z0-9+.\-])(?P<scheme>[A-Za-z0-9+.\-]*){_COLON}{_SLASH}{_SLASH}"
    # urllib3 logs the origin and then, in quotes, the request line.
    r"(?P<rest>[^\s\"<>]+(?:\ \"[A-Z]{3,7}\ /[^\s\"<>]*)?)"
    r"|(?<=[/\w])\?(?P<query>[^\s\"<>?]*=[^\s\"<>]*)"
    # Of our own links to shared bytes, what opens them.
    r"|(?P<path>(?<=\burl:\ )/[^\s\"<>]+|(?<=/shared/)[^\s\"<>]+)",
    re.IGNORECASE | re.VERBOSE,
)
_HOST = re.compile(r"[A-Za-z0-9._\-]+(?::[0-9]+)?")
_AFTER_AUTHORITY = re.compile(r"[/?#\\ ]")
_CLOSERS = "'\",;.)]}"
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def redact(text: str) -> str:
    """Return the text with origin and fingerprint in place of each address, and without query strings."""
    return _SECRET.sub(_redacted, text)


class RedactingFilter(logging.Filter):
    """Lets every record pass, without the addresses in its message, arguments, exception and extra attributes."""

    def filter(self, record: logging.LogRecord) -> bool:
        _redact_record(record)
        return True


class SilentReporterFilter(SafeExceptionReporterFilter):
    """Django's error reports without local variables, settings and what the client sent."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return dict[str, Any]().items()

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return {}


def redact_this_process() -> None:
    """Redact every log record from its making on, and what uncaught exceptions print; calling twice is harmless."""
    make_record = logging.getLogRecordFactory()
    if getattr(make_record, "redacts", False):
        return

    def make_redacted_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        _redact_record(record)
        return record

    vars(make_redacted_record)["redacts"] = True
    logging.setLogRecordFactory(make_redacted_record)
    sys.excepthook = _print_redacted
    threading.excepthook = _print_redacted_in_thread


def _redact_record(record: logging.LogRecord) -> None:
    record.msg = redact(_message(record))
    record.args = None
    if record.exc_info and not record.exc_text:
        record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
    # Handlers that print the exception themselves would print it whole.
    record.exc_info = None
    record.exc_text = redact(record.exc_text) if record.exc_text else None
    record.stack_info = redact(record.stack_info) if record.stack_info else None
    for name, value in vars(record).items():
        if name not in _STANDARD_ATTRIBUTES:
            vars(record)[name] = _redacted_extra(value)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # the caller's format string; logging would print the arguments to stderr
        return f"(unformattable: {type(error).__name__}) {record.msg!r} {record.args!r}"


def _redacted_extra(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict | list | tuple | set | frozenset | bytes):
        text = repr(value)
        return value if redact(text) == text else redact(text)
    return value


def _redacted(found: re.Match[str]) -> str:
    if found["done"]:
        return found[0]
    if found["query"]:
        return f"?<query #{fingerprint(found['query'])}>"
    if found["path"]:
        return f"<path #{fingerprint(found['path'])}>"
    return _redacted_url(found[0], found["scheme"], found["rest"])


def _redacted_url(whole: str, scheme: str, rest: str) -> str:
    address = rest.rstrip(_CLOSERS)
    closers = rest[len(address) :]
    if _HOST.fullmatch(address.removesuffix("/")):
        return whole
    # A scheme runs into what precedes it, as in "2026-https://" or "%3Dhttps%3A".
    name = next((one for one in ("https", "http") if scheme.lower().endswith(one)), scheme or "unknown")
    before = scheme[: -len(name)] if scheme else ""
    authority = _AFTER_AUTHORITY.split(unquote(unquote(address)), maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    shown = host if _HOST.fullmatch(host) else "unknown"
    return f"{before}<{name}://{shown} #{fingerprint(f'{name}://{address}')}>{closers}"


def _print_redacted(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))


def _print_redacted_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and caught.exc_type is not SystemExit:
        _print_redacted(caught.exc_type, caught.exc_value, caught.exc_traceback)
