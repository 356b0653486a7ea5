"""Feeds of the query bar: what one may go on with, and whether a text means something, without asking it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.pages.door import feed
from webapp.pages.feeds import answer
from webapp.pages.label_runs import run_of_page
from webapp.pages.query_bar import query_text
from webapp.query.hints import Hint, hint
from webapp.query.queries import matching
from webapp.query.refusals import QuerySyntaxError
from webapp.query.saved import subject_of
from webapp.query.suggestions import Values, known_names, values

MAX_PREFIX = 200


@never_cache
@feed("GET")
def suggestions(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """With `field` its values that begin with `prefix`; without it the names of fields, runs and slices."""
    dataset = queries.dataset(viewer, dataset_id)
    field = request.GET.get("field", "")
    if not field:
        known = known_names(viewer, dataset)
        return answer({"fields": known.fields, "runs": known.runs, "slices": known.slices, "live": known.live_slices})
    try:
        found = values(viewer, dataset, field, request.GET.get("prefix", "").replace("\0", "")[:MAX_PREFIX])
    except QuerySyntaxError:
        # Half a name is no mistake while it is being typed; what is one, the check says.
        found = Values([], None, None, is_exact=True)
    return answer({"values": found.texts, "low": found.lowest, "high": found.highest, "is_exact": found.is_exact})


@never_cache
@feed("GET")
def query_check(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Whether `q` can be asked, in `mode` and of `run`; if not, where and why; if so, what in it no row has.

    `position` counts characters from 0.
    """
    dataset = queries.dataset(viewer, dataset_id)
    text = query_text(request)
    if not text:
        return answer({"ok": True})
    run = run_of_page(request, viewer, dataset)
    subject = subject_of(dataset, request.GET.get("mode", ""), run if request.GET.get("run") else None)
    try:
        matching(viewer, dataset, text, subject, run)
        found = hint(viewer, dataset, text, run)
    except QuerySyntaxError as fault:
        told = {"found": fault.found, "expected": fault.expected, "nearest": fault.near}
        place = {"position": fault.position, "length": fault.length, "reason": fault.reason}
        return answer({"ok": False} | place | told)
    return answer({"ok": True} | ({"hint": told_of(found)} if found is not None else {}))


def told_of(hint: Hint) -> dict[str, Any]:
    """What no row has; `near` is what may have been meant, `query` the text with that in its place."""
    first, last = hint.at
    place = {"position": first, "length": last - first}
    return {"reason": hint.sentence, "near": hint.near, "query": hint.query} | place
