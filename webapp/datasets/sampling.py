"""Choosing some of many: which members a seed draws, and how many of each stratum. Pure: no database, no clock."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyroaring import BitMap64

from webapp.privacy.refusals import Invalid

MAX_SAMPLE = 1_000_000
# A seed is a whole number that any language holds exactly, as short as one writes down.
MAX_SEED = 2**31 - 1


class Shares(StrEnum):
    """How a stratified sample is divided over the values of its field."""

    EQUAL = "equal"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """What is to be drawn. `field` is the metadata field that divides it, None for plainly random."""

    size: int
    seed: int
    field: str | None = None
    shares: Shares = Shares.EQUAL

    def __post_init__(self) -> None:
        if not 1 <= self.size <= MAX_SAMPLE:
            raise Invalid(f"A sample holds 1 to {MAX_SAMPLE} members; {self.size} were asked for.")
        if not 0 <= self.seed <= MAX_SEED:
            raise Invalid(f"A seed is a whole number from 0 to {MAX_SEED}; {self.seed} is not.")
        if self.field is not None and (not self.field or "\0" in self.field):
            raise Invalid("The name of a metadata field has at least one character, and no NUL.")


def some_seed() -> int:
    """A seed for those who name none; to be kept and shown."""
    return random.randint(0, MAX_SEED)


def drawn(keys: BitMap64, size: int, chance: random.Random) -> BitMap64:
    """`size` of the keys without repetition, or all of them; the same for the same keys and state of `chance`."""
    if size >= len(keys):
        return keys
    # By place: a list of all keys would be the largest thing here.
    return BitMap64([keys[place] for place in chance.sample(range(len(keys)), size)])


def drawn_by_stratum(strata: Mapping[str, BitMap64], plan: SamplePlan) -> BitMap64:
    """A sample with its share of each stratum, whose names give their order."""
    chance = random.Random(plan.seed)
    names = sorted(strata)
    sizes = [len(strata[name]) for name in names]
    divide = equal_shares if plan.shares == Shares.EQUAL else proportional_shares
    chosen = BitMap64()
    for name, share in zip(names, divide(plan.size, sizes), strict=True):
        chosen |= drawn(strata[name], share, chance)
    return chosen


def equal_shares(total: int, sizes: Sequence[int]) -> list[int]:
    """As many of each as of any other; what a small stratum cannot give, the larger ones give in equal parts.

    What does not divide goes to the first of those that have more.
    """
    shares = [0] * len(sizes)
    left, open_ones = min(total, sum(sizes)), sorted(range(len(sizes)), key=lambda index: (sizes[index], index))
    while open_ones:
        even = left // len(open_ones)
        smallest = open_ones[0]
        if sizes[smallest] > even:
            rest = left - even * len(open_ones)
            for place, index in enumerate(sorted(open_ones)):
                shares[index] = even + (place < rest)
            return shares
        shares[smallest] = sizes[smallest]
        left -= sizes[smallest]
        open_ones = open_ones[1:]
    return shares


def proportional_shares(total: int, sizes: Sequence[int]) -> list[int]:
    """Each stratum's part of the whole, rounded by largest remainder; of equal remainders the first comes first."""
    whole = sum(sizes)
    if total >= whole:
        return list(sizes)
    shares = [total * size // whole for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda index: (-(total * sizes[index] % whole), index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares
