"""The transport: addresses, methods, types and sizes, before any noun is looked at."""

from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import Settings

from tests.wire.caller import ROOT, Caller, answer_of, item
from webapp.wire.routes import ROUTES


@pytest.mark.parametrize(
    "path", ["dataset/details", "/v1/nucleus//dataset/details", "dataset/details/", "/v1/nucleus///slice/", "dataset/"]
)
def test_slashes_too_many_are_passed_over(caller: Caller, path: str) -> None:
    assert caller.get(path).status == 200


@pytest.mark.parametrize("path", ["", "nothing", "dataset/x/y/z", "model/", "/v1/nucleus", "dataset//name"])
def test_an_address_not_served_says_where_the_list_is(caller: Caller, path: str) -> None:
    answer = caller.get(path)
    assert answer.status == 404
    assert "/api/openapi.json" in answer.error


def test_another_method_is_405_with_what_is_allowed(caller: Caller) -> None:
    answer = caller.send("PATCH", "dataset/ds_x/append", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert caller.send("PUT", "dataset/ds_x/tags", {}).headers["Allow"] == "DELETE, GET, HEAD, POST"


def test_head_is_answered_as_get_without_a_body(caller: Caller) -> None:
    response = caller.client.head(f"{ROOT}/dataset/details", headers=caller.headers)
    assert (response.status_code, response.content) == (200, b"")


def test_the_body_of_a_get_is_not_looked_at(caller: Caller) -> None:
    assert caller.send("GET", "dataset/details", b"{{{").status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
def test_a_body_that_is_not_called_json_is_415(caller: Caller, kind: str) -> None:
    response = caller.client.generic(
        "POST", f"{ROOT}/dataset/create", b'{"name":"x"}', content_type=kind, headers=caller.headers
    )
    assert answer_of(response).status == 415


def test_a_body_too_large_is_413(caller: Caller, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1000
    answer = caller.post("dataset/create", {"name": "x" * 2000})
    assert answer.status == 413
    assert "1000" in answer.error


def test_an_address_with_nul_is_refused(caller: Caller, items_id: str) -> None:
    assert caller.get(f"dataset/{items_id}/refloc/a%00b").status == 400


def test_a_busy_database_is_503_which_the_sdk_tries_again(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise OperationalError("database is locked")

    route = next(one for one in ROUTES if one.pattern == "dataset/details")
    monkeypatch.setitem(route.__dict__, "function", busy)
    answer = caller.get("dataset/details")
    assert answer.status == 503


def test_a_mistake_of_ours_is_500_with_a_neutral_sentence(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistake(*_: Any) -> None:
        raise RuntimeError("https://media.harbor.example/a.jpg?signature=secret")

    route = next(one for one in ROUTES if one.pattern == "dataset/details")
    monkeypatch.setitem(route.__dict__, "function", mistake)
    response = caller.client.get(f"{ROOT}/dataset/details", headers=caller.headers)
    assert response.status_code == 500
    assert b"secret" not in response.content
    assert response.headers["Content-Type"] == "application/json"


def test_errors_are_compact_json(caller: Caller) -> None:
    response = caller.client.get(f"{ROOT}/nothing")
    assert response.content.startswith(b'{"error":"This')


def test_a_reference_id_may_hold_slashes_in_either_spelling(caller: Caller, items_id: str) -> None:
    for reference in ("a/b c", "/lead", "trail/", "q?x#y", "é/ü", "line\nbreak"):
        caller.post(f"dataset/{items_id}/append", {"items": [{**item("x"), "reference_id": reference}]})
    for path in (
        "a%2Fb%20c",
        "a/b%20c",
        "%2Flead",
        "/lead",
        "trail%2F",
        "trail/",
        "q%3Fx%23y",
        "%C3%A9/%C3%BC",
        "line%0Abreak",
    ):
        assert caller.get(f"dataset/{items_id}/refloc/{path}").status == 200, path
