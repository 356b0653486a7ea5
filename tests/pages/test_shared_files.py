"""Shared bytes: at an origin of their own, by links that are one person's and end, and never as more than bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests import make
from tests.pages.conftest import Browse, island_of, make_file_item
from tests.shared_bytes import APP, PNG, SHARED, follow, make_copy, make_project, store
from webapp.accounts.models import Membership, User
from webapp.accounts.viewer import Viewer
from webapp.datasets import shared_links
from webapp.datasets.actions.deletion import delete_item
from webapp.datasets.actions.files import path_of
from webapp.datasets.models import Dataset, Item, StoredFile
from webapp.datasets.shared_links import SharedLinks, shared_url
from webapp.labels.models import LabellingTask, ProjectLabeler
from webapp.promotions.models import Promotion, PromotionItem


@pytest.fixture
def upload(owner: Viewer) -> Item:
    return make_file_item(owner, make.make_dataset(owner, name="Open", privacy=False), "scan")


@pytest.fixture
def copy(owner: Viewer, dataset: Dataset, labeler: Viewer) -> PromotionItem:
    """A copy that the labeler's project has, of the first item of a privacy dataset."""
    item = make.make_items(owner, dataset, 1)[0]
    return make_copy(item, make_project(owner, labeler))


def link_to(viewer: Viewer, thing: Item | PromotionItem, *, seconds: int | None = None) -> str:
    item_pk = thing.pk if isinstance(thing, Item) else thing.item_pk
    return SharedLinks(SHARED, viewer.user_id).to(item_pk, thing.file_id, seconds=seconds)


def test_an_upload_opens_for_members_and_needs_no_cookie(upload: Item, owner: Viewer, teammate: Viewer) -> None:
    for one in (owner, teammate):
        response = follow(link_to(one, upload))
        assert (response.status_code, response.body) == (200, b"GIF89a" + bytes(34))
        assert "Cookie" not in response.headers.get("Vary", "")


def test_a_copy_opens_for_members_and_for_the_labelers_of_its_project(
    copy: PromotionItem, owner: Viewer, labeler: Viewer
) -> None:
    for one in (owner, labeler):
        assert follow(link_to(one, copy)).body == PNG


def test_a_link_is_no_use_to_who_never_had_the_right(
    copy: PromotionItem, upload: Item, stranger: Viewer, labeler: Viewer, team: object
) -> None:
    another = make.make_viewer(make.make_team("Third"), role="labeler")
    of_no_project = make.make_viewer(Membership.objects.get(user_id=labeler.user_id).team, role="labeler")
    nobody = 10**9
    for user_pk in (stranger.user_id, another.user_id, of_no_project.user_id, nobody):
        assert follow(shared_url(SHARED, user_pk, copy.item_pk, copy.file_id)).status_code == 404
    for user_pk in (stranger.user_id, labeler.user_id):
        assert follow(shared_url(SHARED, user_pk, upload.pk, upload.file_id)).status_code == 404


def lose_the_account(copy: PromotionItem, labeler: Viewer) -> None:
    User.objects.filter(pk=labeler.user_id).update(is_active=False)


def leave_the_team(copy: PromotionItem, labeler: Viewer) -> None:
    Membership.objects.filter(user_id=labeler.user_id).delete()


def leave_the_project(copy: PromotionItem, labeler: Viewer) -> None:
    ProjectLabeler.objects.filter(user_id=labeler.user_id).delete()


def archive_the_project(copy: PromotionItem, labeler: Viewer) -> None:
    project = copy.promotion.project
    assert project is not None
    project.archived_at = timezone.now()
    project.save()


def lose_the_task(copy: PromotionItem, labeler: Viewer) -> None:
    LabellingTask.objects.unscoped().filter(item_id=copy.item_pk).delete()


def revoke(copy: PromotionItem, labeler: Viewer) -> None:
    Promotion.objects.unscoped().filter(pk=copy.promotion_id).update(state=Promotion.State.REVOKED)


def take_the_item_out(copy: PromotionItem, labeler: Viewer) -> None:
    PromotionItem.objects.filter(pk=copy.pk).update(state=PromotionItem.State.GONE, file=None)


