"""`manage.py serve`: the whole of Transom from one command, and nothing left of it afterwards."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command

from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules

PROJECT = Path(__file__).resolve().parents[2]
LIMIT_S = 40


@pytest.fixture
def taken_port() -> Iterator[int]:
    with MediaServer(("127.0.0.1", 0), MediaFolders([]), ServingRules()) as server:
        yield server.port


def free_port() -> int:
    with MediaServer(("127.0.0.1", 0), MediaFolders([]), ServingRules()) as server:
        return server.port


def test_taken_port_is_refused_with_what_to_type(taken_port: int) -> None:
    with pytest.raises(CommandError, match=f"Cannot listen at 127.0.0.1:{taken_port}: .* `make run PORT="):
        call_command("serve", port=taken_port)
    with pytest.raises(CommandError, match="`make run MEDIA_PORT="):
        call_command("serve", port=free_port(), demo_media_port=taken_port)


def test_impossible_port_is_refused() -> None:
    with pytest.raises(CommandError, match="Cannot listen"):
        call_command("serve", port=70_000)


def test_media_server_refuses_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("serve_media", str(tmp_path / "missing"), "--port", "0")


def status_of(port: int, path: str) -> int:
    """0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.proof
def test_serve_starts_what_was_killed_again_and_stops_clean(tmp_path: Path) -> None:
    port, media_port = free_port(), free_port()
    environment = {**os.environ, "TRANSOM_DATA": str(tmp_path), "DATABASE_URL": ""}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
    picture = tmp_path / "demo" / "media" / "one.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"jpeg")
    words = ["serve", "--port", str(port), "--demo-media-port", str(media_port), "--workers", "1"]
    serve = subprocess.Popen([sys.executable, "manage.py", *words], cwd=PROJECT, env=environment)
    family: list[psutil.Process] = []
    try:
        wait_for(lambda: status_of(port, "/healthz") == 200 and status_of(media_port, "/one.jpg") == 200)
        first = psutil.Process(serve.pid).children()
        for child in first:
            child.send_signal(signal.SIGKILL)
        wait_for(lambda: len(set(psutil.Process(serve.pid).children()) - set(first)) == 4)
        wait_for(lambda: status_of(port, "/healthz") == 200 and status_of(media_port, "/one.jpg") == 200)
        family = psutil.Process(serve.pid).children(recursive=True)
        serve.terminate()
        assert serve.wait(timeout=LIMIT_S) == 0
        assert [process for process in family if process.is_running()] == []
        assert (status_of(port, "/healthz"), status_of(media_port, "/one.jpg")) == (0, 0)
    finally:
        if serve.poll() is None:
            serve.kill()
        serve.wait()


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
