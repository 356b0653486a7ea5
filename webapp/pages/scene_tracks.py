"""`/datasets/ds_…/scenes/scn_…/tracks`: what is followed through a scene, and how much of each class is where."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels import queries as labels
from webapp.labels.models import Kind
from webapp.labels.queries import ClassPresence, LabelRow, TrackPresence
from webapp.pages.door import feed
from webapp.pages.kept_answers import kept_answer
from webapp.pages.label_columns import Source, Sources
from webapp.pages.label_runs import runs_asked_for, sources_of
from webapp.pages.track_spans import heat, spans


class TrackTold(TypedDict):
    """One track of one source: `spans` has the first and last frame of each stretch, inclusive, `count` its labels."""

    reference: str
    label: str
    source: int
    spans: list[int]
    count: int


class ClassTold(TypedDict):
    """One class of one source: how many labels in all, and the most at once along the scene (track_spans.py)."""

    label: str
    source: int
    total: int
    heat: list[int]


class TracksAnswer(TypedDict):
    """All that is said over time. `categories` are of the scene as a whole."""

    version: int
    frame_count: int
    sources: list[Source]
    tracks: list[TrackTold]
    classes: list[ClassTold]
    categories: list[dict[str, Any]]


@gzip_page
@feed("GET")
def scene_tracks(request: HttpRequest, viewer: Viewer, dataset_id: str, scene_id: str) -> HttpResponse:
    """When each track and class is there."""
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.scene(viewer, dataset, scene_id)
    runs = runs_asked_for(request, viewer, dataset)

    def body() -> TracksAnswer:
        sources = sources_of(runs)
        said = labels.labels_of_scenes(viewer, dataset, [found.pk], runs=runs)
        return {
            "version": dataset.version,
            "frame_count": found.frame_count,
            "sources": sources.told,
            "tracks": [track_told(one, sources) for one in labels.scene_tracks(viewer, found, runs)],
            "classes": [
                class_told(one, sources, found.frame_count) for one in labels.class_presence(viewer, found, runs)
            ],
            "categories": [category_told(row, sources) for row in said],
        }

    return kept_answer(request, dataset, body)


def track_told(one: TrackPresence, sources: Sources) -> TrackTold:
    return {
        "reference": one.reference_id,
        "label": one.label,
        "source": sources.places[one.run_pk],
        "spans": spans(one.frames),
        "count": one[-1],
    }


def class_told(one: ClassPresence, sources: Sources, frame_count: int) -> ClassTold:
    source = sources.places[one.run_pk]
    return {"label": one.label, "source": source, "total": one.total, "heat": heat(dict(one.frames), frame_count)}


def category_told(row: LabelRow, sources: Sources) -> dict[str, Any]:
    """A category says `label`, a multicategory `labels`."""
    said = (
        {"labels": msgspec.json.decode(row.geometry)["labels"]}
        if row.kind == Kind.MULTICATEGORY
        else {"label": row.label}
    )
    return {**said, "taxonomy": row.taxonomy, "source": sources.places[row.run_pk]}
