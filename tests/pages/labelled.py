"""Labels on the house's pictures: what people say of two items and of a scene's frames, and what a model says."""

from __future__ import annotations

from typing import Any

from tests import make
from tests.pages.conftest import House
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import store_file
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.models import Dataset
from webapp.labels.actions.annotate import annotate
from webapp.labels.actions.models import create_model
from webapp.labels.actions.predict import predict
from webapp.labels.actions.runs import create_run
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.labels.models import ModelRun


def draft(viewer: Viewer, reference_id: str, kind: str = "box", **fields: Any) -> LabelDraft:
    """A label of 10 x 20 pixels at 1, 2 unless a geometry is given."""
    geometry = {"x": 1, "y": 2, "width": 10, "height": 20} if kind == "box" else {}
    told = {"label": "car", "geometry": geometry, "policy": origin_policy(viewer)} | fields
    return label_draft(type=kind, reference_id=reference_id, **told)


def say(viewer: Viewer, dataset: Dataset, *drafts: LabelDraft, run: ModelRun | None = None) -> None:
    """Store what people say, or what a run says."""
    if run is None:
        outcome = annotate(viewer, dataset, drafts, update=False)
    else:
        outcome = predict(viewer, run, dataset, drafts, update=False)
    assert (outcome.processed, outcome.unknown) == (len(drafts), [])


def make_run(viewer: Viewer, dataset: Dataset | None, name: str = "night run") -> ModelRun:
    """A run of a model of its own."""
    made = create_model(viewer, name="Finder", reference_id=f"of {name}", metadata={"layers": 12}, tags=["v1", "small"])
    return create_run(viewer, made, dataset, name=name, metadata={"threshold": 0.25})


def label_house(viewer: Viewer, house: House) -> ModelRun:
    """Says something of the house's item 1 and its scene, by people and by a run; returns the run."""
    run = make_run(viewer, house.dataset)
    say(
        viewer,
        house.dataset,
        draft(viewer, "item-1", annotation_id="a", metadata={"review_status": "accepted", "n": 1.50}),
        draft(
            viewer,
            "item-1",
            "polygon",
            label="dog",
            geometry={"vertices": [{"x": 0, "y": 0}, {"x": 4.25, "y": 0}, {"x": 4.25, "y": 3}]},
        ),
        draft(viewer, "item-3"),
    )
    say(viewer, house.dataset, draft(viewer, "item-1", confidence=0.91, class_pdf={"car": 0.91}), run=run)
    say(
        viewer,
        house.scene_dataset,
        draft(viewer, "crossing-0", track_reference_id="t1"),
        draft(viewer, "crossing-2", track_reference_id="t1"),
        draft(viewer, "crossing-2", label="person"),
    )
    say(viewer, house.scene_dataset, draft(viewer, "crossing-1", confidence=0.5), run=run)
    return run


def label_masks(viewer: Viewer, dataset: Dataset) -> bytes:
    """Two masks by address, of people and of a run on `item-0`, and one by file on `item-1`, whose bytes it returns."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    stored = store_file(viewer, [png])
    segments = [{"label": "road", "index": 3}, {"label": "sky", "index": 4}]
    told = {"label": None, "geometry": None, "segments": segments}
    address = draft(viewer, "item-0", "mask", mask_url=f"{make.MEDIA}/mask.png", **told)
    file = draft(viewer, "item-1", "mask", mask_file_pk=stored.pk, mask_path="mask.png", **told)
    say(viewer, dataset, address, file)
    say(viewer, dataset, address, run=make_run(viewer, dataset, "masks"))
    return png
