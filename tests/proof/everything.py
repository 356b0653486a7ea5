"""Everything a server can be asked to do with media addresses: take, show, export, refuse and delete them."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from typing import Any
from urllib.parse import quote, urlsplit

from tests.live import LiveTransom
from tests.media_server import CanaryServer
from tests.proof.visitor import Visitor
from tests.wire_client import WireClient, WireRefusedError


class Everything:
    """One run through it all; `secret` is in every media address that is sent, and may be in no log."""

    def __init__(self, live: LiveTransom, canary: CanaryServer) -> None:
        self.live, self.canary = live, canary
        self.secret = f"canary{uuid.uuid4().hex}"
        self.wire = WireClient(live.endpoint, live.make_key("editor"))
        self.refusals: list[str] = []
        self.pages: dict[str, int] = {}

    def run(self) -> None:
        items, scenes = self.ingest()
        self.label(items, scenes)
        self.read(items, scenes)
        self.send_nonsense(items, scenes)
        self.browse(items)
        self.delete(items, scenes)

    def address(self, name: str) -> str:
        return self.canary.url(f"{self.secret}/{name}?signature={self.secret}")

    def item(self, name: str, **fields: Any) -> dict[str, Any]:
        return {"reference_id": name, "image_url": self.address(f"{name}.jpg"), "metadata": {"n": 1}, **fields}

    def ingest(self) -> tuple[str, str]:
        items = self.wire.create_dataset("Quays", is_scene=False, privacy=True)
        scenes = self.wire.create_dataset("Crossings", is_scene=True, privacy=True)
        self.wire.append(items, [self.item(f"now-{n}") for n in range(20)])
        self.wire.append(items, [self.item(f"now-{n}", upload_to_scale=True) for n in range(20)], update=True)
        rows = [self.item(f"later-{n}") for n in range(200)]
        # Refused rows: what is wrong with them must be said without saying the address.
        rows += [self.item("bad-type", metadata={"n": "one"}), {**self.item("bad-url"), "image_url": self.secret}]
        rows += [{**self.item("bad-scheme"), "image_url": f"ftp://h/{self.secret}"}]
        self.upload(items, rows, f"dataset/{items}/append?async=1", refused=3)
        frames = [
            {"reference_id": f"frame-{n}", "url": self.address(f"f{n}.jpg"), "type": "image", "metadata": {}}
            for n in range(30)
        ]
        film = {"reference_id": "film", "metadata": {}, "video_url": self.address("film.mp4")}
        steps = {"reference_id": "steps", "metadata": {}, "frame_rate": 10, "frames": frames}
        self.upload(scenes, [film, steps], f"{scenes}/upload_video_scenes?async=1")
        return items, scenes

    def label(self, items: str, scenes: str) -> None:
        """Annotations, masks and predictions: a mask's address is media like any other."""
        shape = {"x": 1, "y": 2, "width": 30, "height": 40}
        box = {"label": "boat", "type": "box", "geometry": shape, "reference_id": "now-1", "annotation_id": "b"}
        self.wire.call("POST", f"dataset/{items}/annotate", {"annotations": [box], "update": False})
        self.wire.call("POST", f"dataset/{items}/annotate", {"segmentations": [self.mask("now-1")], "update": False})
        model = self.wire.call("POST", "models/add", {"name": "m", "reference_id": "m", "metadata": {}})["model_id"]
        said = {"annotations": [{**box, "confidence": 0.5}], "segmentations": [self.mask("now-2")], "update": False}
        self.wire.call("POST", f"dataset/{items}/model/{model}/uploadPredictions", said)
        tracked = [{**box, "reference_id": f"frame-{n}", "track_reference_id": "boat-1"} for n in range(30)]
        wrong = [{**self.mask("frame-1"), "mask_url": f"ftp://h/{self.secret}"}, {**box, "geometry": self.secret}]
        rows = [*tracked, self.mask("frame-0"), *wrong]
        self.upload(scenes, rows, f"dataset/{scenes}/annotate?async=1", refused=2)

    def mask(self, reference_id: str) -> dict[str, Any]:
        segments = [{"label": "boat", "index": 1}]
        where = {"mask_url": self.address(f"{reference_id}.png"), "reference_id": reference_id}
        return {"type": "mask", "annotations": segments, "annotation_id": None, **where}

    def upload(self, dataset_id: str, rows: list[Any], path: str, *, refused: int = 0) -> None:
        """The SDK's own flow: sign, put, start, wait."""
        request_id = upload_rows(self.wire, dataset_id, rows)
        job = self.wire.call("POST", path, {"requestId": request_id, "update": False})["job_id"]
        assert wait_for_job(self.wire, job)["status"] == "Completed"
        errors = self.wire.call("GET", f"job/{job}/errors")
        assert len(errors) == refused
        self.refusals += [str(error) for error in errors]

    def read(self, items: str, scenes: str) -> None:
        for path in (
            "dataset",
            "dataset/details",
            f"dataset/{items}/info",
            f"dataset/{items}/datasetItems",
            f"dataset/{items}/refloc/now-1",
            f"dataset/{items}/iloc/3",
            f"dataset/{scenes}/scenes_list",
            f"dataset/{scenes}/scene/steps",
            f"dataset/{scenes}/scene/film",
            f"dataset/{items}/exportForTraining",
            f"dataset/{scenes}/exportForTraining",
            "models/",
        ):
            self.wire.call("GET", path)
        self.wire.call("POST", f"dataset/{items}/itemsPage", {"pageToken": None, "pageSize": 100})
        made = self.wire.call(
            "POST", f"dataset/{items}/create_slice", {"name": "Night", "reference_ids": ["now-1", "now-2"]}
        )
        raw = self.wire.call("GET", f"slice/{made['slice_id']}/exportRawItems")
        assert self.secret in json.dumps(raw), "the export gives the addresses to whoever may see them"
        change = {"metadata": [{"reference_id": "now-1", "metadata": {"m": 2}}], "level": "item"}
        self.wire.call("POST", f"dataset/{items}/metadata?async=0", change)
        job = self.wire.call("POST", f"dataset/{items}/metadata?async=1", change)["job_id"]
        wait_for_job(self.wire, job)

    def send_nonsense(self, items: str, scenes: str) -> None:
        """Requests that are refused: none may make the server look at an address, or repeat it."""
        bad_urls = [f"file:///{self.secret}", f"http://u:{self.secret}@127.0.0.1/x", f"http://127.1/{self.secret}", ""]
        bad_items: list[Any] = [{**self.item("x"), "image_url": url} for url in bad_urls]
        bad_items += [{**self.item("x"), "metadata": self.address("x.jpg")}, {**self.item("x"), "width": self.secret}]
        bad_items += [{"reference_id": "x", self.address("key"): 1}, self.address("x.jpg"), [self.address("x.jpg")]]
        requests: list[tuple[str, str, Any]] = [
            ("POST", f"dataset/{items}/append", {"items": [one], "update": False}) for one in bad_items
        ]
        requests += [
            ("POST", f"dataset/{items}/append", self.address("x.jpg")),
            ("POST", f"dataset/{scenes}/append", {"items": [self.item("x")], "update": False}),
            ("POST", f"{items}/upload_video_scenes", {"scenes": [{"video_url": self.address("v.mp4")}]}),
            ("GET", f"dataset/{items}/refloc/{self.address('x')}", None),
            ("POST", f"dataset/{items}/annotate", {"annotations": [{"type": "box", "label": self.address("x")}]}),
            ("POST", f"dataset/{items}/annotate", {"segmentations": [{"type": "mask", "mask_url": bad_urls[1]}]}),
            ("GET", f"job/{self.secret}", None),
            ("POST", "dataset/create", {"name": self.address("x"), "is_scene": self.secret}),
            ("PUT", f"upload/{self.secret}", None),
        ]
        for method, path, body in requests:
            try:
                self.wire.call(method, path, body)
            except WireRefusedError as refusal:
                told = refusal
            else:
                raise AssertionError(f"{method} {path} was accepted")
            assert told.status < 500, path
            # A refusal may name the reference id or job that was asked for: it stood in the path.
            if self.secret not in path:
                self.refusals.append(told.body)

    def browse(self, items: str) -> None:
        """Every page, as a person with all rights and the admin's sees them; and a few forms."""
        boss = self.live.make_person("admin", staff=True)
        visitor = Visitor(self.live)
        visitor.sign_in(boss)
        self.pages = visitor.crawl("/") | visitor.crawl("/admin/")
        broken = {path: status for path, status in self.pages.items() if status not in (200, 302)}
        assert not broken, broken
        made = visitor.post("/", {"do": "create", "name": "By hand", "kind": "images", "privacy": "private"})
        renamed = visitor.post(f"/datasets/{items}/settings/", {"do": "rename", "name": self.address("name.jpg")})
        assert (made.status, renamed.status) == (302, 302), made.text[-600:] + renamed.text[-600:]
        visitor.post(f"/datasets/{items}/settings/", {"do": self.address("x.jpg"), "name": self.address("x.jpg")})
        self.ask(visitor, items)
        self.move(visitor, items)
        stranger = Visitor(self.live)
        stranger.sign_in(self.live.make_person("admin", team="Elsewhere"))
        for path in list(self.pages)[:80]:
            if path.startswith(("/datasets/", "/slices/", "/jobs/")) and path.count("/") > 2:
                assert stranger.get(path).status == 404, path
        stranger.get(f"/no/such/page?url={self.address('x.jpg')}")

    def ask(self, visitor: Visitor, items: str) -> None:
        """Saved queries, and the feeds of the bar that writes queries."""
        here = f"/datasets/{items}/"
        text = "metadata.n > 0"
        saved = visitor.post(f"{here}queries/", {"do": "save-query", "name": "By hand", "text": text})
        assert saved.status == 302, saved.text[-600:]
        assert visitor.get(f"{here}queries/").status == 200
        for path in (
            "suggestions",
            "suggestions?field=metadata.n",
            "health/sample?size=10",
            f"query-check?q={quote(text)}",
            f"?q={quote(text)}",
            f"hosts/files?origin={quote(self.canary.origin, safe='')}",
        ):
            assert visitor.get(here + path).status == 200, path

    def move(self, visitor: Visitor, items: str) -> None:
        """Addresses that are given another beginning, which nobody looks at."""
        form = {"before": self.canary.url(f"{self.secret}/"), "after": self.canary.url(f"moved/{self.secret}/")}
        shown = visitor.post(f"/datasets/{items}/moves/", {"do": "preview-move", **form})
        moved = visitor.post(f"/datasets/{items}/moves/", {"do": "move", **form})
        assert (shown.status, moved.status) == (200, 302), shown.text[-600:] + moved.text[-600:]

    def delete(self, items: str, scenes: str) -> None:
        self.wire.call("DELETE", f"dataset/{items}/refloc/now-0", {})
        self.wire.call("DELETE", f"dataset/{scenes}/scene/film", {})
        for dataset_id in (items, scenes):
            self.wire.call("DELETE", f"dataset/{dataset_id}", {})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            jobs = self.wire.call("POST", "jobs", {"job_types": ["deleteDataset"], "show_completed": True, "limit": 10})
            if [job["job_last_known_status"] for job in jobs] == ["Completed", "Completed"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"the deletion did not end: {jobs}")


def upload_rows(wire: WireClient, dataset_id: str, rows: list[Any], request_id: str | None = None) -> str:
    """Put rows to a signed link; returns the request id."""
    request_id = request_id or uuid.uuid4().hex
    signed = urlsplit(wire.call("GET", f"dataset/{dataset_id}/signedUrl/{request_id}")["signed_url"])
    connection = http.client.HTTPConnection(signed.netloc, timeout=120)
    try:
        connection.request("PUT", signed.path, b"".join(json.dumps(row).encode() + b"\n" for row in rows))
        response = connection.getresponse()
        assert response.status == 200, response.read()
        response.read()
    finally:
        connection.close()
    return request_id


def wait_for_job(wire: WireClient, job_id: str, *, seconds: float = 60) -> dict[str, Any]:
    """The job's status once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status: dict[str, Any] = wire.call("GET", f"job/{job_id}")
        if status["status"] not in ("Running", "Queued", "Pending", "Retrying"):
            return status
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {status}")
