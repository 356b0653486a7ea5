"""Coming in and going out."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests import make
from tests.pages.conftest import text_of
from webapp.accounts.viewer import Viewer

EMAIL = "anna@harbor.example"


@pytest.fixture
def anna(db: None) -> Viewer:
    return make.make_viewer(email=EMAIL, password=make.PASSWORD)


def test_the_right_password_leads_to_the_datasets(client: Client, anna: Viewer) -> None:
    response = client.post("/sign-in/", {"email": EMAIL.upper(), "password": make.PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert client.get("/sign-in/")["Location"] == "/"


@pytest.mark.parametrize("email", [EMAIL, "nobody@harbor.example"])
def test_a_refusal_tells_not_which_addresses_exist(email: str, client: Client, anna: Viewer) -> None:
    response = client.post("/sign-in/", {"email": email, "password": "wrong"})
    assert response.status_code == 400
    assert "No account has this address with this password." in text_of(response)
    assert f'value="{email}"' in response.content.decode()


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/slices/?x=1", "/slices/?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_one_is_led_back_to_this_server_only(wanted: str, led_to: str, client: Client, anna: Viewer) -> None:
    response = client.post("/sign-in/", {"email": EMAIL, "password": make.PASSWORD, "next": wanted})
    assert response["Location"] == led_to


def test_after_too_many_wrong_passwords_even_the_right_one_waits(
    client: Client, anna: Viewer, settings: Settings
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/sign-in/", {"email": EMAIL, "password": "wrong"})
    assert response.status_code == 429
    assert "Try again in 15 minutes." in text_of(response)
    assert client.post("/sign-in/", {"email": EMAIL, "password": make.PASSWORD}).status_code == 429


def test_signing_out_takes_a_form(client: Client, anna: Viewer) -> None:
    make.sign_in(client, anna)
    client.get("/sign-out/")
    assert client.get("/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/?signed-out=yes"
    assert client.get("/").status_code == 302
