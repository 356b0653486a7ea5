"""Edits are taken back exactly, by those who may, and never over somebody else's later change."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap64

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, deltas, queries
from webapp.datasets.actions import edit_log, metadata_edits
from webapp.datasets.actions.change_metadata import MetadataChange
from webapp.datasets.deltas import Cell, CellWriter, Held
from webapp.datasets.models import Dataset, Edit, Item, Scene, Slice
from webapp.labels.actions.review import review
from webapp.labels.models import Annotation, Prediction
from webapp.privacy import public_id
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, Refused


def edits(viewer: Viewer, dataset: Dataset) -> list[Edit]:
    return list(Edit.objects.visible_to(viewer).filter(dataset_id=dataset.pk).order_by("pk"))


def last(viewer: Viewer, dataset: Dataset) -> Edit:
    return edits(viewer, dataset)[-1]


def put(
    viewer: Viewer, dataset: Dataset, item: Item, field: str, value: Any, *, level: str = "item", gone: bool = False
) -> Edit | None:
    """Edit one key as somebody who looked at it just now."""
    table: Any = Item if level == "item" else Scene
    now = table.objects.unscoped().get(pk=item.pk).metadata
    seen = Held(now[field]) if field in now else None
    wanted = None if gone else Held(value)
    return actions.edit_metadata(viewer, dataset, level, item.pk, field, seen=seen, wanted=wanted)


def state(dataset: Dataset) -> dict[str, Any]:
    """All that edits change, to the last byte: the order of keys too."""
    tables: tuple[Any, ...] = (Item, Scene, Annotation, Prediction)
    found: dict[str, Any] = {
        table.__name__: [
            (pk, list(metadata.items()))
            for pk, metadata in table.objects.unscoped()
            .filter(dataset_id=dataset.pk)
            .order_by("pk")
            .values_list("pk", "metadata")
        ]
        for table in tables
    }
    sizes = Item.objects.unscoped().filter(dataset_id=dataset.pk).order_by("pk")
    found["sizes"] = list(sizes.values_list("pk", "width", "height"))
    slices = Slice.objects.unscoped().filter(dataset_id=dataset.pk, deleted_at=None).order_by("pk")
    found["slices"] = [(one.pk, one.name, one.description, one.tags, list(one.keys()), one.size) for one in slices]
    kept = Dataset.objects.unscoped().get(pk=dataset.pk)
    return found | {"dataset": (kept.name, kept.tags)}


class World:
    """One dataset of five items with labels and two slices, and every kind of edit, chosen by number."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer, self.dataset = viewer, make.make_dataset(viewer)
        metadata = {"weather": "fog", "speed": 4.5, "tags": ["a", {"b": None}], "index": 2**60}
        self.items = make.make_items(viewer, self.dataset, 5, metadata=metadata)
        make.make_annotations(viewer, self.dataset, self.items[:2], per_item=1)
        self.labels = list(Annotation.objects.visible_to(viewer).filter(dataset_id=self.dataset.pk))
        self.slices = [make.make_slice(viewer, self.dataset, self.items[:2], name=name) for name in ("one", "two")]

    def act(self, kind: int, which: int, value: Any) -> None:
        item, slice_ = self.items[which % 5], self.slices[which % 2]
        label, many = self.labels[which % 2], BitMap64([one.pk for one in self.items[which % 5 :]])
        verbs: list[Callable[[], Any]] = [
            lambda: put(self.viewer, self.dataset, item, "weather", str(value)),
            lambda: put(self.viewer, self.dataset, item, "speed", 0, gone=True),
            lambda: put(self.viewer, self.dataset, item, f"new {which}", [value]),
            lambda: self.edit_many("weather", many, Held("rain")),
            lambda: self.edit_many("tags", many, None),
            lambda: review(self.viewer, self.dataset, {item.public_id: "accepted", label.public_id: "rejected"}),
            lambda: review(self.viewer, self.dataset, {label.public_id: None}),
            lambda: actions.append_to_slice(self.viewer, slice_, pks=many),
            lambda: actions.remove_from_slice(self.viewer, slice_, pks=many),
            lambda: actions.rename_slice(self.viewer, slice_, name=f"n{value}", description=f"d{which}"),
            lambda: actions.tag_slice(self.viewer, slice_, [f"t{value}"], remove=[f"t{which}"]),
            lambda: actions.delete_slice(self.viewer, slice_),
            lambda: actions.create_slice(self.viewer, self.dataset, name=f"s{value}", item_pks=many),
            lambda: actions.combine_slices(self.viewer, actions.SetOperation.UNION, *self.slices, name="both"),
            lambda: actions.build_slice(
                self.viewer, self.dataset, name=f"drawn {which} {value}", sample_size=2, source=None, seed=1
            ),
            lambda: actions.change_tags(self.viewer, self.dataset, add=[f"t{value}"], remove=[f"t{which}"]),
            lambda: actions.rename_dataset(self.viewer, self.dataset, f"name {value}"),
            lambda: self.measure(self.items[which % 5 :], which + 1),
        ]
        # What a drawn sequence asks of a slice that it deleted, or with a value of another type, changes nothing.
        with contextlib.suppress(Refused):
            verbs[kind % len(verbs)]()

    def measure(self, items: list[Item], width: int) -> None:
        stored = queries.items(self.viewer, self.dataset).filter(pk__in=[one.pk for one in items])
        sizes = [
            actions.MeasuredSize(pk, seen, (width, 4)) for pk, *seen in stored.values_list("pk", "width", "height")
        ]
        actions.write_measures(self.viewer, self.dataset, [one._replace(seen=tuple(one.seen)) for one in sizes], [])

    def edit_many(self, field: str, keys: BitMap64, wanted: Held | None) -> None:
        actions.edit_metadata_of_many(self.viewer, self.dataset, "item", keys, field, wanted=wanted)


