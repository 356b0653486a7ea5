"""The query bar of a dataset's grid: what was asked, how many match, what is wrong with it, what one may ask."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item
from webapp.labels import queries as labels
from webapp.labels.models import ModelRun
from webapp.pages.door import Refusal
from webapp.pages.paging import Paging, address
from webapp.pages.words import counted, number
from webapp.privacy.refusals import Invalid
from webapp.query.examples import Known, known_fields
from webapp.query.expression import Matches
from webapp.query.queries import count_of, members
from webapp.query.refusals import QuerySyntaxError, excerpt
from webapp.query.time_limit import QueryTooSlow, in_time

# The page waits for the count no longer than this and one step more, and for no step longer than that.
COUNT_SECONDS = 0.25
STEP_SECONDS = 2.0
ROWS_A_STEP = 10_000
MANY = 10_000
MAX_FIELDS = 60
SAMPLES = 20
# So that the caret is in sight on a phone; the bar has the whole.
SHOWN_AROUND = 19
SLICE_VERB = "slice-query"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a query, and where."""

    sentence: str
    """The place, what was found there, and what would do."""
    shown: str = ""
    """The part of the query around it; empty where it is no place that is at fault."""
    caret: str = ""
    """Spaces, and carets that stand below the place."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field that one may ask for."""

    example: str
    """A query that asks for it."""
    type: str
    """What it holds, in a word."""
    href: str
    """This grid, asked that."""


@dataclass(frozen=True, slots=True)
class QueryBar:
    """The bar above a grid."""

    text: str
    """What is asked; empty for all."""
    placeholder: str
    """What one might ask of this dataset."""
    kept: tuple[tuple[str, str], ...]
    """Names and values of the address that asking something else leaves as they are."""
    clear_href: str
    """The grid without a query."""
    says: str
    """How many match; empty where nothing is asked, or nothing matches."""
    fault: Fault | None
    """Why the query cannot be answered."""
    fields: tuple[FieldRow, ...]
    """What is known to be there to ask for."""
    has_more_fields: bool
    """Whether there is more than these."""
    may_slice: bool
    """Whether the viewer may make a slice of all that match, and there are some."""
    slice_name: str
    """The name typed for it when that was refused."""
    refusal: Refusal | None
    """Why it was not made."""


def query_text(request: HttpRequest) -> str:
    """What the address asks for, on one line, as the bar shows it; empty for nothing."""
    text = re.sub(r"[\r\n\t]", " ", request.GET.get("q", ""))
    return text if text.strip() else ""


def query_bar(
    request: HttpRequest,
    viewer: Viewer,
    known: Known,
    *,
    says: str = "",
    fault: Invalid | None = None,
    refusal: Refusal | None = None,
) -> QueryBar:
    refusal = refusal if refusal is not None and refusal.verb == SLICE_VERB else None
    fields = known_fields(known, MAX_FIELDS + 1)
    texts = [one.example for one in fields if one.type == "string"]
    return QueryBar(
        text=query_text(request),
        placeholder=min(texts, key=len, default=fields[0].example),
        kept=tuple((name, request.GET[name]) for name in ("run", "size") if request.GET.get(name)),
        clear_href=asking(request, None),
        says=says,
        fault=fault_of(query_text(request), fault) if fault is not None else None,
        fields=tuple(FieldRow(one.example, one.type, asking(request, one.example)) for one in fields[:MAX_FIELDS]),
        has_more_fields=len(fields) > MAX_FIELDS,
        may_slice=bool(says) and viewer.may(Permission.CURATE),
        slice_name=request.POST.get("name", "") if refusal is not None else "",
        refusal=refusal,
    )


def asking(request: HttpRequest, text: str | None) -> str:
    """The first page of this grid, asked something else."""
    return address(request, q=text, after=None, before=None)


def fault_of(text: str, found: Invalid) -> Fault:
    if not isinstance(found, QuerySyntaxError):
        return Fault(found.sentence)
    shown, caret = excerpt(text, found.position, found.length, SHOWN_AROUND)
    return Fault(f"At character {number(found.column)}: {found.reason}", shown, caret)


def known_of(
    viewer: Viewer,
    dataset: Dataset,
    rows: Sequence[Any],
    stills: Mapping[int, Item],
    *,
    has_predictions: bool,
) -> Known:
    """What these rows, and the first frames of scenes, tell of the dataset; without rows its first ones."""
    if not rows:
        rows = list(members(viewer, dataset).order_by("pk")[:SAMPLES])
        stills = queries.first_frames(viewer, rows) if dataset.is_scene else {}
    levels = {"scene": rows, "item": tuple(stills.values())} if dataset.is_scene else {"item": rows}
    return Known(
        types=dataset.field_types,
        samples={level: [one.metadata for one in found] for level, found in levels.items()},
        names=[one.reference_id for one in rows],
        classes=list(dict.fromkeys(label for _, label, _ in labels.class_counts(viewer, dataset))),
        has_predictions=has_predictions,
    )


def how_many(
    dataset: Dataset,
    rows: QuerySet[Any],
    wanted: Matches,
    shown: int,
    links: Paging,
    said_by: ModelRun | None,
) -> str:
    """How many match, in words, looking no longer than a page may wait, and not at all where this page has all."""
    noun = "scene" if dataset.is_scene else "item"
    total = dataset.scene_count if dataset.is_scene else dataset.item_count
    is_all_here = (links.first, links.previous, links.next) == (None, None, None)
    if is_all_here:
        return exactly(shown, noun, total if said_by is None else None)
    try:
        with in_time(STEP_SECONDS):
            found, looked_at, is_exact = count_of(rows, wanted, seconds=COUNT_SECONDS, step=ROWS_A_STEP)
    except QueryTooSlow:
        return "Not counted: that would take too long"
    if is_exact:
        return exactly(found, noun, looked_at)
    if found > MANY:
        return f"More than {counted(MANY, noun)} match"
    return f"At least {counted(found, noun)} match: counted among the first {number(looked_at)} of {number(total)}"


def exactly(found: int, noun: str, total: int | None) -> str:
    if not found:
        return ""
    verb = "matches" if found == 1 else "match"
    what = f"{number(found)} of {counted(total, noun)}" if total is not None else counted(found, noun)
    return f"{what} {verb}"
