"""Whom a browser keeps pictures for: every page of a person says one name, nobody else's page says it."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests.pages.conftest import Browse, House
from webapp.accounts.viewer import Viewer


def kept_for(response: Any) -> str | None:
    found = re.search(r'<meta name="pictures-kept-for" content="([^"]*)">', response.content.decode())
    return found[1] if found else None


def test_each_person_has_a_name_of_their_own_on_all_their_pages(
    house: House, owner: Viewer, teammate: Viewer, stranger: Viewer, browse: Browse
) -> None:
    names = {one.email: kept_for(browse(one).get("/")) for one in (owner, teammate, stranger)}
    assert len(set(names.values())) == len(names)
    assert all(name and re.fullmatch(r"[0-9a-f]{32}", name) for name in names.values())
    assert kept_for(browse(owner).get(house.grid)) == names[owner.email]


def test_labelers_browser_keeps_nothing(labeler: Viewer, browse: Browse) -> None:
    assert kept_for(browse(labeler).get("/labelling/")) == ""


def test_only_the_sign_in_page_says_that_nobody_is_here(
    owner: Viewer, browse: Browse, client: Client, db: None
) -> None:
    assert kept_for(client.get("/sign-in/")) == ""
    # An error takes nothing away.
    assert kept_for(browse(owner).get("/no-such-page/")) == kept_for(browse(owner).get("/"))
    assert kept_for(client.get("/no-such-page/")) is None
