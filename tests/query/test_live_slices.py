"""Saved queries and live slices: who may keep them, what they find, and how deep they stand in each other."""

from __future__ import annotations

import pytest

from tests import make
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.actions.slices import create_slice
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound
from webapp.query import queries, saved
from webapp.query.refusals import QuerySyntaxError
from webapp.query.saved import Asked, change_query, delete_query, freeze, save_query, saved_queries


def keep(viewer: Viewer, dataset: Dataset, name: str, text: str, **fields: str) -> saved.SavedQuery:
    return save_query(viewer, dataset, Asked(text, **fields), name=name, is_live=True)


def found(viewer: Viewer, dataset: Dataset, text: str) -> list[str]:
    ask = queries.scenes if dataset.is_scene else queries.items
    return sorted(ask(viewer, dataset, text).values_list("reference_id", flat=True))


def refusal(viewer: Viewer, dataset: Dataset, text: str) -> str:
    with pytest.raises(QuerySyntaxError) as caught:
        queries.items(viewer, dataset, text)
    return caught.value.reason


def test_a_live_slice_holds_what_matches_now(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 4)
    late = keep(owner, dataset, "late", "metadata.index >= 2 OR reference_id = x")
    assert found(owner, dataset, "slice = late") == ["item-2", "item-3"]
    assert found(owner, dataset, f"slice = {late.public_id} AND metadata.index = 3") == ["item-3"]
    assert found(owner, dataset, "NOT slice = late AND metadata.index != 0") == ["item-1"]
    frozen = freeze(owner, late, name="late then")
    make.make_items(owner, dataset, 2, prefix="more", metadata={"index": 9})
    assert len(found(owner, dataset, "slice = late")) == 4
    assert frozen.size == 2
    # Where a frozen slice has the same name, that is meant.
    make.make_slice(owner, dataset, make.make_items(owner, dataset, 1, prefix="chosen"), name="late")
    assert found(owner, dataset, "slice IN (late)") == ["chosen-0"]


def test_objects_and_scenes_are_asked_whether_they_are_in_one(
    owner: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 3)
    make.make_annotations(owner, dataset, items, per_item=2)
    keep(owner, dataset, "late", "metadata.index >= 1 AND annotations.car = 2")
    objects = queries.annotations(owner, dataset, "slice = late AND annotations.position.x > 5")
    assert sorted(objects.values_list("annotation_id", flat=True)) == ["item-1-1", "item-2-1"]
    for name in ("fog", "sun"):
        make.make_scene(owner, scene_dataset, name, metadata={"sky": name}, frames=2)
    keep(owner, scene_dataset, "foggy", "scene.metadata.sky = fog AND frame = 1")
    assert found(owner, scene_dataset, "slice = foggy") == ["fog"]
    assert queries.items(owner, scene_dataset, "slice = foggy AND frame = 0").get().reference_id == "fog-0"


def test_an_object_in_brackets_is_in_the_slices_that_its_item_is_in(
    owner: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 3)
    make.make_annotations(owner, dataset, items, per_item=2)
    make.make_slice(owner, dataset, items[1:2], name="chosen")
    keep(owner, dataset, "late", "metadata.index >= 1")
    assert found(owner, dataset, "annotations[slice = chosen]") == ["item-1"]
    assert found(owner, dataset, "annotations[slice != chosen AND label = car]") == ["item-0", "item-2"]
    assert found(owner, dataset, "annotations[slice = late AND label = car] = 2 AND slice != chosen") == ["item-2"]
    objects = queries.annotations(owner, dataset, "annotations[slice = chosen] > 0")
    assert sorted(objects.values_list("annotation_id", flat=True)) == ["item-1-0", "item-1-1"]
    # Of frames, whose scene is in it.
    for name in ("fog", "sun"):
        make.make_scene(owner, scene_dataset, name, frames=2)
    make.make_annotations(owner, scene_dataset, list(dataset_queries.items(owner, scene_dataset)), per_item=1)
    create_slice(owner, scene_dataset, name="foggy", reference_ids=["fog"])
    assert found(owner, scene_dataset, "annotations[slice = foggy]") == ["fog"]


