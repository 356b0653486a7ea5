"""`manage.py work`: one job worker in the foreground, without network."""

from __future__ import annotations

import gc
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webapp.jobs.worker import work
from webapp.privacy import sandbox


class Command(BaseCommand):
    help = "Run waiting jobs until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="stop when no job is left")

    def handle(self, *, until_idle: bool, **_: Any) -> None:
        state = sandbox.enforce(settings.EGRESS_LOCK, database_is_local=settings.DATABASE_IS_LOCAL)
        self.stderr.write(f"Job worker started; egress: {state.how}")
        stop = threading.Event()

        def stop_soon(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, stop_soon)
        signal.signal(signal.SIGINT, stop_soon)
        # A step makes and drops some hundred thousand small values, none of them in a cycle: looking for cycles at
        # Python's default pace took a sixth of an upload's time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        work(stop, until_idle=until_idle)
