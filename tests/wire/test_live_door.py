"""What only a real server shows: chunked bodies, uploads that break off, and many callers at once."""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live import LiveTransom
from tests.wire.caller import item
from tests.wire_client import WireClient, WireRefusedError


@pytest.fixture
def client(live: LiveTransom) -> WireClient:
    return WireClient(live.endpoint, live.make_key(team=f"Team {uuid.uuid4().hex[:8]}"))


@pytest.fixture
def dataset(client: WireClient) -> str:
    return client.create_dataset("live", is_scene=False, privacy=True)


def link(client: WireClient, dataset: str, request_id: str) -> str:
    return str(client.call("GET", f"dataset/{dataset}/signedUrl/{request_id}")["signed_url"])


def send_chunked(method: str, url: str, pieces: Iterator[bytes], headers: dict[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, parts.path, pieces, headers, encode_chunked=True)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def finished(client: WireClient, job_id: str) -> dict[str, object]:
    while (status := client.call("GET", f"job/{job_id}"))["status"] == "Running":
        time.sleep(0.05)
    return dict(status)


def test_a_chunked_upload_is_read_to_its_end(client: WireClient, dataset: str) -> None:
    request_id = uuid.uuid4().hex
    lines = [json.dumps(item(f"i{number}")).encode() + b"\n" for number in range(500)]
    headers = {"Transfer-Encoding": "chunked"}
    assert send_chunked("PUT", link(client, dataset, request_id), iter(lines), headers)[0] == 200
    body = {"requestId": request_id, "update": False}
    finished(client, client.call("POST", f"dataset/{dataset}/append?async=1", body)["job_id"])
    assert client.call("GET", f"dataset/{dataset}/size") == {"count": 500}


def test_a_chunked_json_body_is_read_too(client: WireClient, dataset: str, live: LiveTransom) -> None:
    headers = {
        "Authorization": client._authorization,
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }
    body = iter([b'{"items":[', json.dumps(item("a")).encode(), b"]}"])
    status, answer = send_chunked("POST", f"{live.endpoint}/dataset/{dataset}/append", body, headers)
    assert (status, json.loads(answer)["new_items"]) == (200, 1)


def test_an_upload_that_breaks_off_leaves_no_file(client: WireClient, dataset: str, live: LiveTransom) -> None:
    folder = Path(live.environment["TRANSOM_DATA"]) / "uploads"
    request_id = uuid.uuid4().hex
    path = urlsplit(link(client, dataset, request_id)).path
    with socket.create_connection(("127.0.0.1", live.port)) as plug:
        plug.sendall(f"PUT {path} HTTP/1.1\r\nHost: localhost:{live.port}\r\nContent-Length: 9999999\r\n\r\n".encode())
        plug.sendall(b"x" * 100_000)
    deadline = time.monotonic() + 10
    while list(folder.glob(f"*{request_id}*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(folder.glob(f"*{request_id}*")) == []
    with pytest.raises(WireRefusedError, match="Nothing was uploaded"):
        client.call("POST", f"dataset/{dataset}/append?async=1", {"requestId": request_id, "update": False})


def test_the_same_start_from_many_callers_at_once_is_one_job(client: WireClient, dataset: str) -> None:
    request_id = uuid.uuid4().hex
    raw = json.dumps(item("a")).encode() + b"\n"
    send_chunked("PUT", link(client, dataset, request_id), iter([raw]), {"Transfer-Encoding": "chunked"})
    body = {"requestId": request_id, "update": False}
    with ThreadPoolExecutor(8) as pool:
        starts = list(pool.map(lambda _: client.call("POST", f"dataset/{dataset}/append?async=1", body), range(8)))
    assert len({one["job_id"] for one in starts}) == 1


def test_callers_at_once_lose_and_double_nothing(client: WireClient, dataset: str) -> None:
    def send(part: int) -> int:
        rows = [item(f"i{number}") for number in range(part * 10, part * 10 + 20)]
        return int(client.append(dataset, rows)["new_items"])

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(send, range(24)))
    assert sum(made) == client.call("GET", f"dataset/{dataset}/size")["count"] == 250
    page = client.call("POST", f"dataset/{dataset}/itemsPage", {"pageToken": None, "pageSize": 1000})
    assert len({one["reference_id"] for one in page["items"]}) == 250
