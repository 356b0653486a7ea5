"""What people see when something is wrong."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.test import RequestFactory

from tests.pages.conftest import Browse, House, text_of
from webapp.accounts.viewer import Viewer
from webapp.pages import errors
from webapp.privacy import refusals


def request_to(path: str) -> object:
    request = RequestFactory().get(path)
    vars(request)["csp_nonce"] = "nonce"
    return request


@pytest.mark.parametrize(
    ("path", "other"),
    [("/slices", "/slices/"), ("/privacy?x=1", "/privacy/?x=1"), ("/datasets/{id}", "/datasets/{id}/")],
)
def test_a_missing_last_slash_is_added(path: str, other: str, house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(path.format(id=house.dataset.public_id))
    assert response.status_code == 301
    assert response["Location"] == other.format(id=house.dataset.public_id)


def test_a_superfluous_last_slash_is_taken_away(house: House, owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get(f"{house.paths['item']}/")
    assert response.status_code == 301
    assert response["Location"] == house.paths["item"]


def test_no_page_at_an_address_is_said_in_the_frame(owner: Viewer, browse: Browse) -> None:
    response = browse(owner).get("/nowhere/at/all")
    assert response.status_code == 404
    assert "There is no page at this address." in text_of(response)
    assert "owner@harbor.example" in text_of(response)


def test_a_fault_needs_neither_database_nor_session(client: object) -> None:
    response = errors.server_error(request_to("/"))  # type: ignore[arg-type]
    assert response.status_code == 500
    assert "fault of its own" in text_of(response)


def test_a_malformed_request_and_a_missing_right_are_sentences(db: None, rf: RequestFactory, owner: Viewer) -> None:
    malformed = errors.bad_request(request_to("/"), BadRequest())  # type: ignore[arg-type]
    assert malformed.status_code == 400
    assert "malformed" in text_of(malformed)
    request = request_to("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()  # type: ignore[attr-defined]
    assert errors.permission_denied(request, PermissionDenied()).status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (refusals.Invalid, 400),
        (refusals.NotFound, 404),
        (refusals.NotAllowed, 403),
        (refusals.Conflict, 409),
        (refusals.TooLarge, 413),
    ],
)
def test_each_refusal_has_its_status_and_a_title(refusal: type[refusals.Refused], status: int) -> None:
    assert errors.status_of(refusal("No.")) == status
    assert status in errors.TITLES
