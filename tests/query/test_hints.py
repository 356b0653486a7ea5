"""What a query names that its dataset does not have: said, with what may have been meant, and never refused."""

from __future__ import annotations

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.query.hints import Hint, Known, hint, unknown
from webapp.query.parser import parse

KNOWN = Known(
    keys={"item": {"speed", "wind speed", "weather"}, "scene": {"town"}, "annotation": {"hidden"}, "prediction": set()},
    classes={("annotations", None): {"car", "traffic light"}, ("predictions", "my run"): {"car"}},
)


def said(text: str, *, is_scene: bool = False) -> tuple[str, str | None] | None:
    found = unknown(text, parse(text), KNOWN, is_scene=is_scene)
    return (found.sentence, found.query) if found is not None else None


@pytest.mark.parametrize(
    ("text", "sentence", "query"),
    [
        ("metadata.sped > 3", "No item has metadata.sped.", "metadata.speed > 3"),
        (
            "width > 3 AND metadata.SPEED.kmh = 2",
            "No item has metadata.SPEED.kmh.",
            "width > 3 AND metadata.speed.kmh = 2",
        ),
        ('metadata."wind sped" IS MISSING', 'No item has metadata."wind sped".', 'metadata."wind speed" IS MISSING'),
        ("annotations.cra > 1", "No item has annotations.cra.", "annotations.car > 1"),
        ("annotations.box.cra EXISTS", "No item has annotations.box.cra.", "annotations.box.car EXISTS"),
        (
            "annotations[metadata.hiden = true]",
            "No annotation has metadata.hiden.",
            "annotations[metadata.hidden = true]",
        ),
        ("annotations.car.hiden = true", "No annotation has annotations.car.hiden.", "annotations.car.hidden = true"),
        (
            'predictions@"my run".cra > 1',
            'No item has predictions@"my run".cra.',
            'predictions@"my run".car > 1',
        ),
        ("metadata.town = x", "No item has metadata.town.", "scene.metadata.town = x"),
        ("metadata.unheard = x", "No item has metadata.unheard.", None),
    ],
)
def test_an_unknown_name_is_said_with_the_query_that_may_have_been_meant(
    text: str, sentence: str, query: str | None
) -> None:
    assert said(text) == (sentence, query)
    if query is not None:
        assert said(query) is None


def test_what_is_known_and_what_every_dataset_has_is_never_said_to_be_missing() -> None:
    for text in (
        "metadata.speed > 3 OR scene.metadata.town = x",
        "annotations.car > 1 AND annotations.count = 0 AND annotations.car.area > 3",
        "annotations[label = lorry AND metadata.hidden = true]",
        "annotations.metadata.hidden EXISTS OR annotations.position.x > 3 OR annotations.box.count > 1",
        "width > height OR slice = night OR scale_metadata.task_id EXISTS",
    ):
        assert said(text) is None, text


def test_the_first_of_several_is_said_and_where_it_stands() -> None:
    text = "NOT (metadata.weather = fog) AND (metadata.wether = fog OR metadata.sped > 3)"
    found = unknown(text, parse(text), KNOWN, is_scene=True)
    assert found is not None
    assert found.sentence == "No frame has metadata.wether."
    assert text[slice(*found.at)] == "metadata.wether"


def test_a_dataset_says_what_it_has(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "one", metadata={"sky": "fog", "speed": 1})])
    make.annotate(owner, dataset, [make.draft_label(owner, "one", label="car", annotation_id="a", metadata={"n": "x"})])
    dataset.refresh_from_db()

    def of(text: str) -> Hint | None:
        return hint(owner, dataset, text, None, has_matches=False)

    near = {text: found.query for text in ("metadata.sped > 3", "annotations.cra > 0") if (found := of(text))}
    assert near == {"metadata.sped > 3": "metadata.speed > 3", "annotations.cra > 0": "annotations.car > 0"}
    assert of("predictions.lorry > 1") == Hint("No item has predictions.lorry.", (0, 17), None, None)
    assert of("metadata.speed > 3 AND annotations.car > 0 AND predictions.car > 1") is None
    # A value in other capitals, also of annotations, where nothing matches.
    capitals = of('width > 3 AND metadata.sky = "Fog"')
    assert capitals is not None
    assert (capitals.sentence, capitals.query) == (
        "No item has metadata.sky = Fog; capitals count.",
        'width > 3 AND metadata.sky = "fog"',
    )
    inside = of("annotations[metadata.n = X]")
    assert inside is not None
    assert inside.query == 'annotations[metadata.n = "x"]'
    assert of("metadata.sky = fog AND metadata.speed = 7") is None
    assert of("NOT metadata.sky = Fog AND metadata.speed = 7") is None
    assert hint(owner, dataset, "metadata.sky = Fog", None) is None
