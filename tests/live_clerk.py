"""The clerk of a live server: makes people and keys in its database, one line of JSON in, one out.

Started by tests/live.py with the server's environment; ends when its input does.
"""

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from tests import make, shared_bytes  # noqa: E402
from tests.courier import approvals  # noqa: E402
from webapp.accounts.models import Membership, Team, User  # noqa: E402
from webapp.accounts.queries import viewer_of_membership  # noqa: E402
from webapp.accounts.viewer import Viewer  # noqa: E402
from webapp.datasets import actions, queries  # noqa: E402
from webapp.labels import actions as label_actions  # noqa: E402
from webapp.labels import queries as label_queries  # noqa: E402
from webapp.privacy import public_id  # noqa: E402
from webapp.privacy.refusals import Refused  # noqa: E402
from webapp.promotions import queries as promotion_queries  # noqa: E402
from webapp.promotions.actions.decide import approve, reject  # noqa: E402
from webapp.promotions.actions.revoke import revoke  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0)


def make_person(*, email: str, password: str, team: str, role: str, staff: bool) -> None:
    make.make_viewer(Team.objects.get_or_create(name=team)[0], role=role, email=email)
    User.objects.filter(email=email).update(password=hashed(password), is_staff=staff, is_superuser=staff)


@functools.cache
def hashed(password: str) -> str:
    """The hash is slow by design, and most people of a run share a password."""
    return make_password(password)


def make_key(*, email: str, team: str, role: str | None) -> str:
    return make.make_key(viewer_of(email, team), role=role)


def open_session(*, email: str, team: str) -> dict[str, str]:
    client = make.sign_in(Client(), viewer_of(email, team))
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def give_tasks(*, email: str, team: str, dataset: str, project: str, tasks: dict[str, list[str]]) -> None:
    """`tasks` is what make.give_tasks takes by name; the project is made where there is none."""
    viewer = viewer_of(email, team)
    known = {one.name: one for one in label_queries.projects(viewer)}
    found = known.get(project) or make.make_project(viewer, name=project)
    make.give_tasks(viewer, queries.dataset(viewer, dataset), found, tasks.pop("names"), **tasks)


def ask_for_labels(*, email: str, team: str, dataset: str, reference_ids: list[str]) -> int:
    """The key of a request for these items that waits for a decision."""
    viewer = viewer_of(email, team)
    found = queries.dataset(viewer, dataset)
    rows = queries.items(viewer, found).filter(reference_id__in=reference_ids)
    return make.make_promotion(viewer, found, list(rows)).pk


def make_project(*, email: str, team: str, name: str) -> str:
    """The public id of a new labelling project."""
    return str(make.make_project(viewer_of(email, team), name=name).public_id)


def describe_host(*, email: str, team: str, origin: str, terms: dict[str, Any]) -> None:
    """Declare a media host and say how it is asked: the words of OriginTerms."""
    viewer = viewer_of(email, team)
    row = actions.declare_origin(viewer, origin)
    actions.describe_origin(viewer, row.pk, actions.OriginTerms(**terms))


def allow_host(*, email: str, team: str, origin: str) -> None:
    """Let the courier fetch from a media host on this machine."""
    approvals.allow(viewer_of(email, team), origin)


def decide(*, email: str, team: str, job: str, deed: str, reason: str) -> str:
    """Approve, reject or revoke what the job stands for; the state after it, or what the refusal says."""
    viewer = viewer_of(email, team)
    found = promotion_queries.promotions(viewer).get(job_pk=public_id.decode("job", job))
    try:
        return str(DECISIONS[deed](viewer, found, reason=reason).state)
    except Refused as refusal:
        return refusal.sentence


def make_copy(*, email: str, team: str, dataset: str, reference_id: str, labeler: str, path: str, place: str) -> int:
    """Share an item as an approved promotion for a project of this labeler's would; the key of their team."""
    viewer = viewer_of(email, team)
    item = queries.item_by_reference(viewer, queries.dataset(viewer, dataset), reference_id)
    project = shared_bytes.make_project(viewer, viewer_of(labeler, team), name=reference_id)
    shared_bytes.make_copy(item, project, content=Path(path).read_bytes(), place=place)
    return viewer.team_id


def set_up_project(*, email: str, team: str, project: str, labelers: list[str]) -> str:
    """Give a project that there is a class and these people; the address of its page."""
    viewer = viewer_of(email, team)
    found = label_queries.project_named(viewer, project)
    label_actions.change_ontology(viewer, found, [{"name": "sign", "shape": "box", "description": "Round ones too."}])
    label_actions.add_labelers(viewer, found, [viewer_of(one, team).user_id for one in labelers])
    return f"/labelling/{found.public_id}/"


def note_results(*, email: str, team: str, project: str) -> None:
    """Have results come for all tasks that the person sees."""
    viewer = viewer_of(email, team)
    found = label_queries.project_named(viewer, project)
    label_actions.note_results(viewer, found, [one.item_id for one in label_queries.tasks(viewer, found)])


def share_items(
    *, email: str, team: str, approver: str, dataset: str, project: str, origin: str, reference_ids: list[str]
) -> None:
    """Ask for a copy of these items for a project there is, and approve it; the courier may ask `origin` then."""
    asker, decider = viewer_of(email, team), viewer_of(approver, team)
    found = queries.dataset(asker, dataset)
    rows = queries.items(asker, found).filter(reference_id__in=reference_ids)
    named = label_queries.project_named(asker, project)
    promotion = make.make_promotion(asker, found, list(rows), project=named)
    approvals.allow(decider, origin)
    make.approve(decider, promotion)


def viewer_of(email: str, team: str) -> Viewer:
    return viewer_of_membership(
        Membership.objects.select_related("user", "team").get(user__email=email, team__name=team)
    )


DECISIONS: dict[str, Any] = {"approve": approve, "reject": reject, "revoke": revoke}
VERBS: dict[str, Any] = {
    "make_project": make_project,
    "describe_host": describe_host,
    "allow_host": allow_host,
    "decide": decide,
    "migrate": migrate,
    "make_person": make_person,
    "make_key": make_key,
    "open_session": open_session,
    "give_tasks": give_tasks,
    "ask_for_labels": ask_for_labels,
    "make_copy": make_copy,
    "set_up_project": set_up_project,
    "note_results": note_results,
    "share_items": share_items,
}

if __name__ == "__main__":
    for line in sys.stdin:
        verb, words = json.loads(line)
        print(json.dumps(VERBS[verb](**words)), flush=True)
