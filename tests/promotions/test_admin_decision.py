"""The page on which a promotion is decided: who sees and does what, and what it never shows."""

import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.promotions.approving import QUEUE, as_stored, decide_page, sign_in
from tests.promotions.copied import copied
from webapp.accounts.models import Membership, User
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions import delete_dataset
from webapp.datasets.models import Dataset, DatasetOrigin, Item
from webapp.labels.actions.projects import add_labelers, archive_project
from webapp.promotions.actions import clearing
from webapp.promotions.actions.copies import CHANGED, DELETED
from webapp.promotions.actions.revoke import take_out
from webapp.promotions.actions.stop import stop_copying
from webapp.promotions.models import Promotion
from webapp.promotions.states import State

SECRET = "sig=secret"
ANSWER = {"approve": {"do": "approve", "typed": "3"}, "reject": {"do": "reject", "reason": "Faces can be seen."}}


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    drafts = [make.draft_item(owner, f"quay-{n}", url=f"{make.MEDIA}/quay-{n}.jpg?{SECRET}{n}") for n in range(3)]
    make.append(owner, dataset, drafts)
    return list(Item.objects.visible_to(owner).order_by("pk"))


@pytest.fixture
def waiting(owner: Viewer, dataset: Dataset, items: list[Item]) -> Promotion:
    return make.make_promotion(owner, dataset, items)


@pytest.mark.parametrize(
    ("person", "status"),
    [("approver", 200), ("admin", 200), ("owner", 403), ("teammate", 403), ("labeler", 403), ("stranger", 404)],
)
def test_page_is_for_who_decides_in_the_team(
    person: str, status: int, waiting: Promotion, request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(person))
    assert browser.get(decide_page(waiting), follow=True).status_code == status
    assert browser.get(f"{QUEUE}{waiting.pk}/progress/", follow=True).status_code == status
    assert browser.get(f"{QUEUE}{waiting.pk}/change/", follow=True).status_code == status


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("person", ["owner", "teammate", "labeler", "stranger", None])
def test_nobody_else_decides(person: str | None, verb: str, waiting: Promotion, request: pytest.FixtureRequest) -> None:
    browser = sign_in(request.getfixturevalue(person)) if person else Client()
    assert browser.post(decide_page(waiting), ANSWER[verb]).status_code in (302, 404)
    assert as_stored(waiting).state == State.REQUESTED


def test_operator_without_a_role_in_the_team_sees_no_picture_and_decides_nothing(
    stranger: Viewer, waiting: Promotion
) -> None:
    User.objects.filter(pk=stranger.user_id).update(is_staff=True, is_superuser=True)
    browser = sign_in(stranger)
    page = browser.get(decide_page(waiting))
    assert page.status_code == 200
    assert SECRET not in page.text
    assert make.MEDIA not in page["Content-Security-Policy"]
    assert browser.post(decide_page(waiting), ANSWER["approve"]).status_code == 403
    assert as_stored(waiting).state == State.REQUESTED


def test_approval_says_what_happens_next(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver)
    answer = browser.post(decide_page(waiting), {**ANSWER["approve"], "reason": "Go ahead."}, follow=True)
    assert "this page shows how far it is" in answer.text
    assert "Go ahead." in answer.text
    stored = as_stored(waiting)
    assert (stored.state, stored.decided_by_id) == (State.APPROVED, approver.user_id)
    progress = browser.get(f"{QUEUE}{waiting.pk}/progress/").json()
    counts = {"stored": 0, "attention": 0, "going": 3, "gone": 0}
    assert progress == {**counts, "state": "Approved, not begun", "is_live": True}


def test_rejection_takes_a_reason_and_no_fresh_sign_in(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver, is_fresh=False)
    assert browser.post(decide_page(waiting), {"do": "reject", "reason": " "}).status_code == 400
    browser.post(decide_page(waiting), ANSWER["reject"])
    assert (as_stored(waiting).state, as_stored(waiting).decision_reason) == (State.REJECTED, "Faces can be seen.")


def test_stale_sign_in_approves_nothing_and_leads_back(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver, is_fresh=False)
    answer = browser.post(decide_page(waiting), ANSWER["approve"])
    assert answer["Location"].startswith("/admin/confirm/?next=%2Fadmin%2Fpromotions")
    assert as_stored(waiting).state == State.REQUESTED
    assert "Sign in again to approve" in browser.get(decide_page(waiting)).text


