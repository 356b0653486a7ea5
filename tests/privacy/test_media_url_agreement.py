"""For any text: our parser refuses it, or reads it as the browser, urllib.parse and urllib3 read it."""

from __future__ import annotations

import string
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from tests.privacy.url_corpus import ACCEPTED, ACCEPTED_IN_BUCKETS, REFUSED
from tests.privacy.whatwg import WhatwgOracle, find_node
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import DEFAULT_PORTS, OriginPolicy

ANY_ORIGIN = OriginPolicy(frozenset(), locked=False)
EXAMPLES = 1500

NASTY = [
    *("http", "https", "HTTPS", "file", "javascript", ":", "://", "/", "//", "\\", "/\\", "@", "a@b", "a:b@", "#", "?"),
    *(".", "..", "/./", "/../", "%2e", "%2E%2e", ".%2e", "%2f", "%5c", "%00", "%", "%zz", "%6d", "&", "=", "'", '"'),
    *("127.0.0.1", "127.1", "0x7f", "017", "2130706433", "256", "1.2.3.4", "[::1]", "[", "]", "[::ffff:1.2.3.4]"),
    *("good.com", "Good.COM", "a-b", "-a", "a-", "a_b", "xn--", "xn--a", "xn--mnchen-3ya", "xn--4dbcag", "localhost"),
    *(":80", ":443", ":0", ":08", ":99999", ":", ":+1", "\t", "\n", "\r", "\x00", "\x1f", "\x7f", "\x85", " ", "\xa0"),
    *("\u3002", "\uff0e", "\uff0f", "\uff11", "\u24d4", "\u0430", "\u00df", "\u200d", "\u202e", "\u2028", "\ud800"),
    *("\ufeff", "\U0001f600", "<", ">", "^", "`", "{", "|", "}", "~", "!", "$", "(", "*", "+", ",", ";"),
]
fragments = st.sampled_from(NASTY) | st.text(max_size=4)
nasty_texts = st.lists(fragments, max_size=12).map("".join)
broken_texts = st.builds(
    lambda text, at, piece: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :],
    st.sampled_from([text for text, _ in ACCEPTED + REFUSED]),
    st.integers(0, 200),
    fragments,
)
any_texts = (
    st.text()
    | nasty_texts
    | nasty_texts.map("https://".__add__)
    | nasty_texts.map("https://good.com".__add__)
    | nasty_texts.map("https://good.com/".__add__)
    | broken_texts
)

LETTERS = string.ascii_letters + string.digits
labels = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True).filter(
    lambda label: not label.lower().startswith("xn--")
)
hosts = st.builds(
    lambda head, last: ".".join([*head, last]), st.lists(labels, max_size=4), st.sampled_from(["com", "a1"])
)
ports = st.just("") | st.integers(1, 65535).map(":{}".format)
path_pieces = st.sampled_from([*"-._~!$&'()*+,;=:@/[]", "%2F", "%c3%A9"]) | st.text(LETTERS, min_size=1, max_size=5)
query_pieces = st.sampled_from([*"-._~!$&()*+,;=:@/?[]", "%27", "%2B"]) | st.text(LETTERS, min_size=1, max_size=5)
good_texts = st.builds(
    "{}://{}{}/{}x{}".format,
    st.sampled_from(["http", "https"]),
    hosts,
    ports,
    st.lists(path_pieces, max_size=10).map(lambda pieces: "".join(pieces).replace("/.", "/")),
    st.just("") | st.lists(query_pieces, max_size=10).map(lambda pieces: "?" + "".join(pieces)),
).map(lambda text: text.replace("/.", "/d."))


@pytest.fixture(scope="module")
def browser() -> Iterator[WhatwgOracle]:
    node = find_node()
    if node is None:
        pytest.skip("there is no Node to ask how a browser reads URLs")
    oracle = WhatwgOracle(node)
    yield oracle
    oracle.close()


def parsed(text: str) -> MediaUrl | None:
    try:
        return MediaUrl.parse(text, ANY_ORIGIN)
    except MediaUrlRefused:
        return None


def sentence_of_refusal(text: str) -> str:
    try:
        MediaUrl.parse(text, ANY_ORIGIN)
    except MediaUrlRefused as refused:
        return refused.sentence
    return ""


def assert_all_read_alike(url: MediaUrl, browser: WhatwgOracle) -> None:
    text, ours = url.reveal(), (url.origin.scheme, url.origin.host, url.origin.port)
    seen = browser.read(text)
    assert seen is not None
    assert (seen.scheme, seen.host, seen.port) == ours
    # What the browser asks for is what is stored, to the byte, from the path on.
    path_and_query = text[text.index("/", 8) :]
    assert seen.href == f"{url.origin}{path_and_query}"
    split = urlsplit(text)
    assert (split.scheme, split.hostname, split.port or DEFAULT_PORTS[split.scheme]) == ours
    pinned = parse_url(text)
    assert (pinned.scheme, pinned.host, pinned.port or DEFAULT_PORTS[pinned.scheme]) == ours


@given(text=any_texts)
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_text_is_refused_or_read_alike_by_all(browser: WhatwgOracle, text: str) -> None:
    url = parsed(text)
    if url is not None:
        assert url.reveal() == text
        assert_all_read_alike(url, browser)


@given(text=good_texts)
@settings(max_examples=EXAMPLES, deadline=None)
def test_plain_address_is_accepted_and_read_alike_by_all(browser: WhatwgOracle, text: str) -> None:
    url = parsed(text)
    assert url is not None
    assert_all_read_alike(url, browser)


@pytest.mark.parametrize("text", [text for text, _ in ACCEPTED])
def test_accepted_corpus_is_read_alike_by_all(browser: WhatwgOracle, text: str) -> None:
    url = parsed(text)
    assert url is not None
    assert_all_read_alike(url, browser)


@pytest.mark.parametrize("text", [text for text, _ in ACCEPTED_IN_BUCKETS])
def test_storage_reference_is_read_alike_and_its_key_is_a_path_to_all(browser: WhatwgOracle, text: str) -> None:
    url = MediaUrl.from_column(text)
    key = text[text.index("/", 8) :]
    seen = browser.read(text)
    assert seen is not None
    assert (seen.scheme, seen.host, seen.href) == (url.origin.scheme, url.origin.host, text)
    split = urlsplit(text)
    assert (split.scheme, split.netloc, split.path) == (url.origin.scheme, url.origin.host, key)
    # Below the web origin of its bucket it is an address like any other.
    assert_all_read_alike(MediaUrl.parse(f"https://fra{key}", ANY_ORIGIN), browser)


@given(head=any_texts, tail=nasty_texts)
@settings(max_examples=EXAMPLES, deadline=None)
def test_refusal_of_any_text_never_repeats_it(head: str, tail: str) -> None:
    canary = "Canary7Zq9"
    for text in (
        f"{head}/{canary}{tail}",
        f"https://good.com/{tail}{canary}{head}",
        f"https://good.com/a?{canary}{tail}",
    ):
        assert canary not in sentence_of_refusal(text)


@given(text=any_texts)
@settings(max_examples=EXAMPLES, deadline=None)
def test_parsing_again_changes_nothing(text: str) -> None:
    url = parsed(text)
    if url is not None:
        assert MediaUrl.parse(url.reveal(), ANY_ORIGIN) == url
        assert MediaUrl.from_column(url.reveal()).origin == url.origin
