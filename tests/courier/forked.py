"""Runs couriers in forks of itself: a line of JSON in, how the fork ended out (tests/courier/processes.py)."""

import errno
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.db import OperationalError  # noqa: E402 (Django must be set up first)
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402

from webapp.courier import loop  # noqa: E402
from webapp.courier.shared_store import chosen_copies  # noqa: E402

FILE_VERBS = ("open", "write", "fsync", "ftruncate", "unlink", "replace", "mkdir")
DEAD, ENDED, NOT_SO_FAR = 9, 0, 3
# Where the test keeps them; a bucket's client takes long to make, and connects only when it is used.
COPIES = chosen_copies()


class Steps:
    """Counts what a courier does to the world, and lets the N-th of it fail or be the last."""

    def __init__(self, at: int, how: str) -> None:
        self.count, self._at, self._how = 0, at, how
        self._lock = threading.Lock()

    def take(self, failure: Callable[[], Exception]) -> None:
        with self._lock:
            self.count += 1
            is_it = self.count == self._at
        if is_it and self._how == "die":
            os._exit(DEAD)
        if is_it:
            raise failure()

    def watch(self) -> None:
        for name in FILE_VERBS:
            setattr(os, name, self.before(getattr(os, name), lambda: OSError(errno.ENOSPC, "no space left")))
        socket.socket.connect = self.before(socket.socket.connect, lambda: OSError(errno.ENETDOWN, "down"))  # type: ignore[method-assign]
        commit = BaseDatabaseWrapper._commit
        lost = self.lost

        def committed(database: BaseDatabaseWrapper) -> None:
            self.take(lost)
            commit(database)
            # Whoever waits for the answer cannot know that it was done.
            self.take(lost)

        BaseDatabaseWrapper._commit = committed
        connection_created.connect(self.watch_database, weak=False)

    def watch_database(self, connection: Any, **_: Any) -> None:
        def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            if sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
                return run(sql, params, many, context)
            self.take(self.lost)
            came = run(sql, params, many, context)
            if not context["connection"].in_atomic_block:
                self.take(self.lost)
            return came

        connection.execute_wrappers.append(execute)

    def before(self, act: Callable[..., Any], failure: Callable[[], Exception]) -> Callable[..., Any]:
        def stepped(*words: Any, **more: Any) -> Any:
            self.take(failure)
            return act(*words, **more)

        return stepped

    @staticmethod
    def lost() -> Exception:
        return OperationalError("the connection was lost")


def courier(at_step: int, how: str, begun: int) -> int:
    carry, tell = loop.Crew.carry, os.write
    steps = Steps(at_step, how)
    if at_step:
        steps.watch()
    loop.BREATH_S = 0.01

    def carry_and_tell(crew: loop.Crew, claim: Any) -> None:
        carry(crew, claim)
        tell(begun, b".")

    loop.Crew.carry = carry_and_tell  # type: ignore[method-assign]
    loop.run(threading.Event(), COPIES, until_idle=True)
    return ENDED if not at_step or steps.count >= at_step else NOT_SO_FAR


def forked(at_step: int = 0, how: str = "die", after_s: float | None = None, after_items: int = 0) -> str:
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os._exit(courier(at_step, how, tell))
        except BaseException as failure:
            sys.stderr.write(f"The courier ended with {failure!r}\n")
            os._exit(1)
    os.close(tell)
    if after_s is not None:
        while after_items > 0 and (heard := os.read(hear, after_items)):
            after_items -= len(heard)
        handle = os.pidfd_open(child)
        select.select([handle], [], [], after_s)
        os.close(handle)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(hear)
    code = os.waitstatus_to_exitcode(status)
    names = {-signal.SIGKILL: "killed", DEAD: "killed", ENDED: "ended", NOT_SO_FAR: "not so far"}
    return names.get(code, f"failed with {code}")


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(forked(**json.loads(line))), flush=True)