@pytest.mark.parametrize("typed", ["", "2", "three", "-3", "3e0"])
def test_wrong_number_approves_nothing(typed: str, approver: Viewer, waiting: Promotion) -> None:
    answer = sign_in(approver).post(decide_page(waiting), {"do": "approve", "typed": typed})
    assert answer.status_code == 400
    assert as_stored(waiting).state == State.REQUESTED


def test_nobody_approves_what_they_asked_for(admin: Viewer, dataset: Dataset, items: list[Item]) -> None:
    mine = make.make_promotion(admin, dataset, items)
    browser = sign_in(admin)
    assert "somebody else decides" in browser.get(decide_page(mine)).text
    assert browser.post(decide_page(mine), ANSWER["approve"]).status_code == 403
    assert browser.post(decide_page(mine), ANSWER["reject"]).status_code == 403
    assert as_stored(mine).state == State.REQUESTED


def test_form_sent_twice_decides_once(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver)
    assert browser.post(decide_page(waiting), ANSWER["approve"]).status_code == 302
    assert browser.post(decide_page(waiting), ANSWER["approve"]).status_code == 409
    assert browser.post(decide_page(waiting), ANSWER["reject"]).status_code == 409
    assert as_stored(waiting).state == State.APPROVED


def test_form_from_elsewhere_is_refused(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver, enforce_csrf_checks=True)
    assert browser.post(decide_page(waiting), ANSWER["approve"]).status_code == 403
    assert as_stored(waiting).state == State.REQUESTED


def test_approver_who_lost_the_role_is_out(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver)
    Membership.objects.filter(user_id=approver.user_id).update(role="editor")
    assert browser.post(decide_page(waiting), ANSWER["approve"]).status_code == 302
    assert as_stored(waiting).state == State.REQUESTED


def test_revoking_takes_it_back_and_keeps_the_reason(approver: Viewer, waiting: Promotion) -> None:
    browser = sign_in(approver, is_fresh=False)
    make.approve(approver, waiting)
    answer = browser.post(decide_page(waiting), {"do": "revoke", "reason": "Wrong pier."}, follow=True)
    assert "Wrong pier." in answer.text
    assert as_stored(waiting).state == State.REVOKED


def test_copies_that_are_yet_to_be_deleted_are_counted_while_they_go(
    approver: Viewer, waiting: Promotion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "ROWS_AT_ONCE", 1)
    browser = sign_in(approver, is_fresh=False)
    copied(make.approve(approver, waiting), 3)
    answer = browser.post(decide_page(waiting), {"do": "revoke"}, follow=True)
    assert "All links are closed; the copies are being deleted" in answer.text
    clearing.clear_some(waiting.pk)
    shown = " ".join(re.sub("<[^>]*>", "", browser.get(decide_page(waiting)).text).split())
    assert "All links are closed; 1 of 3 copies are deleted" in shown
    told = browser.get(f"{QUEUE}{waiting.pk}/progress/").json()
    assert (told["gone"], told["stored"], told["is_live"]) == (1, 2, True)
    while clearing.clear_some(waiting.pk):
        pass
    assert browser.get(f"{QUEUE}{waiting.pk}/progress/").json()["is_live"] is False
    assert "3 copies were deleted." in browser.get(decide_page(waiting)).text


def test_pictures_come_from_the_promotions_hosts_and_only_there(
    owner: Viewer, approver: Viewer, dataset: Dataset, items: list[Item], waiting: Promotion
) -> None:
    make.make_items(owner, dataset, 1, prefix="elsewhere", origin="https://other.harbor.example")
    policy = sign_in(approver).get(decide_page(waiting))["Content-Security-Policy"]
    assert f"img-src 'self' {make.MEDIA};" in policy
    assert policy.count(make.MEDIA) == 1
    assert "other.harbor" not in policy


