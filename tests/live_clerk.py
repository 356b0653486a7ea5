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
from webapp.accounts.models import Membership, Team, User  # noqa: E402
from webapp.accounts.queries import viewer_of_membership  # noqa: E402
from webapp.accounts.viewer import Viewer  # noqa: E402
from webapp.datasets import queries  # noqa: E402
from webapp.labels import queries as label_queries  # noqa: E402


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


def make_copy(*, email: str, team: str, dataset: str, reference_id: str, labeler: str, path: str, place: str) -> int:
    """Share an item as an approved promotion for a project of this labeler's would; the key of their team."""
    viewer = viewer_of(email, team)
    item = queries.item_by_reference(viewer, queries.dataset(viewer, dataset), reference_id)
    project = shared_bytes.make_project(viewer, viewer_of(labeler, team), name=reference_id)
    shared_bytes.make_copy(item, project, content=Path(path).read_bytes(), place=place)
    return viewer.team_id


def viewer_of(email: str, team: str) -> Viewer:
    return viewer_of_membership(
        Membership.objects.select_related("user", "team").get(user__email=email, team__name=team)
    )


VERBS: dict[str, Any] = {
    "migrate": migrate,
    "make_person": make_person,
    "make_key": make_key,
    "open_session": open_session,
    "give_tasks": give_tasks,
    "ask_for_labels": ask_for_labels,
    "make_copy": make_copy,
}

if __name__ == "__main__":
    for line in sys.stdin:
        verb, words = json.loads(line)
        print(json.dumps(VERBS[verb](**words)), flush=True)
