"""No log line, whatever made it, holds a media address."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.views.debug import ExceptionReporter
from hypothesis import given
from hypothesis import strategies as st

from webapp.privacy.media_url import MediaUrl, fingerprint
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.redaction import RedactingFilter, SilentReporterFilter, redact

CANARY = "CANARY7Zq9"
URL = f"https://media.example/people/{CANARY}.jpg?X-Amz-Signature={CANARY}&b=1"
LOGGERS = [
    "",
    "django",
    "django.request",
    "django.db.backends",
    "gunicorn.error",
    "webapp.datasets",
    "urllib3.connectionpool",
]
LEVELS = [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]
MESSAGES: dict[str, tuple[Any, ...]] = {
    "text": (f"could not read {URL}",),
    "args": ("could not read %s (%d)", URL, 7),
    "one argument": ("could not read %r", URL),
    "dict": ("could not read %(url)s", {"url": URL}),
    "nested": ("failed: %s", {"item": [URL, (URL,)], "error": ValueError(URL)}),
    "json": ("body %s", json.dumps({"url": URL, "next": [URL]})),
    "escaped json": ("body %s", json.dumps({"url": URL}).replace("/", "\\/")),
    "bytes": ("body %s", URL.encode()),
    "encoded": ("GET /items?next=%s", URL.replace(":", "%3A").replace("/", "%2F").replace("?", "%3F")),
    "exception object": (ValueError(URL),),
    "unformattable": ("%d of %s", URL),
    "too few": ("%s and %s", URL),
}


class PlainCollector(logging.Handler):
    """A library's own handler: carries no filter of ours and prints all it can."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = io.StringIO()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.stream.write(f"{self.format(record)}\n{vars(record)!r}\n")
        if record.exc_info:
            self.stream.write(repr(record.exc_info))


@pytest.fixture(params=[True, False], ids=["filter only", "no filter"])
def collector(request: pytest.FixtureRequest) -> Iterator[PlainCollector]:
    """Once with the filter and plain records, once with redacted records and no filter."""
    made = PlainCollector()
    installed = logging.getLogRecordFactory()
    if request.param:
        made.addFilter(RedactingFilter())
        logging.setLogRecordFactory(logging.LogRecord)
    root = logging.getLogger()
    root.addHandler(made)
    yield made
    root.removeHandler(made)
    logging.setLogRecordFactory(installed)