def let_it_expire(copy: PromotionItem, labeler: Viewer) -> None:
    Promotion.objects.unscoped().filter(pk=copy.promotion_id).update(expires_at=timezone.now())


def delete_the_dataset(copy: PromotionItem, labeler: Viewer) -> None:
    Dataset.objects.unscoped().update(deleted_at=timezone.now())


@pytest.mark.parametrize(
    "lose",
    [
        lose_the_account,
        leave_the_team,
        leave_the_project,
        archive_the_project,
        lose_the_task,
        revoke,
        take_the_item_out,
        let_it_expire,
        delete_the_dataset,
    ],
)
def test_a_labelers_link_ends_with_the_right_to_it(
    lose: Callable[[PromotionItem, Viewer], None], copy: PromotionItem, labeler: Viewer
) -> None:
    link = link_to(labeler, copy)
    assert follow(link).status_code == 200
    lose(copy, labeler)
    assert follow(link).status_code == 404


@pytest.mark.parametrize("lose", [revoke, take_the_item_out, let_it_expire])
def test_a_members_link_to_a_copy_ends_with_the_copy(
    lose: Callable[[PromotionItem, Viewer], None], copy: PromotionItem, owner: Viewer
) -> None:
    link = link_to(owner, copy)
    lose(copy, owner)
    assert follow(link).status_code == 404


def test_a_project_without_the_copy_opens_no_other_projects_copy(copy: PromotionItem, owner: Viewer) -> None:
    second = make.make_viewer(copy.promotion.team, role="labeler")
    project = make_project(owner, second, name="Signs")
    LabellingTask.objects.unscoped().create(project=project, item_id=copy.item_pk)
    assert follow(link_to(second, copy)).status_code == 404


def test_a_copy_that_two_promotions_made_outlives_one_of_them(
    copy: PromotionItem, owner: Viewer, labeler: Viewer
) -> None:
    item = Item.objects.unscoped().get(pk=copy.item_pk)
    second = make.make_viewer(copy.promotion.team, role="labeler")
    twin = make_copy(item, make_project(owner, second, name="Signs"))
    assert twin.file_id == copy.file_id
    revoke(copy, labeler)
    assert [follow(link_to(one, copy)).status_code for one in (owner, second, labeler)] == [200, 200, 404]


def test_a_link_ends_with_its_item_and_its_membership(upload: Item, owner: Viewer, teammate: Viewer) -> None:
    link = link_to(teammate, upload)
    Membership.objects.filter(user_id=teammate.user_id).update(role="labeler")
    assert follow(link).status_code == 404
    mine = link_to(owner, upload)
    delete_item(owner, upload.dataset, upload)
    assert follow(mine).status_code == 404


