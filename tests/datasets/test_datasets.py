"""Making, changing and deleting datasets, and deletion's job."""

import threading
from pathlib import Path

import pytest

from tests import make
from webapp.accounts import queries as accounts
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, job_kinds, queries
from webapp.datasets.actions.files import path_of
from webapp.datasets.drafts import file_draft
from webapp.datasets.models import Dataset, DatasetOrigin, Item, Scene, Slice, StoredFile
from webapp.jobs.models import Job
from webapp.jobs.worker import work
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, TooLarge

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_dataset_is_made_with_its_flags_and_an_audit_row(owner: Viewer, admin: Viewer) -> None:
    schema = {"weather": {"type": "category", "choices": ["fog", "sun"]}}
    made = actions.create_dataset(
        owner, name="  Quays ", is_scene=True, use_privacy_mode=True, item_metadata_schema=schema
    )
    stored = queries.dataset(owner, made.public_id)
    assert (stored.name, stored.is_scene, stored.use_privacy_mode, stored.item_metadata_schema) == (
        "Quays",
        True,
        True,
        schema,
    )
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.subject, entry.details) == ("dataset.create", made.public_id, {"privacy": True})


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\x1fb", "a\0"])
def test_bad_names_are_refused(owner: Viewer, dataset: Dataset, name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        make.make_dataset(owner, name=name)
    with pytest.raises(Invalid, match="name"):
        actions.rename_dataset(owner, dataset, name)


@pytest.mark.parametrize(
    "schema", ["text", [], {"a": "text"}, {"a": {}}, {"a": {"type": "image"}}, {"a": {"type": "text", "choices": [1]}}]
)
def test_bad_schema_is_refused(owner: Viewer, schema: object) -> None:
    with pytest.raises(Invalid, match="item_metadata_schema"):
        actions.create_dataset(owner, name="x", is_scene=False, use_privacy_mode=True, item_metadata_schema=schema)


def test_declared_schema_types_the_metadata(owner: Viewer) -> None:
    schema = {"weather": {"type": "category"}, "speed": {"type": "number"}, "extra": {"type": "json"}}
    dataset = actions.create_dataset(
        owner, name="x", is_scene=False, use_privacy_mode=True, item_metadata_schema=schema
    )
    for extra in (1, "a", [None]):
        make.append(owner, dataset, [make.draft_item(owner, f"{extra}", metadata={"extra": extra, "weather": "fog"})])
    with pytest.raises(Invalid, match="'speed' is a number in this dataset; here it is a string"):
        make.append(owner, dataset, [make.draft_item(owner, "b", metadata={"speed": "fast"})])


def test_dataset_is_renamed_and_tagged(owner: Viewer, dataset: Dataset) -> None:
    actions.rename_dataset(owner, dataset, "Piers")
    assert actions.change_tags(owner, dataset, add=["b", "a", "b"]) == ["b", "a"]
    assert actions.change_tags(owner, dataset, add=["c"], remove=["b", "never there"]) == ["a", "c"]
    after = make.reload(owner, dataset)
    assert (after.name, after.tags) == ("Piers", ["a", "c"])
    for tags in ([""], ["x" * 201], [str(index) for index in range(101)]):
        with pytest.raises(Invalid):
            actions.change_tags(owner, dataset, add=tags)


def test_only_curators_of_the_team_change_a_dataset(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    with pytest.raises(NotAllowed):
        make.make_dataset(teammate)
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound)):
        for change in (
            lambda viewer=viewer: actions.rename_dataset(viewer, dataset, "x"),
            lambda viewer=viewer: actions.change_tags(viewer, dataset, add=["x"]),
            lambda viewer=viewer: actions.delete_dataset(viewer, dataset),
        ):
            with pytest.raises(refusal):
                change()
    actions.rename_dataset(approver, dataset, "Piers")


def test_item_is_deleted_for_good(owner: Viewer, admin: Viewer, dataset: Dataset) -> None:
    first, second = make.make_items(owner, dataset, 2)
    actions.delete_item(owner, dataset, first)
    assert list(queries.items(owner, dataset)) == [second]
    assert make.reload(owner, dataset).item_count == 1
    assert accounts.audit_entries(admin)[0].action == "item.delete"
    with pytest.raises(NotFound, match="gone already"):
        actions.delete_item(owner, dataset, first)


def test_frame_is_not_deleted_alone(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset)
    with pytest.raises(Conflict, match="frame of a scene"):
        actions.delete_item(owner, scene_dataset, queries.frames(owner, scene)[1])
    actions.delete_scene(owner, scene_dataset, scene)
    after = make.reload(owner, scene_dataset)
    assert (after.item_count, after.scene_count, queries.items(owner, scene_dataset).count()) == (0, 0, 0)
    make.make_scene(owner, scene_dataset)


