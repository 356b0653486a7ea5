"""Public ids: there and back, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from webapp.privacy import public_id

pks = st.integers(0, public_id.MAX_PK)
prefixes = st.sampled_from(["ds", "di", "scn", "slc", "job"])
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@given(prefix=prefixes, pk=pks)
def test_id_leads_back_to_its_row(prefix: str, pk: int) -> None:
    text = public_id.encode(prefix, pk)
    assert text.startswith(f"{prefix}_")
    assert len(text) == len(prefix) + 1 + 26
    assert set(text.removeprefix(f"{prefix}_")) <= set(ALPHABET)
    assert public_id.decode(prefix, text) == pk


@given(rows=st.lists(pks))
def test_many_ids_are_those_of_each(rows: list[int]) -> None:
    assert public_id.encode_many("di", rows) == [public_id.encode("di", pk) for pk in rows]


def test_ids_of_neighbors_have_nothing_in_common() -> None:
    first, second = (public_id.encode("ds", pk) for pk in (1, 2))
    assert sum(a == b for a, b in zip(first[3:], second[3:], strict=True)) < 10


@given(pk=pks)
def test_id_of_another_prefix_is_refused(pk: int) -> None:
    text = public_id.encode("ds", pk)
    assert public_id.decode("di", text) is None
    assert public_id.decode("di", text.replace("ds_", "di_")) is None


@given(body=st.text(ALPHABET, min_size=26, max_size=26))
def test_made_up_id_is_refused(body: str) -> None:
    assert public_id.decode("ds", f"ds_{body}") is None


@given(text=st.text())
def test_any_text_is_refused_without_an_exception(text: str) -> None:
    assert public_id.decode("ds", text) is None
    assert public_id.decode("ds", f"ds_{text}") is None


def test_id_has_one_spelling() -> None:
    text = public_id.encode("ds", 7)
    last = ALPHABET.index(text[-1])
    others = [text[:-1] + ALPHABET[last ^ bits] for bits in (1, 2, 3)]
    others += [text.upper(), text.replace("ds_", "DS_"), f" {text}", f"{text}\n", f"{text}=", text[3:], f"ds_{text}"]
    assert [public_id.decode("ds", other) for other in others] == [None] * len(others)


def test_id_of_another_installation_is_refused(settings: Settings) -> None:
    text = public_id.encode("ds", 7)
    settings.PUBLIC_ID_KEY = bytes(16)
    assert public_id.decode("ds", text) is None


def test_row_number_below_zero_is_an_error() -> None:
    with pytest.raises(OverflowError):
        public_id.encode("ds", -1)
