"""Both guides with scale-nucleus 0.16.7, the last whose items have upload_to_scale. Run by test_old_sdks.py.

It cannot make a privacy dataset, so those are made before, with another version, as the guide's last step assumes.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from nucleus import AsyncJob, DatasetItem, NucleusClient, VideoScene

MEDIA = "https://media.harbor.example"
client = NucleusClient(os.environ["KEY"], endpoint=os.environ["ENDPOINT"])


def finished(job: AsyncJob) -> dict[str, Any]:
    while job.status()["status"] == "Running":
        time.sleep(0.05)
    return job.status()


def item(reference_id: str, **fields: Any) -> DatasetItem:
    return DatasetItem(image_location=f"{MEDIA}/{reference_id}.jpeg", reference_id=reference_id, **fields)


def sending_privacy_mode_data_for_labeling() -> None:
    dataset = client.get_dataset(os.environ["PRIVATE_IMAGES"])
    # upload_to_scale is true unless said otherwise, and means nothing on creation here.
    response = dataset.append([item(f"image{number}", metadata={"n": number}) for number in range(25)])
    assert (response.new_items, response.upload_errors) == (25, 0), response
    my_private_image = DatasetItem(
        image_location=f"{MEDIA}/image1.jpeg",
        # this reference_id already exists
        reference_id="image1",
        upload_to_scale=True,
    )
    response = dataset.append([my_private_image], update=True)
    assert (response.new_items, response.updated_items) == (0, 1), response
    assert dataset.refloc("image1")["item"].image_location == f"{MEDIA}/image1.jpeg"
    assert len(dataset.items) == 25
    assert dataset.refloc("image1")["item"].metadata == {}
    assert dataset.refloc("image2")["item"].metadata == {"n": 2}


def one_private_item_in_an_ordinary_dataset() -> str:
    dataset = client.create_dataset("ordinary")
    dataset.append([item("linked"), item("private", upload_to_scale=False)])
    job = dataset.append([item("later", upload_to_scale=False)], asynchronous=True)
    assert finished(job)["status"] == "Completed"
    assert dataset.size == 3
    return dataset.id


def private_video() -> None:
    dataset = client.get_dataset(os.environ["PRIVATE_VIDEOS"])
    frame_urls = [f"{MEDIA}/v/{number}.jpeg" for number in range(4)]
    reference_ids = [f"video-1-frame-{number}" for number in range(4)]
    dataset_items = []
    for url, ref_id in zip(frame_urls, reference_ids):  # noqa: B905 (the guide's code)
        dataset_items.append(DatasetItem(image_location=url, reference_id=ref_id))
    scene = VideoScene(
        reference_id="video-1",
        video_location=f"{MEDIA}/v.mp4",
        frame_rate=5,
        items=dataset_items,
        upload_to_scale=False,
    )
    scene.add_item(item("video-1-frame-4"), index=4)
    job = dataset.append(items=[scene], asynchronous=True)
    job.sleep_until_complete(verbose_std_out=False)
    assert job.errors() == []
    found = dataset.get_scene("video-1")
    assert [one.reference_id for one in found.items] == [*reference_ids, "video-1-frame-4"]
    assert found.video_location == f"{MEDIA}/v.mp4"
    scene.add_item(item("video-1-frame-5"), index=5)
    scene.add_item(item("video-1-frame-0-new"), index=0, update=True)
    job = dataset.append(items=[scene], update=True, asynchronous=True)
    job.sleep_until_complete(verbose_std_out=False)
    assert job.errors() == []
    found = dataset.get_scene("video-1")
    after = ["video-1-frame-0-new", *reference_ids[1:], "video-1-frame-4", "video-1-frame-5"]
    assert [one.reference_id for one in found.items] == after


sending_privacy_mode_data_for_labeling()
private_video()
print(json.dumps({"ordinary": one_private_item_in_an_ordinary_dataset()}))
