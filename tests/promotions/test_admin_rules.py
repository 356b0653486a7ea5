"""Origin rules and the stop of copying: who says what, who agrees, and that it is written down."""

import pytest

from tests import make
from tests.promotions.approving import ORIGINS, STOPS, sign_in
from webapp.accounts.models import AuditEntry, User
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions import declare_origin
from webapp.datasets.models import MediaOrigin
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed
from webapp.promotions.actions.origin_rules import Terms, agree_to_ranges, read_ranges, set_rule
from webapp.promotions.models import CourierStop, OriginRule

RULE = {"do": "set", "ranges": "10.1.0.0/16\n10.2.0.7", "at_once": "2"}


@pytest.fixture
def origin(admin: Viewer) -> MediaOrigin:
    return declare_origin(admin, "https://media.harbor.example")


@pytest.fixture
def operator(stranger: Viewer) -> Viewer:
    """Staff of the server, of another team, not a superuser."""
    User.objects.filter(pk=stranger.user_id).update(is_staff=True)
    return stranger


def page(origin: MediaOrigin) -> str:
    return f"{ORIGINS}{origin.pk}/"


def acts(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action).order_by("position"))


def test_ranges_hold_once_an_operator_agreed(admin: Viewer, operator: Viewer, origin: MediaOrigin) -> None:
    assert sign_in(admin).post(page(origin), RULE).status_code == 302
    rule = OriginRule.objects.get(pk=origin.pk)
    assert (rule.ranges, rule.max_parallel) == (["10.1.0.0/16", "10.2.0.7/32"], 2)
    assert rule.ranges_agreed_by_id is None
    browser = sign_in(operator)
    assert "wait for an operator" in browser.get(ORIGINS).text
    assert browser.post(page(origin), {"do": "agree", "agreed": "10.1.0.0/16"}).status_code == 409
    assert browser.post(page(origin), {"do": "agree", "agreed": "10.1.0.0/16 10.2.0.7/32"}).status_code == 302
    assert OriginRule.objects.get(pk=origin.pk).ranges_agreed_by_id == operator.user_id
    said = acts("origin.rule")
    assert [(one.team_id, one.user_id) for one in said] == [
        (admin.team_id, admin.user_id),
        (admin.team_id, operator.user_id),
    ]


def test_changed_ranges_are_agreed_to_again_and_the_rest_is_not(admin: Viewer, origin: MediaOrigin) -> None:
    by = User.objects.get(pk=admin.user_id)
    by.is_staff = True
    by.save()
    ranges = ("10.1.0.0/16",)
    set_rule(admin, origin.pk, Terms(ranges=ranges))
    agree_to_ranges(by, origin.pk, ranges)
    assert set_rule(admin, origin.pk, Terms(ranges=ranges, max_parallel=1)).ranges_agreed_by_id == admin.user_id
    assert set_rule(admin, origin.pk, Terms(ranges=("10.0.0.0/8",))).ranges_agreed_by_id is None
    with pytest.raises(Conflict):
        agree_to_ranges(by, origin.pk, ranges)


def test_team_does_not_agree_to_its_own_ranges(admin: Viewer, origin: MediaOrigin) -> None:
    set_rule(admin, origin.pk, Terms(ranges=("10.1.0.0/16",)))
    assert sign_in(admin).post(page(origin), {"do": "agree", "agreed": "10.1.0.0/16"}).status_code == 403
    with pytest.raises(NotAllowed):
        agree_to_ranges(User.objects.get(pk=admin.user_id), origin.pk, ["10.1.0.0/16"])


@pytest.mark.parametrize(
    ("person", "status"), [("approver", 403), ("owner", 302), ("teammate", 302), ("labeler", 302), ("stranger", 404)]
)
def test_only_the_teams_admin_sets_a_rule(
    person: str, status: int, origin: MediaOrigin, request: pytest.FixtureRequest
) -> None:
    assert sign_in(request.getfixturevalue(person)).post(page(origin), RULE).status_code == status
    assert not OriginRule.objects.exclude(ranges=[]).exists()


