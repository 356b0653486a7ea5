"""Who is let in: keys, and never cookies."""

import pytest
from django.test import Client

from tests import make
from tests.wire.caller import Caller, answer_of, basic
from webapp.accounts.api_keys import revoke_api_key
from webapp.accounts.models import ApiKey, Membership, User
from webapp.accounts.viewer import Viewer


@pytest.mark.parametrize("has_cookie", [True, False])
@pytest.mark.parametrize("has_key", [True, False])
def test_only_a_key_opens_the_door_whatever_the_cookies(owner: Viewer, has_cookie: bool, has_key: bool) -> None:
    client = Client()
    if has_cookie:
        make.sign_in(client, owner)
    caller = Caller(owner if has_key else None, client)
    assert caller.get("dataset/details").status == (200 if has_key else 401)


def test_the_limited_access_header_is_a_key_too(owner: Viewer) -> None:
    key = make.make_key(owner)
    assert Caller().get("dataset/details", **{"x-limited-access-key": key}).status == 200


def test_two_keys_at_once_are_refused(owner: Viewer) -> None:
    caller = Caller(owner)
    answer = caller.get("dataset/details", **{"x-limited-access-key": caller.key or ""})
    assert answer.status == 401
    assert "two keys" in answer.error


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic a2V5",
        "Bearer abc",
        "",
        "Basic " + "A" * 5000,
        basic("no_such_key"),
        basic("ké"),
        basic(""),
    ],
)
def test_a_bad_authorization_is_401_with_a_sentence(db: None, header: str) -> None:
    answer = Caller().get("dataset/details", Authorization=header)
    assert answer.status == 401
    assert answer.error.endswith(".")


def test_a_key_with_a_password_is_refused(owner: Viewer) -> None:
    answer = Caller().get("dataset/details", Authorization=basic(make.make_key(owner), "x"))
    assert answer.status == 401


def test_a_key_with_one_wrong_letter_is_refused(owner: Viewer) -> None:
    key = make.make_key(owner)
    assert (
        Caller().get("dataset/details", Authorization=basic(key[:-1] + ("a" if key[-1] != "a" else "b"))).status == 401
    )


def test_a_revoked_key_is_refused(owner: Viewer) -> None:
    caller = Caller(owner)
    revoke_api_key(owner, ApiKey.objects.get(user_id=owner.user_id).pk)
    assert caller.get("dataset/details").status == 401


def test_the_key_of_somebody_who_left_is_refused(owner: Viewer) -> None:
    caller = Caller(owner)
    Membership.objects.filter(user_id=owner.user_id).delete()
    assert caller.get("dataset/details").status == 401


def test_the_key_of_a_suspended_account_is_refused(owner: Viewer) -> None:
    caller = Caller(owner)
    User.objects.filter(pk=owner.user_id).update(is_active=False)
    assert caller.get("dataset/details").status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
    ],
)
def test_pages_of_other_sites_may_not_call(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.get("dataset/details", **headers).status == 403


def test_our_own_origin_may_call(caller: Caller) -> None:
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert caller.get("dataset/details", **headers).status == 200


def test_a_name_this_server_does_not_have_is_refused(caller: Caller) -> None:
    response = caller.client.get(
        "/v1/nucleus/dataset/details", headers={**caller.headers, "Host": "rebound.example"}, SERVER_NAME="x"
    )
    assert answer_of(response).status == 400
