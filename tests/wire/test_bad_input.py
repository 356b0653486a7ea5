"""Every route that takes a body, times every malformed body: a sentence and 4xx, never 5xx, and no URL in any log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import make
from tests.wire.caller import ROOT, Caller, answer_of, item, run_jobs, scene
from tests.wire.labels import annotate_later, box, make_model, mask
from webapp.wire.routes import JSON, ROUTES, Route

WITH_BODY = [route for route in ROUTES if route.body is not None]
RAW = {
    "empty": b"",
    "cut": b'{"name": "x',
    "bytes": b"\xff\xfe\x00",
    "nul": b'{"name":"a\\u0000b","reference_ids":["a\\u0000"],"items":[{"reference_id":"\\u0000"}]}',
    "surrogate": b'{"name":"\\ud800"}',
    "nan": b'{"name":NaN,"sampleSize":NaN}',
    "infinity": b'{"pageSize":-Infinity}',
    "bomb": b"[" * 100_000,
    "keyed bomb": b'{"a":' * 50_000,
    "huge": b'{"pageSize":' + b"9" * 400 + b',"limit":' + b"9" * 400 + b"}",
    "big": b'{"pageSize":9223372036854775808,"sampleSize":9223372036854775808,"limit":9223372036854775808}',
    "repeated": b'{"name":"a","name":"b"}',
    "long text": json.dumps({"name": "x" * 70_000, "requestId": "x" * 70_000}).encode(),
    "many keys": json.dumps({str(key): key for key in range(10_001)}).encode(),
}
WRONG = [
    None,
    True,
    0,
    -1,
    1.5,
    "text",
    [],
    {},
    [None],
    [[]],
    [{}],
    ["\N{SNOWMAN}" * 500],
    {"a": 1},
    2**63 - 1,
    -(2**63),
]


def address(route: Route, ids: dict[str, str]) -> str:
    path = route.pattern.replace(":rest", "")
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.fixture
def ids(caller: Caller, items_id: str) -> dict[str, str]:
    """Existing things, so that it is the body that is at fault."""
    caller.post(f"dataset/{items_id}/append", {"items": [item("a")]})
    made = caller.post(f"dataset/{items_id}/create_slice", {"name": "s", "reference_ids": ["a"]})
    model = make_model(caller)
    run = caller.post(f"dataset/{items_id}/modelRun/create", {"name": "r", "reference_id": "m"}).body["model_run_id"]
    return {"dataset_id": items_id, "slice_id": made.body["slice_id"], "model_id": model, "run_id": run}


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: f"{route.method} {route.pattern}")
def test_malformed_bodies_are_refused_on_every_route(caller: Caller, ids: dict[str, str], route: Route) -> None:
    for name, raw in RAW.items():
        answer = caller.send(route.method, address(route, ids), raw)
        assert 400 <= answer.status < 500, name
        assert answer.error.endswith("."), name


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: f"{route.method} {route.pattern}")
def test_fields_of_wrong_types_are_never_a_server_error(caller: Caller, ids: dict[str, str], route: Route) -> None:
    for value in WRONG:
        assert caller.send(route.method, address(route, ids), value).status < 500
    fields = route.body.__struct_encode_fields__
    for field in fields:
        for value in WRONG:
            body = {other: "a" * 32 for other in fields if other != field} | {field: value}
            assert caller.send(route.method, address(route, ids), body).status < 500, body
            assert caller.send(route.method, address(route, ids), {field: value}).status < 500, field


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if "{" in route.pattern],
    ids=lambda route: f"{route.method} {route.pattern} {route.takes}",
)
def test_odd_ids_in_addresses_are_4xx_on_every_route(caller: Caller, db: None, route: Route) -> None:
    for odd in (
        "x",
        "ds_" + "a" * 26,
        "ds_" + "7" * 26,
        "%F0%9F%92%A1",
        "%FF",
        "a%0Ab",
        "..",
        "%00",
        "x" * 3000,
        "null",
    ):
        names = dict.fromkeys(route.names, odd)
        answer = caller.send(route.method, address(route, names), {})
        assert 400 <= answer.status < 500, odd


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.pattern} {route.takes}")
def test_every_route_wants_a_key(db: None, route: Route) -> None:
    path = address(route, dict.fromkeys(route.names, "x"))
    raw = json.dumps({}).encode()
    response = Caller().client.generic(route.method, f"{ROOT}/{path}", raw, content_type=JSON)
    assert answer_of(response).status == 401


rows = st.fixed_dictionaries(
    {},
    optional={
        "reference_id": st.one_of(st.text(max_size=5), st.integers(), st.none()),
        "image_url": st.one_of(st.just(f"{make.MEDIA}/a.jpg"), st.text(max_size=8), st.integers()),
        "metadata": st.one_of(st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=3), st.integers()))),
        "width": st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=2)),
        "upload_to_scale": st.one_of(st.booleans(), st.text(max_size=2)),
        "frames": st.one_of(st.lists(st.dictionaries(st.text(max_size=3), st.none()), max_size=2), st.none()),
        "frame_rate": st.one_of(st.integers(), st.none()),
    },
)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=4))
def test_no_row_whatever_is_a_server_error(caller: Caller, items_id: str, scenes_id: str, rows: list[Any]) -> None:
    assert caller.post(f"dataset/{items_id}/append", {"items": rows}).status in (200, 400)
    assert caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": rows}).status in (200, 400)
    assert caller.post(f"dataset/{items_id}/metadata?async=0", {"metadata": rows, "level": "item"}).status in (200, 400)


anything = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.lists(st.none(), max_size=2), st.just({}))
points = st.lists(st.dictionaries(st.sampled_from(["x", "y", "visible", "z"]), anything, max_size=3), max_size=4)
labels = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory", "mask"]),
        "reference_id": st.sampled_from(["a", "b", 3]),
    },
    optional={
        "label": st.one_of(st.just("car"), anything),
        "labels": st.one_of(st.lists(st.text(max_size=2), max_size=2), anything),
        "geometry": st.one_of(
            st.just({"x": 1, "y": 2, "width": 3, "height": 4}),
            st.fixed_dictionaries({"vertices": st.one_of(points, anything)}),
            st.fixed_dictionaries({"keypoints": points, "names": anything}, optional={"skeleton": anything}),
            anything,
        ),
        "annotations": st.one_of(st.just([{"label": "a", "index": 1}]), anything),
        "mask_url": st.one_of(st.just(f"{make.MEDIA}/m.png"), anything),
        **dict.fromkeys(
            (
                "annotation_id",
                "metadata",
                "track_reference_id",
                "task_id",
                "taxonomy_name",
                "embedding_vector",
                "confidence",
                "class_pdf",
                "item_id",
                "dataset_id",
            ),
            anything,
        ),
    },
)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, max_size=4))
def test_no_label_whatever_is_a_server_error(caller: Caller, ids: dict[str, str], rows: list[Any]) -> None:
    dataset, model, run = ids["dataset_id"], ids["model_id"], ids["run_id"]
    for path in (
        f"dataset/{dataset}/annotate",
        f"dataset/{dataset}/model/{model}/uploadPredictions",
        f"modelRun/{run}/uploadPredictions",
        f"model/{model}/predictions",
    ):
        assert caller.post(path, {"annotations": rows, "update": True}).status in (200, 400)
    assert caller.get(f"dataset/{dataset}/exportForTraining").status == 200


def test_no_url_is_in_any_error_log_or_job(
    caller: Caller, items_id: str, scenes_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "https://media.harbor.example/secret-path?signature=secret-query"
    bad = ["javascript:secret-path", f"{secret}#x", secret.replace("//", "//u:p@"), f"{secret} x", f"{secret}\\", 7]
    said = []
    for number, url in enumerate([secret, *bad]):
        good_or_bad = item(f"i{number}", image_url=url, metadata={"n": str(number) if number == 3 else number})
        said.append(caller.post(f"dataset/{items_id}/append", {"items": [good_or_bad, item("")]}).body)
        said.append(caller.post(f"{scenes_id}/upload_video_scenes", {"scenes": [scene("v", video_url=url), 1]}).body)
        said.append(caller.post(f"dataset/{items_id}/annotate", {"segmentations": [mask("i0", url), box("i0")]}).body)
        done = annotate_later(caller, items_id, [mask("i0", url), box("i0"), {"reference_id": url}])
        said += [done.body, caller.errors(done)]
        done = caller.append_later(items_id, [good_or_bad, {"reference_id": url}])
        said += [done.body, caller.errors(done)]
        done = caller.append_scenes_later(scenes_id, [scene(f"v{number}", video_url=url)])
        said += [done.body, caller.errors(done)]
    run_jobs()
    spoken = [one["error"] for one in flattened(said)]
    assert spoken
    assert not [text for text in spoken if "secret" in text]
    assert "secret" not in caplog.text


def flattened(value: Any) -> list[dict[str, Any]]:
    """Every object in `value` that has an error."""
    if isinstance(value, list):
        return [inner for one in value for inner in flattened(one)]
    return [value] if isinstance(value, dict) and "error" in value else []
