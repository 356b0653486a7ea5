"""The officer reads who asked, who decided and what was connected to, and how the record was last found."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests import make
from tests.evidence.kit import ask, connect
from tests.pages.conftest import Browse, text_of
from tests.pages.test_query_counts import queries_of
from webapp.accounts.append_only import allow_changes
from webapp.accounts.viewer import Viewer
from webapp.courier.models import EgressEntry
from webapp.datasets.models import Dataset, Item
from webapp.evidence import job_kinds
from webapp.evidence.models import RecordCheck
from webapp.jobs.worker import work
from webapp.promotions.actions.decide import reject
from webapp.promotions.models import CourierStop, Promotion

NOBODY_STOPS = threading.Event()


@pytest.fixture
def items(owner: Viewer, dataset: Dataset) -> list[Item]:
    return make.make_items(owner, dataset, 4)


@pytest.fixture
def shared(owner: Viewer, approver: Viewer, items: list[Item]) -> Promotion:
    """Approved; three connections were made for it, of which two brought a file and one did not end."""
    promotion = make.approve(approver, ask(owner, items, days=30), reason="For the sign project.")
    connect(promotion, items[0])
    connect(promotion, items[1], byte_count=70_000)
    connect(promotion, items[2], result="link", byte_count=0)
    return promotion


def test_promotion_is_told_with_everybody_and_every_host(shared: Promotion, teammate: Viewer, browse: Browse) -> None:
    page = text_of(browse(teammate).get("/privacy/"))
    assert "4 of Quays owner@harbor.example" in page
    assert "Signs at night are missed. approver@harbor.example" in page
    assert "For the sign project. https://media.harbor.example 4" in page
    assert "1 request: 1 approved, not begun." in page


def test_connections_are_told_newest_first_with_their_ends(
    shared: Promotion, items: list[Item], teammate: Viewer, browse: Browse
) -> None:
    page = text_of(browse(teammate).get("/privacy/connections/"))
    first, second, third = (page.index(f"entry {position} ") for position in (5, 3, 1))
    assert first < second < third
    assert "item-1 " in page
    assert "203.0.113.9 70 000 abababababab… brought the file its promotion" in page.replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )
    assert "link expired or refused" in page


def test_connections_are_found_by_promotion_origin_and_result(
    shared: Promotion, owner: Viewer, approver: Viewer, items: list[Item], teammate: Viewer, browse: Browse
) -> None:
    other = make.approve(approver, ask(owner, items[:1]))
    connect(other, items[0], byte_count=11)
    browser = browse(teammate)

    def entries(query: str) -> list[int]:
        page = text_of(browser.get(f"/privacy/connections/?{query}"))
        return [position for position in (7, 5, 3, 1) if f"entry {position} " in page]

    assert entries(f"promotion={other.public_id}") == [7]
    assert entries("result=link") == [5]
    assert entries("result=stored") == [7, 3, 1]
    assert entries(f"promotion={shared.public_id}&result=stored") == [3, 1]
    assert entries(f"origin={make.MEDIA}") == [7, 5, 3, 1]
    assert entries("origin=https://elsewhere.example") == []
    assert entries("result=none") == []
    assert browser.get("/privacy/connections/?promotion=prm_nonsense").status_code == 404


def test_connection_without_an_end_is_told_as_such(
    shared: Promotion, items: list[Item], owner: Viewer, browse: Browse
) -> None:
    allow_changes(connection, "courier_egressentry")
    EgressEntry.objects.filter(kind="ended", entry=1).delete()
    page = text_of(browse(owner).get("/privacy/connections/?result=none"))
    assert "entry 1 item-0" in page
    assert "no end on record" in page
    assert "entry 3" not in page


def test_long_list_goes_on_from_page_to_page(
    shared: Promotion, items: list[Item], owner: Viewer, browse: Browse
) -> None:
    for number in range(230):
        connect(shared, items[number % 4], result="stored" if number % 2 else "host")
    for query, pages in (("", 3), ("?result=host", 2)):
        browser, path, seen = browse(owner), f"/privacy/connections/{query}", 0
        while True:
            body = browser.get(path).content.decode()
            seen += 1
            if 'rel="next"' not in body:
                break
            path = body.rpartition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert seen == pages


def test_as_many_queries_for_many_connections_as_for_few(
    shared: Promotion, items: list[Item], owner: Viewer, approver: Viewer, browse: Browse
) -> None:
    browser = browse(owner)
    few = [queries_of(browser, path) for path in ("/privacy/", "/privacy/connections/")]
    for number in range(60):
        connect(shared, items[number % 4])
        make.approve(approver, ask(owner, items[:1]))
    assert [queries_of(browser, path) for path in ("/privacy/", "/privacy/connections/")] == few


def test_strangers_connections_are_not_shown(
    shared: Promotion, stranger: Viewer, labeler: Viewer, browse: Browse
) -> None:
    for path in ("/privacy/", "/privacy/connections/"):
        page = text_of(browse(stranger).get(path))
        assert "media.harbor.example" not in page
        assert "owner@harbor.example" not in page
        assert browse(labeler).get(path).status_code == 404
    assert browse(stranger).get(f"/privacy/connections/?promotion={shared.public_id}").status_code == 404


@pytest.mark.parametrize("rows_a_step", [1, 3, 20_000])
def test_record_is_recomputed_by_a_job_and_only_when_somebody_asks(
    rows_a_step: int,
    shared: Promotion,
    approver: Viewer,
    owner: Viewer,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job_kinds, "ROWS_A_STEP", rows_a_step)
    assert "not recomputed yet" in text_of(browse(owner).get("/privacy/"))
    assert browse(owner).post("/privacy/", {"do": "verify"}).status_code == 403
    browser = browse(approver)
    assert browser.post("/privacy/", {"do": "verify"}).status_code == 302
    assert "Being recomputed" in text_of(browser.get("/privacy/"))
    assert work(NOBODY_STOPS, until_idle=True) == 1
    page = text_of(browser.get("/privacy/"))
    assert "whole when last recomputed, just now , at the wish of approver@harbor.example" in page
    assert "3 connections, each connection approved when it was made" in page
    check = RecordCheck.objects.get()
    assert (check.connection_count, check.open_count, check.byte_count) == (3, 0, 70_005)


@pytest.mark.parametrize("rows_a_step", [1, 20_000])
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE courier_egressentry SET byte_count = 6 WHERE position = 2", "Connections: entry 2 was changed."),
        ("DELETE FROM courier_egressentry WHERE position = 6", "Connections: entry 6 is missing"),
        ("UPDATE courier_egresshead SET length = 4", "Connections: entry 4 is not the one that was there"),
    ],
)
def test_broken_record_is_told_as_broken(
    damage: str,
    says: str,
    rows_a_step: int,
    shared: Promotion,
    approver: Viewer,
    browse: Browse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job_kinds, "ROWS_A_STEP", rows_a_step)
    allow_changes(connection, "courier_egressentry")
    with connection.cursor() as cursor:
        cursor.execute(damage)
    browser = browse(approver)
    browser.post("/privacy/", {"do": "verify"})
    work(NOBODY_STOPS, until_idle=True)
    page = text_of(browser.get("/privacy/"))
    assert "broken when last recomputed" in page
    assert says in page


def test_connection_that_nobody_approved_is_counted(
    shared: Promotion, owner: Viewer, approver: Viewer, items: list[Item], browse: Browse
) -> None:
    waiting = ask(owner, items[:2])
    connect(waiting, items[0])
    reject(approver, waiting, reason="No.")
    connect(waiting, items[1])
    browser = browse(approver)
    browser.post("/privacy/", {"do": "verify"})
    work(NOBODY_STOPS, until_idle=True)
    assert "2 connections without an approval at that time." in text_of(browser.get("/privacy/"))


def test_courier_is_told_as_it_is(shared: Promotion, owner: Viewer, admin: Viewer, browse: Browse) -> None:
    browser = browse(owner)
    assert "Courier running 4 approved items wait" in text_of(browser.get("/privacy/"))
    allow_changes(connection, "courier_egressentry")
    EgressEntry.objects.update(at=timezone.now() - timedelta(hours=2))
    assert "nothing was asked for since 2 h ago. Is `manage.py courier` running?" in text_of(browser.get("/privacy/"))
    CourierStop.objects.create(team_id=owner.team_id, stopped_by_id=admin.user_id, reason="The host is moved.")
    assert "Courier stopped Stopped by admin@harbor.example just now: The host is moved." in text_of(
        browser.get("/privacy/")
    )


def test_nothing_was_shared_is_told_too(owner: Viewer, browse: Browse) -> None:
    page = text_of(browse(owner).get("/privacy/"))
    assert "Nobody has asked yet." in page
    assert "No row so far: no connection was ever made." in page
    assert "Courier at rest" in page
    assert "No connection was ever made" in text_of(browse(owner).get("/privacy/connections/"))
