"""A whole running Transom: gunicorn and a job worker as child processes, with a data folder and database of their own.

    live.url        "http://localhost:41873"; the pages
    live.shared_url the origin of shared bytes, at a second port
    live.endpoint   live.url + "/v1/nucleus"; the door for programs
    live.make_person("editor")            somebody who can sign in, and `.key()` an API key of theirs
    live.kill_worker(); live.start_worker()
    live.start_courier()                  the process that copies what was approved, also from 127.0.0.1
    live.log_text()                       everything both processes have written

The address says `localhost` and the canary's says `127.0.0.1`, so that no cookie can travel by accident.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import pytest

from tests.postgres import PostgresCluster

PROJECT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60
STOP_LIMIT_S = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on a live server."""

    email: str
    password: str
    team: str
    role: str
    live: "LiveTransom"

    def key(self, *, role: str | None = None) -> str:
        """The text of a new API key of theirs; `role` is its ceiling."""
        return self.live.ask_clerk("make_key", email=self.email, team=self.team, role=role)

    def cookie(self) -> dict[str, str]:
        """The name and value of the cookie of a new session of theirs, as if they had signed in."""
        return self.live.ask_clerk("open_session", email=self.email, team=self.team)


class LiveTransom:
    """One server with its worker; a context manager that starts both and ends both.

    `tracer` is put before the commands of web and worker, and each word `%name` in it becomes "web" or "worker".
    """

    def __init__(
        self,
        folder: Path,
        *,
        cluster: PostgresCluster | None = None,
        environment: Mapping[str, str] | None = None,
        tracer: Sequence[str] = (),
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self.tracer = folder, tracer
        self.port, self.shared_port = free_port(), free_port()
        database = cluster.create_database(f"live_{uuid.uuid4().hex[:12]}") if cluster else ""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRANSOM_", "DJANGO_"))}
        self.environment = {
            **inherited,
            "TRANSOM_DATA": str(folder / "data"),
            "DATABASE_URL": database,
            "TRANSOM_BIND": f"127.0.0.1:{self.port}",
            "TRANSOM_SHARED_PORT": str(self.shared_port),
            # A killed worker's job is taken over after this long.
            "TRANSOM_JOB_LEASE_SECONDS": "2",
            "TRANSOM_COURIER_LEASE_SECONDS": "3",
            # The media hosts of tests are on this machine.
            "TRANSOM_COURIER_LOOPBACK": "yes",
            "PYTHONWARNINGS": "error",
            "PYTHONUNBUFFERED": "1",
            **(environment or {}),
        }
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._clerk: subprocess.Popen[str] | None = None
        self._password = f"door-{uuid.uuid4().hex}"

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def shared_url(self) -> str:
        """The origin of shared bytes."""
        return f"http://localhost:{self.shared_port}"

    @property
    def endpoint(self) -> str:
        return f"{self.url}/v1/nucleus"

    def __enter__(self) -> Self:
        try:
            self.ask_clerk("migrate")
            self.start_web()
            self.start_worker()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start_web(self) -> None:
        """Start the web processes and wait until they serve."""
        self._start("web", ["-m", "gunicorn", "-c", "python:webapp.server", "webapp.wsgi"])
        deadline = time.monotonic() + START_LIMIT_S
        while self.health() is None:
            if self._children["web"].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The web server did not start:\n{self.log_text()[-4000:]}")
            time.sleep(0.05)

    def start_worker(self) -> None:
        self._start("worker", ["manage.py", "work"])

    def start_courier(self) -> int:
        """Start the process that copies what was approved, which no live server has by itself; returns its pid."""
        self._start("courier", ["manage.py", "courier"])
        return self._children["courier"].pid

    def kill_courier(self) -> None:
        self._kill("courier")

    def kill_web(self) -> None:
        """SIGKILL the web server and all its workers, as a power cut would."""
        self._kill("web")

    def kill_worker(self) -> None:
        self._kill("worker")

    def restart(self) -> None:
        """Kill everything and start it again."""
        self.kill_web()
        self.kill_worker()
        self.start_web()
        self.start_worker()

    def health(self) -> dict[str, Any] | None:
        """What /healthz says; None while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return json.loads(connection.getresponse().read())  # type: ignore[no-any-return]
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def make_person(
        self, role: str = "editor", *, team: str = "Harbor", password: str | None = None, staff: bool = False
    ) -> Person:
        """A new member of `team`, which is made when it does not exist; with `staff` they may use the admin."""
        email = f"{role}-{uuid.uuid4().hex[:10]}@example.com"
        password = password or self._password
        self.ask_clerk("make_person", email=email, password=password, team=team, role=role, staff=staff)
        return Person(email, password, team, role, self)

    def make_key(self, role: str = "editor", *, team: str = "Harbor") -> str:
        """The text of an API key of a new person."""
        return self.make_person(role, team=team).key()

    def pids(self) -> set[int]:
        """Every process of the web server and the worker."""
        found: set[int] = set()
        for child in self._children.values():
            try:
                process = psutil.Process(child.pid)
                found |= {process.pid, *(one.pid for one in process.children(recursive=True))}
            except psutil.NoSuchProcess:
                continue
        return found

    def log_text(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def ask_clerk(self, verb: str, **words: Any) -> Any:
        """Have something done in the live database by a process that keeps Django loaded (tests/live_clerk.py)."""
        if self._clerk is None:
            with (self.folder / "clerk.log").open("ab") as log:
                self._clerk = subprocess.Popen(
                    [sys.executable, "-m", "tests.live_clerk"],
                    cwd=PROJECT,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        assert self._clerk.stdin is not None
        assert self._clerk.stdout is not None
        self._clerk.stdin.write(json.dumps([verb, words]) + "\n")
        self._clerk.stdin.flush()
        answer = self._clerk.stdout.readline()
        if not answer:
            raise RuntimeError(f"The clerk ended at {verb}:\n{(self.folder / 'clerk.log').read_text()[-4000:]}")
        return json.loads(answer)

    def stop(self) -> None:
        """End all processes, politely first."""
        for child in self._children.values():
            signal_group(child, signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                signal_group(child, signal.SIGKILL)
                child.wait()
        self._children.clear()
        if self._clerk is not None:
            self._clerk.communicate(timeout=STOP_LIMIT_S)
            self._clerk = None

    def _start(self, name: str, words: Sequence[str]) -> None:
        tracer = [word.replace("%name", name) for word in self.tracer]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                [*tracer, sys.executable, *words],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _kill(self, name: str) -> None:
        child = self._children.pop(name)
        signal_group(child, signal.SIGKILL)
        child.wait()


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def live(run_folder: Path, cluster: PostgresCluster | None) -> Iterator[LiveTransom]:
    """The run's own server, shared by tests that make their own team or dataset in it."""
    with LiveTransom(run_folder / "live", cluster=cluster) as server:
        yield server
