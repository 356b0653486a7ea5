"""A program at the door, inside the test's own process."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.test import Client

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.jobs.worker import work

ROOT = "/v1/nucleus"
MISSING = object()


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def error(self) -> str:
        """The sentence of a refusal; also checks that it is one, compact and alone."""
        assert self.status >= 400, self.body
        assert list(self.body) == ["error"]
        return str(self.body["error"])


class Caller:
    """Calls with one key; without a viewer it has none."""

    def __init__(self, viewer: Viewer | None = None, client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=True)
        self.key = make.make_key(viewer) if viewer else None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": basic(self.key)} if self.key else {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any) -> Answer:
        return self.send("POST", path, body)

    def delete(self, path: str, body: Any = MISSING) -> Answer:
        return self.send("DELETE", path, {} if body is MISSING else body)

    def send(self, method: str, path: str, body: Any = MISSING, **headers: str) -> Answer:
        """`body` is a JSON value, or bytes that go as they are."""
        raw = b"" if body is MISSING else body if isinstance(body, bytes) else json.dumps(body).encode()
        return answer_of(
            self.client.generic(
                method,
                path if path.startswith("/") else f"{ROOT}/{path}",
                raw,
                content_type="application/json",
                headers={**self.headers, **headers},
            )
        )

    def upload(self, dataset_id: str, lines: Iterable[Any] | bytes, request_id: str | None = None) -> str:
        """Put lines to a signed link, and say under which request id."""
        request_id = request_id or uuid4().hex
        url = self.get(f"dataset/{dataset_id}/signedUrl/{request_id}").body["signed_url"]
        raw = lines if isinstance(lines, bytes) else b"".join(json.dumps(one).encode() + b"\n" for one in lines)
        answer = self.put(url, raw)
        assert answer.status == 200, answer.body
        return request_id

    def put(self, url: str, raw: bytes, **more: Any) -> Answer:
        """A PUT as the SDK makes it: no key, no content type."""
        path = url[url.index(ROOT) :]
        return answer_of(self.client.generic("PUT", path, raw, content_type="", **more))

    def append_later(self, dataset_id: str, lines: Iterable[Any] | bytes, *, update: bool = False) -> Answer:
        """Append items as a job, run it, and give its final status."""
        request_id = self.upload(dataset_id, lines)
        started = self.post(f"dataset/{dataset_id}/append?async=1", {"requestId": request_id, "update": update})
        assert started.status == 200, started.body
        return self.run(started)

    def append_scenes_later(self, dataset_id: str, lines: Iterable[Any] | bytes, *, update: bool = False) -> Answer:
        request_id = self.upload(dataset_id, lines)
        started = self.post(f"{dataset_id}/upload_video_scenes?async=1", {"requestId": request_id, "update": update})
        assert started.status == 200, started.body
        return self.run(started)

    def run(self, started: Answer) -> Answer:
        run_jobs()
        return self.get(f"job/{started.body['job_id']}")

    def errors(self, job: Answer) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.get(f"job/{job.body['job_id']}/errors").body]


def run_jobs() -> None:
    work(threading.Event(), until_idle=True)


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def answer_of(response: Any) -> Answer:
    """The decoded answer; checks what holds for every one of them."""
    assert response.headers["Content-Type"] == "application/json"
    assert response.status_code not in (301, 302, 307, 308)
    assert "Basic" not in response.headers.get("WWW-Authenticate", "")
    assert not response.cookies
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if response.status_code >= 400:
        assert raw.startswith(b'{"error":"')
        assert response.status_code != 500, raw
    return Answer(response.status_code, json.loads(raw) if raw else None, response.headers)


def item(reference_id: str, **fields: Any) -> dict[str, Any]:
    """A plain item as the newest SDK sends it."""
    plain = {"metadata": {}, "reference_id": reference_id, "width": 640, "height": 480}
    return {**plain, "image_url": f"{make.MEDIA}/{quote(reference_id)}.jpg", **fields}


def scene(reference_id: str, count: int = 3, **fields: Any) -> dict[str, Any]:
    """A video scene as the newest SDK sends it to a privacy dataset."""
    listed = [
        {
            "metadata": {"t": index},
            "reference_id": f"{reference_id}-{index}",
            "url": f"{make.MEDIA}/{quote(reference_id)}/{index}.jpg",
            "type": "image",
        }
        for index in range(count)
    ]
    return {
        "reference_id": reference_id,
        "frame_rate": 5,
        "metadata": {"city": "x"},
        "upload_to_scale": False,
        "frames": listed,
        **fields,
    }
