"""Files of a labelling project on its page: what each person gets in one, whose links open, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import make
from tests.pages.conftest import Browse, text_of
from tests.pages.test_query_counts import FRAME, queries_of
from tests.shared_bytes import PNG, SHARED, follow, make_copy
from webapp.accounts.models import AuditEntry
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.exchange import handing_out
from webapp.labels import actions, queries
from webapp.labels.models import Annotation, LabellingProject
from webapp.promotions.models import Promotion, PromotionItem

CLASSES = [{"name": "sign", "shape": "box", "description": "Round & square."}, {"name": "night", "shape": "category"}]
DAY = timedelta(days=1)


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 3, width=640, height=480)


@pytest.fixture
def project(owner: Viewer, labeler: Viewer, dataset: Dataset, items: list[Item]) -> LabellingProject:
    """Of three items the first has a copy, the second is labelled in place, the third is not in it."""
    made = make.make_project(owner, labeler, classes=CLASSES)
    make_copy(items[0], made)
    actions.label_in_place(owner, made, dataset, [items[1].pk])
    return made


def path_of(project: LabellingProject, name: str) -> str:
    return f"/labelling/{project.public_id}/{name}"


def taken(browser: Client, project: LabellingProject, name: str = "manifest.json") -> Any:
    response: Any = browser.get(path_of(project, name))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    return msgspec.json.decode(response.getvalue())


def box(task_id: str, label: str = "sign") -> list[dict[str, Any]]:
    """A file of Label Studio's with one box on a task."""
    value = {"x": 10, "y": 10, "width": 10, "height": 10, "rectanglelabels": [label]}
    region = {"id": "a", "type": "rectanglelabels", "value": value}
    return [{"data": {"task_id": task_id}, "annotations": [{"result": [region]}]}]


def upload(browser: Client, project: LabellingProject, file: Any, **fields: str) -> Any:
    content = SimpleUploadedFile("results.json", msgspec.json.encode(file), content_type="application/json")
    return browser.post(path_of(project, "results"), {"do": "results", "file": content, **fields}, follow=True)


def test_manifest_has_links_to_copies_and_to_members_the_addresses_of_the_rest(
    owner: Viewer, labeler: Viewer, project: LabellingProject, browse: Browse
) -> None:
    told = taken(browse(owner), project)
    assert (told["project"], told["name"]) == (project.public_id, "Signs")
    assert told["ontology"] == project.ontology
    assert told["has_private_addresses"] is True
    assert "Give it to nobody" in told["warning"]
    copied, in_place = told["tasks"]
    assert copied["link"].startswith(f"{SHARED}/shared/")
    assert (copied["private"], copied["reference_id"], copied["width"]) == (False, "item-0", 640)
    assert copied["promotion"].startswith("prm_")
    assert (in_place["link"], in_place["private"]) == (f"{make.MEDIA}/item-1.jpg", True)
    assert (in_place["link_ends_at"], in_place["promotion"], in_place["dataset"]) == (None, None, "Quays")

    theirs = taken(browse(labeler), project)
    (task,) = theirs["tasks"]
    assert theirs["has_private_addresses"] is False
    assert follow(task["link"]).body == PNG
    body = msgspec.json.encode(theirs).decode()
    assert not any(word in body for word in ("media.harbor.example", "Quays", "item-1"))


def test_each_form_names_the_same_tasks_and_marks_what_is_private(
    owner: Viewer, project: LabellingProject, browse: Browse
) -> None:
    browser = browse(owner)
    tasks = taken(browser, project)["tasks"]
    coco = taken(browser, project, "coco.json")
    studio = taken(browser, project, "label-studio.json")
    ids = [one["id"] for one in tasks]
    assert [one["task_id"] for one in coco["images"]] == [one["data"]["task_id"] for one in studio] == ids
    assert [one.get("private", False) for one in coco["images"]] == [False, True]
    assert [one["data"].get("private", False) for one in studio] == [False, True]
    assert coco["images"][1]["coco_url"] == studio[1]["data"]["image"] == f"{make.MEDIA}/item-1.jpg"
    assert [one["name"] for one in coco["categories"]] == ["sign"]
    assert coco["info"]["has_private_addresses"] is True


