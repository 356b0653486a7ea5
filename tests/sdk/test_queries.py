"""The query language through the newest SDK: items, scenes, objects, matches and exports."""

from __future__ import annotations

import re

import pytest
from nucleus import (
    BoxAnnotation,
    BoxPrediction,
    Dataset,
    DatasetItem,
    NucleusClient,
    VideoScene,
)
from nucleus.dataset import ObjectQueryType
from nucleus.errors import NucleusAPIError

from tests.live import PROJECT
from tests.sdk.conftest import MEDIA, finished

FOUND = re.compile(r"^\| `(.+?)` \| (?:[pg]\d.*|all|none) \|$", re.MULTILINE)
REFUSED = re.compile(r"^\| `(.+?)` \|", re.MULTILINE)
# Left, top, width and height of what stands on each picture, and of what the model says does.
TRUTH = {"image 0": [("car", 0, 0, 10, 10), ("car", 50, 50, 10, 10)], "image 1": [("dog", 0, 0, 8, 8)]}
GUESSES = {
    "image 0": [("car", 0, 0, 10, 9, 0.9), ("car", 1, 0, 10, 10, 0.8), ("dog", 50, 50, 10, 10, 0.4)],
    "image 2": [("dog", 5, 5, 5, 5, 0.3)],
}


def box(reference_id: str, number: int, said: tuple[str, float, float, float, float]) -> BoxAnnotation:
    label, x, y, width, height = said
    metadata = {"number": number}
    return BoxAnnotation(label, x, y, width, height, reference_id, f"{reference_id}/{number}", metadata=metadata)


def guess(reference_id: str, number: int, said: tuple[str, float, float, float, float, float]) -> BoxPrediction:
    label, x, y, width, height, confidence = said
    name = f"{reference_id}/{number}"
    return BoxPrediction(label, x, y, width, height, reference_id, confidence=confidence, annotation_id=name)


@pytest.fixture
def asked(client: NucleusClient) -> Dataset:
    dataset = client.create_dataset("asked", use_privacy_mode=True)
    items = [
        DatasetItem(f"{MEDIA}/{n}.jpg", f"image {n}", metadata={"number": n, "weather": "rainy"}, width=64, height=64)
        for n in range(4)
    ]
    finished(dataset.append(items))
    dataset.annotate([box(name, n, one) for name, boxes in TRUTH.items() for n, one in enumerate(boxes)])
    model = client.create_model("Lookout", f"lookout {dataset.id}")
    said = [guess(name, n, one) for name, boxes in GUESSES.items() for n, one in enumerate(boxes)]
    dataset.upload_predictions(model, said)
    return dataset


def test_items_and_exports_are_chosen_by_a_query(asked: Dataset) -> None:
    def found(query: str) -> list[str]:
        return [item.reference_id for item in asked.query_items(query)]

    assert found("metadata.number % 2 = 0 AND metadata.weather = 'rainy'") == ["image 0", "image 2"]
    assert found('annotations.car > 1 OR annotations."dog" = 1') == ["image 0", "image 1"]
    assert found("predictions.dog > 0 AND annotations.count = 0") == ["image 2"]
    rows = list(asked.items_and_annotation_generator(query="annotations[label = car AND position.x > 20]"))
    assert [(row["item"].reference_id, len(row["annotations"]["box"])) for row in rows] == [("image 0", 2)]
    with pytest.raises(NucleusAPIError, match=r"column 19: found .{0,2}\"bad"):
        found("annotations.count bad syntax")


def test_every_example_of_the_paper_is_taken_or_refused_as_there(asked: Dataset) -> None:
    paper = (PROJECT / "docs" / "query-language.md").read_text()
    taken, _, refused = paper.partition("## What is refused")
    # Runs and slices of that paper's pictures are not here.
    examples = [text for text in FOUND.findall(taken) if "night" not in text.split() and "old" not in text]
    answers = [[item.reference_id for item in asked.query_items(text)] for text in examples]
    assert len(answers) > 60
    assert answers[examples.index("annotations.count > 0")] == ["image 0", "image 1"]
    for text in REFUSED.findall(refused):
        with pytest.raises(NucleusAPIError, match="query, line 1, column"):
            list(asked.query_items(text))


def test_objects_and_their_matches_are_chosen_by_a_query(asked: Dataset) -> None:
    ask = asked.query_objects
    (dog,) = ask("annotations.label = dog", ObjectQueryType.GROUND_TRUTH_ONLY)
    assert (dog.reference_id, dog.annotation_id, dog.metadata) == ("image 1", "image 1/0", {"number": 0})
    sure = ask("predictions.confidence >= 0.8", ObjectQueryType.PREDICTIONS_ONLY)
    assert [(one.label, one.confidence) for one in sure] == [("car", 0.9), ("car", 0.8)]
    (match,) = ask("metadata.weather = rainy", ObjectQueryType.IOU)
    assert (match.iou, match.confusion_category.value) == (0.9, "true_positive")
    assert (match.model_prediction_label, match.ground_truth_annotation_label) == ("car", "car")
    wrong = list(ask("metadata.weather = rainy", ObjectQueryType.FALSE_POSITIVE, match.model_run_id))
    assert [one.model_prediction_label for one in wrong] == ["car", "dog", "dog"]
    assert {one.confusion_category.value for one in wrong} == {"false_positive"}
    missed = list(ask("annotations.area > 70", ObjectQueryType.FALSE_NEGATIVE))
    assert [one.ground_truth_annotation_label for one in missed] == ["car"]
    assert missed[0].dataset_item_id == asked.refloc("image 0")["item"].dataset_item_id


def test_scenes_are_chosen_by_a_query(client: NucleusClient) -> None:
    dataset = client.create_dataset("asked scenes", is_scene=True, use_privacy_mode=True)
    scenes = [
        VideoScene(
            reference_id=f"scene {n}",
            items=[DatasetItem(f"{MEDIA}/{n}/{i}.jpg", f"{n}/{i}", metadata={"night": i == n}) for i in range(2)],
            frame_rate=5,
            metadata={"foo": "baz" if n else "bar"},
        )
        for n in range(3)
    ]
    finished(dataset.append(scenes, asynchronous=True))
    assert [one.reference_id for one in dataset.query_scenes('scene.metadata.foo = "baz"')] == ["scene 1", "scene 2"]
    assert [one.reference_id for one in dataset.query_scenes("metadata.night = true")] == ["scene 0", "scene 1"]
