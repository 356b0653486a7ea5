"""Labelling projects: who may do what with one, what its labelers find, and tasks from made to audited."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests import make
from webapp.accounts.models import AuditEntry, Team
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset, Item
from webapp.labels import actions, queries
from webapp.labels.models import LabellingProject, LabellingTask
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound

SIGN = {"name": "sign", "shape": "box", "description": "Round ones too."}
PROMOTION = 7


def shared(viewer: Viewer, items: list[Item], promotion_pk: int = PROMOTION) -> list[int]:
    """Their keys, once they have a copy."""
    pks = [item.pk for item in items]
    Item.objects.visible_to(viewer).filter(pk__in=pks).update(shared_at=timezone.now(), promotion_pk=promotion_pk)
    return pks


def states(viewer: Viewer, project: LabellingProject) -> list[tuple[str, str, int | None]]:
    return [(one.status, one.audit_status, one.promotion_pk) for one in queries.tasks(viewer, project)]


def test_members_see_all_projects_and_labelers_those_they_are_on(
    owner: Viewer, teammate: Viewer, approver: Viewer, labeler: Viewer, stranger: Viewer
) -> None:
    signs, ships = make.make_project(owner, labeler), make.make_project(owner, name="Ships")
    for viewer in (owner, teammate, approver):
        assert queries.projects(viewer) == [ships, signs]
    assert queries.projects(labeler) == [signs]
    assert queries.projects(stranger) == []
    assert queries.project_named(labeler, "Signs") == queries.project_named(labeler, signs.public_id) == signs
    for viewer, project in ((labeler, ships), (stranger, signs)):
        with pytest.raises(NotFound):
            queries.project(viewer, project.public_id)
        with pytest.raises(NotFound):
            queries.project_named(viewer, project.name)
        assert queries.labelers(viewer, project) == []
        assert states(viewer, project) == []
    actions.archive_project(owner, signs, archived=True)
    assert queries.projects(labeler) == []
    assert queries.projects(owner, archived=True) == [signs]
    actions.archive_project(owner, signs, archived=False)
    assert queries.projects(labeler) == [signs]


def test_labeler_finds_only_items_with_a_copy(owner: Viewer, labeler: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner, labeler)
    items = make.make_items(owner, dataset, 3)
    actions.ensure_tasks(project, shared(owner, items[:1]), PROMOTION)
    # One without a copy, one that is labelled where it is.
    actions.ensure_tasks(project, [items[1].pk], PROMOTION)
    actions.label_in_place(owner, project, dataset, [items[2].pk])
    assert [one.item_id for one in queries.tasks(labeler, project)] == [items[0].pk]
    assert len(queries.tasks(owner, project)) == 3
    assert [queries.has_task_on(labeler, item.pk) for item in items] == [True, False, False]
    (task, *others) = queries.tasks(owner, project)
    assert queries.task(labeler, project, task.public_id) == task
    for other in others:
        with pytest.raises(NotFound):
            queries.task(labeler, project, other.public_id)
    assert queries.progress(labeler, [project])[project.pk].total == 1
    actions.remove_labelers(owner, project, [labeler.user_id])
    assert not queries.has_task_on(labeler, items[0].pk)
    actions.add_labelers(owner, project, [labeler.user_id])
    dataset_actions.delete_dataset(owner, dataset)
    assert states(labeler, project) == states(owner, project) == []


def test_only_editors_of_the_team_change_a_project(
    owner: Viewer, teammate: Viewer, labeler: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    project = make.make_project(owner, labeler)
    items = make.make_items(owner, dataset, 1)
    verbs: dict[str, Callable[[Viewer], Any]] = {
        "describe": lambda viewer: actions.describe_project(viewer, project, name="Signals", purpose=""),
        "ontology": lambda viewer: actions.change_ontology(viewer, project, [SIGN]),
        "archive": lambda viewer: actions.archive_project(viewer, project, archived=False),
        "add": lambda viewer: actions.add_labelers(viewer, project, [teammate.user_id]),
        "remove": lambda viewer: actions.remove_labelers(viewer, project, [teammate.user_id]),
        "in place": lambda viewer: actions.label_in_place(viewer, project, dataset, [items[0].pk]),
    }
    for name, verb in verbs.items():
        for viewer, refusal in ((teammate, NotAllowed), (labeler, NotAllowed), (stranger, NotFound)):
            with pytest.raises(refusal):
                verb(viewer)
                pytest.fail(f"{name} was done by {viewer.email}")
        verb(owner)
    for viewer in (teammate, labeler):
        with pytest.raises(NotAllowed):
            actions.create_project(viewer, name="Mine")
    with pytest.raises(NotAllowed):
        actions.note_results(teammate, project, [items[0].pk])
    assert actions.note_results(stranger, project, [items[0].pk]) == 0
    with pytest.raises(NotFound):
        actions.audit_tasks(stranger, project, "accepted", [queries.tasks(owner, project)[0].pk])
    with pytest.raises(NotFound, match="members of the team"):
        actions.add_labelers(owner, project, [stranger.user_id])


def test_task_goes_from_waiting_to_audited(owner: Viewer, labeler: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner, labeler)
    pks = shared(owner, make.make_items(owner, dataset, 3))
    assert actions.ensure_tasks(project, pks[:2], PROMOTION) == 2
    assert actions.ensure_tasks(project, pks, PROMOTION) == 1
    version = make.reload(owner, dataset).version
    assert actions.note_results(labeler, project, pks[:2]) == 2
    first, _, third = queries.tasks(owner, project)
    with pytest.raises(Conflict, match="1 of these have no result"):
        actions.audit_tasks(owner, project, "accepted", [first.pk, third.pk])
    with pytest.raises(NotAllowed):
        actions.audit_tasks(labeler, project, "accepted", [first.pk])
    actions.audit_tasks(owner, project, "rejected", [first.pk])
    assert actions.audit_tasks(owner, project, "accepted", None) == 1
    assert states(owner, project) == [
        ("completed", "rejected", PROMOTION),
        ("completed", "accepted", PROMOTION),
        ("pending", "", PROMOTION),
    ]
    assert queries.progress(owner, [project])[project.pk] == queries.Progress(1, 2, 0, 1, 1, 0)
    # A new result of what was rejected waits for an audit again.
    actions.note_results(labeler, project, pks[:1])
    assert states(owner, project)[0] == ("completed", "pending", PROMOTION)
    assert make.reload(owner, dataset).version == version + 4
    acts = list(AuditEntry.objects.order_by("-position").values_list("action", flat=True)[:4])
    assert acts == ["project.results", "project.audit", "project.audit", "project.results"]


def test_copies_that_go_take_their_tasks_from_labelers(owner: Viewer, labeler: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner, labeler)
    waiting, done, inherited = pks = shared(owner, make.make_items(owner, dataset, 3))
    actions.ensure_tasks(project, pks, PROMOTION)
    actions.note_results(owner, project, [done])
    actions.lose_copies(PROMOTION, {waiting: None, done: None, inherited: 8})
    assert states(owner, project) == [("canceled", "", None), ("completed", "pending", None), ("pending", "", 8)]
    assert states(labeler, project) == [("pending", "", 8)]
    # Approved once more.
    assert actions.ensure_tasks(project, pks, 9) == 0
    assert states(labeler, project) == [("pending", "", 9), ("completed", "pending", 9), ("pending", "", 8)]


def test_results_are_noted_for_what_the_labeler_sees(owner: Viewer, labeler: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner, labeler)
    pks = [item.pk for item in make.make_items(owner, dataset, 2)]
    actions.label_in_place(owner, project, dataset, pks)
    assert actions.note_results(labeler, project, pks) == 0
    assert actions.note_results(owner, project, pks) == 2


def test_items_of_elsewhere_are_not_labelled_in_place(owner: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    theirs = make.make_items(stranger, make.make_dataset(stranger), 1)
    project = make.make_project(owner)
    mine = make.make_items(owner, dataset, 1)
    for pks in ([theirs[0].pk], [mine[0].pk, theirs[0].pk], []):
        with pytest.raises(NotFound):
            actions.label_in_place(owner, project, dataset, pks)
    assert not LabellingTask.objects.visible_to(owner).exists()


def test_deleted_item_takes_its_tasks_along(owner: Viewer, dataset: Dataset) -> None:
    project = make.make_project(owner)
    items = make.make_items(owner, dataset, 2)
    actions.label_in_place(owner, project, dataset, [item.pk for item in items])
    dataset_actions.delete_item(owner, dataset, dataset_queries.item(owner, dataset, items[0].public_id))
    assert [one.item_id for one in queries.tasks(owner, project)] == [items[1].pk]


def test_name_is_the_teams_only_one_and_free_in_another(owner: Viewer, stranger: Viewer) -> None:
    project = make.make_project(owner)
    with pytest.raises(Conflict, match="'Signs'"):
        make.make_project(owner)
    make.make_project(stranger)
    other = make.make_project(owner, name="Ships")
    with pytest.raises(Conflict):
        actions.describe_project(owner, other, name="Signs ", purpose="")
    assert actions.describe_project(owner, project, name=" Signs", purpose=" Why. ").purpose == "Why."


def test_ontology_is_kept_as_it_is_written(owner: Viewer) -> None:
    project = make.make_project(owner, classes=[SIGN, {"name": "road", "shape": "mask", "description": " "}])
    assert project.ontology == {"classes": [SIGN, {"name": "road", "shape": "mask"}]}
    # One name may be drawn in two ways.
    actions.change_ontology(owner, project, [SIGN, {"name": "sign", "shape": "polygon"}])


@pytest.mark.parametrize(
    ("classes", "why"),
    [
        ([{"name": "sign", "shape": "circle"}], "the shape of class 1 is 'circle'; box,"),
        ([SIGN, {"shape": "box"}], "the name of class 2"),
        ([{"name": " ", "shape": "box"}], "class 1 are plain text"),
        ([{"name": "a\nb", "shape": "box"}], "class 1 are plain text"),
        ([{"name": "x" * 201, "shape": "box"}], "201 characters"),
        ([{**SIGN, "color": "red"}], "class 1 has 'color'"),
        ([{**SIGN, "description": 7}], "the description of class 1"),
        ([SIGN, SIGN], "'sign' is named twice as a box"),
        ([SIGN] * 1_001, "1001 classes; at most 1000"),
    ],
)
def test_ontology_that_makes_no_sense_is_refused_by_its_place(
    owner: Viewer, classes: list[dict[str, Any]], why: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_project(owner, name="Signs", classes=classes)
    assert why in refusal.value.sentence


def test_who_left_the_team_is_shown_as_gone(owner: Viewer, admin: Viewer, labeler: Viewer, team: Team) -> None:
    from webapp.accounts import actions as account_actions
    from webapp.accounts.queries import members

    project = make.make_project(owner, labeler, owner)
    account_actions.remove_member(admin, members(admin).get(user_id=labeler.user_id).pk)
    assert [(one.user.email, one.role) for one in queries.labelers(owner, project)] == [
        (labeler.email, None),
        (owner.email, "editor"),
    ]
    assert actions.remove_labelers(owner, project, [labeler.user_id]) == 1