def test_stale_sign_in_sets_nothing(admin: Viewer, origin: MediaOrigin) -> None:
    assert sign_in(admin, is_fresh=False).post(page(origin), RULE)["Location"].startswith("/admin/confirm/")
    assert not OriginRule.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"ranges": "everything"}, {"ranges": "0.0.0.0/0"}, {"ranges": "10.1.2.3/16"}, {"at_once": "9"}, {"http": "yes"}],
    ids=str,
)
def test_bad_rule_is_refused(fields: dict[str, str], admin: Viewer, origin: MediaOrigin) -> None:
    assert sign_in(admin).post(page(origin), {**RULE, **fields}).status_code == 400
    assert not OriginRule.objects.exists()


def test_redirects_lead_to_the_teams_own_origins_only(admin: Viewer, stranger: Viewer, origin: MediaOrigin) -> None:
    own = declare_origin(admin, "https://cdn.harbor.example")
    foreign = declare_origin(stranger, "https://cdn.elsewhere.example")
    sign_in(admin).post(page(origin), {**RULE, "redirects_to": [str(own.pk), str(foreign.pk), str(origin.pk)]})
    assert list(OriginRule.objects.get(pk=origin.pk).redirects_to.all()) == [own]


def test_approver_pauses_a_host_and_lets_it_go_on(approver: Viewer, origin: MediaOrigin) -> None:
    browser = sign_in(approver, is_fresh=False)
    assert browser.post(page(origin), {"do": "pause"}).status_code == 302
    assert OriginRule.objects.get(pk=origin.pk).paused_at is not None
    assert browser.post(page(origin), {"do": "pause"}).status_code == 409
    assert browser.post(page(origin), {"do": "resume"}).status_code == 302
    assert OriginRule.objects.get(pk=origin.pk).paused_at is None
    assert [one.details for one in acts("origin.rule")] == [{"paused": True}, {"paused": False}]


def test_ranges_are_read_as_networks() -> None:
    assert read_ranges("10.1.0.0/16, 10.1.0.0/16\nfd00:1::/32") == ("10.1.0.0/16", "fd00:1::/32")
    with pytest.raises(Invalid):
        read_ranges("\n".join(f"10.0.{n}.0/24" for n in range(21)))


@pytest.mark.parametrize(
    ("person", "status"), [("approver", 302), ("admin", 302), ("owner", 302), ("teammate", 302), ("stranger", 404)]
)
def test_who_decides_stops_copying(person: str, status: int, approver: Viewer, request: pytest.FixtureRequest) -> None:
    browser = sign_in(request.getfixturevalue(person), is_fresh=False)
    form = {"team": str(approver.team_id), "do": "stop", "reason": "Somebody called."}
    assert browser.post(STOPS, form).status_code == status
    assert CourierStop.objects.exists() == (person in ("approver", "admin"))


def test_letting_it_go_on_takes_a_fresh_sign_in(approver: Viewer) -> None:
    form = {"team": str(approver.team_id), "do": "stop", "reason": "Somebody called."}
    assert sign_in(approver).post(STOPS, {**form, "reason": ""}).status_code == 400
    sign_in(approver).post(STOPS, form)
    assert "Somebody called." in sign_in(approver).get(STOPS).text
    assert sign_in(approver).post(STOPS, form).status_code == 409
    assert (
        sign_in(approver, is_fresh=False).post(STOPS, {**form, "do": "go-on"})["Location"].startswith("/admin/confirm/")
    )
    assert CourierStop.objects.exists()
    assert sign_in(approver).post(STOPS, {**form, "do": "go-on"}).status_code == 302
    assert not CourierStop.objects.exists()
    assert [len(acts(f"promotion.{name}")) for name in ("stop", "go-on")] == [1, 1]


def test_operator_sees_what_is_stopped_and_turns_nothing(approver: Viewer, operator: Viewer) -> None:
    form = {"team": str(approver.team_id), "do": "stop", "reason": "Somebody called."}
    sign_in(approver).post(STOPS, form)
    assert "Somebody called." in sign_in(operator).get(STOPS).text
    assert sign_in(operator).post(STOPS, {**form, "do": "go-on"}).status_code == 404
    assert make.MEDIA not in sign_in(operator).get(STOPS).text