def test_only_curators_of_the_team_delete_items_and_scenes(
    owner: Viewer, teammate: Viewer, stranger: Viewer, dataset: Dataset, scene_dataset: Dataset
) -> None:
    item, scene = make.make_items(owner, dataset, 1)[0], make.make_scene(owner, scene_dataset)
    for viewer, refusal in ((teammate, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            actions.delete_item(viewer, dataset, item)
        with pytest.raises(refusal):
            actions.delete_scene(viewer, scene_dataset, scene)
    with pytest.raises(NotFound):
        actions.delete_item(owner, make.make_dataset(owner, name="Other"), item)


@pytest.mark.django_db(transaction=True)
def test_deletion_job_removes_every_row_some_thousand_a_step(
    owner: Viewer, dataset: Dataset, scene_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_kinds, "ROWS_A_STEP", 4)
    make.make_slice(owner, dataset, make.make_items(owner, dataset, 10))
    make.append(owner, dataset, [make.draft_item(owner, "item-0", wants_sharing=True)], update=True)
    make.make_scene(owner, scene_dataset, frames=9)
    kept = make.make_items(owner, make.make_dataset(owner, name="Kept"), 2)
    jobs = [actions.delete_dataset(owner, one) for one in (dataset, scene_dataset)]
    with pytest.raises(NotFound):
        actions.delete_dataset(owner, dataset)
    assert Item.objects.unscoped().count() == 21
    work(threading.Event(), until_idle=True)
    assert [(job.state, job.done_steps) for job in Job.objects.unscoped().filter(pk__in=[job.pk for job in jobs])] == [
        (Job.State.COMPLETED, 10),
        (Job.State.COMPLETED, 10),
    ]
    assert list(Item.objects.unscoped().order_by("pk")) == kept
    for table in (Scene, Slice):
        assert table.objects.unscoped().count() == 0
    assert (Dataset.objects.unscoped().count(), DatasetOrigin.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_uploaded_file_lives_as_long_as_an_item_names_it(owner: Viewer, stranger: Viewer) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    file = actions.store_file(owner, [PNG[:5], PNG[5:]])
    assert actions.store_file(owner, [PNG]).pk == file.pk
    assert actions.store_file(stranger, [PNG]).pk != file.pk
    assert path_of(file).read_bytes() == PNG
    drafts = [file_draft(reference_id=name, metadata=None, file_pk=file.pk) for name in ("a", "b")]
    actions.upload_files(owner, ordinary, drafts, update=False, append_key="k")
    first, second = queries.items(owner, ordinary).order_by("pk")
    assert (first.privacy, first.url, file.content_type) == ("shared", None, "image/png")
    actions.delete_item(owner, ordinary, first)
    assert path_of(file).exists()
    actions.delete_item(owner, ordinary, second)
    assert not path_of(file).exists()
    assert [one.team_id for one in StoredFile.objects.all()] == [stranger.team_id]


def test_privacy_dataset_takes_no_file(owner: Viewer, dataset: Dataset) -> None:
    file = actions.store_file(owner, [PNG])
    drafts = [file_draft(reference_id="a", metadata=None, file_pk=file.pk)]
    with pytest.raises(Invalid, match="privacy mode: files cannot be uploaded"):
        actions.upload_files(owner, dataset, drafts, update=False, append_key="k")
    with pytest.raises(Invalid, match="a privacy dataset takes no files"):
        make.append(owner, dataset, drafts)


@pytest.mark.parametrize("body", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7", b"GIF8"])
def test_file_that_is_no_picture_leaves_nothing_behind(owner: Viewer, body: bytes, data_folder: Path) -> None:
    with pytest.raises(Invalid, match="no image we can show"):
        actions.store_file(owner, [body])
    assert [path for path in data_folder.rglob("*") if path.is_file()] == []


def test_file_above_the_limit_leaves_nothing_behind(owner: Viewer, data_folder: Path, settings: object) -> None:
    settings.MAX_FILE_BYTES = 100  # type: ignore[attr-defined]
    with pytest.raises(TooLarge, match="at most 100 bytes"):
        actions.store_file(owner, iter([PNG] * 3))
    assert [path for path in data_folder.rglob("*") if path.is_file()] == []


def test_only_curators_store_files(teammate: Viewer) -> None:
    with pytest.raises(NotAllowed):
        actions.store_file(teammate, [PNG])
