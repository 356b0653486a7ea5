"""The value of a media address: what it accepts, keeps, shows and refuses."""

import copy
import pickle
import re
import traceback

import pytest
from pytest_django import Settings

from tests.privacy.url_corpus import ACCEPTED, ACCEPTED_IN_BUCKETS, DIFFERENTIAL, REFUSED, REFUSED_IN_BUCKETS
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused, OriginNotDeclared
from webapp.privacy.origins import Origin, OriginPolicy

ANY_ORIGIN = OriginPolicy(frozenset(), locked=False)
MEDIA = Origin("https", "media.example", 443)
FRAMES = Origin("s3", "frames", 0)
WITH_BUCKETS = OriginPolicy(
    frozenset({MEDIA}),
    locked=True,
    buckets=dict.fromkeys([FRAMES, Origin("gs", "frames", 0), Origin("s3", "a.b_c-1", 0)], MEDIA),
)
SIGNED = "https://media.example/people/jane-doe.jpg?sig=SECRET"


def parse(text: object) -> MediaUrl:
    return MediaUrl.parse(text, ANY_ORIGIN)


def refusal(text: object, policy: OriginPolicy = ANY_ORIGIN) -> MediaUrlRefused:
    with pytest.raises(MediaUrlRefused) as caught:
        MediaUrl.parse(text, policy)
    return caught.value


def shown_refusal(text: str) -> str:
    """What a refusal shows, its traceback included; empty when the text is accepted."""
    try:
        MediaUrl.parse(text, ANY_ORIGIN)
    except MediaUrlRefused as refused:
        return refused.sentence + "".join(traceback.format_exception(refused, limit=0))
    return ""


def test_differential_corpus_is_whole() -> None:
    assert len(DIFFERENTIAL) == 46
    assert len({text for text, _ in REFUSED}) == len(REFUSED)


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=ascii)
def test_refused_address_is_refused_by_its_code(text: str, code: str) -> None:
    assert refusal(text).code == code


@pytest.mark.parametrize("text", [None, 7, b"https://media.example/a", ["https://media.example/a"], MEDIA])
def test_only_a_text_is_an_address(text: object) -> None:
    assert refusal(text).code == "type"


@pytest.mark.parametrize(("text", "origin"), ACCEPTED)
def test_accepted_address_is_kept_byte_for_byte(text: str, origin: str) -> None:
    url = parse(text)
    assert url.reveal() == text
    assert str(url.origin) == origin


@pytest.mark.parametrize(("text", "origin"), ACCEPTED)
def test_column_gives_back_what_was_parsed(text: str, origin: str) -> None:
    assert MediaUrl.from_column(text) == parse(text)
    assert MediaUrl.from_column(text).origin == parse(text).origin


def test_address_prints_as_origin_and_fingerprint_only() -> None:
    url = parse(SIGNED)
    for shown in (str(url), repr(url), f"{url}", str([url, {"deep": url}]), repr([url]), repr({"url": url})):
        assert "<https://media.example #" in shown
        assert "jane" not in shown
        assert "SECRET" not in shown


def test_fingerprint_tells_addresses_apart_and_depends_on_the_key(settings: Settings) -> None:
    first, second = str(parse(SIGNED)), str(parse(f"{SIGNED}2"))
    assert first != second
    assert first == str(parse(SIGNED))
    settings.SECRET_KEY = "another key, at least fifty characters long, for this test"
    assert str(parse(SIGNED)) != first


def test_address_does_not_change() -> None:
    url = parse(SIGNED)
    with pytest.raises(AttributeError):
        url._text = "https://evil.example/"
    with pytest.raises(AttributeError):
        del url._text
    assert copy.copy(url) is url
    assert copy.deepcopy([url]) == [url]


@pytest.mark.parametrize("arguments", [(), (SIGNED,), (SIGNED, MEDIA)])
def test_address_is_made_by_parsing_only(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        MediaUrl(*arguments)


def test_address_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(parse(SIGNED))


def test_addresses_with_the_same_text_are_equal() -> None:
    assert parse(SIGNED) == parse(SIGNED)
    assert len({parse(SIGNED), parse(SIGNED), parse("https://media.example/b")}) == 2
    assert parse(SIGNED) != SIGNED


def test_locked_policy_refuses_an_undeclared_origin_and_names_what_is_allowed() -> None:
    policy = OriginPolicy(frozenset({MEDIA, Origin("http", "10.0.0.5", 9000)}), locked=True)
    assert MediaUrl.parse(SIGNED, policy).origin == MEDIA
    refused = refusal("https://other.example/jane-doe.jpg?sig=SECRET", policy)
    assert isinstance(refused, OriginNotDeclared)
    assert refused.origin == Origin("https", "other.example", 443)
    assert refused.declared == policy.declared
    for word in ("https://other.example ", "http://10.0.0.5:9000", "https://media.example"):
        assert word in refused.sentence
    assert "jane" not in refused.sentence


@pytest.mark.parametrize(
    "text", ["https://media.example:8443/a", "http://media.example/a", "https://sub.media.example/a"]
)
def test_other_port_scheme_or_subdomain_is_another_origin(text: str) -> None:
    assert refusal(text, OriginPolicy(frozenset({MEDIA}), locked=True)).code == "origin-not-declared"


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=ascii)
def test_refusal_never_shows_path_or_query(text: str, code: str) -> None:
    # Where the row has no place for it, the canary stands in front or behind.
    for with_canary in (text.replace("/a", "/CANARY", 1), f"{text}/CANARY?CANARY", text.replace("?", "?CANARY")):
        assert "CANARY" not in shown_refusal(with_canary)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("https://media.example/a b", 23),
        ("https://media.example/\\", 22),
        ("https://media.example/a/../b", 24),
        ("https://media.example/a%", 23),
        ("https://media.example/a#b", 23),
        ("https://user@media.example/a", 8),
        ("https://media.example:0/a", 8),
        ("s3://bucket/a", 0),
    ],
)
def test_refusal_says_where(text: str, position: int) -> None:
    assert refusal(text).position == position


@pytest.mark.parametrize(("text", "origin"), ACCEPTED_IN_BUCKETS)
def test_storage_reference_in_a_known_bucket_is_kept_byte_for_byte(text: str, origin: str) -> None:
    url = MediaUrl.parse(text, WITH_BUCKETS)
    assert url.reveal() == text
    assert (str(url.origin), url.origin.is_bucket) == (origin, True)
    assert MediaUrl.from_column(text) == url
    assert MediaUrl.from_column(text).origin == url.origin


@pytest.mark.parametrize(("text", "code"), REFUSED_IN_BUCKETS, ids=ascii)
def test_storage_reference_is_refused_by_its_code_and_not_shown(text: str, code: str) -> None:
    refused = refusal(text, WITH_BUCKETS)
    assert refused.code == code
    for part in ("a.jpg", "secret", "versionId"):
        assert part not in refused.sentence


def test_unknown_bucket_is_refused_by_the_names_of_those_that_are_known() -> None:
    sentence = refusal("s3://other/jane-doe.jpg", WITH_BUCKETS).sentence
    assert "s3://other is a storage reference" in sentence
    assert "Buckets so far: gs://frames, s3://a.b_c-1, s3://frames." in sentence
    assert "jane" not in sentence


def test_storage_reference_prints_as_bucket_and_fingerprint_only() -> None:
    assert re.fullmatch("<s3://frames #[0-9a-f]{8}>", str(MediaUrl.parse("s3://frames/jane-doe.jpg", WITH_BUCKETS)))
