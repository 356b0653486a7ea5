"""Couriers in processes of their own, which share the test's database, keys and folder.

For tests with transactions of their own. `start` runs the command as it is; `Forks` runs the courier's loop in forks of
one process that has Django loaded, and kills them.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
STOP_LIMIT_S = 20


def environment(run_folder: Path, **more: str) -> dict[str, str]:
    """What a process needs to work on what the test sees."""
    data = Path(settings.DATA_DIR)
    shutil.copytree(run_folder / "data" / "keys", data / "keys", dirs_exist_ok=True)
    name = str(connection.settings_dict["NAME"])
    database = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    )
    return {
        **os.environ,
        "TRANSOM_DATA": str(data),
        "DATABASE_URL": database,
        "TRANSOM_COURIER_LOOPBACK": "yes",
        "PYTHONWARNINGS": "error",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@contextmanager
def start(environment: dict[str, str], *words: str, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py courier`, which is ended with the block; `before` are words that start it in some other way."""
    process = subprocess.Popen(
        [*before, sys.executable, "manage.py", "courier", *words],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # All of its group: what stands before it may be its parent.
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it as a power cut would, with what it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Forks:
    """Asks tests/courier/forked.py; a context manager."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.courier.forked"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **words: Any) -> str:
        """Run one courier until nothing can be copied: `ended`, or `killed`.

        `at_step` N with `how` "raise" or "die": what happens at the N-th thing it does to the world. `after_s`: it is
        killed then, counted from its start, or from when it took so many items in hand (`after_items`).
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return str(json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=STOP_LIMIT_S)
