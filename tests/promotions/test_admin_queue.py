"""The queue: whose requests are in it, how those of appends are grouped, and deciding on many at once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.promotions.approving import QUEUE, as_stored, decide_page, sign_in
from webapp.accounts.models import Membership, Team
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.promotions import admin_bulk
from webapp.promotions.actions import in_bulk
from webapp.promotions.models import Promotion
from webapp.promotions.states import State


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 12)


@pytest.fixture
def two(owner: Viewer, dataset: Dataset, items: list[Item]) -> list[Promotion]:
    return [make.make_promotion(owner, dataset, items[:4]), make.make_promotion(owner, dataset, items[4:6])]


def append_wishes(viewer: Viewer, dataset: Dataset, items: list[Item]) -> list[Promotion]:
    """What appends asked for: one request for each item."""
    return [make.make_promotion(viewer, dataset, [item], way=Promotion.Way.APPEND) for item in items]


def bulk(*promotions: Promotion) -> str:
    return f"{QUEUE}bulk/?{'&'.join(f'pick={one.pk}' for one in promotions)}"


def test_queue_holds_the_teams_requests_oldest_first_with_what_one_decides_by(
    approver: Viewer, two: list[Promotion], owner: Viewer, stranger: Viewer
) -> None:
    page = sign_in(approver).get(QUEUE).text
    places = [page.index(decide_page(one)) for one in two]
    assert places == sorted(places)
    for said in (owner.email, make.MEDIA, "Quays", "2 waiting"):
        assert said in page
    assert "Nobody waits" in sign_in(stranger).get(QUEUE).text


def test_what_was_decided_leaves_the_queue_and_stays_in_the_record(approver: Viewer, two: list[Promotion]) -> None:
    make.approve(approver, two[0])
    browser = sign_in(approver)
    assert decide_page(two[0]) not in browser.get(QUEUE).text
    assert decide_page(two[0]) in browser.get(f"{QUEUE}?show=decided").text


def test_who_decides_in_two_teams_sees_both(approver: Viewer, stranger: Viewer, two: list[Promotion]) -> None:
    theirs = make.make_dataset(stranger, name="Yards")
    asker = make.make_viewer(Team.objects.get(pk=stranger.team_id), email="asker@elsewhere.example")
    make.make_promotion(asker, theirs, make.make_items(stranger, theirs, 1))
    Membership.objects.create(user_id=approver.user_id, team_id=stranger.team_id, role="approver")
    page = sign_in(approver).get(QUEUE).text
    assert "Harbor" in page
    assert "Elsewhere" in page


def test_appends_are_grouped_and_dismissed_together(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], two: list[Promotion]
) -> None:
    wishes = append_wishes(owner, dataset, items[6:])
    browser = sign_in(approver, is_fresh=False)
    page = browser.get(QUEUE).text
    assert "Dismiss all 6" in page
    assert decide_page(wishes[0]) not in page
    assert decide_page(wishes[0]) in browser.get(f"{QUEUE}?dataset={dataset.pk}&requester={owner.user_id}").text
    group = re.findall(r'name="group" value="([\d-]+)"', page)[0]
    assert browser.post(QUEUE, {"group": group, "reason": "Not meant."}).status_code == 302
    assert {as_stored(one).state for one in wishes} == {State.REJECTED}
    assert {as_stored(one).state for one in two} == {State.REQUESTED}
    assert browser.post(QUEUE, {"group": group, "reason": "Not meant."}).status_code == 409


@pytest.mark.parametrize("group", ["", "1-2", "a-b-c", "999999-1-1", "1-1-99999999999999999999"])
def test_made_up_group_dismisses_nothing(
    group: str, owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item]
) -> None:
    wishes = append_wishes(owner, dataset, items[:2])
    assert sign_in(approver).post(QUEUE, {"group": group, "reason": "x"}).status_code == 409
    assert {as_stored(one).state for one in wishes} == {State.REQUESTED}


def test_stranger_dismisses_nothing(owner: Viewer, stranger: Viewer, dataset: Dataset, items: list[Item]) -> None:
    wishes = append_wishes(owner, dataset, items[:2])
    group = f"{owner.team_id}-{dataset.pk}-{owner.user_id}"
    assert sign_in(stranger).post(QUEUE, {"group": group, "reason": "x"}).status_code == 409
    assert {as_stored(one).state for one in wishes} == {State.REQUESTED}


def test_several_are_approved_together_by_typing_their_items(approver: Viewer, two: list[Promotion]) -> None:
    browser = sign_in(approver)
    assert "Type 6 to confirm" in browser.get(bulk(*two)).text
    assert browser.post(bulk(*two), {"typed": "5"}).status_code == 409
    assert {as_stored(one).state for one in two} == {State.REQUESTED}
    assert browser.post(bulk(*two), {"typed": "6"}).status_code == 302
    assert {as_stored(one).state for one in two} == {State.APPROVED}
    assert browser.post(bulk(*two), {"typed": "6"}).status_code == 409


def test_stale_sign_in_approves_none(approver: Viewer, two: list[Promotion]) -> None:
    answer = sign_in(approver, is_fresh=False).post(bulk(*two), {"typed": "6"})
    assert answer["Location"].startswith("/admin/confirm/")
    assert {as_stored(one).state for one in two} == {State.REQUESTED}


def test_one_that_cannot_be_approved_keeps_all_from_it(
    admin: Viewer, dataset: Dataset, items: list[Item], two: list[Promotion]
) -> None:
    mine = make.make_promotion(admin, dataset, items[8:])
    answer = sign_in(admin).post(bulk(*two, mine), {"typed": "10"})
    assert answer.status_code == 403
    assert {as_stored(one).state for one in (*two, mine)} == {State.REQUESTED}


@pytest.mark.parametrize(("limit", "value"), [("MOST_REQUESTS", 1), ("MOST_ITEMS", 5)])
def test_no_more_than_the_limit(
    limit: str, value: int, approver: Viewer, two: list[Promotion], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (in_bulk, admin_bulk):
        monkeypatch.setattr(module, limit, value)
    assert sign_in(approver).post(bulk(*two), {"typed": "6"}).status_code == 400
    assert {as_stored(one).state for one in two} == {State.REQUESTED}


def test_strangers_request_is_not_approved_among_ones_own(stranger: Viewer, two: list[Promotion]) -> None:
    assert sign_in(stranger).post(bulk(*two), {"typed": "6"}).status_code == 409
    assert {as_stored(one).state for one in two} == {State.REQUESTED}


def test_long_queue_is_read_a_page_at_a_time_by_a_fixed_number_of_queries(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], two: list[Promotion]
) -> None:
    browser = sign_in(approver)

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    few = asked(QUEUE)
    for number in range(30):
        make.make_promotion(owner, dataset, [items[number % 12]], project=make.make_project(owner, name=f"P{number}"))
    append_wishes(owner, dataset, make.make_items(owner, dataset, 3, prefix="wished"))
    assert asked(QUEUE) == few <= 12
    first = browser.get(QUEUE).text
    assert first.count("/decide/") == 25
    following = re.findall(r'rel="next" href="([^"]+)"', first)[0]
    second = browser.get(f"{QUEUE}{following}").text
    assert second.count("/decide/") == 7
