"""Boxes that say which frame they are of: what is drawn over a picture can be held to its word, as the picture can."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.browser.films import Film
from tests.browser.scene_page import make_scene, put_frames
from tests.media_server import CanaryServer
from tests.shared_data import SHARED_DATA
from tests.wire_client import WireClient


@dataclass(frozen=True, slots=True)
class Ruler:
    """A box at the top of each frame, the farther to the right the later the frame; all in pixels of the frame."""

    width: int
    """Of the frames."""
    step: float
    """From one frame's box to the next one's."""
    first: float = 10
    """The left edge in frame 0."""
    row: float = 8
    """Crosses all the boxes."""

    def box(self, index: int) -> dict[str, Any]:
        geometry = {"x": self.first + self.step * index, "y": self.row - 6, "width": 5, "height": 12}
        return {"type": "box", "label": "frame", "annotation_id": f"ruler-{index}", "geometry": geometry}


def put_labelled_film(wire: WireClient, host: CanaryServer, film: Film, width: int) -> tuple[str, Ruler]:
    """A scene of the film's stills and its mp4, with its ruler and, where they are known, the true boxes of what it
    shows; returns the path of its page."""
    frames = put_frames(host, "film", film.stills)
    url = host.put("/film.mp4", film.mp4, "video/mp4")
    path = make_scene(wire, "film", frames=frames, video_url=url, frame_rate=film.rate_hz)
    ruler = Ruler(width, (width - 30) / len(frames))
    labels = [{**ruler.box(index), "reference_id": frame["reference_id"]} for index, frame in enumerate(frames)]
    labels += [{**box, "reference_id": frames[index]["reference_id"]} for index, box in true_boxes()]
    answer = wire.call("POST", f"dataset/{path.split('/')[2]}/annotate", {"update": False, "annotations": labels})
    assert answer["annotations_processed"] == len(labels)
    return path, ruler


def true_boxes() -> list[tuple[int, dict[str, Any]]]:
    """What is in each frame of the shared film of cut-out things: the frame's index and the box."""
    file = SHARED_DATA / "video/cutout_tracking/gt.json"
    if not file.exists():
        return []
    found = []
    for one in json.loads(file.read_text())["boxes"]:
        left, top, width, height = one["bbox"]
        geometry = {"x": left, "y": top, "width": width, "height": height}
        name = {"label": one["label"], "annotation_id": f"{one['track']}-{one['frame']}"}
        found.append(
            (one["frame"], {"type": "box", **name, "geometry": geometry, "track_reference_id": f"{one['track']}"})
        )
    return found
