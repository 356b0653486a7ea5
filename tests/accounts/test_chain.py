"""A chain says of any row that was changed, moved or lost which it is and how."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts.chain import BEFORE_ALL, BrokenChain, Fault, Head, Link, canonical, sealed, verify


def chain_of(*facts: dict[str, Any]) -> list[Link]:
    made, previous = [], BEFORE_ALL
    for position, one in enumerate(facts, start=1):
        own = sealed(previous, position, one)
        made.append(Link(position, previous, own, one))
        previous = own
    return made


CHAIN = chain_of(*({"what": number} for number in range(6)))


def moved(rows: list[Link]) -> list[Link]:
    return [*rows[:2], replace(rows[3], position=3), replace(rows[2], position=4), *rows[4:]]


@pytest.mark.parametrize(
    ("damage", "position", "fault"),
    [
        (lambda rows: [*rows[:2], replace(rows[2], facts={"what": 9}), *rows[3:]], 3, Fault.CHANGED),
        (lambda rows: [*rows[:2], replace(rows[2], facts=None), *rows[3:]], 3, Fault.CHANGED),
        (lambda rows: [*rows[:2], replace(rows[2], previous="0" * 64), *rows[3:]], 3, Fault.CHANGED),
        (lambda rows: [*rows[:2], replace(rows[2], hash=None), *rows[3:]], 3, Fault.CHANGED),
        (lambda rows: [*rows[:2], *rows[3:]], 3, Fault.MISSING),
        (lambda rows: rows[1:], 1, Fault.MISSING),
        (moved, 3, Fault.OUT_OF_ORDER),
        (lambda rows: [*rows[:3], rows[2], *rows[3:]], 3, Fault.OUT_OF_ORDER),
        (lambda rows: rows[:4], 5, Fault.CUT_OFF),
        (lambda rows: [], 1, Fault.CUT_OFF),
        (lambda rows: chain_of(*({"what": 8} for _ in rows)), 6, Fault.REWRITTEN),
    ],
)
def test_first_broken_row_is_named(damage: Callable[[list[Link]], list[Link]], position: int, fault: Fault) -> None:
    whole = Head(6, CHAIN[-1].hash or "")
    assert verify(CHAIN, known=[whole]) == whole
    with pytest.raises(BrokenChain) as found:
        verify(damage(CHAIN), known=[whole])
    assert (found.value.position, found.value.fault) == (position, fault)


def test_a_chain_is_taken_up_where_it_was_left() -> None:
    middle = Head(3, CHAIN[2].hash or "")
    assert verify(CHAIN[3:], start=middle) == verify(CHAIN)
    with pytest.raises(BrokenChain, match="entry 4 is out of order"):
        verify(CHAIN[3:], start=Head(3, "1" * 64))


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_is_written_alike_however_a_database_gives_it_back(number: float) -> None:
    # As PostgreSQL's jsonb does it: decimal digits, without an exponent.
    written = format(Decimal(repr(number)), "f")
    read = float(written) if "." in written else int(written)
    assert canonical(1, {"n": number}) == canonical(1, {"n": read})


@pytest.mark.parametrize("other", [{"a": 1, "b": "2"}, {"a": 1, "b": 2, "c": None}, {"ab": 1}, {"a": True, "b": 2}])
def test_other_facts_are_other_bytes(other: dict[str, Any]) -> None:
    assert canonical(1, {"b": 2, "a": 1}) == canonical(1, {"a": 1.0, "b": 2})
    assert canonical(1, {"a": 1, "b": 2}) != canonical(1, other)
    with pytest.raises(ValueError):
        canonical(1, {"a": float("nan")})