STEP = st.tuples(st.integers(0, 17), st.integers(0, 9), st.integers(0, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_undoing_everything_in_reverse_restores_the_state_byte_for_byte(owner: Viewer, steps: list[Any]) -> None:
    world = World(owner)
    before_all, first = state(world.dataset), last(owner, world.dataset).pk
    trail = [before_all]
    for step in steps:
        known = len(edits(owner, world.dataset))
        world.act(*step)
        if len(edits(owner, world.dataset)) > known:
            trail.append(state(world.dataset))
    done = [one for one in edits(owner, world.dataset) if one.pk > first]
    assert len(done) == len(trail) - 1
    for one, expected in zip(reversed(done), reversed(trail[:-1]), strict=True):
        actions.undo(owner, world.dataset, one.public_id)
        assert state(world.dataset) == expected
    # And everything again, by undoing what undid it.
    for expected in trail[1:]:
        actions.undo_last(owner, world.dataset, again=True)
        assert state(world.dataset) == expected
    for expected in reversed(trail[:-1]):
        actions.undo_last(owner, world.dataset)
        assert state(world.dataset) == expected


def test_every_kind_of_edit_is_written_down_in_words(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3, metadata={"weather": "fog"})
    put(owner, dataset, items[0], "weather", "rain")
    keys = BitMap64([one.pk for one in items])
    count, _ = actions.edit_metadata_of_many(owner, dataset, "item", keys, "weather", wanted=Held("rain"))
    assert count == 2
    made = make.make_slice(owner, dataset, items[:1])
    actions.append_to_slice(owner, made, pks=[items[1].pk])
    actions.tag_slice(owner, made, ["dusk"])
    actions.rename_slice(owner, made, name="Night", description="after eight")
    actions.delete_slice(owner, made)
    review(owner, dataset, {items[0].public_id: "accepted"})
    actions.change_tags(owner, dataset, add=["a", "b"])
    actions.undo_last(owner, dataset)
    assert [one.summary for one in edits(owner, dataset)] == [
        'weather of item-0: "fog" → "rain"',
        'weather of 2 items: "rain"',
        "Made the slice Night of 1 item",
        "Added 1 item to the slice Night",
        "Added the tag dusk to the slice Night",
        "Described the slice Night",
        "Deleted the slice Night of 2 items",
        "Accepted 1 item",
        "Added the tags a, b to the dataset",
        "Undid: Added the tags a, b to the dataset",
    ]


def test_what_changes_nothing_is_no_edit(owner: Viewer, dataset: Dataset) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"weather": "fog"})
    made = make.make_slice(owner, dataset, [item])
    known = len(edits(owner, dataset))
    assert put(owner, dataset, item, "weather", "fog") is None
    assert put(owner, dataset, item, "speed", None, gone=True) is None
    actions.append_to_slice(owner, made, pks=[item.pk])
    actions.rename_slice(owner, made, name="Night", description="")
    actions.tag_slice(owner, made, [], remove=["dusk"])
    assert actions.edit_metadata_of_many(owner, dataset, "item", BitMap64([item.pk]), "speed", wanted=None) == (0, None)
    assert len(edits(owner, dataset)) == known


