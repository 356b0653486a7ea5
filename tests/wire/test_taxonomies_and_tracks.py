"""Taxonomies, which hold what categories may say, and tracks, which hold labels together."""

from __future__ import annotations

import pytest

from tests.wire.caller import Caller, scene
from tests.wire.labels import (
    annotate,
    box,
    category,
    fill,
    of_item,
)


@pytest.fixture
def filled(caller: Caller, items_id: str) -> str:
    fill(caller, items_id, "one", "a/b", "three")
    return items_id


def test_taxonomies_hold_what_categories_may_say(caller: Caller, filled: str) -> None:
    path = f"dataset/{filled}/add_taxonomy"
    body = {"taxonomy_name": "weather", "type": "category", "labels": ["wet", "dry"], "update": False}
    told = {"dataset_id": filled, "taxonomy_name": "weather"}
    assert caller.post(path, body).body == {**told, "status": "Taxonomy created"}
    assert caller.post(path, body).body["status"] == "Taxonomy already exists"
    more = {**body, "labels": ["icy"], "update": True}
    assert caller.post(path, more).body["status"] == "Taxonomy updated"
    assert caller.post(path, {**body, "type": "colour"}).status == 400
    rows = [category("one", "icy", taxonomy_name="weather"), category("one", "night")]
    assert annotate(caller, filled, *rows).body["annotations_processed"] == 2
    refused = annotate(caller, filled, category("three", "hot", taxonomy_name="weather"))
    assert (refused.status, "'wet', 'dry', 'icy'" in refused.error) == (400, True)
    found = {one["label"]: one.get("taxonomy_name") for one in of_item(caller, filled, "one")["category"]}
    assert found == {"icy": "weather", "night": None}
    assert caller.delete(f"dataset/{filled}/taxonomy/weather").body == {
        **told,
        "status": "Taxonomy successfully deleted",
    }
    assert [one["label"] for one in of_item(caller, filled, "one")["category"]] == ["night"]
    assert caller.delete(f"dataset/{filled}/taxonomy/weather").status == 404


def test_tracks_come_from_labels_and_scenes_and_change(caller: Caller, scenes_id: str) -> None:
    sent = scene("v", tracks=[{"reference_id": "sent", "dataset_id": "any", "metadata": {"a": 1}}])
    assert caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [sent]}).status == 200
    annotate(caller, scenes_id, box("v-1", track_reference_id="named"), category("v", "dusk", taxonomy_name=None))
    path = f"dataset/{scenes_id}/tracks"
    listed = {one["reference_id"]: one for one in caller.get(path).body["tracks"]}
    assert listed["sent"] == {"reference_id": "sent", "dataset_id": scenes_id, "metadata": {"a": 1}}
    assert sorted(listed) == ["named", "sent"]
    shown = caller.get(f"dataset/{scenes_id}/scene/v").body
    assert sorted(one["reference_id"] for one in shown["tracks"]) == ["named", "sent"]
    assert [one["label"] for one in shown["annotations"]["category"]] == ["dusk"]
    for body, metadata in (
        ({"metadata": {"b": 2}, "overwrite": False}, {"a": 1, "b": 2}),
        ({"metadata": None, "overwrite": True}, {"a": 1, "b": 2}),
        ({"metadata": {"c": 3}, "overwrite": True}, {"c": 3}),
    ):
        assert caller.post(path, {"reference_id": "sent", **body}).body["metadata"] == metadata
    later = scene("v", tracks=[{"reference_id": "late"}], frames=sent["frames"])
    done = caller.append_scenes_later(scenes_id, [later])
    assert (done.body["message"]["video_scene_upload"]["ignored"], len(caller.get(path).body["tracks"])) == (1, 2)
    caller.append_scenes_later(scenes_id, [later], update=True)
    assert len(caller.get(path).body["tracks"]) == 3
    assert caller.delete(path, {"track_reference_ids": ["named"]}).body == {"deleted": 1}
    assert of_item(caller, scenes_id, "v-1")["box"][0]["track_reference_id"] is None
    assert caller.delete(path, {"track_reference_ids": ["named"]}).status == 404
