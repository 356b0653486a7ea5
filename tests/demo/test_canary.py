"""The canary that other tests rely on must itself be believed."""

import http.client
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import av
import pytest
from PIL import Image

from tests.media_server import CanaryServer, Fault
from webapp.demo.drawing.marks import read_number


@pytest.fixture
def canary() -> Iterator[CanaryServer]:
    with CanaryServer(cors=True) as server:
        yield server


def ask(
    canary: CanaryServer, path: str, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", canary.port, timeout=20)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_picture_is_drawn_in_the_size_its_name_says(canary: CanaryServer) -> None:
    response, body = ask(canary, "/a/photo-64x48.png")
    assert response.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(body)).size == (64, 48)
    assert ask(canary, "/a/photo-64x48.png")[1] == body


def test_request_is_recorded_with_headers_and_process(canary: CanaryServer) -> None:
    ask(canary, "/one.jpg?signature=s", {"Referer": "http://app/"})
    (asked,) = canary.requests
    assert (asked.method, asked.path, asked.query, asked.status) == ("GET", "/one.jpg", "signature=s", 200)
    assert asked.headers["referer"] == "http://app/"
    assert asked.pid == os.getpid()
    assert (canary.made_by([os.getpid()]), canary.foreign_to([os.getpid()])) == (canary.connections, [])
    assert len(canary.foreign_to([1_000_000])) == 1


def test_connection_without_a_request_is_counted_for_its_process(canary: CanaryServer) -> None:
    script = f"import socket, sys; s = socket.create_connection(('127.0.0.1', {canary.port})); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
    while not canary.connections:
        time.sleep(0.01)
    child.communicate()
    (visit,) = canary.connections
    assert visit.pid == child.pid
    assert visit.owner is not None
    assert os.getpid() in visit.owner.line
    assert canary.requests == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.UNAUTHORIZED, 401), (Fault.FORBIDDEN, 403), (Fault.NOT_FOUND, 404), (Fault.BROKEN, 500)],
)
def test_fault_with_a_status_answers_it_where_it_was_set(canary: CanaryServer, fault: Fault, status: int) -> None:
    canary.fail(fault, "/bad/")
    assert ask(canary, "/bad/one.jpg")[0].status == status
    assert ask(canary, "/good/one.jpg")[0].status == 200
    canary.heal()
    assert ask(canary, "/bad/one.jpg")[0].status == 200


def test_faults_of_content_spoil_type_bytes_or_length(canary: CanaryServer) -> None:
    right = ask(canary, "/one.jpg")[1]
    canary.fail(Fault.LOGIN_PAGE)
    assert ask(canary, "/one.jpg")[0].headers["Content-Type"].startswith("text/html")
    canary.fail(Fault.WRONG_TYPE)
    response, body = ask(canary, "/one.jpg")
    assert (response.headers["Content-Type"].split(";")[0], body) == ("text/plain", right)
    canary.fail(Fault.CORRUPT)
    response, body = ask(canary, "/one.jpg")
    assert (response.headers["Content-Type"], len(body), body == right) == ("image/jpeg", len(right), False)
    canary.fail(Fault.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead) as cut:
        ask(canary, "/one.jpg")
    assert cut.value.partial == right[: len(right) // 2]


def test_redirect_names_its_target(canary: CanaryServer) -> None:
    canary.redirect("https://elsewhere.example/x", "/one.jpg")
    response, _ = ask(canary, "/one.jpg")
    assert (response.status, response.headers["Location"]) == (302, "https://elsewhere.example/x")


def test_hang_and_reset_never_answer(canary: CanaryServer) -> None:
    canary.fail(Fault.RESET)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(canary, "/one.jpg")
    canary.fail(Fault.HANG)
    connection = http.client.HTTPConnection("127.0.0.1", canary.port, timeout=0.2)
    connection.request("GET", "/one.jpg")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    assert [asked.status for asked in canary.requests] == [0, 0]


def test_film_is_served_with_its_numbers(canary: CanaryServer) -> None:
    canary.put_film("/clip.mp4", frame_count=5)
    response, body = ask(canary, "/clip.mp4")
    assert response.headers["Content-Type"] == "video/mp4"
    with av.open(io.BytesIO(body)) as container:
        assert [read_number(frame.to_image()) for frame in container.decode(video=0)] == [0, 1, 2, 3, 4]


def test_put_bytes_are_served_in_ranges(canary: CanaryServer) -> None:
    canary.put("/notes.bin", b"0123456789", "application/octet-stream")
    response, body = ask(canary, "/notes.bin", {"Range": "bytes=2-4"})
    assert (response.status, body) == (206, b"234")


def test_forget_starts_anew(canary: CanaryServer) -> None:
    ask(canary, "/one.jpg")
    canary.forget()
    assert (canary.connections, canary.requests) == ([], [])