def test_what_somebody_changed_again_is_not_overwritten(owner: Viewer, approver: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3, metadata={"weather": "fog"})
    keys = BitMap64([one.pk for one in items])
    actions.edit_metadata_of_many(owner, dataset, "item", keys, "weather", wanted=Held("rain"))
    mine = last(owner, dataset)
    # To another value and back: what stands there looks like the owner's, and is not.
    put(approver, dataset, items[1], "weather", "sun")
    put(approver, dataset, items[1], "weather", "rain")
    with pytest.raises(Conflict, match=r"approver@harbor.example changed this again, \d{4}-\d\d-\d\d .*overwritten"):
        actions.undo(owner, dataset, mine.public_id)
    assert queries.item_by_reference(owner, dataset, "item-0").metadata == {"weather": "rain"}
    # Another key of the same item, and other items, are nobody's business.
    actions.undo_last(approver, dataset)
    actions.undo_last(approver, dataset)
    put(approver, dataset, items[1], "speed", 3)
    actions.undo(owner, dataset, mine.public_id)
    assert queries.item_by_reference(owner, dataset, "item-1").metadata == {"weather": "fog", "speed": 3}


def test_what_one_changed_again_oneself_is_undone_in_order(owner: Viewer, dataset: Dataset) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"weather": "fog"})
    first = put(owner, dataset, item, "weather", "rain")
    put(owner, dataset, item, "weather", "sun")
    assert first is not None
    with pytest.raises(Conflict, match=r"You changed this again.*Undo that first"):
        actions.undo(owner, dataset, first.public_id)
    actions.undo_last(owner, dataset)
    actions.undo(owner, dataset, first.public_id)
    with pytest.raises(Conflict, match=r"was undone by owner@harbor.example"):
        actions.undo(owner, dataset, first.public_id)


def test_what_a_program_changed_since_is_not_overwritten(owner: Viewer, dataset: Dataset) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"weather": "fog"})
    put(owner, dataset, item, "weather", "rain")
    actions.change_metadata(owner, dataset, [MetadataChange("item-0", {"weather": "snow"})], level="item")
    with pytest.raises(Conflict, match="weather of item-0 was changed since by a program"):
        actions.undo_last(owner, dataset)
    assert queries.item_by_reference(owner, dataset, "item-0").metadata == {"weather": "snow"}


def test_a_slice_that_others_changed_is_neither_unmade_nor_emptied(
    owner: Viewer, approver: Viewer, dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 3)
    made = make.make_slice(owner, dataset, items[:2])
    actions.remove_from_slice(approver, made, pks=[items[0].pk])
    making = edits(owner, dataset)[0]
    with pytest.raises(Conflict, match=r"approver@harbor.example changed this again"):
        actions.undo(owner, dataset, making.public_id)
    actions.undo_last(approver, dataset)
    actions.undo(owner, dataset, making.public_id)
    assert queries.slices(owner) == []
    with pytest.raises(NotFound):
        queries.slice_(owner, made.public_id)


def test_items_that_went_meanwhile_stay_gone(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3, metadata={"weather": "fog"})
    made = make.make_slice(owner, dataset, items)
    actions.remove_from_slice(owner, made, pks=[items[0].pk, items[1].pk])
    removed = last(owner, dataset)
    keys = BitMap64([one.pk for one in items])
    actions.edit_metadata_of_many(owner, dataset, "item", keys, "weather", wanted=Held("rain"))
    edited = last(owner, dataset)
    actions.delete_item(owner, dataset, items[0])
    actions.undo(owner, dataset, removed.public_id)
    assert list(queries.slice_(owner, made.public_id).keys()) == [items[1].pk, items[2].pk]
    actions.undo(owner, dataset, edited.public_id)
    assert {one.metadata["weather"] for one in queries.items(owner, dataset)} == {"fog"}
    for item in items[1:]:
        actions.delete_item(owner, dataset, item)
    with pytest.raises(Conflict, match="has been deleted since"):
        actions.undo_last(owner, dataset, again=True)


def test_editors_undo_each_others_edits_and_nobody_else_does(
    owner: Viewer, teammate: Viewer, labeler: Viewer, stranger: Viewer, approver: Viewer, dataset: Dataset
) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"weather": "fog"})
    edit = put(owner, dataset, item, "weather", "rain")
    assert edit is not None
    for viewer, refusal in ((teammate, NotAllowed), (labeler, NotAllowed), (stranger, NotFound)):
        for change in (
            lambda viewer=viewer: actions.undo(viewer, dataset, edit.public_id),
            lambda viewer=viewer: actions.undo_last(viewer, dataset),
            lambda viewer=viewer: put(viewer, dataset, item, "weather", "x"),
            lambda viewer=viewer: actions.edit_metadata_of_many(
                viewer, dataset, "item", BitMap64([item.pk]), "weather", wanted=None
            ),
        ):
            with pytest.raises(refusal):
                change()
    with pytest.raises(NotFound, match="nothing of yours to undo"):
        actions.undo_last(approver, dataset)
    elsewhere = make.make_dataset(stranger)
    with pytest.raises(NotFound):
        actions.undo(stranger, elsewhere, edit.public_id)
    for bad in ("edt_nonsense", "", public_id.encode("ds", edit.pk)):
        with pytest.raises(NotFound):
            actions.undo(owner, dataset, bad)
    actions.undo(approver, dataset, edit.public_id)
    assert queries.item_by_reference(owner, dataset, "item-0").metadata == {"weather": "fog"}


