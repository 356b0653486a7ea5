"""What annotating does: new, ignored, overwritten, unknown or refused, whatever the kind."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from webapp.accounts import actions as people
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions as dataset_actions
from webapp.datasets import queries as dataset_queries
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.labels import actions, queries
from webapp.labels.queries import LabelRow
from webapp.privacy.origins import OriginNotDeclared


def rows(viewer: Viewer, dataset: Dataset, **options: Any) -> list[LabelRow]:
    pks = list(dataset_queries.items(viewer, dataset).order_by("pk").values_list("pk", flat=True))
    return queries.labels_of_items(viewer, dataset, pks, **options)


def tally(outcome: actions.LabelOutcome) -> tuple[int, int, int, int]:
    return outcome.processed, outcome.ignored, len(outcome.unknown), len(outcome.refused)


def test_labels_of_every_kind_come_back_as_they_were_sent(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 2)
    actions.add_taxonomy(owner, dataset, name="light", kind="category", labels=["day", "night"], update=False)
    polygon = {"vertices": [{"x": 0.1, "y": 0}, {"x": 10, "y": 0.30000000000000004}, {"x": 5, "y": 1e-9}]}
    segments = [{"label": "road", "index": 3, "metadata": {"lane": 1}}, {"label": "sky", "index": 0}]
    drafts = [
        make.draft_label(owner, "item-1", annotation_id="b", metadata={"n": 1.5}, track_reference_id="t1", task_id="7"),
        make.draft_label(owner, "item-0", type="polygon", label="<b>&é\n", geometry=polygon),
        make.draft_label(owner, "item-0", embedding_vector=[0.5, -1, 3]),
        make.draft_label(owner, "item-1", type="category", label="night", taxonomy_name="light"),
        make.draft_label(owner, "item-1", type="category", label="free"),
        make.draft_label(owner, "item-1", type="multicategory", labels=["a", "b"]),
        make.draft_label(owner, "item-0", type="mask", segments=segments, mask_url=f"{make.MEDIA}/m%20.png?s=1"),
    ]
    assert tally(make.annotate(owner, dataset, drafts)) == (7, 0, 0, 0)
    found = rows(owner, dataset)
    assert [(row.kind, row.label, row.annotation_id, row.track, row.taxonomy, row.task_id) for row in found] == [
        ("polygon", "<b>&é\n", None, None, None, None),
        ("box", "car", None, None, None, None),
        ("mask", "", None, None, None, None),
        ("box", "car", "b", "t1", None, "7"),
        ("category", "night", None, None, "light", None),
        ("category", "free", None, None, None, None),
        ("multicategory", "", None, None, None, None),
    ]
    assert [row.geometry for row in found][:3] == [drafts[1].geometry, drafts[2].geometry, drafts[6].geometry]
    assert found[1].embedding == drafts[2].embedding
    assert found[2].mask_url is not None
    assert found[2].mask_url.reveal() == f"{make.MEDIA}/m%20.png?s=1"
    assert (found[0].left, found[0].top, found[0].right, found[0].bottom) == (0.1, 0, 10, 0.30000000000000004)
    assert found[3].metadata.replace(" ", "") == '{"n":1.5}'
    assert [one.reference_id for one in queries.tracks(owner, dataset)] == ["t1"]
    assert queries.annotation(owner, dataset, "item-1", "b") == found[3]
    slim = rows(owner, dataset, with_facts=False)
    assert [(one.pk, one.left, one.metadata, one.annotation_id) for one in slim] == [
        (one.pk, one.left, "", None) for one in found
    ]


def test_known_identity_is_ignored_or_overwritten_whole(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    first = make.draft_label(owner, "item-0", annotation_id="b", metadata={"n": 1}, track_reference_id="t1")
    changed = {"x": 5, "y": 5, "width": 1, "height": 1}
    other = make.draft_label(owner, "item-0", annotation_id="b", label="bus", geometry=changed)
    nameless = make.draft_label(owner, "item-0")
    assert tally(make.annotate(owner, dataset, [first, nameless])) == (2, 0, 0, 0)
    version = make.reload(owner, dataset).version
    assert tally(make.annotate(owner, dataset, [other])) == (0, 1, 0, 0)
    assert make.reload(owner, dataset).version == version
    before = rows(owner, dataset)
    assert tally(make.annotate(owner, dataset, [other, nameless], update=True)) == (2, 0, 0, 0)
    after = rows(owner, dataset)
    assert make.reload(owner, dataset).version == version + 1
    assert [row.pk for row in after[:2]] == [row.pk for row in before]
    assert (after[0].label, after[0].geometry, after[0].metadata, after[0].track) == ("bus", other.geometry, "{}", None)
    assert after[1] == before[1]
    assert queries.class_counts(owner, dataset) == [("box", "car", 2), ("box", "bus", 1)]


def test_identity_twice_in_one_call_is_as_in_two_calls(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    drafts = [make.draft_label(owner, "item-0", type="category", label=label) for label in ("a", "b", "c")]
    assert tally(make.annotate(owner, dataset, drafts)) == (1, 2, 0, 0)
    assert [row.label for row in rows(owner, dataset)] == ["a"]
    assert tally(make.annotate(owner, dataset, drafts, update=True)) == (3, 0, 0, 0)
    assert [row.label for row in rows(owner, dataset)] == ["c"]
    assert queries.class_counts(owner, dataset) == [("category", "c", 1)]


def test_unknown_items_fail_nothing_and_are_named(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 1)
    other = make.make_items(owner, make.make_dataset(owner), 1, prefix="other")
    drafts = [
        make.draft_label(owner, "nowhere"),
        make.draft_label(owner, None, item_pk=items[0].pk),
        make.draft_label(owner, None, item_pk=other[0].pk),
        make.draft_label(owner, "item-0", type="category", of_scene=True),
    ]
    outcome = make.annotate(owner, dataset, drafts)
    assert tally(outcome) == (2, 0, 2, 0)
    assert "nowhere" in outcome.unknown[0].sentence
    assert {row.item_pk for row in rows(owner, dataset)} == {items[0].pk}


def test_scene_and_its_frames_are_labeled_apart(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset)
    drafts = [
        make.draft_label(owner, "crossing", type="category", label="busy", of_scene=True),
        make.draft_label(owner, "crossing-1", type="category", label="still"),
        make.draft_label(owner, "crossing"),
    ]
    assert tally(make.annotate(owner, scene_dataset, drafts)) == (2, 0, 1, 0)
    assert [row.label for row in queries.labels_of_scenes(owner, scene_dataset, [scene.pk])] == ["busy"]
    assert [row.label for row in rows(owner, scene_dataset)] == ["still"]
    assert tally(make.annotate(owner, scene_dataset, drafts[:1])) == (0, 1, 0, 0)


def test_one_bad_row_fails_the_batch_whole_unless_a_job_keeps_the_good(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1, width=100, height=80)
    outside = {"x": 101, "y": 0, "width": 5, "height": 5}
    actions.add_taxonomy(owner, dataset, name="light", kind="category", labels=["day", "night"], update=False)
    good = make.draft_label(
        owner, "item-0", geometry={"x": 90, "y": -5, "width": 50, "height": 10}, metadata={"n": 1}, line=1
    )
    bad = [
        (make.draft_label(owner, "item-0", geometry=outside, line=2), "wholly outside its image of 100 x 80"),
        (make.draft_label(owner, "item-0", metadata={"n": "x"}, line=3), "'n' is a number in this dataset"),
        (make.draft_label(owner, "item-0", type="category", taxonomy_name="x", line=4), "known are 'light'"),
        (make.draft_label(owner, "item-0", type="category", taxonomy_name="light", line=5), "are 'day', 'night'"),
        (
            make.draft_label(owner, "item-0", type="multicategory", labels=["day"], taxonomy_name="light", line=6),
            "of kind category",
        ),
        (make.draft_label(owner, "item-0", type="mask", segments=[], mask_file_pk=1, line=7), "takes no files"),
        (make.draft_label(owner, "item-0", confidence=0.5, line=8), "takes no confidence"),
    ]
    before = make.reload(owner, dataset)
    for draft, sentence in bad[:1] + bad[2:]:
        with pytest.raises(RowRefused, match=sentence):
            make.annotate(owner, dataset, [good, draft])
    assert rows(owner, dataset) == []
    assert make.reload(owner, dataset).version == before.version
    outcome = make.annotate(owner, dataset, [good, *(draft for draft, _ in bad)], keep_refused=True)
    assert tally(outcome) == (1, 0, 0, 7)
    assert [(row.line, row.reference_id) for row in outcome.refused] == [(line, "item-0") for line in range(2, 9)]
    assert all(sentence in row.sentence for row, (_, sentence) in zip(outcome.refused, bad, strict=True))


def test_declared_schema_holds_for_annotations_and_types_are_learned_apart(owner: Viewer) -> None:
    schema = {"n": {"type": "number"}}
    dataset = dataset_actions.create_dataset(
        owner, name="Quays", is_scene=False, use_privacy_mode=True, annotation_metadata_schema=schema
    )
    items = make.make_items(owner, dataset, 1, metadata={"m": 1})
    with pytest.raises(RowRefused, match="'n' is a number"):
        make.make_annotations(owner, dataset, items, metadata={"n": "x"})
    make.make_annotations(owner, dataset, items, metadata={"m": "x"})
    make.make_predictions(owner, make.make_run(owner), dataset, items, metadata={"m": True})
    learned = make.reload(owner, dataset).field_types
    assert [learned[level]["m"] for level in ("item", "annotation", "prediction")] == ["number", "string", "boolean"]


def test_masks_name_their_origin_like_all_media(owner: Viewer, admin: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    other = make.draft_label(owner, "item-0", type="mask", segments=[], mask_url="https://masks.example/a.png")
    make.annotate(owner, dataset, [other])
    assert "https://masks.example" in [str(one) for one in dataset_queries.dataset_origins(owner, dataset)]
    late = make.draft_label(owner, "item-0", type="mask", segments=[], mask_url="https://late.example/a.png")
    people.lock_origins(admin, locked=True)
    with pytest.raises(OriginNotDeclared):
        make.annotate(owner, dataset, [late], update=True)


def test_no_more_labels_than_an_item_may_have(owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.labels.actions.storing.MAX_LABELS_OF_AN_ITEM", 3)
    items = make.make_items(owner, dataset, 2)
    make.make_annotations(owner, dataset, items, per_item=2)
    drafts = make.boxes(owner, items[:1], 4)
    assert tally(make.annotate(owner, dataset, drafts, update=True, keep_refused=True)) == (3, 0, 0, 1)
    assert queries.class_counts(owner, dataset) == [("box", "car", 5)]


def test_queries_do_not_grow_with_the_batch(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 40)
    run = make.make_run(owner, dataset)
    make.make_annotations(owner, dataset, items[:1], track_reference_id="t")
    make.make_predictions(owner, run, dataset, items[:1], track_reference_id="t")
    for table, expected in (("annotate", 13), ("predict", 14)):
        counts = []
        for chosen in (items[1:3], items[3:]):
            drafts = make.boxes(owner, chosen, 2, track_reference_id="t")
            with CaptureQueriesContext(connection) as captured:
                if table == "annotate":
                    make.annotate(owner, dataset, drafts)
                else:
                    actions.predict(owner, run, dataset, drafts, update=False)
            counts.append(len(captured))
        assert counts == [expected, expected]


def test_hundred_thousand_boxes_on_one_image_go_in_and_come_out(owner: Viewer, dataset: Dataset) -> None:
    item = make.make_items(owner, dataset, 1)[0]
    for start in range(0, 100_000, 20_000):
        drafts = [
            make.label_draft(
                type="box",
                label=f"class {number % 7}",
                geometry={"x": number, "y": 0.5, "width": 1, "height": 1},
                reference_id="item-0",
                annotation_id=str(number),
                policy=make.OriginPolicy(frozenset(), locked=False),
            )
            for number in range(start, start + 20_000)
        ]
        assert make.annotate(owner, dataset, drafts).processed == 20_000
    assert make.annotate(owner, dataset, drafts).ignored == 20_000
    found = queries.labels_of_items(owner, dataset, [item.pk])
    assert [row.annotation_id for row in found] == [str(number) for number in range(100_000)]
    assert sum(count for _, _, count in queries.class_counts(owner, dataset)) == 100_000
    assert [row.total for row in queries.largest_shapes(owner, dataset, [item.pk], None, 3)] == [100_000] * 3
