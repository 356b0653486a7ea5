"""Looking for a value among too many to draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Slice
from webapp.labels.models import ModelRun
from webapp.query import facet_sql
from webapp.query.facet_bars import Bar, named
from webapp.query.facet_fields import FacetField
from webapp.query.facet_rows import EXACT_ROWS, rows_of
from webapp.query.facets import answers, reading
from webapp.query.sql import Kind, Sql, put
from webapp.query.time_limit import in_time

SECONDS = 5.0
MOST = 50
MAX_SOUGHT = 200

# First what begins so, then what is most often there.
SEARCH = f"""SELECT SUBSTR(text, 1, {facet_sql.MAX_TEXT + 1}) AS value, COUNT(*) AS found FROM ({{rows}}) AS matched
WHERE {{has}} GROUP BY text ORDER BY CASE WHEN {{starts}} THEN 0 ELSE 1 END, found DESC, {{value}} LIMIT {MOST + 1}"""


@dataclass(frozen=True, slots=True)
class Found:
    """Values with what was sought in them; `has_more` where these are not all."""

    bars: tuple[Bar, ...]
    has_more: bool


def search(
    viewer: Viewer,
    dataset: Dataset,
    field: FacetField,
    text: str,
    sought: str,
    *,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Found:
    """The texts of a field that contain `sought`, in capitals or not, over what the query finds, each counted.

    Raises QuerySyntaxError, and QueryTooSlow after SECONDS.
    """
    if field.key is None or field.type not in ("string", "any"):
        return Found((), has_more=False)
    rows = rows_of(viewer, dataset, field.level, text, EXACT_ROWS, run=run, said_by=said_by, within=within)
    written, wanted = Sql("LOWER(text)"), Sql("LOWER(%s)", (sought[:MAX_SOUGHT],))
    asked = put(
        SEARCH,
        rows=rows.sql(text=reading(field, Kind.TEXT)),
        has=rows.dialect.has(written, wanted),
        starts=rows.dialect.starts(written, wanted),
        value=rows.dialect.in_order(Sql("text")),
    )
    with in_time(SECONDS):
        found = answers(asked)
    bar = partial(named, field.condition, "=", is_truth=False)
    return Found(tuple(bar(value, rows.counted(count)) for value, count in found[:MOST]), len(found) > MOST)
