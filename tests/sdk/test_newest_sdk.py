"""Both guides with the newest scale-nucleus, and the rest of what its users call every day.

The guides' code is changed only in endpoint, key and URLs (docs/wire.md names them).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import requests
from nucleus import Dataset, DatasetItem, NucleusClient, VideoScene
from nucleus.errors import NotFoundError, NucleusAPIError
from nucleus.slice import SliceBuilderFilters, SliceBuilderMethods, SliceType
from PIL import Image

from tests.live import LiveTransom
from tests.sdk.conftest import MEDIA, finished


def items(count: int, prefix: str = "image") -> list[DatasetItem]:
    return [
        DatasetItem(
            image_location=f"{MEDIA}/{prefix}/{number}.jpeg?X-Amz-Signature=ab%2Fc&n={number}",
            reference_id=f"{prefix}/{number} a",
            metadata={"weather": "rainy" if number % 2 else "sunny", "number": number},
            width=1920,
            height=1080,
        )
        for number in range(count)
    ]


def frames(scene: str, count: int) -> list[DatasetItem]:
    urls = [f"{MEDIA}/{scene}/{number}.jpeg" for number in range(count)]
    reference_ids = [f"{scene}-frame-{number}" for number in range(count)]
    metadata_dicts = [{"timestamp": f"16451440730{number:02d}", "is_raining": True} for number in range(count)]
    dataset_items = []
    for url, ref_id, metadata in zip(urls, reference_ids, metadata_dicts, strict=True):
        item = DatasetItem(image_location=url, reference_id=ref_id, metadata=metadata)
        dataset_items.append(item)
    return dataset_items


def stored_items(dataset: Dataset, scene: str) -> list[DatasetItem]:
    """The frames of a scene as the server has them now."""
    return list(dataset.get_scene(scene).items)


def test_guide_privacy_mode_for_images(client: NucleusClient, stored: Callable[[str], str]) -> None:
    private_dataset = client.create_dataset(name="my dataset", use_privacy_mode=True)
    job = private_dataset.append(items(5))
    job.sleep_until_complete(verbose_std_out=False)
    assert job.errors() == []
    assert client.get_dataset(private_dataset.id).use_privacy_mode is True
    assert [item.reference_id for item in private_dataset.items] == [f"image/{number} a" for number in range(5)]
    found = private_dataset.refloc("image/3 a")["item"]
    assert found.image_location == f"{MEDIA}/image/3.jpeg?X-Amz-Signature=ab%2Fc&n=3"
    assert found.metadata == {"weather": "rainy", "number": 3}
    assert private_dataset.size == 5
    assert stored(f"items_of('{private_dataset.id}').filter(is_private=True, file=None).count()") == "5"


def test_guide_privacy_mode_for_videos(client: NucleusClient) -> None:
    dataset = client.create_dataset("private videos", is_scene=True, use_privacy_mode=True)
    scene = VideoScene(
        reference_id="video-1",
        video_location=f"{MEDIA}/video.mp4",
        frame_rate=5,
        items=frames("video-1", 4),
    )
    job = dataset.append(items=[scene], asynchronous=True)
    assert finished(job)["job_type"] == "uploadVideoScene"
    assert job.errors() == []
    found = dataset.get_scene("video-1")
    assert (found.video_location, found.frame_rate) == (f"{MEDIA}/video.mp4", 5)
    assert [item.reference_id for item in found.items] == [f"video-1-frame-{number}" for number in range(4)]
    assert found.items[2].image_location == f"{MEDIA}/video-1/2.jpeg"
    assert dataset.get_scene_from_item_ref_id("video-1-frame-3").reference_id == "video-1"


def test_guide_video_dataset(client: NucleusClient) -> None:
    dataset = client.create_dataset("videos", is_scene=True)
    scene0 = VideoScene(
        reference_id="scene0", video_location=f"{MEDIA}/001/00.mp4", metadata={"example_boolean_metadata_field": True}
    )
    listed = frames("scene1", 4)
    scene1 = VideoScene(reference_id="scene1", items=listed, frame_rate=15, metadata={"example_scalar": 4})
    new = DatasetItem(image_location=f"{MEDIA}/scene1/4.jpeg", reference_id="scene1-frame-4")
    scene1.add_item(new, index=4)
    better = DatasetItem(image_location=f"{MEDIA}/scene1/0-new.jpeg", reference_id="scene1-frame-0-new")
    scene1.add_item(better, index=0, update=True)
    dataset = client.get_dataset(dataset.id)
    job = dataset.append(items=[scene0, scene1], asynchronous=True)
    finished(job)
    assert job.errors() == []
    found = dataset.get_scene("scene1")
    assert [item.reference_id for item in found.items] == [
        "scene1-frame-0-new",
        "scene1-frame-1",
        "scene1-frame-2",
        "scene1-frame-3",
        "scene1-frame-4",
    ]
    bare = dataset.get_scene("scene0")
    assert (bare.video_location, bare.items) == (f"{MEDIA}/001/00.mp4", [])
    assert [entry.reference_id for entry in dataset.scenes] == ["scene0", "scene1"]
    scene1.metadata = {"example_scalar": 5}
    finished(dataset.append(items=[scene1], update=True, asynchronous=True))
    assert dataset.get_scene("scene1").metadata == {"example_scalar": 5}
    dataset.update_scene_metadata({"scene1": {"more": "x"}})
    assert dataset.get_scene("scene1").metadata == {"example_scalar": 5, "more": "x"}
    dataset.delete_scene("scene1")
    assert [entry.reference_id for entry in dataset.scenes] == ["scene0"]
    assert dataset.size == 0


def test_frames_are_added_to_and_overwritten_in_a_stored_scene(client: NucleusClient) -> None:
    dataset = client.create_dataset("growing", is_scene=True, use_privacy_mode=True)
    scene = VideoScene(reference_id="scene1", items=frames("scene1", 4), frame_rate=15)
    finished(dataset.append(items=[scene], asynchronous=True))
    before = {item.reference_id: item.dataset_item_id for item in stored_items(dataset, "scene1")}
    stored_scene = dataset.get_scene("scene1")
    stored_scene.add_item(DatasetItem(f"{MEDIA}/scene1/4.jpeg", reference_id="scene1-frame-4"), index=4)
    better = DatasetItem(
        f"{MEDIA}/scene1/0-new.jpeg", reference_id="scene1-frame-0-new", metadata={"is_raining": False}
    )
    stored_scene.add_item(better, index=0, update=True)
    ignored = finished(dataset.append(items=[stored_scene], asynchronous=True))
    assert ignored["message"]["video_scene_upload"]["ignored"] == 1
    assert len(stored_items(dataset, "scene1")) == 4
    job = dataset.append(items=[stored_scene], update=True, asynchronous=True)
    assert finished(job)["message"]["video_scene_upload"]["updated"] == 1
    assert job.errors() == []
    found = stored_items(dataset, "scene1")
    assert [item.reference_id for item in found] == [
        "scene1-frame-0-new",
        *(f"scene1-frame-{number}" for number in range(1, 5)),
    ]
    assert (found[0].image_location, found[0].metadata) == (f"{MEDIA}/scene1/0-new.jpeg", {"is_raining": False})
    assert {item.reference_id: item.dataset_item_id for item in found[1:4]} == {
        name: key for name, key in before.items() if name != "scene1-frame-0"
    }
    assert dataset.size == 5


def test_a_frame_is_overwritten_under_its_own_name(client: NucleusClient) -> None:
    dataset = client.create_dataset("renewed", is_scene=True, use_privacy_mode=True)
    scene = VideoScene(reference_id="scene1", items=frames("scene1", 3), frame_rate=15)
    finished(dataset.append(items=[scene], asynchronous=True))
    renewed = DatasetItem(f"{MEDIA}/scene1/1.jpeg?sig=2", reference_id="scene1-frame-1", metadata={"is_raining": False})
    scene.add_item(renewed, index=1, update=True)
    finished(dataset.append(items=[scene], update=True, asynchronous=True))
    found = stored_items(dataset, "scene1")
    assert [item.reference_id for item in found] == [f"scene1-frame-{number}" for number in range(3)]
    assert (found[1].image_location, found[1].metadata) == (f"{MEDIA}/scene1/1.jpeg?sig=2", {"is_raining": False})


def test_a_page_that_is_open_learns_of_the_new_frames(
    client: NucleusClient, live: LiveTransom, browser: requests.Session
) -> None:
    dataset = client.create_dataset("watched", is_scene=True, use_privacy_mode=True)
    scene = VideoScene(reference_id="scene1", items=frames("scene1", 300), frame_rate=15)
    finished(dataset.append(items=[scene], asynchronous=True))
    grid = browser.get(f"{live.url}/datasets/{dataset.id}/").text
    (path,) = set(re.findall(rf"/datasets/{dataset.id}/scenes/scn_[a-z2-7]+", grid))
    before = browser.get(f"{live.url}{path}/frames")
    assert before.headers["Content-Encoding"] == "gzip"
    again = {"If-None-Match": before.headers["ETag"]}
    assert browser.get(f"{live.url}{path}/frames", headers=again).status_code == 304
    scene.add_item(DatasetItem(f"{MEDIA}/scene1/300.jpeg", reference_id="scene1-frame-300"))
    scene.add_item(DatasetItem(f"{MEDIA}/scene1/0-new.jpeg", reference_id="scene1-frame-0-new"), index=0, update=True)
    finished(dataset.append(items=[scene], update=True, asynchronous=True))
    after = browser.get(f"{live.url}{path}/frames", headers=again)
    assert (after.status_code, after.headers["ETag"] == before.headers["ETag"]) == (200, False)
    columns = after.json()
    assert columns["references"][0] == "scene1-frame-0-new"
    assert columns["references"][1:] == [*before.json()["references"][1:], "scene1-frame-300"]
    assert columns["ids"][1:-1] == before.json()["ids"][1:]
    assert columns["prefix"] + columns["urls"][-1] == f"{MEDIA}/scene1/300.jpeg"
    assert "frame 300 / 300" in browser.get(f"{live.url}{path}?frame=300").text


def test_a_private_mp4_alone_is_a_scene(client: NucleusClient) -> None:
    dataset = client.create_dataset("mp4", is_scene=True, use_privacy_mode=True)
    job = dataset.append([VideoScene(reference_id="v", video_location=f"{MEDIA}/v.mp4")])
    finished(job)
    assert job.errors() == []
    assert dataset.get_scene("v").video_location == f"{MEDIA}/v.mp4"


def test_reading_paging_and_slicing(client: NucleusClient) -> None:
    dataset = client.create_dataset("reading", use_privacy_mode=True)
    finished(dataset.append(items(7)))
    assert [item.reference_id for item in dataset.items_generator(page_size=3)] == [
        f"image/{number} a" for number in range(7)
    ]
    first = dataset.iloc(0)["item"]
    assert first.reference_id == "image/0 a"
    assert dataset.loc(first.dataset_item_id)["item"].image_location == first.image_location
    assert dataset.info().length == 7
    assert dataset.model_runs == []
    made = dataset.create_slice("night", [f"image/{number} a" for number in (5, 1)])
    assert [item.reference_id for item in made.items] == ["image/1 a", "image/5 a"]
    assert made.append(reference_ids=["image/5 a", "image/6 a"])["new_items"] == ["image/6 a"]
    assert len(list(made.items_generator(page_size=2))) == 3
    assert made.export_raw_items()["raw_dataset_items"][0]["scale_url"].startswith(f"{MEDIA}/image/1.jpeg?")
    (found,) = dataset.get_slices(name="night", slice_type=SliceType.DATASET_ITEM)
    assert (found.id, found.name, found.type, found.dataset_id) == (made.id, "night", "dataset_item", dataset.id)
    assert [one.id for one in client.slices] == [made.id]
    made.add_tags(["t"])
    assert (made.tags, made.description, made.pending_job_count) == (["t"], "", 0)
    filters = SliceBuilderFilters(slice_id=made.id)
    built = dataset.build_slice("sample", 2, SliceBuilderMethods.RANDOM, filters)
    assert len(client.get_slice(built["slice_id"]).items) == 2
    client.delete_slice(made.id)
    with pytest.raises(NotFoundError):
        dataset.get_slices(name="night")


def test_metadata_deleting_and_updating(client: NucleusClient) -> None:
    dataset = client.create_dataset("changing", use_privacy_mode=True)
    mine = items(3)
    finished(dataset.append(mine))
    dataset.update_item_metadata({"image/0 a": {"lane": 2}})
    assert dataset.refloc("image/0 a")["item"].metadata == {"weather": "sunny", "number": 0, "lane": 2}
    finished(dataset.update_item_metadata({"image/1 a": {"lane": 3}}, asynchronous=True))
    assert dataset.refloc("image/1 a")["item"].metadata["lane"] == 3
    again = finished(dataset.append(mine))
    assert again["message"]["dataset_item_upload"]["ignored"] == 3
    finished(dataset.append(mine, update=True))
    assert dataset.refloc("image/0 a")["item"].metadata == {"weather": "sunny", "number": 0}
    assert dataset.delete_item("image/0 a") == {}
    assert dataset.size == 2
    with pytest.raises(NucleusAPIError) as refusal:
        dataset.refloc("image/0 a")
    assert refusal.value.status_code == 404
    assert '{"error":"There is no item' in refusal.value.message


def test_jobs_and_their_errors(client: NucleusClient) -> None:
    dataset = client.create_dataset("errors", use_privacy_mode=True)
    good, bad = items(2)
    bad.image_location = "https://user:secret@h.example/a.jpg"
    job = dataset.append([good, bad])
    status = finished(job)
    assert (status["status"], status["job_progress"]) == ("Completed", "1.00")
    assert status["completed_steps"] == status["total_steps"] == 2
    (error,) = job.errors()
    assert '"line":2' in error
    assert '"reference_id":"image/1 a"' in error
    assert "secret" not in error
    assert client.get_job(job.job_id).job_type == "uploadDatasetItems"
    assert [one.job_id for one in client.list_jobs(show_completed=True, dataset_id=dataset.id)] == [job.job_id]
    assert client.list_jobs(show_completed=False, dataset_id=dataset.id) == []


def test_items_and_scenes_do_not_mix(client: NucleusClient) -> None:
    scenes = client.create_dataset("scenes", is_scene=True, use_privacy_mode=True)
    with pytest.raises(NucleusAPIError) as refusal:
        scenes.append(items(1))
    assert refusal.value.status_code == 400
    assert "dataset of scenes" in refusal.value.message


def test_local_files_are_shared_from_the_start_and_refused_in_privacy_mode(
    client: NucleusClient, live: LiveTransom, tmp_path: Path
) -> None:
    paths = []
    for number in range(3):
        path = tmp_path / f"drawn {number} é.png"
        Image.new("RGB", (8, 8), (number * 80, 0, 0)).save(path)
        paths.append(path)
    mine = [
        DatasetItem(image_location=str(path), reference_id=f"local{number}", metadata={"n": number}, width=8, height=8)
        for number, path in enumerate(paths)
    ]
    dataset = client.create_dataset("files")
    assert finished(dataset.append(mine))["status"] == "Completed"
    found = dataset.refloc("local1")["item"]
    assert found.image_location.startswith(live.shared_url)
    with urlopen(found.image_location) as answer:
        assert answer.read() == paths[1].read_bytes()
    private = client.create_dataset("private", use_privacy_mode=True)
    with pytest.raises(NucleusAPIError) as refusal:
        private.append(mine)
    assert refusal.value.status_code == 400
    assert "privacy mode" in str(refusal.value)
    assert private.size == 0


def test_datasets_are_listed_tagged_and_deleted(client: NucleusClient) -> None:
    dataset = client.create_dataset("tagged", item_metadata_schema={"w": {"type": "category", "choices": ["a"]}})
    assert [one.id for one in client.datasets] == [dataset.id]
    assert dataset.add_tags(["a", "b"]) == ["a", "b"]
    assert dataset.remove_tags(["a"]) == ["b"]
    assert dataset.get_tags() == ["b"]
    assert client.delete_dataset(dataset.id) == {"message": "Beginning dataset deletion..."}
    assert client.datasets == []
    with pytest.raises(NucleusAPIError):
        _ = client.get_dataset(dataset.id).name


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_limited_access_key_and_a_slash_too_many_work(live: LiveTransom, key: str, slash: str) -> None:
    client: Any = NucleusClient(limited_access_key=key, endpoint=live.endpoint + slash)
    dataset = client.create_dataset("limited", use_privacy_mode=True)
    finished(dataset.append(items(1)))
    assert dataset.size == 1


def test_a_wrong_key_is_told_so(live: LiveTransom) -> None:
    with pytest.raises(NucleusAPIError) as refusal:
        _ = NucleusClient("transom_wrong", endpoint=live.endpoint).datasets
    assert refusal.value.status_code == 401
