"""What was chosen in a grid, as its script sends it: some ids, or all that match but some."""

from __future__ import annotations

from typing import Annotated

import msgspec
from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import Annotation, Prediction
from webapp.pages.grid_address import slice_in
from webapp.pages.label_runs import run_named
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query import results
from webapp.query.asks import Ask, Mode
from webapp.query.scope import Subject

MAX_IDS = 10_000
Ids = Annotated[list[str], msgspec.Meta(max_length=MAX_IDS)]


class Matching(msgspec.Struct, forbid_unknown_fields=True):
    """All that a grid shows but some: its query, run, mode and slice as the address has them."""

    q: str = ""
    run: str | None = None
    mode: str | None = None
    slice: str | None = None
    but: Ids = []


class Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """Exactly one of `ids` and `matching` is given."""

    ids: Ids | None = None
    matching: Matching | None = None


def members_chosen(viewer: Viewer, dataset: Dataset, chosen: Chosen) -> tuple[Slice.Kind, BitMap64]:
    """The keys of the items or scenes chosen, and which of both; for objects, the items they are on.

    Raises Invalid where nothing, or both, is chosen, and NotFound for an id that names nothing here.
    """
    if (chosen.ids is None) == (chosen.matching is None):
        raise Invalid("What was chosen is either a list of ids or all that match. Load the page again.")
    if chosen.matching is not None:
        ask = ask_of(viewer, dataset, chosen.matching)
        but = BitMap64(keys_named(chosen.matching.but, ask.prefix))
        kind = Slice.Kind.SCENES if ask.members is Subject.SCENES else Slice.Kind.ITEMS
        keys = results.keys(viewer, ask, but=but)
    else:
        kind, keys = kind_and_keys(viewer, dataset, chosen.ids or [])
    if not keys:
        raise Invalid("Nothing is chosen.")
    return kind, keys


def ask_of(viewer: Viewer, dataset: Dataset, chosen: Matching) -> Ask:
    """The ask of a grid of which all was chosen; the order does not matter."""
    run = run_named(viewer, dataset, chosen.run) if chosen.run else None
    within = slice_in(viewer, dataset, chosen.slice) if chosen.slice else None
    try:
        mode = Mode(chosen.mode or "")
    except ValueError:
        raise Invalid(f"mode: objects is accepted, not {str(chosen.mode)[:60]!r}.") from None
    return Ask(dataset, within, chosen.q if chosen.q.strip() else "", run, run, mode)


def kind_and_keys(viewer: Viewer, dataset: Dataset, ids: list[str]) -> tuple[Slice.Kind, BitMap64]:
    prefix = ids[0].partition("_")[0] if ids else "di"
    if prefix in ("ann", "pred"):
        table = Annotation if prefix == "ann" else Prediction
        rows = table.objects.visible_to(viewer).filter(dataset_id=dataset.pk, item__isnull=False)
        found = BitMap64()
        for some in queries.chunks(keys_named(ids, prefix)):
            found.update(rows.filter(pk__in=some).values_list("item_id", flat=True))
        return Slice.Kind.ITEMS, found
    kind = Slice.Kind.SCENES if prefix == "scn" else Slice.Kind.ITEMS
    return kind, BitMap64(keys_named(ids, "scn" if prefix == "scn" else "di"))


def keys_named(ids: list[str], prefix: str) -> list[int]:
    """The keys that public ids with this prefix name; raises NotFound where one names none."""
    keys = [pk for text in ids if (pk := public_id.decode(prefix, text)) is not None]
    if len(keys) < len(ids):
        raise NotFound(f"{len(ids) - len(keys)} of the chosen ids name nothing that was shown.")
    return keys
