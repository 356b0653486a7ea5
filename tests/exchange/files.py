"""Files of a project as a test reads them, and what outside tools would make of them."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.datasets.shared_links import SharedLinks
from webapp.exchange.coco import coco
from webapp.exchange.handing_out import terms_for
from webapp.exchange.label_studio import label_studio
from webapp.exchange.manifest import manifest
from webapp.exchange.results import bring_results
from webapp.labels.actions import ResultsTaken
from webapp.labels.models import LabellingProject

FORMS = {"manifest": manifest, "coco": coco, "label-studio": label_studio}


def handed(viewer: Viewer, project: LabellingProject, form: str, **terms: Any) -> Any:
    """The file that this person gets, read."""
    made = terms_for(SharedLinks("http://shared.example", viewer.user_id), **terms)
    return msgspec.json.decode(b"".join(FORMS[form](viewer, project, made)))


def bring(viewer: Viewer, project: LabellingProject, file: Any, **options: Any) -> ResultsTaken:
    raw = file if isinstance(file, bytes) else msgspec.json.encode(file)
    return bring_results(viewer, project, raw, **options)


def labelled_in_studio(tasks: list[dict[str, Any]], regions: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The tasks as Label Studio exports them once these regions are drawn, by reference id."""
    return [
        {
            "id": number,
            "data": one["data"],
            "annotations": [
                {"id": number, "was_cancelled": False, "result": regions[one["data"]["reference_id"]]},
            ],
            "predictions": one.get("predictions", []),
        }
        for number, one in enumerate(tasks, 100)
        if one["data"]["reference_id"] in regions
    ]


def region(result_id: str, label: str, *, kind: str = "rectanglelabels", **value: Any) -> dict[str, Any]:
    """A region of a picture of 640 x 480 pixels."""
    return {
        "id": result_id,
        "type": kind,
        "from_name": "box",
        "to_name": "image",
        "original_width": 640,
        "original_height": 480,
        "image_rotation": 0,
        "value": {kind: [label], **value},
    }
