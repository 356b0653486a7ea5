"""`manage.py create_api_key --email E [--team T] [--create]`: prints only the key on stdout."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from webapp.accounts.api_keys import create_api_key
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import viewer_of_membership
from webapp.accounts.viewer import Role


class Command(BaseCommand):
    help = "Make an API key for a member of a team and print it; nothing else goes to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--team", help="the team's name; needed when the person is in several")
        parser.add_argument("--role", choices=Role.values, help="the key's ceiling; default: the member's role")
        parser.add_argument("--name", default="command line", help="what to call the key")
        parser.add_argument(
            "--create", action="store_true", help="make the user (as admin) and the team where they do not exist"
        )

    @transaction.atomic
    def handle(self, *, email: str, team: str | None, role: str | None, name: str, create: bool, **_: Any) -> None:
        if create:
            self.create_missing(email.lower(), team or "Default")
        memberships = Membership.objects.select_related("user", "team").filter(user__email=email.lower())
        if team:
            memberships = memberships.filter(team__name=team)
        found = list(memberships[:2])
        if not found:
            raise CommandError(f"{email} is no member{f' of {team}' if team else ''}; add --create to make it so.")
        if len(found) > 1:
            raise CommandError(f"{email} is in several teams; name one with --team.")
        _key, text = create_api_key(viewer_of_membership(found[0]), name=name, role=Role(role) if role else None)
        self.stdout.write(text)

    def create_missing(self, email: str, team_name: str) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            password = secrets.token_urlsafe(15)
            user = User.objects.create_user(email, password)
            self.stderr.write(f"Made {email} with the password {password}")
        team, _ = Team.objects.get_or_create(name=team_name)
        Membership.objects.get_or_create(user=user, team=team, defaults={"role": Role.ADMIN})
