"""Promotions on the pages: asking, the lists, one promotion with its way back; and who may."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import make
from tests.pages.conftest import Browse, House, make_file_item, text_of
from tests.promotions.copied import copied
from webapp.accounts import queries as people
from webapp.datasets import actions, queries
from webapp.privacy import public_id
from webapp.promotions import queries as promotions
from webapp.promotions.actions import clearing
from webapp.promotions.models import Promotion, PromotionItem
from webapp.promotions.states import ItemState

if TYPE_CHECKING:
    from django.test import Client

    from webapp.accounts.viewer import Viewer
    from webapp.datasets.models import Item


def send(browser: Client, path: str, body: dict[str, Any]) -> Any:
    return browser.post(path, json.dumps(body), content_type="application/json")


def ask(browser: Client, house: House, items: list[Item], **fields: Any) -> Any:
    body = {"ids": [item.public_id for item in items], "reason": "rare weather", "project": "Weather", "days": 30}
    return send(browser, f"{house.grid}requests/new", body | fields)


def test_labelling_is_asked_for_and_withdrawn(
    house: House, owner: Viewer, approver: Viewer, teammate: Viewer, browse: Browse
) -> None:
    browser, path = browse(owner), f"{house.grid}requests/"
    assert ask(browser, house, house.items[:2]).json()["count"] == 2
    (made,) = promotions.promotions(owner, dataset=house.dataset)
    assert made.project is not None
    assert (made.reason, made.project.name, made.for_days, made.state) == ("rare weather", "Weather", 30, "requested")
    frozen = promotions.items_of(owner, made).values_list("item_pk", flat=True)
    assert list(frozen) == [item.pk for item in house.items[:2]]
    assert {item.is_private for item in queries.items(owner, house.dataset)} == {True}
    again = ask(browse(approver), house, house.items[:1])
    assert again.status_code == 409
    assert "All of these are asked for already, by owner@harbor.example" in again.json()["error"]
    partly = ask(browse(approver), house, house.items[1:3]).json()
    assert "Already asked for: 1 by owner@harbor.example" in partly["said"]
    shown = text_of(browse(teammate).get(path))
    assert "rare weather" in shown
    assert "waits for a decision" in shown
    assert "Nothing is shared until somebody else approves it." in shown
    assert "Withdraw" not in shown
    theirs = promotions.promotions(owner, dataset=house.dataset)[0].public_id
    assert browser.post(path, {"do": "withdraw", "promotion": theirs}).status_code == 403
    assert browser.post(path, {"do": "withdraw", "promotion": made.public_id}).status_code == 302
    assert promotions.promotion(owner, made.public_id).state == "withdrawn"
    twice = browser.post(path, {"do": "withdraw", "promotion": made.public_id})
    assert "is withdrawn, so it cannot be withdrawn" in text_of(twice)


def test_a_slice_is_asked_for_as_it_is_now(house: House, owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    browser, page = browse(owner), house.paths["slice"]
    assert "Nothing is shared until somebody else approves it." in text_of(browser.get(f"{page}?panel=request"))
    form = {"do": "request-labelling", "reason": "rare", "project": "Weather", "days": ""}
    refused = browser.post(page, form | {"reason": " "})
    assert refused.status_code == 400
    assert "Say why" in text_of(refused)
    assert "whole number of days" in text_of(browser.post(page, form | {"days": "soon"}))
    said = text_of(browser.post(page, form, follow=True))
    assert "Asked for 2 images to be labelled." in said
    assert "until it is revoked" in said
    actions.append_to_slice(owner, house.slice, pks=[house.items[4].pk])
    (made,) = promotions.promotions(owner, dataset=house.dataset)
    assert (made.item_count, made.slice_id, made.for_days) == (2, house.slice.pk, None)
    assert browse(teammate).post(page, form).status_code == 403
    assert "Request labelling" not in text_of(browse(teammate).get(page))


def test_only_what_has_an_address_is_asked_for(owner: Viewer, house: House, browse: Browse) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    item = make_file_item(owner, ordinary, "uploaded")
    body = {"ids": [item.public_id], "reason": "why", "project": "who"}
    refused = send(browse(owner), f"/datasets/{ordinary.public_id}/requests/new", body)
    assert refused.status_code == 400
    assert "None of these has an address to copy from" in refused.json()["error"]
    scenes = {"ids": [house.scene.public_id], "reason": "why", "project": "who"}
    assert send(browse(owner), f"{house.scene_grid}requests/new", scenes).json()["count"] == 3


@pytest.fixture
def asked(house: House, owner: Viewer) -> Promotion:
    return make.make_promotion(owner, house.dataset, house.items[:3], project=make.make_project(owner), for_days=30)


def path_of(promotion: Promotion) -> str:
    return f"/promotions/{promotion.public_id}"


def test_promotion_page_tells_scope_hosts_and_that_nobody_decided(
    asked: Promotion, owner: Viewer, teammate: Viewer, approver: Viewer, browse: Browse
) -> None:
    shown = text_of(browse(teammate).get(path_of(asked)))
    for said in ("3 images", "Signs at night are missed.", "https://media.harbor.example", "30 days", "item-2"):
        assert said in shown
    assert "Nothing is shared until somebody else than owner@harbor.example approves it." in shown
    assert "Withdraw" not in shown
    decide = f"/admin/promotions/promotion/{asked.pk}/decide/"
    assert decide in browse(approver).get(path_of(asked)).content.decode()
    assert decide not in browse(owner).get(path_of(asked)).content.decode()
    assert ".jpg" not in browse(owner).get(path_of(asked)).content.decode()


@pytest.mark.parametrize("who", ["stranger", "labeler"])
def test_promotion_of_others_does_not_exist(
    who: str, asked: Promotion, browse: Browse, request: pytest.FixtureRequest
) -> None:
    browser = browse(request.getfixturevalue(who))
    for path in (path_of(asked), f"{path_of(asked)}/progress"):
        assert browser.get(path).status_code == 404
    for verb in ("withdraw", "revoke", "retry", "ask-again"):
        assert browser.post(path_of(asked), {"do": verb}).status_code == 404
    assert promotions.Promotion.objects.unscoped().get(pk=asked.pk).state == "requested"


def test_asker_withdraws_on_the_page(asked: Promotion, owner: Viewer, approver: Viewer, browse: Browse) -> None:
    assert browse(approver).post(path_of(asked), {"do": "withdraw"}).status_code == 403
    said = text_of(browse(owner).post(path_of(asked), {"do": "withdraw"}, follow=True))
    assert "Withdrew the request. Nothing of it was shared." in said
    assert "nobody decided" in said


def test_what_is_shared_is_revoked_on_the_page_and_the_record_stays(
    asked: Promotion, owner: Viewer, teammate: Viewer, approver: Viewer, browse: Browse
) -> None:
    copied(make.approve(approver, asked, reason="For the sign project."), 2)
    assert browse(teammate).post(path_of(asked), {"do": "revoke"}).status_code == 403
    shown = text_of(browse(owner).get(path_of(asked)))
    assert "Approved by approver@harbor.example" in shown
    assert "deletes 2 copies" in shown
    said = text_of(browse(owner).post(path_of(asked), {"do": "revoke", "reason": "Too much."}, follow=True))
    assert "Revoked. The links are closed and the copies are deleted" in said
    assert "by owner@harbor.example: Too much." in said
    assert "copy deleted" in said
    assert "there is nothing to revoke" in text_of(browse(owner).post(path_of(asked), {"do": "revoke"}))


def test_page_of_what_was_revoked_says_how_many_copies_are_deleted(
    asked: Promotion, owner: Viewer, approver: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "ROWS_AT_ONCE", 1)
    copied(make.approve(approver, asked), 2)
    said = text_of(browse(owner).post(path_of(asked), {"do": "revoke"}, follow=True))
    for words in ("The links are closed; the copies are being deleted.", "0 of 2", "To be deleted 2"):
        assert words in said
    clearing.clear_some(asked.pk)
    while asked_states(asked).count("gone") == 0:
        clearing.clear_some(asked.pk)
    told = browse(owner).get(f"{path_of(asked)}/progress").json()
    assert (told["done"], told["total"], told["is_live"]) == (1, 2, True)
    assert told["state_text"] == "links closed, deleting copies"
    while clearing.clear_some(asked.pk):
        pass
    assert browse(owner).get(f"{path_of(asked)}/progress").json()["is_live"] is False
    assert "Copy deleted 2" in text_of(browse(owner).get(path_of(asked)))


def asked_states(promotion: Promotion) -> list[str]:
    return list(PromotionItem.objects.filter(promotion=promotion).values_list("state", flat=True))


def test_items_are_listed_by_state_a_page_at_a_time(
    asked: Promotion, owner: Viewer, approver: Viewer, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.pages.promotion_page.LIST_SIZE", 2)
    copied(make.approve(approver, asked), 1)
    browser = browse(owner)
    first = browser.get(path_of(asked))
    assert "item-1" in text_of(first)
    assert "item-2" not in text_of(first)
    assert f"after={asked_item(asked, 1)}" in first.content.decode()
    assert "item-2" in text_of(browser.get(path_of(asked), {"after": asked_item(asked, 1)}))
    stored = text_of(browser.get(path_of(asked), {"state": "stored"}))
    assert "item-0" in stored
    assert "item-1" not in stored


def asked_item(asked: Promotion, place: int) -> str:
    pks = PromotionItem.objects.filter(promotion=asked).order_by("item_pk").values_list("item_pk", flat=True)
    return public_id.encode("di", pks[place])


def test_what_needs_attention_is_tried_again(
    asked: Promotion, owner: Viewer, teammate: Viewer, approver: Viewer, browse: Browse
) -> None:
    copied(make.approve(approver, asked), 2)
    failed(asked, "The host answered 403. Did the link expire?")
    shown = text_of(browse(owner).get(path_of(asked)))
    assert "The host answered 403. Did the link expire?" in shown
    assert "Try 1 image again" not in text_of(browse(teammate).get(path_of(asked)))
    assert browse(teammate).post(path_of(asked), {"do": "retry"}).status_code == 403
    said = text_of(browse(owner).post(path_of(asked), {"do": "retry"}, follow=True))
    assert "1 image will be tried again." in said
    assert "Nothing of this request needs attention." in text_of(browse(owner).post(path_of(asked), {"do": "retry"}))


def failed(asked: Promotion, sentence: str) -> None:
    rows = PromotionItem.objects.filter(promotion=asked, state=ItemState.WAITING)
    count = rows.update(state=ItemState.ATTENTION, failure="forbidden", sentence=sentence)
    Promotion.objects.unscoped().filter(pk=asked.pk).update(attention_count=count)


def test_other_addresses_are_asked_for_anew(
    asked: Promotion, house: House, owner: Viewer, approver: Viewer, browse: Browse
) -> None:
    make.approve(approver, asked)
    moved = make.draft_item(owner, "item-0", url=f"{make.MEDIA}/moved.jpg", metadata={"index": 0})
    make.append(owner, house.dataset, [moved], update=True)
    assert "The item has another address now; that one was not approved." in text_of(browse(owner).get(path_of(asked)))
    said = text_of(browse(owner).post(path_of(asked), {"do": "ask-again"}, follow=True))
    assert "Asked for 1 image with other addresses." in said
    assert promotions.promotions(owner)[0].state == "requested"


def test_who_decides_is_told_how_much_waits(
    asked: Promotion, house: House, owner: Viewer, teammate: Viewer, approver: Viewer, browse: Browse
) -> None:
    assert "1 request to decide" in browse(approver).get("/").content.decode()
    assert "to decide" not in browse(teammate).get("/").content.decode()
    shown = browse(approver).get("/promotions/")
    assert "1 request waits for somebody to decide." in text_of(shown)
    assert f"/admin/promotions/promotion/{asked.pk}/decide/" in shown.content.decode()
    make.approve(approver, asked)
    assert "to decide" not in browse(approver).get("/").content.decode()


def wish(owner: Viewer, house: House, names: list[str]) -> None:
    drafts = [make.draft_item(owner, name, wants_sharing=True, metadata={"index": 1}) for name in names]
    make.append(owner, house.dataset, drafts, update=True)


@pytest.mark.parametrize("is_of_dataset", [True, False])
def test_wishes_of_appends_are_apart_and_dismissed_at_once(
    is_of_dataset: bool,
    asked: Promotion,
    house: House,
    owner: Viewer,
    teammate: Viewer,
    approver: Viewer,
    browse: Browse,
) -> None:
    wish(owner, house, ["item-3"])
    wish(owner, house, ["item-3", "item-4"])
    path = f"{house.grid}requests/" if is_of_dataset else "/promotions/"
    shown = text_of(browse(approver).get(path))
    assert "2 appends said upload_to_scale , which old clients send by default, for 2 images in all." in shown
    assert "an append said upload_to_scale" not in shown
    assert "an append said upload_to_scale" in text_of(browse(approver).get(path, {"show": "appends"}))
    assert "Dismiss" not in text_of(browse(teammate).get(path))
    assert browse(teammate).post(path, {"do": "dismiss"}).status_code == 403
    said = text_of(browse(approver).post(path, {"do": "dismiss"}, follow=True))
    assert "Dismissed what 2 appends asked for. Nothing was shared." in said
    assert promotions.wish_counts(owner) == (0, 0)
    assert promotions.promotion(owner, asked.public_id).state == "requested"


def test_team_that_does_not_let_appends_ask_gets_no_wishes(
    house: House, owner: Viewer, admin: Viewer, browse: Browse
) -> None:
    assert browse(owner).post("/team/", {"do": "let-appends-not-ask"}).status_code == 403
    said = text_of(browse(admin).post("/team/", {"do": "let-appends-not-ask"}, follow=True))
    assert "From now on appends ask for nothing" in said
    wish(owner, house, ["item-3"])
    assert promotions.wish_counts(owner) == (0, 0)
    assert people.audit_entries(admin)[0].action == "appends.ask-not"
    browse(admin).post("/team/", {"do": "let-appends-ask"})
    wish(owner, house, ["item-3"])
    assert promotions.wish_counts(owner) == (1, 1)


def test_progress_is_told_while_it_is_copied(asked: Promotion, owner: Viewer, approver: Viewer, browse: Browse) -> None:
    copied(make.approve(approver, asked), 2)
    told = browse(owner).get(f"{path_of(asked)}/progress").json()
    assert (told["done"], told["total"], told["is_live"], told["state_text"]) == (2, 3, True, "being copied")
