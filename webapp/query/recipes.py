"""Asking again what a slice was made by: which rows its query finds now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query import results
from webapp.query.asks import Ask, Mode


def is_of_a_query(found: Slice) -> bool:
    return "query" in found.recipe


def keys_now(viewer: Viewer, found: Slice) -> BitMap64:
    """What the slice's query finds now, rows that were left out of it by hand included.

    Raises Invalid for a slice that no query made, and for a query that can no longer be asked.
    """
    return results.keys(viewer, ask_again(viewer, found))


def ask_again(viewer: Viewer, found: Slice) -> Ask:
    said: Mapping[str, Any] | None = found.recipe.get("query")
    if said is None:
        raise Invalid("This slice was not made by a query, so nothing can be asked again.")
    if said.get("is_redacted"):
        raise Invalid("The query that made this slice has a media address in it, which is not kept: ask it anew.")
    try:
        within = queries.slice_(viewer, said["slice"]) if "slice" in said else None
    except NotFound:
        raise Invalid("The slice whose grid was asked is gone, so its query cannot be asked again.") from None
    runs = {run.public_id: run for run in label_queries.runs_of_dataset(viewer, found.dataset)}
    return Ask(
        found.dataset,
        within=within,
        text=said.get("text", ""),
        run=run_of(runs, said.get("predictions")),
        said_by=run_of(runs, said.get("run")),
        mode=Mode(said.get("mode", "")),
    )


def run_of(runs: Mapping[str, ModelRun], run_id: str | None) -> ModelRun | None:
    if run_id is None:
        return None
    if run_id not in runs:
        raise Invalid("The run that the slice's query is about is no longer on this dataset.")
    return runs[run_id]