def logger_at(name: str, level: int, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    logger = logging.getLogger(name)
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    monkeypatch.setattr(logger, "propagate", True)
    logger.manager._clear_cache()
    return logger


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", LOGGERS)
def test_no_logger_at_any_level_prints_an_address(
    collector: PlainCollector,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    level: int,
    message: tuple[Any, ...],
) -> None:
    logger_at(name, level, monkeypatch).log(level, *message)
    printed = collector.stream.getvalue()
    assert logging.getLevelName(level) in printed
    assert CANARY not in printed + "".join(capsys.readouterr())


def test_exception_loses_its_address_and_keeps_its_traceback(
    collector: PlainCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        try:
            raise ValueError(URL)
        except ValueError as cause:
            raise RuntimeError(f"while reading {URL}") from cause
    except RuntimeError:
        logger_at("webapp.jobs", logging.ERROR, monkeypatch).exception("job failed on %s", URL, stack_info=True)
    printed = collector.stream.getvalue()
    assert CANARY not in printed
    assert "RuntimeError: while reading <https://media.example #" in printed
    assert "direct cause" in printed
    assert __file__ in printed


def test_extra_attributes_lose_their_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    made = PlainCollector()
    made.addFilter(RedactingFilter())
    made.setFormatter(logging.Formatter("%(message)s %(url)s %(facts)s %(count)s"))
    logger = logger_at("webapp.extra", logging.INFO, monkeypatch)
    logger.addHandler(made)
    logger.info("read", extra={"url": URL, "facts": {"url": URL}, "count": 3})
    logger.removeHandler(made)
    assert CANARY not in made.stream.getvalue()
    assert made.stream.getvalue().startswith("read <https://media.example #")


def test_a_link_to_shared_bytes_is_not_in_a_log() -> None:
    shown = redact("Not Found: /shared/MS4yLjM:1790000000:c2lnbmF0dXJl")
    assert re.fullmatch(r"Not Found: /shared/<path #[0-9a-f]{8}>", shown)
    assert redact(shown) == shown


def test_redaction_shows_what_the_value_itself_shows() -> None:
    assert redact(f"reading {URL}.") == f"reading {MediaUrl.parse(URL, OriginPolicy(frozenset(), False))}."
    assert redact(URL) == f"<https://media.example #{fingerprint(URL)}>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Listening at: http://127.0.0.1:8000 (1)", "Listening at: http://127.0.0.1:8000 (1)"),
        ("see https://media.example/", "see https://media.example/"),
        ("GET /datasets/ HTTP/1.1", "GET /datasets/ HTTP/1.1"),
        ("ratio 3:2, why? a=b", "ratio 3:2, why? a=b"),
    ],
)
def test_origins_and_own_paths_stay(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        f"https://user:{CANARY}@media.example/{CANARY}",
        f"https%3A%2F%2Fuser%3A{CANARY}%40media.example%2F{CANARY}",
        f"https%253A%252F%252Fmedia.example%252F{CANARY}",
        f"postgresql://transom:{CANARY}@/transom",
        f"s3://bucket/{CANARY}",
        f"2026-https://media.example/{CANARY}",
        f"url=https://media.example/{CANARY}",
        f"['https://media.example/{CANARY}','https://media.example/it's{CANARY}']",
        f"DETAIL:  Failing row contains (7, https://media.example/{CANARY}, null, {{}}).",
        f"HTTPSConnectionPool(host='media.example', port=443): Max retries exceeded with url: /{CANARY}?sig={CANARY}",
        f'http://media.example:80 "GET /{CANARY}?sig={CANARY} HTTP/1.1" 200 5',
        f'"GET /items/?url={CANARY} HTTP/1.1" 200',
        f"<https://media.example/{CANARY} #12345678>",
        f"https://media.example?{CANARY}",
        f"HTTPS://MEDIA.example/{CANARY}",
    ],
)
def test_address_is_found_in_every_disguise(text: str) -> None:
    assert CANARY not in redact(text)


@given(before=st.text(max_size=20), path=st.text("abc/%2F'()[].,;:@!$&*+~-_=", max_size=30), after=st.text(max_size=20))
def test_nothing_of_an_address_survives_in_any_surroundings(before: str, path: str, after: str) -> None:
    redacted = redact(f"{before}https://media.example/{CANARY}{path}?sig={path}{CANARY} {after}")
    assert CANARY not in redacted
    assert redact(redacted) == redacted


def test_long_text_is_redacted_in_linear_time() -> None:
    for piece in ("a", "a?", "://", "%3A", "<https://", "https://a ", "url: /"):
        redact(piece * 50_000)


def test_error_report_holds_no_local_variable_setting_or_parameter() -> None:
    request = HttpRequest()
    request.method = "POST"
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_X_CANARY": CANARY}
    request.POST = {"url": CANARY}  # type: ignore[assignment]
    request.COOKIES = {"session": CANARY}
    held_only_in_a_variable = CANARY
    try:
        raise ValueError("no such item")
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        reporter.filter = SilentReporterFilter()
        shown = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert held_only_in_a_variable not in shown.replace(f'CANARY = "{CANARY}"', "")


CRASH = """
import threading, django
django.setup()
def crash():
    raise ValueError("https://media.example/" + "CANARY" + "7Zq9")
thread = threading.Thread(target=crash)
thread.start()
thread.join()
crash()
"""


def test_uncaught_exception_of_any_thread_is_printed_without_its_address() -> None:
    ended = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("ValueError: <https://media.example #") == 2
    assert CANARY not in ended.stderr
