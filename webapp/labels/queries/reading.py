"""Reading labels as rows, by raw SQL: no objects around them, any number of items by one parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.labels.drafts import identity_of
from webapp.labels.models import ModelRun
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS, ids
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import NotFound


class LabelRow(NamedTuple):
    """A label with its track and taxonomy by name; `run_pk` is None for an annotation.

    `geometry`, `metadata` and `class_pdf` are JSON text. `embedding` is little-endian float32. `review` is what
    metadata says under `review_status`.
    """

    item_pk: int | None
    scene_pk: int | None
    run_pk: int | None
    pk: int
    kind: str
    label: str
    annotation_id: str | None
    geometry: str
    left: float | None
    top: float | None
    right: float | None
    bottom: float | None
    metadata: str
    track: str | None
    taxonomy: str | None
    task_id: str | None
    embedding: bytes | None
    mask_url: MediaUrl | None
    mask_file_pk: int | None
    confidence: float | None
    class_pdf: str | None
    review: str | None


# Whether the viewer's team has the dataset; the viewer's role is asked before.
OF_TEAM = "EXISTS (SELECT 1 FROM datasets_dataset WHERE id = %s AND team_id = %s AND deleted_at IS NULL)"

# The plus keeps SQLite from walking all labels of the dataset once for every item.
UNINDEXED_DATASET = "+one.dataset_id = %s"


def labels_of_items(
    viewer: Viewer,
    dataset: Dataset,
    item_pks: Sequence[int],
    *,
    runs: Sequence[ModelRun] = (),
    with_annotations: bool = True,
    with_facts: bool = True,
) -> list[LabelRow]:
    """The labels of these items by item, then annotations before the runs in the order given, then key.

    Without `with_facts` what only a closer look needs is left out: annotation and task ids, metadata (""), embeddings,
    class_pdf, and the geometry of a box ("").
    """
    return labels_at(viewer, dataset, "item_id", item_pks, runs, with_annotations, with_facts)


def labels_of_scenes(
    viewer: Viewer,
    dataset: Dataset,
    scene_pks: Sequence[int],
    *,
    runs: Sequence[ModelRun] = (),
    with_annotations: bool = True,
) -> list[LabelRow]:
    """The categories of these scenes themselves, not of their frames, in the order of labels_of_items."""
    return labels_at(viewer, dataset, "scene_id", scene_pks, runs, with_annotations, with_facts=True)


def labels_keyed(
    viewer: Viewer, dataset: Dataset, pks: Sequence[int], *, run: ModelRun | None = None
) -> list[LabelRow]:
    """The annotations with these keys, or the predictions of a run, by key."""
    if not pks:
        return []
    table = ANNOTATIONS if run is None else PREDICTIONS
    join = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    source = f"{ids('pk')} AS given {join} {table} AS one ON one.id = given.pk"
    where, params = UNINDEXED_DATASET, [msgspec.json.encode(list(pks)).decode(), dataset.pk]
    if run is not None:
        where += f" AND one.run_id IN {visible_runs()}"
        params += [msgspec.json.encode([run.pk]).decode(), viewer.team_id]
    return picked(viewer, dataset, table, source, where, params)


def labels_at(
    viewer: Viewer,
    dataset: Dataset,
    place: str,
    pks: Sequence[int],
    runs: Sequence[ModelRun],
    with_annotations: bool,  # noqa: FBT001 (one private call)
    with_facts: bool,  # noqa: FBT001
) -> list[LabelRow]:
    if not pks:
        return []
    given = msgspec.json.encode(list(pks)).decode()
    found: list[LabelRow] = []
    if with_annotations:
        found = read(viewer, dataset, ANNOTATIONS, place, given, with_facts=with_facts)
    if runs:
        found += read(viewer, dataset, PREDICTIONS, place, given, runs=runs, with_facts=with_facts)
        rank: dict[int | None, int] = {run.pk: number for number, run in enumerate(runs)}
        rank[None] = -1
        at = LabelRow._fields.index(place.replace("_id", "_pk"))
        found.sort(key=lambda row: (row[at], rank[row.run_pk], row.pk))
    return found


def read(
    viewer: Viewer,
    dataset: Dataset,
    table: str,
    place: str,
    given: str,
    *,
    runs: Sequence[ModelRun] = (),
    with_facts: bool = True,
) -> list[LabelRow]:
    # CROSS: SQLite is to look up each item, never to walk a table.
    join = "JOIN" if connection.vendor == "postgresql" else "CROSS JOIN"
    source = f"{ids('pk')} AS given {join} {table} AS one ON one.{place} = given.pk"
    params: list[Any] = [given, dataset.pk]
    where = UNINDEXED_DATASET
    if table == PREDICTIONS:
        where += f" AND one.run_id IN {visible_runs()}"
        params += [msgspec.json.encode([run.pk for run in runs]).decode(), viewer.team_id]
    return picked(viewer, dataset, table, source, where, params, order=f"one.{place}", with_facts=with_facts)


def picked(
    viewer: Viewer,
    dataset: Dataset,
    table: str,
    source: str,
    where: str,
    params: list[Any],
    *,
    order: str = "one.id",
    with_facts: bool = True,
) -> list[LabelRow]:
    """The rows of `source`, where the label is called `one`, that the viewer may see."""
    if not viewer.may(Permission.SEE_PRIVATE):
        return []
    statement = f"""
        SELECT {columns(table, with_facts=with_facts)} FROM {source}
        LEFT JOIN labels_track AS track ON track.id = one.track_id
        LEFT JOIN labels_taxonomy AS taxonomy ON taxonomy.id = one.taxonomy_id
        WHERE {where} AND {OF_TEAM} ORDER BY {order}, one.id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, dataset.pk, viewer.team_id])
        found = list(map(LabelRow._make, cursor.fetchall()))
    for place in [place for place, row in enumerate(found) if row.mask_url is not None]:
        url = MediaUrl.from_column(found[place].mask_url)  # type: ignore[arg-type]
        found[place] = found[place]._replace(mask_url=url)
    return found


