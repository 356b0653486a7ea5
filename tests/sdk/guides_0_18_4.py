"""Both guides with scale-nucleus 0.18.4, the last line that appends at once by default. Run by test_old_sdks.py.

And labels: COCO's where COCO names their folder, and masks from the caller's disk.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from coco_labels import Coco, in_groups, in_rows, texts  # a neighbor of this script
from nucleus import AsyncJob, DatasetItem, NucleusClient, Segment, SegmentationAnnotation, VideoScene
from nucleus.errors import NucleusAPIError

MEDIA = "https://media.harbor.example"
client = NucleusClient(os.environ["KEY"], endpoint=os.environ["ENDPOINT"])


def finished(job: AsyncJob) -> dict[str, Any]:
    while job.status()["status"] == "Running":
        time.sleep(0.05)
    return job.status()


def item(number: int, **fields: Any) -> DatasetItem:
    return DatasetItem(
        image_location=f"{MEDIA}/{number}.jpeg?sig=ab%2Fc",
        reference_id=f"image/{number}",
        metadata={"number": number, **fields},
        width=1920,
        height=1080,
    )


def privacy_mode_for_images() -> str:
    dataset = client.create_dataset(name="my dataset", use_privacy_mode=True)
    response = dataset.append([item(number) for number in range(45)])
    assert (response.new_items, response.updated_items, response.ignored_items) == (45, 0, 0), response
    assert response.upload_errors == 0
    assert dataset.size == 45
    assert dataset.refloc("image/7")["item"].image_location == f"{MEDIA}/7.jpeg?sig=ab%2Fc"
    assert dataset.iloc(44)["item"].reference_id == "image/44"
    again = dataset.append([item(number, extra="x") for number in range(3)], update=True)
    assert again.updated_items == 3, again
    assert dataset.append([item(1)]).ignored_items == 1
    job = dataset.append([item(number) for number in range(40, 60)], asynchronous=True)
    job.sleep_until_complete(verbose_std_out=False)
    assert job.errors() == []
    assert len(dataset.items) == 60
    assert dataset.create_slice("s", ["image/1", "image/2"]).info()["type"] == "dataset_item"
    dataset.update_item_metadata({"image/9": {"later": True}})
    assert dataset.refloc("image/9")["item"].metadata == {"number": 9, "later": True}
    dataset.delete_item("image/9")
    assert dataset.size == 59
    return dataset.id


def a_bad_batch_changes_nothing() -> None:
    dataset = client.create_dataset(name="bad batch", use_privacy_mode=True)
    bad = item(1)
    bad.image_location = "https://user:secret@h.example/a.jpg"
    try:
        dataset.append([item(0), bad])
    except NucleusAPIError as taken:
        refusal = taken
    assert refusal.status_code == 400
    assert "Row 2 (reference_id 'image/1')" in refusal.message
    assert "secret" not in refusal.message
    assert dataset.size == 0


def video_dataset() -> str:
    dataset = client.create_dataset("videos", is_scene=True, use_privacy_mode=True)
    frames = [
        DatasetItem(image_location=f"{MEDIA}/v/{number}.jpeg", reference_id=f"video-1-frame-{number}")
        for number in range(4)
    ]
    scene = VideoScene(reference_id="video-1", video_location=f"{MEDIA}/v.mp4", frame_rate=5, items=frames)
    job = dataset.append(items=[scene], asynchronous=True)
    assert finished(job)["status"] == "Completed"
    assert job.errors() == []
    found = dataset.get_scene("video-1")
    assert [one.reference_id for one in found.items] == [f"video-1-frame-{number}" for number in range(4)]
    plain = client.create_dataset("ordinary videos", is_scene=True)
    frames_only = VideoScene(reference_id="frames", frame_rate=5, items=frames[:2])
    frames_only.add_item(frames[2], index=2)
    mp4_only = VideoScene(reference_id="mp4", video_location=f"{MEDIA}/v.mp4")
    job = plain.append(items=[frames_only, mp4_only], asynchronous=True)
    finished(job)
    assert job.errors() == []
    assert len(plain.get_scene("frames").items) == 3
    frames_only.add_item(frames[3], index=0, update=True)
    job = plain.append(items=[frames_only], update=True, asynchronous=True)
    finished(job)
    assert job.errors() == []
    assert [one.reference_id for one in plain.get_scene("frames").items] == [
        f"video-1-frame-{number}" for number in (3, 1, 2)
    ]
    assert plain.get_scene("mp4").video_location == f"{MEDIA}/v.mp4"
    return dataset.id


def local_files() -> str:
    dataset = client.create_dataset("files")
    path = os.environ["PICTURE"]
    mine = [DatasetItem(image_location=path, reference_id=f"local{number}") for number in range(12)]
    response = dataset.append(mine)
    assert (response.dataset_id, response.new_items) == (dataset.id, 12), response
    assert dataset.append(mine[:1], update=True).updated_items == 1
    assert Path(path).exists()
    return dataset.id


def masks_from_disk(dataset_id: str) -> None:
    dataset, path = client.get_dataset(dataset_id), os.environ["PICTURE"]
    masks = [
        SegmentationAnnotation(path, [Segment("sea", 1), Segment("quay", 2)], f"local{number}", f"m{number}")
        for number in range(11)
    ]
    stored = dataset.annotate([*masks, SegmentationAnnotation(path, [Segment("sea", 1)], "fake_garbage")])
    assert stored["annotations_processed"] == 11, stored
    assert "Item with id fake_garbage doesn" in stored["errors"][0]
    (found,) = dataset.refloc("local3")["annotations"]["segmentation"]
    assert found == masks[3]
    exported = [row["annotations"] for row in dataset.items_and_annotations() if row["annotations"]]
    assert {one["segmentation"].reference_id: one["segmentation"] for one in exported} == {
        one.reference_id: one for one in masks
    }


def coco_labels(data: Path) -> None:
    """COCO's annotations, and a detector's predictions, in at once and as jobs, and out through every export."""
    coco = Coco(data)
    dataset = client.create_dataset("coco", use_privacy_mode=True)
    finished(dataset.append(coco.items(), asynchronous=True))
    sent = coco.annotations()
    half = len(sent) // 2
    assert dataset.annotate(sent[:half])["annotations_processed"] == half
    job = dataset.annotate(sent, asynchronous=True)
    assert finished(job)["message"]["annotation_upload"]["ignored"] == half
    assert job.errors() == []
    wanted = texts(sent)
    names = [one.reference_id for one in coco.items()]
    part = dataset.create_slice("all", names)
    assert texts(in_rows(dataset.items_and_annotations())) == wanted
    assert texts(in_rows(dataset.items_and_annotation_generator())) == wanted
    assert texts(in_rows(part.items_and_annotations())) == wanted
    of_one = [one for one in sent if one.reference_id == names[0]]
    assert texts(in_groups(dataset.refloc(names[0])["annotations"])) == texts(of_one)

    model = client.create_model("CenterNet and MoveNet", "detectors", {"speed": 1.5})
    said = coco.predictions()
    run = model.create_run("first", dataset, said[:100])
    finished(run.predict(said[100:], asynchronous=True))
    wanted = texts(said)
    assert texts(in_groups(dataset.export_predictions(model))) == wanted
    assert texts(in_groups(run.ungrouped_export())) == wanted
    assert texts(in_rows(part.export_predictions(model), "predictions")) == wanted
    of_one = [one for one in said if one.reference_id == names[0]]
    assert texts(in_groups(dataset.predictions_refloc(model, names[0]))) == texts(of_one)
    assert client.get_model(model_run_id=run.model_run_id) == model
    stored = dataset.upload_predictions(model, said[:50])
    assert (stored["predictions_processed"], stored["predictions_ignored"]) == (50, 0), stored


a_bad_batch_changes_nothing()
made = {"images": privacy_mode_for_images(), "videos": video_dataset(), "files": local_files()}
masks_from_disk(made["files"])
if os.environ["COCO"]:
    coco_labels(Path(os.environ["COCO"]))
print(json.dumps(made))
