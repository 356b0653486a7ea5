"""A script's view of the wire door in a few lines, for tests that are about something else than the SDK."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class WireClient:
    """Speaks to one endpoint with one API key; answers are decoded JSON, refusals raise WireRefusedError."""

    def __init__(self, endpoint: str, key: str) -> None:
        parts = urlsplit(endpoint)
        self._host, self._base = parts.netloc, parts.path
        self._authorization = "Basic " + base64.b64encode(f"{key}:".encode()).decode()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection(self._host, timeout=120)
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        try:
            connection.request(method, f"{self._base}/{path}", None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise WireRefusedError(response.status, answer.decode())
        return json.loads(answer)

    def create_dataset(self, name: str, *, is_scene: bool, privacy: bool) -> str:
        body = {
            "name": name,
            "is_scene": is_scene,
            "use_privacy_mode": privacy,
            "annotation_metadata_schema": None,
            "item_metadata_schema": None,
        }
        return str(self.call("POST", "dataset/create", body)["dataset_id"])

    def append(self, dataset_id: str, items: list[dict[str, Any]], *, update: bool = False) -> Any:
        """Store items at once, as the old SDKs do."""
        return self.call("POST", f"dataset/{dataset_id}/append", {"items": items, "update": update})

    def append_scenes(self, dataset_id: str, scenes: list[dict[str, Any]], *, update: bool = False) -> Any:
        return self.call("POST", f"{dataset_id}/upload_video_scenes", {"scenes": scenes, "update": update})


class WireRefusedError(Exception):
    """The server said no, with `status` and the body it gave."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body
