"""Routes 12, 13 and 53: which classes there are."""

from __future__ import annotations

import msgspec

from webapp.datasets import queries
from webapp.labels import queries as label_queries
from webapp.labels.counts import names_in
from webapp.wire.call import Call
from webapp.wire.export_pages import Said, of_slice, parts


class ClassLabels(msgspec.Struct):
    """The classes of the annotations, in alphabetical order."""

    data: list[str]


class LabelSchema(msgspec.Struct):
    """The classes of the annotations and those of the predictions of all runs."""

    gt_labels: list[str]
    prediction_labels: list[str]


def of_dataset(call: Call, dataset_id: str) -> ClassLabels:
    dataset = queries.dataset(call.viewer, dataset_id)
    return ClassLabels(classes(label_queries.class_counts(call.viewer, dataset)))


def schema(call: Call, dataset_id: str) -> LabelSchema:
    dataset = queries.dataset(call.viewer, dataset_id)
    runs = label_queries.runs_of_dataset(call.viewer, dataset, with_predictions=True)
    predicted = [one for run in runs for one in label_queries.class_counts(call.viewer, dataset, run)]
    return LabelSchema(classes(label_queries.class_counts(call.viewer, dataset)), classes(predicted))


def classes(counts: list[tuple[str, str, int]]) -> list[str]:
    return sorted({label for _, label, count in counts if count})


def of_slice_items(call: Call, slice_id: str) -> ClassLabels:
    """Of a slice they are read from its labels, for counts are kept of whole datasets."""
    found = queries.slice_(call.viewer, slice_id)
    names: set[str] = set()
    for part in parts(of_slice(call.viewer, found), Said(call.viewer, found.dataset, with_facts=False)):
        for rows in part.labels.values():
            names.update(name for row in rows for name in names_in(row.kind, row.label, row.geometry))
    return ClassLabels(sorted(names))
