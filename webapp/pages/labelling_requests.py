"""Asking for what was chosen, or for a slice, to be labelled by people outside. Nothing here shares anything."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Slice
from webapp.pages.chosen import members_chosen
from webapp.pages.door import feed
from webapp.pages.feeds import Chosen, answer, parsed
from webapp.pages.frame import say
from webapp.pages.promotion_rows import promotion_href
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid
from webapp.promotions.actions.request import Asked, request_for_project

VERB = "request-labelling"
NOT_SHARED = "Nothing is shared until somebody else approves it."


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The form that asks, as it was filled in."""

    reason: str
    """Why."""
    project: str
    """The labelling project, by its name; one is made where the team has none of that name."""
    days: str
    """For how many days; empty for no end."""


class NewRequest(Chosen, kw_only=True):
    """What was chosen, why, for whom and, in days, for how long."""

    reason: str = ""
    project: str = ""
    days: int | None = None


@feed("POST")
def new_request(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Ask for what was chosen to be labelled; says what of it, and where the request is."""
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    body = parsed(request, NewRequest)
    kind, keys = members_chosen(viewer, dataset, body)
    within = queries.slice_(viewer, body.matching.slice) if body.matching is not None and body.matching.slice else None
    asked = request_for_project(
        viewer, dataset, kind, keys, project=body.project, reason=body.reason, for_days=body.days, within=within
    )
    made = asked.promotion
    said = {"id": made.public_id, "count": made.item_count, "href": promotion_href(made)}
    return answer(said | {"said": in_words(asked)}, status=201)


def ask_for_slice(request: HttpRequest, viewer: Viewer, found: Slice) -> HttpResponse:
    """Ask for a slice as it is now, by the form on its page."""
    form = form_from(request)
    asked = request_for_project(
        viewer,
        found.dataset,
        Slice.Kind(found.kind),
        found.keys(),
        project=form.project,
        reason=form.reason,
        for_days=days_of(form),
        within=found,
    )
    say(request, in_words(asked))
    return redirect(promotion_href(asked.promotion))


def form_from(request: HttpRequest) -> RequestForm:
    return RequestForm(*(request.POST.get(name, "") for name in ("reason", "project", "days")))


def days_of(form: RequestForm) -> int | None:
    text = form.days.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Invalid(f"For how long is a whole number of days, not {text[:40]!r}.")
    return int(text)


def in_words(asked: Asked) -> str:
    """What was recorded, what was left out of it, and who had asked for some of it before."""
    words = [f"Asked for {counted(asked.promotion.item_count, 'image')} to be labelled. {NOT_SHARED}"]
    if asked.left_out:
        verb = "is" if asked.left_out == 1 else "are"
        words.append(f"{counted(asked.left_out, 'image')} without an address to copy from {verb} left out.")
    if asked.known:
        words.append(f"Already asked for: {asked.known}.")
    return " ".join(words)
