"""What users of the newest SDK do with labels and models besides sending them in bulk (test_coco_labels.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nucleus import (
    BoxAnnotation,
    BoxPrediction,
    CategoryAnnotation,
    CategoryPrediction,
    Dataset,
    DatasetItem,
    NucleusClient,
    SceneCategoryAnnotation,
    Segment,
    SegmentationAnnotation,
    VideoScene,
)
from nucleus.errors import NucleusAPIError
from nucleus.track import Track
from PIL import Image

from tests.sdk.coco_labels import in_groups, in_rows, texts
from tests.sdk.conftest import MEDIA, finished


def box(reference_id: str, name: str = "b", **fields: Any) -> BoxAnnotation:
    return BoxAnnotation("car", 1, 2.5, 30, 40, reference_id, annotation_id=name, **fields)


def predicted(reference_id: str | None = None, name: str = "p", **fields: Any) -> BoxPrediction:
    return BoxPrediction("car", 1, 2.5, 30, 40, reference_id, 0.5, annotation_id=name, **fields)


@pytest.fixture
def pictures(client: NucleusClient) -> Dataset:
    dataset = client.create_dataset("pictures", use_privacy_mode=True)
    items = [DatasetItem(f"{MEDIA}/{name}.jpg", name, width=640, height=480) for name in ("one", "two", "three")]
    finished(dataset.append(items))
    return dataset


@pytest.fixture
def films(client: NucleusClient) -> Dataset:
    dataset = client.create_dataset("films", is_scene=True, use_privacy_mode=True)
    frames = [DatasetItem(f"{MEDIA}/f/{number}.jpg", f"f{number}") for number in range(3)]
    connection: Any = client.connection
    scene = VideoScene("film", frame_rate=5, items=frames, tracks=[Track(connection, dataset.id, "sent", {"a": 1})])
    job: Any = dataset.append([scene], asynchronous=True)
    finished(job)
    assert job.errors() == []
    return dataset


def test_categories_follow_their_taxonomies(pictures: Dataset) -> None:
    told = {"dataset_id": pictures.id, "taxonomy_name": "weather"}
    assert pictures.add_taxonomy("weather", "category", ["wet"]) == {**told, "status": "Taxonomy created"}
    assert pictures.add_taxonomy("weather", "category", ["dry"], update=True)["status"] == "Taxonomy updated"
    sent = [CategoryAnnotation("dry", "one", "weather"), CategoryAnnotation("night", "one")]
    assert pictures.annotate(sent)["annotations_processed"] == 2
    assert texts(in_rows(pictures.items_and_annotations())) == texts(sent)
    with pytest.raises(NucleusAPIError, match=r"annotations\[0\].* has no label 'hot'"):
        pictures.annotate([CategoryAnnotation("hot", "two", "weather")])
    assert pictures.delete_taxonomy("weather") == {**told, "status": "Taxonomy successfully deleted"}
    assert pictures.refloc("one")["annotations"]["category"] == sent[1:]


def test_scenes_have_tracks_and_categories(films: Dataset) -> None:
    films.annotate(
        [
            *(box(f"f{number}", track_reference_id="seen") for number in (0, 2)),
            SceneCategoryAnnotation("dusk", "film", metadata={"a": 1}),
        ]
    )
    assert [(one.reference_id, one.metadata) for one in films.tracks] == [("sent", {"a": 1}), ("seen", {})]
    assert [one.reference_id for one in films.get_scene("film").tracks] == ["sent", "seen"]
    films.tracks[1].update({"b": 2})
    assert films.tracks[1].metadata == {"b": 2}
    (row,) = films.scene_and_annotation_generator()
    assert row["scene"]["reference_id"] == "film"
    frames = row["annotations"]["seen"]["frames"]
    assert [(one["key"], one["left"], one["top"], one["width"], one["height"]) for one in frames] == [
        ("0", 1, 2.5, 30, 40),
        ("2", 1, 2.5, 30, 40),
    ]
    films.delete_tracks(["seen"])
    assert films.refloc("f0")["annotations"]["box"][0].track_reference_id is None


def test_masks_are_links_or_files(client: NucleusClient, pictures: Dataset, tmp_path: Path) -> None:
    sent = [SegmentationAnnotation(f"{MEDIA}/{name}.png?s=%2B", [Segment("sea", 1)], name) for name in ("one", "two")]
    boxes = [box("one"), box("two")]
    assert pictures.annotate([*sent, *boxes])["annotations_processed"] == 4
    assert pictures.refloc("one")["annotations"]["segmentation"] == sent[:1]
    rows = [row["annotations"] for row in pictures.items_and_annotations()]
    assert [row.get("segmentation") for row in rows] == [*sent, None]
    path = tmp_path / "mask é.png"
    Image.new("L", (8, 8), 1).save(path)
    local = SegmentationAnnotation(str(path), [Segment("sea", 1, {"deep": True})], "one", "m")
    with pytest.raises(NucleusAPIError, match="privacy mode"):
        pictures.annotate([local])
    ordinary = client.create_dataset("ordinary")
    finished(ordinary.append([DatasetItem(f"{MEDIA}/one.jpg", "one")]))
    assert ordinary.annotate([local])["annotations_processed"] == 1
    assert ordinary.refloc("one")["annotations"]["segmentation"] == [local]


def test_models_and_their_runs(client: NucleusClient, pictures: Dataset) -> None:
    model = client.create_model("Model", "m", {"speed": 1.5}, tags=["a"])
    assert client.models == [model]
    model.add_tags(["b"])
    with pytest.raises(NucleusAPIError) as refusal:
        model.remove_tags(["x"])
    assert '{"error":"Deleted 0 tags from model. The specified tag(s) were not found."}' in refusal.value.message
    item_id = pictures.refloc("two")["item"].dataset_item_id
    free = model.create_run("free", predictions=[predicted(dataset_item_id=item_id)])
    assert free.info()["status"] == "Created"
    bound = model.create_run("bound", pictures, [predicted("one"), predicted("ghost")])
    assert set(pictures.model_runs) == {free.model_run_id, bound.model_run_id}
    merged = client.merge_model_runs([free.model_run_id, bound.model_run_id], name="both")
    merged["job"].status()
    finished(merged["job"])
    both: Any = client.get_model_run(merged["model_run_id"], pictures.id)
    assert sorted(one.reference_id for one in in_groups(both.ungrouped_export())) == ["one", "two"]
    assert bound.commit() == {"model_run_id": bound.model_run_id}
    stored = model.upload_predictions([predicted("three"), predicted(name="q", dataset_item_id=item_id)])
    assert (stored["predictions_processed"], stored["predictions_ignored"]) == (2, 0)
    assert [one.annotation_id for one in model.predictions_refloc("two")["box"]] == ["q"]
    copied = model.copy_predictions_from_run(bound.model_run_id)
    assert (copied["predictions_copied"], copied["model_id"]) == (1, model.id)
    assert model.predictions_refloc("one")["box"] == [predicted("one")]
    said = pictures.upload_predictions_for_model_run(
        free.model_run_id, [CategoryPrediction("night", "one", None, 0.25)]
    )
    assert said["predictions_processed"] == 1
    assert free.refloc("one")["category"][0].confidence == 0.25
    client.delete_model_run(free.model_run_id)
    assert free.model_run_id not in pictures.model_runs
