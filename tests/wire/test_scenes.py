"""Video scenes: frames, an mp4, or both."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.wire.caller import Answer, Caller, item, scene
from tests.wire.conftest import make_dataset
from webapp.accounts.viewer import Viewer

MP4 = f"{make.MEDIA}/v.mp4?sig=1"


def append(caller: Caller, dataset_id: str, *scenes: Any, update: bool = False) -> Answer:
    return caller.post(f"{dataset_id}/upload_video_scenes", {"scenes": list(scenes), "update": update})


def test_frames_with_an_mp4_come_back_in_order(caller: Caller, scenes_id: str) -> None:
    done = caller.append_scenes_later(scenes_id, [scene("v", 4, video_url=MP4)])
    counts = {"total": 1, "new": 1, "updated": 0, "ignored": 0, "errored": 0, "datasetId": scenes_id}
    assert (done.body["job_type"], done.body["message"]) == ("uploadVideoScene", {"video_scene_upload": counts})
    found = caller.get(f"dataset/{scenes_id}/scene/v").body
    assert (found["frame_rate"], found["video_url"], found["metadata"]) == (5, MP4, {"city": "x"})
    assert [one["reference_id"] for one in found["frames"]] == ["v-0", "v-1", "v-2", "v-3"]
    assert found["frames"][2]["image_url"] == f"{make.MEDIA}/v/2.jpg"
    assert (found["tracks"], "annotations" in found) == ([], False)
    assert caller.get(f"dataset/{scenes_id}/size").body == {"count": 4}


def test_frames_alone_and_an_mp4_alone_are_scenes(caller: Caller, scenes_id: str) -> None:
    bare = {"reference_id": "mp4", "video_url": MP4, "upload_to_scale": False}
    assert append(caller, scenes_id, scene("v"), bare).body == {
        "dataset_id": scenes_id,
        "new_scenes": 2,
        "updated_scenes": 0,
        "ignored_scenes": 0,
        "upload_errors": 0,
    }
    assert caller.get(f"dataset/{scenes_id}/scene/v").body["video_url"] is None
    found = caller.get(f"dataset/{scenes_id}/scene/mp4").body
    assert (found["frames"], found["frame_rate"], found["video_url"]) == ([], None, MP4)
    listed = caller.get(f"dataset/{scenes_id}/scenes_list").body["scenes"]
    assert [(one["reference_id"], one["type"]) for one in listed] == [("v", "video"), ("mp4", "video")]
    assert all("frames" not in one for one in listed)


def test_a_scene_is_found_by_one_of_its_frames(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("a/b c"))
    assert caller.get(f"dataset/{scenes_id}/scene/a/b%20c-1?from_item=1").body["reference_id"] == "a/b c"
    assert caller.get(f"dataset/{scenes_id}/scene/a%2Fb%20c").body["reference_id"] == "a/b c"
    assert caller.get(f"dataset/{scenes_id}/scene/a/b%20c-1").status == 404
    assert caller.get(f"dataset/{scenes_id}/refloc/a%2Fb%20c-1").body["item"]["reference_id"] == "a/b c-1"


BAD_SCENES = [
    ("x", "a scene must be an object"),
    (scene(""), "reference_id"),
    (scene("v", 0), "needs frames"),
    (scene("v", frame_rate=None), "frame_rate is missing"),
    (scene("v", frame_rate=0), "frame_rate"),
    (scene("v", frame_rate="5"), "frame_rate"),
    (scene("v", frame_rate=True), "frame_rate"),
    (scene("v", 3001), "at most 3000"),
    (scene("v", frames={}), "frames must be a list"),
    (scene("v", frames=[1]), "frames[0]: a frame must be an object"),
    (scene("v", frames=[{"reference_id": "f"}]), "frames[0]: url"),
    (scene("v", frames=[{"reference_id": "f", "url": "data:secret-name"}]), "frames[0]: url"),
    (scene("v", frames=[item("f"), item("f")]), "repeats the reference_id 'f'"),
    (scene("v", frames=[{**item("f"), "type": "pointcloud"}]), "point clouds"),
    (scene("v", frames=[{**item("f"), "embedding_info": {}}]), "embedding_info"),
    (scene("v", frames=[{"lidar": {"reference_id": "p"}}]), "frames[0]: reference_id"),
    (scene("v", video_url="ftp://h.example/secret-name"), "video_url"),
    (scene("v", tracks={}), "tracks must be a list"),
    (scene("v", tracks=[{"metadata": {}}]), "tracks[0]: reference_id"),
    (scene("v", tracks=[{"reference_id": "t"}, {"reference_id": "t"}]), "tracks[1]: the reference_id 't' stands twice"),
    (scene("v", metadata=3), "metadata"),
]


@pytest.mark.parametrize(("row", "sentence"), BAD_SCENES, ids=range(len(BAD_SCENES)))
def test_a_bad_scene_is_refused_whole_and_alone(caller: Caller, scenes_id: str, row: Any, sentence: str) -> None:
    answer = append(caller, scenes_id, scene("good"), row)
    assert answer.status == 400
    assert sentence in answer.error
    assert caller.get(f"dataset/{scenes_id}/size").body == {"count": 0}
    done = caller.append_scenes_later(scenes_id, [row, scene("good")])
    (error,) = caller.errors(done)
    assert sentence in error["error"]
    assert error["line"] == 1
    assert "secret-name" not in answer.error + error["error"]
    assert caller.get(f"dataset/{scenes_id}/size").body == {"count": 3}


def test_three_thousand_frames_are_taken(caller: Caller, scenes_id: str) -> None:
    done = caller.append_scenes_later(scenes_id, [scene("long", 3000)])
    assert caller.errors(done) == []
    with CaptureQueriesContext(connection) as asked:
        assert len(caller.get(f"dataset/{scenes_id}/scene/long").body["frames"]) == 3000
    # The key, its owner's membership, the dataset, the scene, its frames, two for its tracks, its categories.
    assert len(asked) == 8


def test_frames_share_one_namespace_in_the_dataset(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("v"))
    answer = append(caller, scenes_id, scene("w", frames=[item("w-0"), item("v-1")]))
    assert answer.status == 400
    assert "'v-1' is taken" in answer.error


def test_update_gives_a_scene_what_it_names_anew(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("v", video_url=MP4))
    changed = scene("v", frame_rate=2.5, metadata={"city": "y"})
    assert append(caller, scenes_id, changed).body["ignored_scenes"] == 1
    assert append(caller, scenes_id, changed, update=True).body["updated_scenes"] == 1
    found = caller.get(f"dataset/{scenes_id}/scene/v").body
    assert (found["metadata"], found["frame_rate"], found["video_url"]) == ({"city": "y"}, 2.5, MP4)


def test_a_job_adds_and_overwrites_frames(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("v"))
    before = {one["reference_id"]: one["id"] for one in caller.get(f"dataset/{scenes_id}/scene/v").body["frames"]}
    listed = scene("v", 4)["frames"]
    listed[0] = {**listed[0], "reference_id": "v-0 new", "url": f"{make.MEDIA}/new.jpg?sig=%2B"}
    listed[1] = {**listed[1], "url": f"{make.MEDIA}/again.jpg", "metadata": {"t": 9}}
    done = caller.append_scenes_later(scenes_id, [scene("v", frames=listed)], update=True)
    counts = {"total": 1, "new": 0, "updated": 1, "ignored": 0, "errored": 0, "datasetId": scenes_id}
    assert done.body["message"] == {"video_scene_upload": counts}
    frames = caller.get(f"dataset/{scenes_id}/scene/v").body["frames"]
    assert [one["reference_id"] for one in frames] == ["v-0 new", "v-1", "v-2", "v-3"]
    assert [one["id"] for one in frames[1:3]] == [before["v-1"], before["v-2"]]
    assert (frames[1]["image_url"], frames[1]["metadata"]) == (f"{make.MEDIA}/again.jpg", {"t": 9})
    assert frames[0]["image_url"] == f"{make.MEDIA}/new.jpg?sig=%2B"
    assert caller.get(f"dataset/{scenes_id}/size").body == {"count": 4}
    assert caller.get(f"dataset/{scenes_id}/refloc/v-0").status == 404
    assert caller.get(f"dataset/{scenes_id}/scene/v-3?from_item=1").body["reference_id"] == "v"


def test_an_update_with_a_name_of_another_scene_changes_nothing(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("v"), scene("w"))
    listed = [item("v-0", metadata={"t": 7}), item("w-2")]
    answer = append(caller, scenes_id, scene("v", metadata={"city": "y"}, frames=listed), update=True)
    assert answer.status == 400
    assert "'w-2' is taken" in answer.error
    done = caller.append_scenes_later(scenes_id, [scene("v", frames=listed)], update=True)
    (error,) = caller.errors(done)
    assert (error["line"], error["reference_id"]) == (1, "v")
    found = caller.get(f"dataset/{scenes_id}/scene/v").body
    assert [one["reference_id"] for one in found["frames"]] == ["v-0", "v-1", "v-2"]
    assert (found["metadata"], found["frames"][0]["metadata"]) == ({"city": "x"}, {"t": 0})


def test_scenes_into_a_dataset_of_items_are_refused(caller: Caller, items_id: str) -> None:
    assert append(caller, items_id, scene("v")).status == 400
    request_id = caller.upload(items_id, [scene("v")])
    body = {"requestId": request_id, "update": False}
    assert caller.post(f"{items_id}/upload_video_scenes?async=1", body).status == 400


def test_lidar_scenes_are_refused_with_a_sentence(caller: Caller, scenes_id: str) -> None:
    answer = caller.post(f"{scenes_id}/upload_scenes?async=1", {"requestId": "a" * 32, "update": False})
    assert answer.status == 400
    assert "Lidar" in answer.error
    assert caller.post(f"{scenes_id}/upload_scenes", {"scenes": [scene("v")]}).body["new_scenes"] == 1


def test_a_deleted_scene_takes_its_frames_along(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("a b/c"), scene("w"))
    assert caller.delete(f"dataset/{scenes_id}/scene/a%20b%2Fc").body == {}
    assert caller.get(f"dataset/{scenes_id}/size").body == {"count": 3}
    assert [one["reference_id"] for one in caller.get(f"dataset/{scenes_id}/scenes_list").body["scenes"]] == ["w"]
    assert caller.get(f"dataset/{scenes_id}/refloc/a%20b%2Fc-0").status == 404


def test_a_frame_is_not_deleted_alone(caller: Caller, scenes_id: str) -> None:
    append(caller, scenes_id, scene("v"))
    assert caller.delete(f"dataset/{scenes_id}/refloc/v-1").status == 409


def test_roles_decide_who_may_append_and_delete(
    caller: Caller, scenes_id: str, teammate: Viewer, approver: Viewer, stranger: Viewer
) -> None:
    people = [Caller(one) for one in (teammate, stranger, approver)]
    assert [append(one, scenes_id, scene("v")).status for one in people] == [403, 404, 200]
    assert [one.get(f"dataset/{scenes_id}/scene/v").status for one in people] == [200, 404, 200]
    assert [one.delete(f"dataset/{scenes_id}/scene/v").status for one in people] == [403, 404, 200]


def test_a_scene_of_an_ordinary_dataset_may_be_private(caller: Caller) -> None:
    dataset = make_dataset(caller, is_scene=True)
    assert append(caller, dataset, scene("v", upload_to_scale=False)).status == 200
