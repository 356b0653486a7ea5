"""Links that have ended are refused wherever an address comes in; those that end soon are warned of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import make
from tests.wire.caller import Caller, item

MINUTE = timedelta(minutes=1)
ENDED = "ended on 2001-09-09 at 01:46:40 UTC, as Expires says. Links that end later are accepted"
DEAD = f"{make.MEDIA}/dead.jpg?Expires=1000000000&Signature=SECRET"


def ending(in_time: timedelta) -> str:
    end = datetime.now(UTC) + in_time
    return f"{make.MEDIA}/soon.jpg?Expires={int(end.timestamp())}&Signature=SECRET"


def frame(name: str, url: str) -> dict[str, Any]:
    return {"reference_id": name, "url": url, "type": "image", "metadata": {}}


@pytest.mark.parametrize(
    ("scene", "place"),
    [
        ({"video_url": DEAD}, "video_url"),
        ({"frame_rate": 10, "frames": [frame("f", DEAD)]}, "frames[0]: url"),
    ],
)
def test_scene_with_an_ended_link_is_refused_with_its_place(
    caller: Caller, scenes_id: str, scene: dict[str, Any], place: str
) -> None:
    sent = {"reference_id": "film", "metadata": {}, **scene}
    answer = caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [sent], "update": False})
    assert answer.status == 400
    assert f"{place} is refused: The link to {make.MEDIA} {ENDED}" in answer.error
    assert "SECRET" not in answer.error


def test_ended_link_refuses_its_batch_and_of_a_job_its_row(caller: Caller, items_id: str) -> None:
    dead = item("dead") | {"image_url": DEAD}
    at_once = caller.post(f"dataset/{items_id}/append", {"items": [item("a"), dead], "update": False})
    assert at_once.status == 400
    assert at_once.error.startswith(
        f"Row 2 (reference_id 'dead'): image_url is refused: The link to {make.MEDIA} {ENDED}"
    )
    job = caller.append_later(items_id, [item("a"), dead])
    counts = job.body["message"]["dataset_item_upload"]
    assert (counts["new"], counts["errored"], "warning" in counts) == (1, 1, False)
    (error,) = caller.get(f"job/{job.body['job_id']}/errors").body
    assert ENDED in str(error)
    assert "SECRET" not in str(error)


def test_mask_with_an_ended_link_is_refused(caller: Caller, items_id: str) -> None:
    caller.post(f"dataset/{items_id}/append", {"items": [item("a")], "update": False})
    mask = {"type": "mask", "annotations": [{"label": "road", "index": 1}], "reference_id": "a", "mask_url": DEAD}
    answer = caller.post(f"dataset/{items_id}/annotate", {"segmentations": [mask], "update": False})
    assert answer.status == 400
    assert f"mask_url is refused: The link to {make.MEDIA} {ENDED}" in answer.error


def test_links_that_end_within_a_day_are_stored_and_warned_of(caller: Caller, items_id: str) -> None:
    rows = [
        item("hour") | {"image_url": (first := ending(60 * MINUTE))},
        item("evening") | {"image_url": ending(12 * 60 * MINUTE)},
        item("week") | {"image_url": ending(timedelta(days=7))},
        item("never"),
    ]
    at_once = caller.post(f"dataset/{items_id}/append", {"items": rows, "update": False})
    assert at_once.body["new_items"] == 4
    assert at_once.body["warning"].startswith("2 links end within a day, the first on 20")
    assert "SECRET" not in at_once.body["warning"]
    assert caller.get(f"dataset/{items_id}/refloc/hour").body["item"]["image_url"] == first
    later = [one | {"reference_id": f"{one['reference_id']}-later"} for one in rows]
    counts = caller.append_later(items_id, later).body["message"]["dataset_item_upload"]
    assert counts["warning"] == at_once.body["warning"]


def test_links_of_scenes_are_warned_of_with_their_frames(caller: Caller, scenes_id: str) -> None:
    sent = {
        "reference_id": "film",
        "metadata": {},
        "frame_rate": 10,
        "video_url": ending(60 * MINUTE),
        "frames": [frame("f-0", ending(90 * MINUTE)), frame("f-1", f"{make.MEDIA}/f.jpg")],
    }
    answer = caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [sent], "update": False})
    assert answer.body["new_scenes"] == 1
    assert answer.body["warning"].startswith("2 links end within a day")
    sent["reference_id"], sent["frames"] = "one", []
    told = caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [sent], "update": False}).body["warning"]
    assert told.startswith("1 link ends within a day, on 20")