def test_interface_draws_what_the_ontology_names(labeler: Viewer, project: LabellingProject, browse: Browse) -> None:
    response = browse(labeler).get(path_of(project, "label-studio.xml"))
    view = ElementTree.fromstring(response.content)
    assert [one.tag for one in view] == ["Image", "RectangleLabels", "Choices"]
    assert [(one.get("value"), one.get("hint")) for one in view[1]] == [("sign", "Round & square.")]
    assert all(one.get("toName") == "image" for one in view[1:])


def test_links_live_as_long_as_was_said_and_never_beyond_the_promotion(
    owner: Viewer, labeler: Viewer, project: LabellingProject, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, now = browse(labeler), timezone.now()
    (task,) = taken(browser, project, "manifest.json?days=2")["tasks"]
    assert told_at(now, 2) <= task["link_ends_at"] <= told_at(timezone.now(), 2)
    Promotion.objects.visible_to(owner).update(expires_at=now + DAY)
    (task,) = taken(browser, project)["tasks"]
    assert task["link_ends_at"] == told_at(now, 1)
    monkeypatch.setattr("time.time", lambda: (now + DAY - timedelta(seconds=5)).timestamp())
    assert follow(task["link"]).status_code == 200
    monkeypatch.setattr("time.time", lambda: (now + DAY).timestamp())
    assert follow(task["link"]).status_code == 404
    for days in ("0", "15", "many"):
        assert browser.get(path_of(project, f"manifest.json?days={days}")).status_code == 400


def told_at(now: Any, days: int) -> str:
    return (now.replace(microsecond=0) + days * DAY).isoformat().replace("+00:00", "Z")


def test_link_ends_with_the_copy_and_with_who_took_the_file(
    owner: Viewer, labeler: Viewer, project: LabellingProject, browse: Browse
) -> None:
    (task,) = taken(browse(labeler), project)["tasks"]
    actions.remove_labelers(owner, project, [labeler.user_id])
    assert follow(task["link"]).status_code == 404
    actions.add_labelers(owner, project, [labeler.user_id])
    assert follow(task["link"]).status_code == 200
    PromotionItem.objects.update(state=PromotionItem.State.GONE, file=None)
    assert follow(task["link"]).status_code == 404
    assert taken(browse(labeler), project)["tasks"][0]["link"] is None


def test_who_took_which_file_is_on_record(owner: Viewer, project: LabellingProject, browse: Browse) -> None:
    browser = browse(owner)
    browser.head(path_of(project, "coco.json"))
    taken(browser, project, "coco.json?only=open&labels=1")
    entry = AuditEntry.objects.get(action="project.manifest")
    told = {"form": "coco", "tasks": 2, "private": 1, "with_labels": True}
    assert told.items() <= entry.details.items()
    assert "http" not in str(entry.details)


def test_annotations_go_along_to_those_who_may_see_them(
    owner: Viewer, labeler: Viewer, dataset: Dataset, items: list[Item], project: LabellingProject, browse: Browse
) -> None:
    make.make_annotations(owner, dataset, items, label="sign")
    coco = taken(browse(owner), project, "coco.json?labels=1")
    assert [one["bbox"] for one in coco["annotations"]] == [[0, 20, 8, 6.5], [10, 20, 8, 6.5]] * 2
    assert [one["image_id"] for one in coco["annotations"]] == [1, 1, 2, 2]
    assert taken(browse(owner), project, "coco.json")["annotations"] == []
    assert browse(labeler).get(path_of(project, "coco.json?labels=1")).status_code == 403


def test_labeler_brings_results_that_the_editor_finds(
    owner: Viewer, labeler: Viewer, project: LabellingProject, browse: Browse
) -> None:
    browser = browse(labeler)
    (task,) = taken(browser, project)["tasks"]
    page = upload(browser, project, box(task["id"]))
    assert "Took in 1 label for 1 task, which now wait for an audit." in text_of(page)
    assert [one.status for one in queries.tasks(owner, project)] == ["completed", "pending"]
    (stored,) = Annotation.objects.visible_to(owner)
    assert (stored.label, stored.left, stored.bottom) == ("sign", 64, 96)
    assert AuditEntry.objects.get(action="project.results").user_id == labeler.user_id
    only_open = taken(browse(owner), project, "manifest.json?only=open")["tasks"]
    assert [one["reference_id"] for one in only_open] == ["item-1"]
    actions.audit_tasks(owner, project, "rejected", [queries.tasks(owner, project)[0].pk])
    assert len(taken(browse(owner), project, "manifest.json?only=open")["tasks"]) == 2


def test_refused_file_is_answered_with_a_list_of_its_faults(
    owner: Viewer, project: LabellingProject, browse: Browse
) -> None:
    task = queries.tasks(owner, project)[0].public_id
    page = upload(browse(owner), project, [*box(task, "ship"), *box("task_x")])
    said = text_of(page)
    assert page.status_code == 400
    assert "2 faults, so nothing of the file was stored." in said
    assert "[0].annotations[0].result[0]" in said
    assert "the project has no class 'ship'" in said
    assert "this project has no task 'task_x'" in said
    empty = browse(owner).post(path_of(project, "results"), {"do": "results"})
    assert (empty.status_code, "Choose a file first." in text_of(empty)) == (400, True)
    assert not Annotation.objects.visible_to(owner).exists()


def test_results_as_a_body_are_answered_in_json(owner: Viewer, project: LabellingProject, browse: Browse) -> None:
    browser, task = browse(owner), queries.tasks(owner, project)[0].public_id

    def send(file: Any) -> Any:
        return browser.post(path_of(project, "results"), msgspec.json.encode(file), content_type="application/json")

    assert send(box(task)).json() == {"tasks": 1, "labels": 1, "removed": 0}
    refused = send(box(task, "ship"))
    assert refused.status_code == 400
    (fault,) = refused.json()["faults"]
    assert fault["place"] == "[0].annotations[0].result[0]"


def test_results_need_the_token_of_the_page(owner: Viewer, project: LabellingProject) -> None:
    browser = make.sign_in(Client(enforce_csrf_checks=True), owner)
    task = queries.tasks(owner, project)[0].public_id
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        response = browser.post(path_of(project, "results"), msgspec.json.encode(box(task)), content_type=content_type)
        assert response.status_code == 403
    assert not Annotation.objects.visible_to(owner).exists()


def test_slice_is_given_to_a_project_in_place(
    owner: Viewer, teammate: Viewer, dataset: Dataset, items: list[Item], project: LabellingProject, browse: Browse
) -> None:
    path = f"/slices/{make.make_slice(owner, dataset, items).public_id}"
    assert "Nothing is shared" in text_of(browse(owner).get(f"{path}?panel=in-place"))
    form = {"do": "label-in-place", "project": project.public_id}
    assert "1 item more to label in place for Signs." in text_of(browse(owner).post(path, form, follow=True))
    assert [one.promotion_pk is None for one in queries.tasks(owner, project)] == [False, True, True]
    assert "had all of these items already" in text_of(browse(owner).post(path, form, follow=True))
    assert browse(teammate).post(path, form).status_code == 403
    assert browse(owner).post(path, form | {"project": "lab_x"}).status_code == 404


def test_reading_a_file_takes_the_same_queries_for_each_part(
    owner: Viewer, project: LabellingProject, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(project, "results")
    assert queries_of(browse(owner), path) == FRAME + 2
    monkeypatch.setattr(handing_out, "TASKS_AT_ONCE", 1)
    assert [one["reference_id"] for one in taken(browse(owner), project)["tasks"]] == ["item-0", "item-1"]
