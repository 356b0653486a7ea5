"""Origins: how they are written, read and compared."""

import pytest

from webapp.privacy.origins import Origin
from webapp.privacy.refusals import Invalid


@pytest.mark.parametrize(
    ("text", "origin", "shown"),
    [
        ("https://media.example", Origin("https", "media.example", 443), "https://media.example"),
        ("https://media.example:443", Origin("https", "media.example", 443), "https://media.example"),
        ("https://Media.Example:8443", Origin("https", "media.example", 8443), "https://media.example:8443"),
        ("http://localhost:9000", Origin("http", "localhost", 9000), "http://localhost:9000"),
        ("http://10.0.0.5", Origin("http", "10.0.0.5", 80), "http://10.0.0.5"),
    ],
)
def test_origin_is_read_and_shown_without_its_default_port(text: str, origin: Origin, shown: str) -> None:
    assert Origin.parse(text) == origin
    assert str(origin) == shown
    assert Origin.parse(str(origin)) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "media.example",
        "https://",
        "https://media.example/",
        "https://media.example/a",
        "https://media.example?a",
        "https://user@media.example",
        "https://*.media.example",
        "https://media.example;script-src *",
        "https://media.example 'unsafe-inline'",
        "https://media.example\n",
        "ftp://media.example",
        "http://[::1]",
        "http://127.1",
        "https://media.example:0",
    ],
)
def test_anything_else_is_no_origin(text: str) -> None:
    with pytest.raises(Invalid):
        Origin.parse(text)


def test_origins_sort_by_scheme_host_and_port() -> None:
    texts = ["https://b.example", "http://b.example", "https://a.example:9", "https://a.example:8"]
    assert [str(one) for one in sorted(map(Origin.parse, texts))] == [
        "http://b.example",
        "https://a.example:8",
        "https://a.example:9",
        "https://b.example",
    ]
