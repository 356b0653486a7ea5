"""`manage.py forget_second_factor EMAIL`: for somebody who lost both the phone and the recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts import second_factor
from webapp.accounts.models import User


class Command(BaseCommand):
    help = "Remove a person's second factor, so that their password alone decides until they set one up again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None or not second_factor.is_set_up(user):
            raise CommandError(f"{email} has no second factor.")
        second_factor.remove(user)
        self.stdout.write(f"Removed. {user.email} sets it up again at /admin/second-factor/.")
