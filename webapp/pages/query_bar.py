"""The query bar of a grid: what was asked, what is wrong with it, what one may ask. Its script counts what matches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item, Slice
from webapp.labels import queries as labels
from webapp.pages.cells import dataset_href
from webapp.pages.door import Refusal
from webapp.pages.paging import address
from webapp.pages.saved_queries import SavedRow, rows_of, run_name_of
from webapp.pages.words import counted, noun, number
from webapp.privacy.refusals import Invalid
from webapp.query.examples import Known, known_fields
from webapp.query.hints import Hint
from webapp.query.queries import members
from webapp.query.refusals import QuerySyntaxError, excerpt
from webapp.query.saved import saved_queries
from webapp.query.suggestions import names_at_hand

MAX_FIELDS = 60
SAMPLES = 20
# So that the caret is in sight on a phone; the bar has the whole.
SHOWN_AROUND = 19
SLICE_VERB = "slice-query"
# Of an address: what stays when something else is asked, and what says where in the old answer one was.
KEPT = ("run", "mode", "sort", "size")
PLACES = ("from", "position", "after", "before", "select")


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
class Missing:
    """Something in a query that no row has."""

    sentence: str
    """That none has it."""
    near: str | None
    """What may have been meant; None where nothing is known."""
    href: str | None
    """This grid, asked that."""


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
    dataset_href: str
    """The grid of the dataset that is asked."""
    mode: str
    """`objects` where objects are asked for; empty for items or scenes."""
    clear_href: str
    """The grid without a query."""
    says: str
    """How many match, where the page knows; empty where its script is to find out."""
    is_counted: bool
    """Whether that is said at all."""
    fault: Fault | None
    """Why the query cannot be answered."""
    missing: Missing | None
    """What the query names that no row has; None where nothing is known to be wrong."""
    names: str
    """Fields with their types, as JSON, so that its script need not ask for them."""
    fields: tuple[FieldRow, ...]
    """What is known to be there to ask for."""
    has_more_fields: bool
    """Whether there is more than these."""
    saved: tuple[SavedRow, ...]
    """What the team saved."""
    saved_href: str
    """Their own page, which also takes the form that saves one."""
    save: tuple[tuple[str, str], ...]
    """Names and values of the form that saves what is asked; none where nothing is, or the viewer may not."""
    is_of_slice: bool
    """Whether a slice is asked, of which a saved query says nothing."""
    may_save: bool
    """Whether the viewer may save and change queries."""
    may_slice: bool
    """Whether the viewer may make a slice of all that match, and there are some."""
    slice_name: str
    """The name typed for it when that was refused."""
    refusal: Refusal | None
    """Why it was not made."""


def query_text(request: HttpRequest) -> str:
    """What the address asks for, on one line, as the bar shows it; empty for nothing."""
    return one_line(request.GET.get("q", ""))


def one_line(text: str) -> str:
    text = re.sub(r"[\r\n\t]", " ", text)
    return text.rstrip() if text.strip() else ""


def query_bar(
    request: HttpRequest,
    viewer: Viewer,
    dataset: Dataset,
    known: Known,
    *,
    says: str = "",
    is_counted: bool = False,
    has_matches: bool = False,
    within: Slice | None = None,
    fault: Invalid | None = None,
    hint: Hint | None = None,
    refusal: Refusal | None = None,
) -> QueryBar:
    """The bar of a dataset's grid, or of that of a slice of it."""
    refusal = refusal if refusal is not None and refusal.verb == SLICE_VERB else None
    fields = known_fields(known, MAX_FIELDS + 1)
    texts = [one.example for one in fields if one.type == "string"]
    may_save = viewer.may(Permission.CURATE)
    return QueryBar(
        text=query_text(request),
        placeholder=f"e.g. {min(texts, key=len, default=fields[0].example)}",
        kept=tuple((name, request.GET[name]) for name in KEPT if request.GET.get(name)),
        dataset_href=dataset_href(dataset.public_id),
        mode=request.GET.get("mode", ""),
        clear_href=asking(request, None),
        says=says,
        is_counted=is_counted,
        fault=fault_of(query_text(request), fault) if fault is not None else None,
        missing=missing_of(request, hint),
        names=names_of(dataset, known.classes, has_runs=known.has_predictions),
        fields=tuple(FieldRow(one.example, one.type, asking(request, one.example)) for one in fields[:MAX_FIELDS]),
        has_more_fields=len(fields) > MAX_FIELDS,
        saved=rows_of(viewer, dataset, saved_queries(viewer, dataset), within=within),
        saved_href=reverse("pages:saved-queries", args=[dataset.public_id]),
        save=what_to_save(request, viewer, dataset, within) if may_save and fault is None else (),
        is_of_slice=within is not None,
        may_save=may_save,
        may_slice=has_matches and viewer.may(Permission.CURATE),
        slice_name=request.POST.get("name", "") if refusal is not None else "",
        refusal=refusal,
    )


def what_to_save(
    request: HttpRequest, viewer: Viewer, dataset: Dataset, within: Slice | None
) -> tuple[tuple[str, str], ...]:
    text = query_text(request)
    if not text:
        return ()
    run_name = run_name_of(viewer, dataset, request.GET.get("run", ""))
    kept = {name: request.GET.get(name, "") for name in ("mode", "sort")}
    back = {"slice": within.public_id} if within is not None else {}
    return tuple((kept | {"text": text, "run_name": run_name} | back).items())


def asking(request: HttpRequest, text: str | None) -> str:
    """The first page of this grid, asked something else."""
    return address(request, q=text, **dict.fromkeys(PLACES))


def names_of(dataset: Dataset, classes: Sequence[str] = (), *, has_runs: bool = False) -> str:
    """What may be asked for, as JSON, as far as it is known without asking."""
    return msgspec.json.encode(names_at_hand(dataset, classes, has_runs=has_runs)).decode()


def missing_of(request: HttpRequest, hint: Hint | None) -> Missing | None:
    if hint is None:
        return None
    return Missing(hint.sentence, hint.near, asking(request, hint.query) if hint.query is not None else None)


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


def said_behind(unit: str, total: int | None) -> dict[str, str]:
    """What the page's script writes behind a count that it finds out: for one, and for any other number."""
    of = f"of {counted(total, unit)}" if total is not None else ""
    return {"one": f"{of or unit} matches", "many": f"{of or noun(2, unit)} match"}


def exactly(found: int, unit: str, total: int | None) -> str:
    if not found:
        return ""
    verb = "matches" if found == 1 else "match"
    what = f"{number(found)} of {counted(total, unit)}" if total is not None else counted(found, unit)
    return f"{what} {verb}"
