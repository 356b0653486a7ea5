"""The clerk of a live server: makes people and keys in its database, one line of JSON in, one out.

Started by tests/live.py with the server's environment; ends when its input does.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 (Django must be set up first)

from tests import make  # noqa: E402
from webapp.accounts.models import Membership, Team, User  # noqa: E402
from webapp.accounts.queries import viewer_of_membership  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0)


def make_person(*, email: str, password: str, team: str, role: str, staff: bool) -> None:
    make.make_viewer(Team.objects.get_or_create(name=team)[0], role=role, email=email, password=password)
    User.objects.filter(email=email).update(is_staff=staff, is_superuser=staff)


def make_key(*, email: str, team: str, role: str | None) -> str:
    membership = Membership.objects.select_related("user", "team").get(user__email=email, team__name=team)
    return make.make_key(viewer_of_membership(membership), role=role)


VERBS: dict[str, Any] = {"migrate": migrate, "make_person": make_person, "make_key": make_key}

if __name__ == "__main__":
    for line in sys.stdin:
        verb, words = json.loads(line)
        print(json.dumps(VERBS[verb](**words)), flush=True)
