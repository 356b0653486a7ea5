"""Slices made by chance: the same seed draws the same members, and shares are what they are called."""

from typing import Any

import pytest
from pyroaring import BitMap64

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, field_values, queries
from webapp.datasets.actions.slice_samples import sample_slice
from webapp.datasets.models import Dataset, Item, Slice
from webapp.datasets.sampling import SamplePlan, Shares, equal_shares, proportional_shares
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound

# A name that would break a path of either database.
FIELD = "we\"at'her.$ %s"
VALUES = [*["fog"] * 5, "sun", "sun", "1", "a", "b\"'", None]


@pytest.fixture
def mixed(owner: Viewer, dataset: Dataset) -> list[Item]:
    """Items with the values in their order, then three without the field."""
    found = []
    for index, value in enumerate(VALUES):
        found += make.make_items(owner, dataset, 1, prefix=f"v{index}", metadata={FIELD: value})
    return [*found, *make.make_items(owner, dataset, 3, prefix="none")]


def keys(viewer: Viewer, made: Slice) -> list[int]:
    return list(queries.slice_(viewer, made.public_id).keys())


def test_the_same_seed_over_the_same_members_is_the_same_sample(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 40)
    first = sample_slice(owner, dataset, name="a", plan=SamplePlan(10, 7), source=None)
    again = sample_slice(owner, dataset, name="b", plan=SamplePlan(10, 7), source=None)
    other = sample_slice(owner, dataset, name="c", plan=SamplePlan(10, 8), source=None)
    whole = make.make_slice(owner, dataset, items)
    of_slice = sample_slice(owner, dataset, name="d", plan=SamplePlan(10, 7), source=whole)
    assert keys(owner, first) == keys(owner, again) == keys(owner, of_slice) != keys(owner, other)
    assert len(keys(owner, first)) == 10
    assert first.recipe == {"sample": {"size": 10, "seed": 7, "from": dataset.public_id}}
    assert of_slice.recipe["sample"]["from"] == whole.public_id
    row = AuditEntry.objects.get(action="slice.create", subject=first.public_id)
    assert row.details == {"dataset": dataset.public_id, "size": 10, "recipe": first.recipe}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1.0, 2, None], {"number 1": 2, "number 2": 1, "missing": 1}),
        ([0.1, 1e20, -0.5], {"number 0.1": 1, "number 100000000000000000000": 1, "number -0.5": 1}),
        ([True, False, True], {"boolean true": 2, "boolean false": 1}),
        (['é"\\', "E", "e"], {'string "é\\"\\\\"': 1, 'string "E"': 1, 'string "e"': 1}),
        ([["a", "b"], ["b"]], {'json ["a","b"]': 1, 'json ["b"]': 1}),
    ],
)
def test_values_are_told_apart_alike_on_both_databases(
    values: list[Any], expected: dict[str, int], owner: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 1, prefix="outside", metadata={FIELD: values[0]})
    inside = [
        make.make_items(owner, dataset, 1, prefix=f"v{index}", metadata={FIELD: value})[0].pk
        for index, value in enumerate(values)
    ]
    found = field_values.members_by_value(Item, dataset.pk, BitMap64(inside), FIELD)
    assert {name: len(members) for name, members in found.items()} == expected


@pytest.mark.parametrize(
    ("size", "shares", "expected"),
    [
        # There are, in the order of their names: 4 missing, one each of 1, a and b, 5 of fog and 2 of sun.
        (6, Shares.EQUAL, [1, 1, 1, 1, 1, 1]),
        (10, Shares.EQUAL, [3, 1, 1, 1, 2, 2]),
        (7, Shares.PROPORTIONAL, [2, 1, 1, 0, 2, 1]),
        (99, Shares.PROPORTIONAL, [4, 1, 1, 1, 5, 2]),
    ],
)
def test_a_stratified_sample_has_its_share_of_each_value(
    size: int, shares: Shares, expected: list[int], owner: Viewer, dataset: Dataset, mixed: list[Item]
) -> None:
    made = sample_slice(owner, dataset, name="s", plan=SamplePlan(size, 3, FIELD, shares), source=None)
    drawn = queries.slice_(owner, made.public_id).keys()
    strata = field_values.members_by_value(Item, dataset.pk, BitMap64(item.pk for item in mixed), FIELD)
    assert [len(strata[name] & drawn) for name in sorted(strata)] == expected
    said = made.recipe["sample"]
    assert (said["by"], said["shares"], said["strata"], said["seed"]) == (FIELD, shares.value, 6, 3)


def test_shares_come_to_the_whole_and_to_no_more_than_there_is() -> None:
    for sizes in ([1], [3, 3, 3], [1, 100, 2], [7, 1, 1, 1], [10**6, 1]):
        for total in (0, 1, 2, 5, 9, sum(sizes), sum(sizes) + 1):
            for shares in (equal_shares(total, sizes), proportional_shares(total, sizes)):
                assert sum(shares) == min(total, sum(sizes))
                assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))


def test_scenes_are_drawn_by_their_own_metadata(owner: Viewer, scene_dataset: Dataset) -> None:
    for number in range(4):
        make.make_scene(owner, scene_dataset, f"s{number}", frames=1, metadata={"weather": "fog" if number else "sun"})
    plan = SamplePlan(2, 1, "weather")
    made = sample_slice(owner, scene_dataset, name="s", plan=plan, source=None)
    assert (made.kind, made.size) == ("scene", 2)
    assert keys(owner, made)[0] == queries.scene_by_reference(owner, scene_dataset, "s0").pk


def test_what_cannot_be_drawn_is_refused_with_a_sentence(
    owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*given: Any, source: Slice | None = None) -> None:
        sample_slice(owner, dataset, name="x", plan=SamplePlan(*given), source=source)

    with pytest.raises(Invalid, match="nothing to draw"):
        draw(1, 1)
    items = make.make_items(owner, dataset, 4, metadata={"only": "one"})
    for index in range(3):
        make.make_items(owner, dataset, 1, prefix=f"w{index}", metadata={"w": index})
    with pytest.raises(Invalid, match="None of these items has a metadata field 'nowhere'"):
        draw(1, 1, "nowhere")
    for size, seed, field in ((0, 1, None), (1_000_001, 1, None), (1, -1, None), (1, 2**31, None), (1, 1, "")):
        with pytest.raises(Invalid, match=r"A sample holds|A seed is|The name of a metadata field"):
            draw(size, seed, field)
    elsewhere = make.make_slice(owner, make.make_dataset(owner, name="Other"))
    with pytest.raises(Invalid, match="belongs to another dataset"):
        draw(1, 1, source=elsewhere)
    monkeypatch.setattr(field_values, "MAX_VALUES", 3)
    narrow = make.make_slice(owner, dataset, [*items, *queries.items(owner, dataset).filter(reference_id="w0-0")])
    draw(1, 1, "w", source=narrow)
    with pytest.raises(Invalid, match="'w' has more than 3 different values"):
        draw(1, 1, "w")


def test_only_curators_of_the_team_draw(
    owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, dataset: Dataset
) -> None:
    made = make.make_slice(owner, dataset, make.make_items(owner, dataset, 3))
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound), (labeler, NotAllowed)):
        for source in (None, made):
            with pytest.raises(refusal):
                sample_slice(viewer, dataset, name="x", plan=SamplePlan(1, 1), source=source)
    assert [one.name for one in queries.slices(owner)] == ["Night"]
    assert actions.sample_slice is sample_slice
