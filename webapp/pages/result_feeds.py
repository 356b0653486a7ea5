"""`/datasets/ds_…/rows` and `…/outline`: a block of a grid's rows, and where everything in it is."""

from __future__ import annotations

import hashlib
import time
from typing import TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.shared_links import SharedLinks
from webapp.pages.cells import links_for
from webapp.pages.door import feed
from webapp.pages.grid_address import ask_of_feed, limit_of, start_of
from webapp.pages.grid_rows import RowOnPage, rows_on_page
from webapp.pages.kept_answers import kept_answer
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound
from webapp.query import results
from webapp.query.asks import Ask
from webapp.query.results import STEP, Block, Progress

ROWS = 250


class RowsAnswer(TypedDict):
    """A block of rows; `after` and `before` are ids to go on from, None where there is nothing more."""

    rows: list[RowOnPage]
    after: str | None
    before: str | None
    version: int


OutlineAnswer = TypedDict(
    "OutlineAnswer",
    {
        "step": int,
        "anchors": list[str],
        "count": int,
        "is_exact": bool,
        "looked_at": int,
        "total": int,
        "continue": str | None,
        "version": int,
    },
)


@gzip_page
@feed("GET")
def rows(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """A block of rows from a place on, or before it."""
    dataset = queries.dataset(viewer, dataset_id)
    ask = ask_of_feed(request, viewer, dataset)
    start, limit = start_of(request, ask), limit_of(request, ROWS)

    def body() -> RowsAnswer:
        place = {"from_": start.from_, "after": start.after, "before": start.before}
        found = results.page(viewer, ask, **place, limit=limit, is_strict=True)
        return rows_answer(viewer, links_for(request, viewer), ask, found)

    return kept_answer(request, dataset, body, more=state_besides(viewer, ask))


@gzip_page
@feed("GET")
def outline(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """The next part of where everything is, and how much there is."""
    dataset = queries.dataset(viewer, dataset_id)
    ask = ask_of_feed(request, viewer, dataset)
    token = request.GET.get("continue")
    progress = progress_of(ask, token) if token else None
    more = state_besides(viewer, ask)
    return kept_answer(request, dataset, lambda: outline_answer(viewer, ask, progress), more=more)


def state_besides(viewer: Viewer, ask: Ask) -> str:
    """What an answer depends on besides its dataset: sizes that browsers measure, and the slices that it may name."""
    if "width" in ask.text or "height" in ask.text:
        return str(time.time_ns())
    if ask.within is None and "slice" not in ask.text:
        return ""
    rows = queries.slice_rows(viewer, ask.dataset).order_by("pk")
    told = [list(row) for row in rows.values_list("pk", "name", "size", "changed_at")]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:12]


def rows_answer(viewer: Viewer, links: SharedLinks, ask: Ask, found: Block) -> RowsAnswer:
    return {
        "rows": rows_on_page(viewer, links, ask, found.keys),
        "after": id_of(ask, found.after),
        "before": id_of(ask, found.before),
        "version": ask.dataset.version,
    }


def outline_answer(viewer: Viewer, ask: Ask, progress: Progress | None) -> OutlineAnswer:
    found = results.outline(viewer, ask, continues=progress)
    return {
        "step": STEP,
        "anchors": public_id.encode_many(ask.prefix, found.anchors),
        "count": found.count,
        "is_exact": found.continues is None,
        "looked_at": found.looked_at,
        "total": found.total,
        "continue": token_of(ask, found.continues),
        "version": ask.dataset.version,
    }


def id_of(ask: Ask, pk: int | None) -> str | None:
    return public_id.encode(ask.prefix, pk) if pk is not None else None


def token_of(ask: Ask, progress: Progress | None) -> str | None:
    if progress is None:
        return None
    return f"{public_id.encode(ask.prefix, progress.key)}.{progress.found}.{progress.looked_at}"


def progress_of(ask: Ask, token: str) -> Progress:
    text, _, counts = token.partition(".")
    key = public_id.decode(ask.prefix, text)
    found, _, looked_at = counts.partition(".")
    if key is None or not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in (found, looked_at)):
        raise NotFound("The outline that this would go on with does not exist. Load the page again.")
    return Progress(key, int(found), int(looked_at))