def test_live_slices_stand_in_each_other_three_deep_and_never_in_themselves(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 3)
    one = keep(owner, dataset, "one", "metadata.index >= 1")
    keep(owner, dataset, "two", "slice = one")
    three = keep(owner, dataset, "three", "slice = two AND width IS MISSING")
    assert found(owner, dataset, "slice = three") == ["item-1", "item-2"]
    with pytest.raises(Invalid, match="more than 3 live slices deep"):
        keep(owner, dataset, "four", "slice = three")
    with pytest.raises(Invalid, match='"one" would ask for itself'):
        change_query(owner, one, Asked("slice = three"), name="one", is_live=True)
    # It may be asked for all the same, where it is no live slice.
    save_query(owner, dataset, Asked("slice = three"), name="four")
    delete_query(owner, one)
    assert 'the live slice "three" cannot be asked for' in refusal(owner, dataset, "slice = three")
    change_query(owner, three, Asked("metadata.index = 0"), name="three", is_live=False)
    assert 'has no slice "three"' in refusal(owner, dataset, "slice = three")


def test_what_live_slices_ask_counts_as_the_querys_own_parts_and_levels(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    keep(owner, dataset, "wide", " OR ".join(f"metadata.index = {n}" for n in range(60)))
    assert found(owner, dataset, "slice = wide") == ["item-0"]
    reason = refusal(owner, dataset, " AND ".join(["slice = wide"] * 4))
    assert "more than 500 parts" in reason
    keep(owner, dataset, "deep", f"{'(width > 3 OR ' * 20}metadata.index = 0{')' * 20}")
    assert found(owner, dataset, "slice = deep") == ["item-0"]
    nested = f"{'(width > 3 OR height > 2 AND ' * 8}slice = deep{')' * 8}"
    assert "nested more than 30 levels" in refusal(owner, dataset, nested)


def test_a_run_is_named_in_the_query_of_a_live_slice_and_beside_that_of_another(
    owner: Viewer, dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 3)
    old, new = make.make_run(owner, dataset, name="old"), make.make_run(owner, dataset, name="new")
    make.make_predictions(owner, old, dataset, items[:1])
    make.make_predictions(owner, new, dataset, items[1:])
    keep(owner, dataset, "guessed", "predictions@old.car > 0")
    assert found(owner, dataset, "slice = guessed") == ["item-0"]
    assert found(owner, dataset, "slice = guessed OR predictions.car > 0") == ["item-0", "item-1", "item-2"]
    of_run = save_query(owner, dataset, Asked("predictions.car > 0", run_name="old"), name="of the run")
    with pytest.raises(Invalid, match="name the run in the query"):
        freeze(owner, of_run, name="now")
    with pytest.raises(Invalid, match="no model run 'gone'"):
        save_query(owner, dataset, Asked("predictions.car > 0", run_name="gone"), name="other")


def test_names_are_single_texts_are_checked_and_all_is_written_down(owner: Viewer, dataset: Dataset) -> None:
    address = f"{make.MEDIA}/secret.jpg"
    first = save_query(owner, dataset, Asked(f'reference_id = "{address}"', sort="-id"), name=" Mine ")
    with pytest.raises(Invalid, match="already"):
        save_query(owner, dataset, Asked("width > 3"), name="Mine")
    with pytest.raises(Invalid, match=r"cannot be asked, at character 8: found the end"):
        save_query(owner, dataset, Asked("width >"), name="Half")
    with pytest.raises(Invalid, match="cannot be a live slice"):
        save_query(owner, dataset, Asked("width > 3", mode="objects"), name="Boxes", is_live=True)
    change_query(owner, first, Asked("width > 3"), name="Ours", is_live=False)
    delete_query(owner, saved_queries(owner, dataset).get())
    rows = AuditEntry.objects.filter(action__startswith="query.").order_by("pk")
    assert [row.action for row in rows] == ["query.save", "query.change", "query.delete"]
    assert "secret" not in str([row.details for row in rows])
    assert rows[1].details["query"] == "width > 3"


def test_only_the_team_finds_them_and_only_editors_change_them(
    owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 1)
    kept = keep(owner, dataset, "all", "metadata.index >= 0")
    assert [one.name for one in saved_queries(teammate, dataset)] == ["all"]
    assert found(teammate, dataset, "slice = all") == ["item-0"]
    assert not saved_queries(stranger).exists()
    assert not saved_queries(labeler).exists()
    for deed in (
        lambda: save_query(teammate, dataset, Asked("width > 3"), name="mine"),
        lambda: delete_query(teammate, kept),
        lambda: freeze(teammate, kept, name="mine"),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(NotFound):
        delete_query(stranger, kept)


def test_no_more_are_kept_than_a_list_shows(owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_SAVED", 1)
    save_query(owner, dataset, Asked("width > 3"), name="one")
    with pytest.raises(Invalid, match="Delete one first"):
        save_query(owner, dataset, Asked("width > 3"), name="two")
