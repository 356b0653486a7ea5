"""`manage.py courier`: the one process with a network, which brings copies of what was approved."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webapp.courier.loop import run
from webapp.courier.shared_store import chosen_copies, chosen_removals
from webapp.privacy.checks import TAG


class Command(BaseCommand):
    help = "Copy approved items to the shared store until told to stop."
    requires_system_checks = [TAG]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="stop when nothing can be copied now")

    def handle(self, *, until_idle: bool, **_: Any) -> None:
        for sentence in greeting():
            self.stderr.write(sentence)
        stop = threading.Event()

        def stop_soon(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, stop_soon)
        signal.signal(signal.SIGINT, stop_soon)
        run(stop, chosen_copies(), removals=chosen_removals(), until_idle=until_idle)


def greeting() -> list[str]:
    """What a person who starts it should know."""
    said = ["Courier started: it connects to media hosts, for approved items alone."]
    if not settings.COURIER_IS_ON:
        said = ["Courier started, and switched off by TRANSOM_COURIER: it copies nothing."]
    if settings.SHARED_STORE == "s3" and settings.BUCKET is not None:
        said.append(f"Copies stay in the bucket {settings.BUCKET.name} at {settings.BUCKET.endpoint}.")
    if settings.COURIER_LOOPBACK:
        said.append(
            "WARNING: TRANSOM_COURIER_LOOPBACK lets an origin's rule list loopback addresses, where this machine's own"
            " programs listen. It is for trying Transom on one machine; never set it on a server."
        )
    return said
