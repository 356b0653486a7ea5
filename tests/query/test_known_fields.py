"""What the query bar offers to ask: each example is a query, and finds the row that it was made from."""

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries as dataset_queries
from webapp.datasets.models import Dataset
from webapp.query import queries
from webapp.query.examples import Known, known_fields

AWKWARD = {
    "weather": "light rain",
    'o"d\\d': 'it\'s "so" \\',
    "in": "or",
    "é": "ж",
    "": "x",
    "traffic light": True,
    "speed": -2.5,
    "whole": 7.0,
    "small": 1e-07,
    "at": "2021-03-02T08:00:00Z",
    "tags": [3, "fog"],
    "camera": {"pose": {"pan ned": 12}},
    "note": "x" * 100,
    "huge": 10**17,
    "nothing": [],
}
CLASSES = ["car", "traffic light", "area", "not", 'a "b"']


def test_each_example_finds_the_row_that_it_was_made_from(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "one", metadata=AWKWARD)])
    (item,) = dataset_queries.items(owner, dataset)
    said = [make.draft_label(owner, "one", label=name, annotation_id=name, metadata={"n": 1}) for name in CLASSES]
    make.annotate(owner, dataset, said)
    dataset.refresh_from_db()
    known = Known(dataset.field_types, {"item": [item.metadata]}, ["one"], CLASSES, has_predictions=True)
    fields = known_fields(known, 60)
    # All of the metadata, the classes, and what every dataset has.
    assert len(fields) == len(AWKWARD) + len(CLASSES) + 6
    found = {one.example: queries.items(owner, dataset, one.example).count() for one in fields}
    empty = {example for example, count in found.items() if count == 0}
    assert empty <= {"annotations.count = 0", "predictions.confidence >= 0.9", "width > height"}
    assert 'metadata.camera.pose."pan ned" >= 12' in found
    assert "metadata.at >= 2021-03-02" in found
    assert "metadata.whole >= 7" in found
    assert known_fields(known, 3) == fields[:3]
