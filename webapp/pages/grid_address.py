"""The address of a grid: what it asks for, in which order, and where it begins. Read here, and written here.

All of it is optional: `q`, `sort`, `mode`, `run`; `from` and `position`, or `after` or `before`. Feeds take `slice`
too, which a slice's own page has in its path. What means nothing is refused with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.pages.label_runs import run_of_page
from webapp.pages.paging import key_from
from webapp.pages.query_bar import query_text
from webapp.privacy.refusals import Invalid
from webapp.query.asks import Ask, Mode
from webapp.query.ordering import CONFIDENCE
from webapp.query.results import MAX_ROWS

MAX_POSITION = 2**53


@dataclass(frozen=True, slots=True)
class Start:
    """Where a block of rows begins: keys, of which at most one is set."""

    from_: int | None = None
    """The first row's own."""
    after: int | None = None
    """That of the row before it."""
    before: int | None = None
    """That of the row behind the last one."""
    position: int | None = None
    """Of the first row, counted from 0, when it was last known."""

    @property
    def is_inside(self) -> bool:
        """Whether it is not simply the beginning."""
        return (self.from_, self.after, self.before) != (None, None, None)


def ask_of_page(request: HttpRequest, dataset: Dataset, run: ModelRun | None, *, within: Slice | None = None) -> Ask:
    """What the address of a page asks for; `run` is the one the page shows."""
    said_by = run if request.GET.get("run") else None
    mode = mode_named(request.GET.get("mode", ""))
    return Ask(dataset, within, query_text(request), run, said_by, mode, request.GET.get("sort", ""))


def ask_of_feed(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> Ask:
    """The same of a feed, which looks for no run that nothing is asked of: a query finds its own."""
    is_wanted = request.GET.get("run") or request.GET.get("sort", "").removeprefix("-") == CONFIDENCE
    run = run_of_page(request, viewer, dataset) if is_wanted else None
    return ask_of_page(request, dataset, run, within=slice_asked(request, viewer, dataset))


def slice_asked(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> Slice | None:
    """The slice of the dataset that the address of a feed or of charts names; None where it names none."""
    return queries.slice_in(viewer, dataset, request.GET["slice"]) if request.GET.get("slice") else None


def mode_named(asked: str) -> Mode:
    try:
        return Mode(asked)
    except ValueError:
        raise Invalid(f"mode: a grid shows objects, or without a mode what they are in; not {asked[:60]!r}.") from None


def start_of(request: HttpRequest, ask: Ask) -> Start:
    """Where the address begins."""
    places = {name: key_from(request, name, ask.prefix) for name in ("from", "after", "before")}
    if sum(pk is not None for pk in places.values()) > 1:
        raise Invalid("Only one of from, after and before says where a list begins.")
    position = whole(request, "position", 0, MAX_POSITION) if request.GET.get("position") else None
    return Start(places["from"], places["after"], places["before"], position)


def limit_of(request: HttpRequest, otherwise: int) -> int:
    return whole(request, "limit", 1, MAX_ROWS) if request.GET.get("limit") else otherwise


def whole(request: HttpRequest, name: str, low: int, high: int) -> int:
    text = request.GET[name]
    if text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high:
        return int(text)
    raise Invalid(f"{name}: a whole number from {low} to {high} is accepted, not {text[:60]!r}.")


def ask_params(ask: Ask) -> dict[str, str]:
    """The ask as a feed's address has it."""
    told = {
        "q": ask.text,
        "sort": ask.sort,
        "mode": str(ask.mode),
        "run": ask.said_by.public_id if ask.said_by is not None else "",
        "slice": ask.within.public_id if ask.within is not None else "",
    }
    return {name: value for name, value in told.items() if value}


def with_ask(path: str, ask: Ask) -> str:
    """The address of a feed that is to answer this ask."""
    params = ask_params(ask)
    return f"{path}?{urlencode(params)}" if params else path
