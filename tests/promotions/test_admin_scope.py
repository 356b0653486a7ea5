"""Every address of promotions in the administration, for who has no business with the row behind it."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests import make
from tests.promotions.approving import sign_in
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions import declare_origin
from webapp.datasets.models import Dataset
from webapp.promotions.actions.origin_rules import Terms, set_rule
from webapp.promotions.actions.stop import stop_copying

NAMES = {"promotion", "originrule", "courierstop"}


def rooms() -> list[str]:
    """The address patterns of the three models, below /admin/promotions/."""
    site = next(one for one in get_resolver().url_patterns if str(one.pattern) == "admin/")
    assert isinstance(site, URLResolver)
    found = []
    for model in site.url_patterns:
        if isinstance(model, URLResolver) and str(model.pattern).strip("/").split("/")[-1] in NAMES:
            views = [one for one in model.url_patterns if isinstance(one, URLPattern)]
            found += [f"/admin/{model.pattern}{one.pattern}" for one in views]
    return found


@pytest.fixture
def secret(owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset) -> dict[str, int]:
    """The key of one row of each model in one team."""
    promotion = make.make_promotion(owner, dataset, make.make_items(owner, dataset, 2), reason="Only ours to know.")
    origin = declare_origin(admin, make.MEDIA)
    set_rule(admin, origin.pk, Terms(ranges=("10.1.0.0/16",)))
    stop_copying(approver, reason="Only ours to know.")
    return {"promotion": promotion.pk, "originrule": origin.pk, "courierstop": approver.team_id}


def address_of(pattern: str, secret: dict[str, int]) -> str:
    pk = str(secret[pattern.split("/")[3]])
    return pattern.replace("<path:object_id>", pk).replace("<int:pk>", pk)


def test_there_is_an_address_for_each_model() -> None:
    assert len(rooms()) > 20


@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_who_decides_elsewhere_learns_nothing(method: str, secret: dict[str, int], stranger: Viewer) -> None:
    browser = sign_in(stranger)
    for pattern in rooms():
        address = address_of(pattern, secret)
        answer = getattr(browser, method)(address, {"do": "approve", "typed": "2"}, follow=True)
        assert answer.status_code in (200, 400, 403, 404, 409), address
        for said in ("Only ours to know.", "harbor.example", "Harbor", "10.1.0.0"):
            assert said not in answer.text, address


@pytest.mark.parametrize("person", ["owner", "teammate", "labeler"])
def test_who_does_not_decide_is_let_in_nowhere(
    person: str, secret: dict[str, int], request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(person))
    for pattern in rooms():
        address = address_of(pattern, secret)
        assert browser.get(address, follow=True).status_code == 403, address


def test_approver_changes_and_deletes_no_row_by_hand(secret: dict[str, int], approver: Viewer) -> None:
    browser = sign_in(approver)
    for model, pk in secret.items():
        assert browser.post(f"/admin/promotions/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403
        assert browser.post(f"/admin/promotions/{model}/add/", {}).status_code == 403