def test_a_value_changed_since_one_looked_is_not_overwritten(owner: Viewer, dataset: Dataset) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"speed": 1})
    put(owner, dataset, item, "speed", 2)
    with pytest.raises(Conflict, match="speed was changed meanwhile: it is 2 now"):
        actions.edit_metadata(owner, dataset, "item", item.pk, "speed", seen=Held(1), wanted=Held(3))
    with pytest.raises(Conflict, match="speed was changed meanwhile"):
        actions.edit_metadata(owner, dataset, "item", item.pk, "speed", seen=None, wanted=Held(3))
    # 2 and 2.0 are one number, however a browser writes it; true is another thing.
    actions.edit_metadata(owner, dataset, "item", item.pk, "speed", seen=Held(2.0), wanted=Held(3))
    actions.edit_metadata(owner, dataset, "item", item.pk, "speed", seen=Held(3), wanted=Held(1))
    with pytest.raises(Conflict):
        actions.edit_metadata(owner, dataset, "item", item.pk, "speed", seen=Held(value=True), wanted=Held(3))


def test_values_are_held_to_the_rules_of_an_append(owner: Viewer, dataset: Dataset) -> None:
    (item,) = make.make_items(owner, dataset, 1, metadata={"weather": "fog"})
    with pytest.raises(Invalid, match="'weather' is a string in this dataset; here it is a number"):
        put(owner, dataset, item, "weather", 3)
    with pytest.raises(Invalid, match="bytes of JSON"):
        put(owner, dataset, item, "long", ["x" * 60_000] * 5)
    for bad in ("", "  ", "x" * 201, "a\0b", "a\nb"):
        with pytest.raises(Invalid, match="name of a field"):
            put(owner, dataset, item, bad, 1)
    with pytest.raises(NotFound, match="1 of these items are not in this dataset"):
        actions.edit_metadata_of_many(owner, dataset, "item", BitMap64([item.pk, 2**40]), "a", wanted=Held(1))
    assert state(dataset)["Item"] == [(item.pk, [("weather", "fog")])]
    assert edits(owner, dataset) == []


def test_more_than_can_be_undone_is_refused_whole(
    owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = make.make_items(owner, dataset, 3, metadata={"weather": "fog"})
    keys = BitMap64([one.pk for one in items])
    monkeypatch.setattr(metadata_edits, "MAX_EDITED", 2)
    with pytest.raises(Invalid, match="3 items at once; at most 2"):
        actions.edit_metadata_of_many(owner, dataset, "item", keys, "weather", wanted=None)
    monkeypatch.setattr(metadata_edits, "MAX_EDITED", 3)
    monkeypatch.setattr(deltas, "MAX_DELTA_BYTES", 10)
    with pytest.raises(Invalid, match="change fewer at once"):
        actions.edit_metadata_of_many(owner, dataset, "item", keys, "weather", wanted=None)
    assert {one.metadata.get("weather") for one in queries.items(owner, dataset)} == {"fog"}


def test_many_cells_are_read_back_as_they_were_written() -> None:
    writer = CellWriter()
    cells = [Cell("item", pk, Held(f"ä\n{pk}" * 50, 2), None if pk % 3 else Held([1, None])) for pk in range(5_000)]
    for cell in cells:
        writer.add(cell)
    delta = writer.finish()
    assert [cell for piece in deltas.pieces_of(delta) for cell in piece] == cells
    assert len(writer) == 5_000
    assert list(deltas.pieces_of(CellWriter().finish())) == []


def test_old_edits_stay_in_the_list_and_deleted_slices_go(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 2)
    gone, fresh = make.make_slice(owner, dataset, items), make.make_slice(owner, dataset, items)
    actions.delete_slice(owner, gone)
    long_ago = timezone.now() - timedelta(days=31)
    Edit.objects.unscoped().filter(subject=gone.public_id).update(made_at=long_ago)
    Slice.objects.unscoped().filter(pk=gone.pk).update(deleted_at=long_ago)
    actions.delete_slice(owner, fresh)
    edit_log.forget_old_edits(dataset)
    old = edits(owner, dataset)[2]
    assert (old.summary, old.is_kept) == ("Deleted the slice Night of 2 items", False)
    with pytest.raises(Conflict, match="too old"):
        actions.undo(owner, dataset, old.public_id)
    assert list(Slice.objects.unscoped().values_list("pk", flat=True)) == [fresh.pk]
    actions.undo_last(owner, dataset)
    assert [one.pk for one in queries.slices(owner)] == [fresh.pk]
