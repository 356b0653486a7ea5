"""The seal of an approval holds the item and every byte of its address."""

from pytest_django import Settings

from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.url_seal import is_sealed, url_seal


def url(text: str) -> MediaUrl:
    return MediaUrl.parse(text, OriginPolicy(frozenset(), locked=False))


def test_seal_is_of_one_item_with_one_address() -> None:
    seal = url_seal("di_1", url("https://media.example/a.png?sig=1"))
    assert is_sealed(seal, "di_1", url("https://media.example/a.png?sig=1"))
    assert not is_sealed(seal, "di_2", url("https://media.example/a.png?sig=1"))
    for other in (
        "https://media.example/a.png?sig=2",
        "https://media.example/a.png",
        "http://media.example/a.png?sig=1",
    ):
        assert not is_sealed(seal, "di_1", url(other))


def test_characters_do_not_move_between_item_and_address() -> None:
    assert url_seal("di_1", url("https://a.example/")) != url_seal("di_1h", url("https://a.example/"))
    assert not is_sealed(b"", "di_1", url("https://a.example/"))


def test_seal_says_nothing_without_the_key(settings: Settings) -> None:
    seal = url_seal("di_1", url("https://a.example/"))
    settings.SECRET_KEY = "k" * 60
    assert url_seal("di_1", url("https://a.example/")) != seal