def test_a_link_ends_within_minutes_and_is_the_same_text_for_half_of_them(
    upload: Item, owner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_790_000_100
    monkeypatch.setattr(shared_links.time, "time", lambda: now)
    link = link_to(owner, upload)
    assert configured.SHARED_LINK_SECONDS == 600
    assert int(link.split(":")[-2]) - now <= 600
    now += 299 - now % 300
    assert link_to(owner, upload) == link
    assert follow(link).status_code == 200
    now += 1
    assert link_to(owner, upload) != link
    assert follow(link).status_code == 200
    now += 300
    assert follow(link).status_code == 404


def test_a_link_may_be_given_days_and_no_more_than_ninety(
    upload: Item, owner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_790_000_100
    monkeypatch.setattr(shared_links.time, "time", lambda: now)
    week, longest = (link_to(owner, upload, seconds=days * 86400) for days in (7, 1000))
    now += 3 * 86400
    assert follow(week).status_code == 200
    now += 5 * 86400
    assert follow(week).status_code == 404
    now += 82 * 86400
    assert follow(longest).status_code == 404


def forged(link: str) -> list[str]:
    base, _, token = link.rpartition("/")
    claim, ends, signature = token.split(":")
    later = str(int(ends) + 1)
    other = shared_links.signing.b64_encode(b"777.777.777").decode()
    turned = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BB")
    tokens = [
        f"{claim}:{later}:{signature}",
        f"{other}:{ends}:{signature}",
        f"{claim}:{ends}:{turned}",
        f"{claim}:{ends}:",
        f"{claim}:{ends}",
        claim,
        signature,
        "..%2f..%2f..%2fetc%2fpasswd",
        "%00",
        "é",
        ":" * 40,
        "x" * 4000,
        shared_links.signing.dumps([1, 1], salt=shared_links.SALT),
    ]
    return [f"{base}/{one}" for one in tokens]


def test_a_forged_link_opens_nothing(upload: Item, owner: Viewer) -> None:
    link = link_to(owner, upload)
    assert follow(link).status_code == 200
    for one in forged(link):
        response = follow(one)
        assert response.status_code == 404, one
        assert b"passwd" not in response.body


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/shared/",
        "/shared",
        "/sign-in/",
        "/admin/",
        "/healthz",
        "/v1/nucleus/dataset/",
        "/api/openapi.json",
        "/shared/../sign-in/",
        "/shared/a/b",
        "//shared/x",
        "/../../etc/passwd",
        "/shared/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_nothing_but_links_exists_at_the_shared_origin(path: str, db: None) -> None:
    response = follow(f"{SHARED}{path}")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/plain")


def test_static_files_are_not_at_the_shared_origin() -> None:
    script = f"{configured.STATIC_URL}js/lib/grid-step.js"
    assert follow(f"{APP}{script}").status_code == 200
    assert follow(f"{SHARED}{script}").status_code == 404


def test_links_do_not_exist_at_the_pages_origin(upload: Item, owner: Viewer, browse: Browse) -> None:
    link = link_to(owner, upload)
    assert browse(owner).get(urlsplit(link).path).status_code == 404
    assert not [one for one in get_resolver().url_patterns if "shared" in str(one.pattern)]


def test_a_shared_url_is_told_apart_by_its_name(
    upload: Item, owner: Viewer, settings: Settings, browse: Browse
) -> None:
    settings.SHARED_URL = "https://files.harbor.example"
    path = urlsplit(link_to(owner, upload)).path
    assert follow(f"https://files.harbor.example{path}").status_code == 200
    assert Client().get(path, headers={"host": "files.harbor.example:8002"}).status_code == 404
    assert Client().get(path, headers={"host": "testserver:8002"}).status_code == 404
    page = browse(owner).get(f"/datasets/{upload.dataset.public_id}/items/{upload.public_id}")
    assert island_of(page)["item"]["url"].startswith("https://files.harbor.example/shared/")  # type: ignore[index]
    assert "img-src 'self' blob: data: https://files.harbor.example;" in page.headers["Content-Security-Policy"]


def test_bytes_come_with_a_policy_under_which_nothing_in_them_runs(upload: Item, owner: Viewer) -> None:
    for link in (link_to(owner, upload), f"{SHARED}/shared/nothing"):
        headers = follow(link).headers
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert "Set-Cookie" not in headers
    headers = follow(link_to(owner, upload)).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Disposition"] == "inline"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize(
    ("stored", "served", "disposition"),
    [
        *((one, one, "inline") for one in ("image/png", "image/avif", "image/webp", "video/mp4", "video/webm")),
        ("application/x-pcd", "application/octet-stream", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("application/pdf", "application/octet-stream", "attachment"),
        ("text/html\r\nX: y", "application/octet-stream", "attachment"),
    ],
)
def test_a_file_is_served_as_what_our_table_knows_or_as_bytes(
    stored: str, served: str, disposition: str, copy: PromotionItem, owner: Viewer
) -> None:
    StoredFile.objects.filter(pk=copy.file_id).update(content_type=stored)
    headers = follow(link_to(owner, copy)).headers
    assert (headers["Content-Type"], headers["Content-Disposition"]) == (served, disposition)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_bytes_are_only_read(method: str, upload: Item, owner: Viewer) -> None:
    response = follow(link_to(owner, upload), method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_ranges_are_answered_as_a_video_needs_them(copy: PromotionItem, owner: Viewer) -> None:
    link = link_to(owner, copy)
    whole = follow(link)
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("bytes", str(len(PNG)))
    part = follow(link, range="bytes=8-15")
    assert (part.status_code, part.body) == (206, PNG[8:16])
    assert part.headers["Content-Range"] == f"bytes 8-15/{len(PNG)}"
    assert part.headers["Content-Length"] == "8"
    assert follow(link, range="bytes=-4").body == PNG[-4:]
    beyond = follow(link, range="bytes=99999-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(PNG)}")
    head = follow(link, method="HEAD")
    assert (head.status_code, head.headers["Content-Length"], head.body) == (200, str(len(PNG)), b"")


def test_a_condition_is_checked_against_what_the_file_holds(copy: PromotionItem, owner: Viewer) -> None:
    link, etag = link_to(owner, copy), f'"{copy.sha256}"'
    assert follow(link, if_none_match=etag).status_code == 304
    assert follow(link, range="bytes=0-3", if_range=etag).body == PNG[:4]
    assert follow(link, range="bytes=0-3", if_range='"other"').body == PNG


def test_other_pages_may_ask_by_ranges(copy: PromotionItem, owner: Viewer) -> None:
    response = follow(link_to(owner, copy), method="OPTIONS", origin="https://labels.example")
    assert response.status_code == 204
    assert "Range" in response.headers["Access-Control-Allow-Headers"]


def test_a_row_without_its_bytes_is_not_found(copy: PromotionItem, owner: Viewer) -> None:
    assert copy.file is not None
    path_of(copy.file).unlink()
    assert follow(link_to(owner, copy)).status_code == 404


def test_one_team_never_opens_anothers_file_by_naming_it(copy: PromotionItem, upload: Item, stranger: Viewer) -> None:
    theirs = make_file_item(stranger, make.make_dataset(stranger, name="Theirs", privacy=False), "scan")
    for file_pk in (copy.file_id, upload.file_id):
        assert follow(shared_url(SHARED, stranger.user_id, theirs.pk, file_pk)).status_code == 404
    orphan = store(copy.promotion.team_id, PNG + b"1")
    assert follow(shared_url(SHARED, copy.promotion.requested_by_id, copy.item_pk, orphan.pk)).status_code == 404


def test_a_link_costs_few_queries(
    copy: PromotionItem, labeler: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = link_to(labeler, copy)
    with django_assert_num_queries(4):
        follow(link)


def test_only_pages_of_datasets_that_take_files_may_load_from_the_shared_origin(
    upload: Item, copy: PromotionItem, owner: Viewer, browse: Browse
) -> None:
    private = Item.objects.unscoped().select_related("dataset").get(pk=copy.item_pk)
    browser = browse(owner)
    for item, is_named in ((upload, True), (private, False)):
        grid = f"/datasets/{item.dataset.public_id}/"
        for path in (grid, f"{grid}items/{item.public_id}"):
            policy = browser.get(path).headers["Content-Security-Policy"]
            assert (f" {SHARED}" in policy) is is_named, path
    assert f" {SHARED}" in browser.get("/").headers["Content-Security-Policy"]
    assert SHARED not in browser.get("/jobs/").headers["Content-Security-Policy"]


def test_a_kept_answer_is_one_persons(upload: Item, owner: Viewer, teammate: Viewer, browse: Browse) -> None:
    path = f"/datasets/{upload.dataset.public_id}/rows"
    mine, theirs = (browse(one).get(path) for one in (owner, teammate))
    assert mine.headers["ETag"] != theirs.headers["ETag"]
    link = mine.json()["rows"][0]["url"]
    assert re.fullmatch(rf"{SHARED}/shared/[\w-]+:\d{{10}}:[\w-]{{43}}", link)
    assert follow(link).status_code == 200


def test_bytes_are_never_read_through_a_link_in_the_store(copy: PromotionItem, owner: Viewer, tmp_path: Path) -> None:
    assert copy.file is not None
    path, outside = path_of(copy.file), tmp_path / "secret"
    outside.write_bytes(b"secret")
    path.unlink()
    path.symlink_to(outside)
    assert follow(link_to(owner, copy)).status_code == 404


def test_a_copy_expires_for_everybody_at_its_time(copy: PromotionItem, owner: Viewer) -> None:
    expires = timezone.now() + timedelta(days=1)
    Promotion.objects.unscoped().filter(pk=copy.promotion_id).update(expires_at=expires)
    assert follow(link_to(owner, copy)).status_code == 200
