"""Saved queries: reading them, and the verbs that make, change and delete them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.privacy import public_id
from webapp.privacy.redaction import redact
from webapp.privacy.refusals import Invalid, NotFound
from webapp.query.actions import slice_of_matches
from webapp.query.asks import Ask
from webapp.query.models import SavedQuery
from webapp.query.queries import matching
from webapp.query.refusals import QuerySyntaxError
from webapp.query.scope import Subject

# What a list of them shows at once, without pages.
MAX_SAVED = 200
OBJECTS = "objects"
MODES = ("", OBJECTS)
MAX_SORT = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a saved query asks; see SavedQuery."""

    text: str
    mode: str = ""
    sort: str = ""
    run_name: str = ""


def saved_queries(viewer: Viewer, dataset: Dataset | None = None, *, only_live: bool = False) -> QuerySet[SavedQuery]:
    """Those of a dataset or the team by name."""
    found = SavedQuery.objects.visible_to(viewer).select_related("dataset", "created_by").order_by("name", "pk")
    if dataset is not None:
        found = found.filter(dataset_id=dataset.pk)
    return found.filter(is_live=True) if only_live else found


def saved_query(viewer: Viewer, dataset: Dataset, query_id: str) -> SavedQuery:
    pk = public_id.decode("qry", query_id)
    found = saved_queries(viewer, dataset).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound("There is no such saved query in this dataset; it may have been deleted.")
    return found


def run_called(viewer: Viewer, dataset: Dataset, name: str) -> ModelRun | None:
    """The newest run of this name on the dataset; None for "". Raises Invalid when there is none any more."""
    if not name:
        return None
    run = next((run for run in label_queries.runs_of_dataset(viewer, dataset) if run.name == name), None)
    if run is None:
        raise Invalid(f"This dataset has no model run {name[:60]!r} any more, which the query is about.")
    return run


@transaction.atomic
def save_query(viewer: Viewer, dataset: Dataset, asked: Asked, *, name: str, is_live: bool = False) -> SavedQuery:
    """Keep a query for the team. Raises Invalid for a name that is taken and for what cannot be asked."""
    locked = locked_dataset(viewer, dataset)
    if saved_queries(viewer, locked).count() >= MAX_SAVED:
        raise Invalid(f"This dataset has {MAX_SAVED} saved queries, and no more are kept. Delete one first.")
    made = SavedQuery(dataset=locked, created_by_id=viewer.user_id)
    write(viewer, made, asked, name=name, is_live=is_live)
    made.save()
    note(viewer, "query.save", made)
    return made


@transaction.atomic
def change_query(viewer: Viewer, found: SavedQuery, asked: Asked, *, name: str, is_live: bool) -> None:
    """Have it ask something else, be called something else, be live or not."""
    locked = locked_query(viewer, found)
    write(viewer, locked, asked, name=name, is_live=is_live)
    locked.changed_by_id, locked.changed_at = viewer.user_id, timezone.now()
    locked.save()
    note(viewer, "query.change", locked)


@transaction.atomic
def rename_query(viewer: Viewer, found: SavedQuery, *, name: str) -> None:
    locked = locked_query(viewer, found)
    locked.name = free_name(viewer, locked, name)
    locked.changed_by_id, locked.changed_at = viewer.user_id, timezone.now()
    locked.save(update_fields=["name", "changed_by", "changed_at"])
    note(viewer, "query.rename", locked)


@transaction.atomic
def delete_query(viewer: Viewer, found: SavedQuery) -> None:
    """Forget it; slices that were frozen from it stay."""
    locked = locked_query(viewer, found)
    note(viewer, "query.delete", locked)
    locked.delete()


def freeze(viewer: Viewer, found: SavedQuery, *, name: str) -> Slice:
    """A slice of what the query finds now. Raises Invalid for what is no slice, and when nothing matches."""
    viewer.require(Permission.CURATE)
    require_rows(found.mode, found.run_name)
    return slice_of_matches(viewer, Ask(found.dataset, text=found.text), name=name)


def write(viewer: Viewer, row: SavedQuery, asked: Asked, *, name: str, is_live: bool) -> None:
    """Check all of it, and put it into the row."""
    row.name = free_name(viewer, row, name)
    if asked.mode not in MODES or len(asked.sort) > MAX_SORT:
        raise Invalid("The page asks for a mode or an order that this server does not know. Load it again.")
    if is_live:
        require_rows(asked.mode, asked.run_name)
    run = run_called(viewer, row.dataset, asked.run_name)
    # A live slice is the first of those that may stand in each other.
    check(viewer, row.dataset, asked, run, via=(row.pk or 0,) if is_live else ())
    row.text, row.mode, row.sort, row.run_name = asked.text, asked.mode, asked.sort, asked.run_name
    row.is_live = is_live


def require_rows(mode: str, run_name: str) -> None:
    """Raises Invalid for what is no slice: objects, and only the pictures that a run has predictions on."""
    if mode == OBJECTS:
        raise Invalid("This query asks for objects, and a slice holds items or scenes: it cannot be a live slice.")
    if run_name:
        raise Invalid(
            "This query is about the pictures of one run alone, and a slice is about all of the dataset: show all,"
            " and name the run in the query, as in predictions@name.count > 0."
        )


def check(viewer: Viewer, dataset: Dataset, asked: Asked, run: ModelRun | None, *, via: tuple[int, ...] = ()) -> None:
    """Raises Invalid where the text means nothing, and where a live slice would ask for itself."""
    try:
        matching(viewer, dataset, asked.text, subject_of(dataset, asked.mode, run), run, via=via)
    except QuerySyntaxError as fault:
        raise Invalid(f"This query cannot be asked, at character {fault.column}: {fault.reason}") from None


def subject_of(dataset: Dataset, mode: str, run: ModelRun | None) -> Subject:
    """What a query in this mode chooses from; of objects those of the run, without one annotations."""
    if mode == OBJECTS:
        return Subject.PREDICTIONS if run is not None else Subject.ANNOTATIONS
    return Subject.SCENES if dataset.is_scene else Subject.ITEMS


def free_name(viewer: Viewer, row: SavedQuery, name: str) -> str:
    """The name, if no other saved query of the dataset has it; called with the dataset locked."""
    name = checked_name(name)
    if saved_queries(viewer, row.dataset).filter(name=name).exclude(pk=row.pk).exists():
        raise Invalid(f"This dataset has a saved query {name!r} already. Choose another name.")
    return name


def locked_query(viewer: Viewer, found: SavedQuery) -> SavedQuery:
    """The query as it is now, its dataset locked, so that names stay single."""
    dataset = locked_dataset(viewer, found.dataset)
    return saved_query(viewer, dataset, found.public_id)


def note(viewer: Viewer, action: str, row: SavedQuery) -> None:
    # Whoever looks for an item by its address has typed the address.
    said = {"query": redact(row.text), "run": row.run_name, "mode": row.mode, "is_live": row.is_live}
    record(viewer, action, subject=row.public_id, dataset=row.dataset.public_id, name=redact(row.name), **said)
