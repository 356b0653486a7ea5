"""Every address of the admin by every method: who decides nothing stays outside, and each gets what the table says."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.test import Client

from tests.idor.admin import OF_PROMOTIONS, PAGES, TABLES, Of, Status
from tests.idor.lines import METHODS
from tests.idor.people import BROWSERS, NOBODY, OPERATOR, STRANGER, Answer, Crowd, is_as_wanted
from tests.idor.routes import OF_ADMIN

pytestmark = pytest.mark.django_db

# Who signs out without being in is led to the index, and from there to the sign-in.
WAY_IN = {"admin/logout/": "/admin/"}
# By table the name of the house that is a row's key; of the others any row will do.
OURS: dict[str, str] = {
    "promotions/promotion": "promotion_key",
    "promotions/originrule": "origin_key",
    "promotions/courierstop": "team_key",
}
LINES: dict[str, Of] = {route: of for table in TABLES for route, of in table.pages.items()} | OF_PROMOTIONS | PAGES


def test_every_address_of_the_admin_has_a_line() -> None:
    missing = [one for one in OF_ADMIN if one not in LINES]
    assert not missing, (
        "Who comes in here, and what may they do? Say it in tests/idor/admin.py, for a table as Table(...), for another"
        " page in PAGES:\n" + "\n".join(missing)
    )


def test_every_line_has_an_address() -> None:
    gone = [one for one in LINES if one not in OF_ADMIN]
    assert not gone, f"Take these lines out of tests/idor/admin.py: nothing is served there (any more): {gone}"


@pytest.mark.parametrize("route", OF_ADMIN)
def test_only_who_belongs_there_comes_in(route: str, crowd: Crowd) -> None:
    of, path = LINES[route], path_of(route, crowd)
    inside = {OPERATOR: of.operator, "approver": of.decider, "admin": of.decider, STRANGER: of.stranger}
    for method in METHODS:
        for who in (*BROWSERS, OPERATOR):
            answer = asked(crowd, crowd.browsers[who], method, path)
            told = f"{method} /{path} as {who}: {answer.status} {answer.location}"
            if method not in ("GET", "HEAD", "POST"):
                assert answer.status == 405, told
            elif who in inside:
                wanted: Status = inside[who][1 if method == "POST" else 0]
                assert is_as_wanted(answer.status, wanted), f"{told}, not {wanted}"
            elif route == "admin/login/":
                assert answer.status == (302 if who == NOBODY else 403), told
            else:
                assert (answer.status, answer.location.startswith(WAY_IN.get(route, "/admin/login/"))) == (302, True), (
                    told
                )


def asked(crowd: Crowd, browser: Client, method: str, path: str) -> Answer:
    fields = b"post=yes" if path.endswith("/delete/") else b""
    return crowd.send(browser, method, f"/{path}", fields, "application/x-www-form-urlencoded", {})


def path_of(route: str, crowd: Crowd) -> str:
    """The address of a row that there is; of any app, and of nothing, where the route takes those."""
    found = re.match(r"admin/(\w+)/(\w+)/", route)
    path = route
    if found is not None and ("object_id" in route or "<int:pk>" in route):
        row = OURS.get(f"{found[1]}/{found[2]}")
        if row is None:
            row = apps.get_model(found[1], found[2])._base_manager.order_by("-pk").values_list("pk", flat=True)[0]
        path = re.sub(r"<path:object_id>|<int:pk>", str(crowd.ours.names.get(row, row)), route)
    path = re.sub(r"\^\(\?P<app_label>(\w+)[^)]*\)/\$", r"\1/", path)
    path = path.replace("(?P<url>.*)$", "no/such/page")
    return re.sub(r"<path:\w+>", "1", path)