def columns(table: str, *, with_facts: bool) -> str:
    """The columns of LabelRow."""
    predicted = table == PREDICTIONS
    facts = {
        "annotation_id": "one.annotation_id",
        "geometry": "one.geometry",
        "metadata": metadata_text(),
        "task_id": "one.task_id",
        "embedding": "one.embedding",
        "class_pdf": "one.class_pdf" if predicted else "NULL",
    }
    if not with_facts:
        facts = dict.fromkeys(facts, "NULL")
        facts |= {"metadata": "''", "geometry": "CASE WHEN one.kind = 'box' THEN '' ELSE one.geometry END"}
    return ", ".join(
        [
            "one.item_id, one.scene_id",
            "one.run_id" if predicted else "NULL",
            "one.id, one.kind, one.label",
            facts["annotation_id"],
            facts["geometry"],
            'one."left", one.top, one."right", one.bottom',
            facts["metadata"],
            "track.reference_id, taxonomy.name",
            facts["task_id"],
            facts["embedding"],
            "one.mask_url, one.mask_file_id",
            "one.confidence" if predicted else "NULL",
            facts["class_pdf"],
            review_status(),
        ]
    )


def metadata_text() -> str:
    return "one.metadata::text" if connection.vendor == "postgresql" else "one.metadata"


def review_status() -> str:
    if connection.vendor == "postgresql":
        return "one.metadata->>'review_status'"
    return "CASE WHEN one.metadata <> '{}' THEN json_extract(one.metadata, '$.review_status') END"


def visible_runs() -> str:
    """Those runs of one JSON parameter that are of the team that the second names, and not deleted."""
    return f"""
        (SELECT run.id FROM labels_modelrun AS run JOIN labels_model AS model ON model.id = run.model_id
         WHERE run.id IN (SELECT given.pk FROM {ids("pk")} AS given) AND model.team_id = %s
         AND run.deleted_at IS NULL AND model.deleted_at IS NULL)
    """


def annotation(viewer: Viewer, dataset: Dataset, reference_id: str, annotation_id: str) -> LabelRow:
    """The annotation of an item, both named by the sender's ids; of several tasks' the first."""
    found = of_item(viewer, dataset, ANNOTATIONS, reference_id, annotation_id)
    return one_of(found, "annotation", annotation_id, reference_id)


def prediction(viewer: Viewer, dataset: Dataset, run: ModelRun, reference_id: str, annotation_id: str) -> LabelRow:
    """What a run says of an item under an annotation id."""
    found = of_item(viewer, dataset, PREDICTIONS, reference_id, annotation_id, runs=[run])
    return one_of(found, "prediction", annotation_id, reference_id)


def of_item(
    viewer: Viewer,
    dataset: Dataset,
    table: str,
    reference_id: str,
    annotation_id: str,
    *,
    runs: Sequence[ModelRun] = (),
) -> list[LabelRow]:
    """The labels of an item under an annotation id: by the index of identities, or where a task sent it without."""
    source = f"datasets_item AS item JOIN {table} AS one ON one.item_id = item.id"
    identity = identity_of("box", annotation_id, task=None, taxonomy=None)
    found: list[LabelRow] = []
    for column, value in (("identity", identity), ("annotation_id", annotation_id)):
        where = f"item.dataset_id = %s AND item.reference_id = %s AND one.{column} = %s"
        params: list[Any] = [dataset.pk, reference_id, value]
        if table == PREDICTIONS:
            where += f" AND one.run_id IN {visible_runs()}"
            params += [msgspec.json.encode([run.pk for run in runs]).decode(), viewer.team_id]
        found = found or picked(viewer, dataset, table, source, where, params)
    return found


def one_of(found: list[LabelRow], noun: str, annotation_id: str, reference_id: str) -> LabelRow:
    if not found:
        raise NotFound(
            f"There is no {noun} {annotation_id[:200]!r} of an item with the reference_id {reference_id[:200]!r} here."
        )
    return found[0]
