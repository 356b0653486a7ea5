"""The real client against a live server."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.live import PROJECT, LiveTransom, Person

with warnings.catch_warnings():
    # The SDK's own imports use what its dependencies have deprecated.
    warnings.simplefilter("ignore")
    import nucleus
    from nucleus import async_job

# The SDK's own waiting sleeps five seconds a look.
assert async_job.JOB_POLLING_INTERVAL == 5
async_job.JOB_POLLING_INTERVAL = 0.05
MEDIA = "https://media.harbor.example"
PRELUDE = """
from webapp.datasets.models import Item
from webapp.privacy import public_id
from webapp.promotions.models import Promotion

def items_of(dataset_id):
    return Item.objects.unscoped().filter(dataset_id=public_id.decode("ds", dataset_id))

def requests_of(dataset_id):
    return Promotion.objects.unscoped().filter(dataset_id=public_id.decode("ds", dataset_id))
"""
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.sdk)
            # Warnings of the SDK about itself are not ours to fix.
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture
def team() -> str:
    return f"Team {uuid.uuid4().hex[:8]}"


@pytest.fixture
def person(live: LiveTransom, team: str) -> Person:
    """An editor in a new team."""
    return live.make_person("editor", team=team)


@pytest.fixture
def key(person: Person) -> str:
    """An API key of theirs."""
    return person.key()


@pytest.fixture
def browser(live: LiveTransom, person: Person) -> requests.Session:
    """The same person, signed in at the pages."""
    session = requests.Session()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', session.get(f"{live.url}/sign-in/").text)
    assert token is not None
    form = {"email": person.email, "password": person.password, "next": "/", "csrfmiddlewaretoken": token[1]}
    assert session.post(f"{live.url}/sign-in/", form, headers={"Origin": live.url}).status_code == 200
    return session


@pytest.fixture
def client(live: LiveTransom, key: str) -> nucleus.NucleusClient:
    """The newest SDK."""
    return nucleus.NucleusClient(key, endpoint=live.endpoint)


@pytest.fixture
def stored(live: LiveTransom) -> Callable[[str], Any]:
    """Evaluate an expression in the live server's database, where no client may look."""

    def evaluate(expression: str) -> str:
        code = f"{PRELUDE}\nprint({expression})"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        done = subprocess.run(command, cwd=PROJECT, env=live.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return evaluate


def finished(job: Any, *, limit_s: float = 60) -> dict[str, Any]:
    """The job's status once it has ended; the SDK's own waiting sleeps five seconds a look."""
    deadline = time.monotonic() + limit_s
    while (status := job.status())["status"] == "Running":
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return dict(status)