def test_addresses_are_for_the_script_alone(approver: Viewer, waiting: Promotion) -> None:
    page = sign_in(approver).get(decide_page(waiting)).text
    island = re.search(r'<script id="island" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert island is not None
    assert island[1].count(SECRET) == 3
    assert SECRET not in page.replace(island[1], "")


@pytest.mark.parametrize("person", ["approver", "operator"])
def test_no_other_page_of_the_administration_holds_an_address(
    person: str, approver: Viewer, stranger: Viewer, waiting: Promotion
) -> None:
    """Follow every link from the start, except the one page whose script loads the pictures."""
    viewer = approver if person == "approver" else stranger
    if person == "operator":
        User.objects.filter(pk=stranger.user_id).update(is_staff=True, is_superuser=True)
    browser, seen, ahead = sign_in(viewer), set(), ["/admin/"]
    while ahead:
        address = ahead.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200, address
        text = answer.text
        if person == "approver" and re.search(r"/decide/(\?|$)", address):
            text = re.sub(r'<script id="island".*?</script>', "", text, flags=re.DOTALL)
        assert SECRET not in text, address
        # An order by another column is the same rows again.
        links = re.findall(r'href="(/admin/[^"#]*|\?(?!o=)[^"#]*)', text)
        ahead += [one if one.startswith("/") else f"{address.partition('?')[0]}{one}" for one in links]
    assert decide_page(waiting) in seen
    assert ("/admin/accounts/user/" in seen) == (person == "operator")


def test_page_says_whom_it_becomes_visible_to(
    owner: Viewer, admin: Viewer, approver: Viewer, labeler: Viewer, dataset: Dataset, items: list[Item]
) -> None:
    project = make.make_project(owner, name="Pedestrians")
    add_labelers(owner, project, [labeler.user_id])
    page = sign_in(approver).get(decide_page(make.make_promotion(owner, dataset, items, project=project))).text
    for said in ("Pedestrians", labeler.email, "Nothing changed", make.MEDIA):
        assert said in page


Change = Callable[["Viewer", "Viewer", Promotion], None]


def deleted_items(owner: Viewer, admin: Viewer, one: Promotion) -> None:
    leave_out(owner, 0, DELETED)


def changed_address(owner: Viewer, admin: Viewer, one: Promotion) -> None:
    leave_out(owner, 1, CHANGED)


def leave_out(owner: Viewer, number: int, why: str) -> None:
    """What deleting an item or giving it another address does to the requests for it."""
    item = Item.objects.visible_to(owner).order_by("pk")[number]
    with transaction.atomic():
        take_out(item.dataset, [item.pk], why)


def origin_gone(owner: Viewer, admin: Viewer, one: Promotion) -> None:
    DatasetOrigin.objects.all().delete()


def copying_stopped(owner: Viewer, admin: Viewer, one: Promotion) -> None:
    stop_copying(admin, reason="We look into something.")


def project_archived(owner: Viewer, admin: Viewer, one: Promotion) -> None:
    assert one.project is not None
    archive_project(owner, one.project, archived=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deleted_items, "Deleted since the request: 1 item."),
        (changed_address, "Another address since the request: 1 item."),
        (origin_gone, "no media origin of the dataset any more"),
        (copying_stopped, "Copying is stopped for this team"),
        (project_archived, "The labelling project was archived."),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_page_says_what_changed_since_the_request(
    change: Change, said: str, owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, items: list[Item]
) -> None:
    promotion = make.make_promotion(owner, dataset, items, project=make.make_project(owner))
    browser = sign_in(approver)
    assert said not in browser.get(decide_page(promotion)).text
    change(owner, admin, promotion)
    page = browser.get(decide_page(promotion))
    assert said in page.text
    assert page.text.count('data-state="error"') == (change in (deleted_items, changed_address))
    if change is origin_gone:
        assert make.MEDIA not in page["Content-Security-Policy"]


def test_what_changed_after_the_number_was_read_is_not_approved(
    owner: Viewer, approver: Viewer, waiting: Promotion
) -> None:
    browser = sign_in(approver)
    changed_address(owner, approver, waiting)
    answer = browser.post(decide_page(waiting), ANSWER["approve"])
    assert answer.status_code == 400
    assert "for 2 items now" in answer.text


def test_request_whose_dataset_is_gone_can_still_be_read(owner: Viewer, approver: Viewer, waiting: Promotion) -> None:
    delete_dataset(owner, Dataset.objects.visible_to(owner).get())
    page = sign_in(approver).get(decide_page(waiting))
    assert page.status_code == 200
    assert "The dataset was deleted." in page.text
    assert SECRET not in page.text


def test_page_asks_the_same_of_the_database_however_many_items_there_are(
    owner: Viewer, approver: Viewer, dataset: Dataset, waiting: Promotion
) -> None:
    many = make.make_promotion(owner, dataset, make.make_items(owner, dataset, 120, prefix="many"))
    browser = sign_in(approver)

    def asked(promotion: Promotion) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(decide_page(promotion)).status_code == 200
        return len(seen)

    assert asked(many) == asked(waiting) <= 20
    assert "1 to 48 of 120" in browser.get(decide_page(many)).text
    last = browser.get(f"{decide_page(many)}?page=3").text
    assert "97 to 120 of 120" in last
    assert last.count('data-state="loading"') == 24
