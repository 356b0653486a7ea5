"""Reads about datasets. Each takes the viewer first; what one may not see is NotFound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Length
from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import (
    Dataset,
    DatasetOrigin,
    Item,
    MediaOrigin,
    Scene,
    Slice,
)
from webapp.datasets.tag_lookup import HasTag
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import Origin
from webapp.privacy.refusals import NotFound

MAX_PAGE = 10_000
Row = TypeVar("Row", Item, Scene, Slice)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the order of their keys. `after` and `before` are keys to page from, None where there is nothing more."""

    rows: list[Row]
    after: int | None
    before: int | None


class FrameRow(NamedTuple):
    """A frame without an Item around it, six times faster to read; `metadata_json` is "" where it was not asked for."""

    pk: int
    reference_id: str
    url: MediaUrl | None
    file_pk: int | None
    metadata_json: str


def dataset(viewer: Viewer, dataset_id: str) -> Dataset:
    pk = public_id.decode("ds", dataset_id)
    found = Dataset.objects.visible_to(viewer).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no dataset {dataset_id[:60]!r} that you may see.")
    return found


def datasets(viewer: Viewer) -> list[Dataset]:
    """All datasets of the team, newest first."""
    return list(Dataset.objects.visible_to(viewer).order_by("-id"))


def items(viewer: Viewer, dataset: Dataset) -> QuerySet[Item]:
    """The dataset's items, unordered; the scope for every read of them."""
    return Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk)


def scenes(viewer: Viewer, dataset: Dataset) -> QuerySet[Scene]:
    return Scene.objects.visible_to(viewer).filter(dataset_id=dataset.pk)


def page_of(rows: QuerySet[Row], *, after: int | None = None, before: int | None = None, limit: int = 100) -> Page[Row]:
    """One page by key, in ascending order: the rows after `after`, or the last ones before `before`."""
    limit = min(limit, MAX_PAGE)
    if before is not None:
        found = list(rows.filter(pk__lt=before).order_by("-pk")[: limit + 1])
        more = len(found) > limit
        found = found[:limit][::-1]
        return Page(found, found[-1].pk if found else None, found[0].pk if found and more else None)
    later = rows.filter(pk__gt=after) if after is not None else rows
    found = list(later.order_by("pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, found[-1].pk if found and more else None, found[0].pk if found and after is not None else None)


def item(viewer: Viewer, dataset: Dataset, item_id: str) -> Item:
    """The item with this public id (`di_…`) in this dataset."""
    pk = public_id.decode("di", item_id)
    found = items(viewer, dataset).select_related("scene").filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no item {item_id[:60]!r} in this dataset.")
    return found


def item_by_reference(viewer: Viewer, dataset: Dataset, reference_id: str) -> Item:
    found = items(viewer, dataset).select_related("scene").filter(reference_id=reference_id).first()
    if found is None:
        raise NotFound(f"There is no item with the reference_id {reference_id[:200]!r} in this dataset.")
    return found


def datasets_of_items(viewer: Viewer, pks: Iterable[int]) -> dict[int, int]:
    """The key of the dataset of each of these items that the viewer may see, by the item's key."""
    rows = Item.objects.visible_to(viewer)
    found: dict[int, int] = {}
    for some in chunks(sorted(pks)):
        found.update(rows.filter(pk__in=some).values_list("pk", "dataset_id"))
    return found


def datasets_of_references(viewer: Viewer, references: Iterable[str]) -> dict[str, list[int]]:
    """The keys of all datasets the viewer may see that have an item with each of these reference ids."""
    rows = Item.objects.visible_to(viewer).order_by("dataset_id")
    found: dict[str, list[int]] = {}
    for some in chunks(sorted(references)):
        for name, dataset_pk in rows.filter(reference_id__in=some).values_list("reference_id", "dataset_id"):
            found.setdefault(name, []).append(dataset_pk)
    return found


def chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The keys in pieces that one statement takes."""
    return (keys[start : start + 10_000] for start in range(0, len(keys), 10_000))


def item_at(viewer: Viewer, dataset: Dataset, position: int) -> Item:
    """The item at a position from 0 in the order of insertion."""
    found = list(items(viewer, dataset).order_by("pk")[position : position + 1]) if 0 <= position < 2**53 else []
    if not found:
        raise NotFound(f"There is no item at position {position}; this dataset has {dataset.item_count}.")
    return found[0]


def neighbors(viewer: Viewer, item: Item) -> tuple[Item | None, Item | None]:
    """The items before and after this one, for a frame those of its scene; None at the ends."""
    around = Item.objects.visible_to(viewer).filter(dataset_id=item.dataset_id)
    if item.scene_id is not None and item.frame_index is not None:
        frames = around.filter(scene_id=item.scene_id)
        return (
            frames.filter(frame_index=item.frame_index - 1).first(),
            frames.filter(frame_index=item.frame_index + 1).first(),
        )
    return (
        around.filter(pk__lt=item.pk).order_by("-pk").first(),
        around.filter(pk__gt=item.pk).order_by("pk").first(),
    )


def scene(viewer: Viewer, dataset: Dataset, scene_id: str) -> Scene:
    """The scene with this public id (`scn_…`) in this dataset."""
    pk = public_id.decode("scn", scene_id)
    found = scenes(viewer, dataset).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no scene {scene_id[:60]!r} in this dataset.")
    return found


def scene_by_reference(viewer: Viewer, dataset: Dataset, reference_id: str) -> Scene:
    found = scenes(viewer, dataset).filter(reference_id=reference_id).first()
    if found is None:
        raise NotFound(f"There is no scene with the reference_id {reference_id[:200]!r} in this dataset.")
    return found


def frames(viewer: Viewer, scene: Scene) -> list[Item]:
    """A scene's frames in order."""
    return list(Item.objects.visible_to(viewer).filter(scene_id=scene.pk).order_by("frame_index"))


def frame_at(viewer: Viewer, scene: Scene, index: int) -> Item:
    """The frame at an index from 0."""
    inside = 0 <= index < scene.frame_count
    rows = Item.objects.visible_to(viewer).filter(scene_id=scene.pk, frame_index=index)
    found = rows.first() if inside else None
    if found is None:
        raise NotFound(f"This scene has no frame {index}; it has {scene.frame_count}.")
    return found


def has_copies(viewer: Viewer, scene: Scene) -> bool:
    """Whether any frame of the scene has a copy here, by an approved promotion."""
    return Item.objects.visible_to(viewer).filter(scene_id=scene.pk, shared_at__isnull=False).exists()


def frame_rows(viewer: Viewer, scene: Scene, *, with_metadata: bool) -> list[FrameRow]:
    """A scene's frames in order, with their metadata as it is stored: it goes out as text, so nothing parses it."""
    metadata = Cast("metadata", TextField()) if with_metadata else Value("")
    rows = Item.objects.visible_to(viewer).filter(scene_id=scene.pk).order_by("frame_index")
    return list(starmap(FrameRow, rows.values_list("pk", "reference_id", "url", "file_id", metadata)))


def frame_metadata_length(viewer: Viewer, scene: Scene) -> int:
    """How many characters the metadata of all frames has as JSON."""
    rows = Item.objects.visible_to(viewer).filter(scene_id=scene.pk)
    return rows.aggregate(length=Sum(Length(Cast("metadata", TextField()))))["length"] or 0


def first_frames(viewer: Viewer, found: Sequence[Scene]) -> dict[int, Item]:
    """The first frame of each scene that has frames, by scene key: what a grid shows of it."""
    rows = Item.objects.visible_to(viewer).filter(scene_id__in=[one.pk for one in found], frame_index=0)
    return {row.scene_id: row for row in rows if row.scene_id is not None}


def slice_(viewer: Viewer, slice_id: str) -> Slice:
    pk = public_id.decode("slc", slice_id)
    related = ("dataset", "created_by", "changed_by")
    found = Slice.objects.visible_to(viewer).select_related(*related).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no slice {slice_id[:60]!r} that you may see.")
    return found


def slice_in(viewer: Viewer, dataset: Dataset, slice_id: str) -> Slice:
    """The slice with this public id; raises NotFound where it is another dataset's."""
    found = slice_(viewer, slice_id)
    if found.dataset_id != dataset.pk:
        raise NotFound("This slice belongs to another dataset.")
    return found


def slices(
    viewer: Viewer,
    dataset: Dataset | None = None,
    *,
    name: str | None = None,
    kind: str | None = None,
    limit: int | None = None,
) -> list[Slice]:
    """The team's slices, or a dataset's, newest first, without their members."""
    found = slice_rows(viewer, dataset)
    if name is not None:
        found = found.filter(name=name)
    if kind is not None:
        found = found.filter(kind=kind)
    return list(found[:limit])


def slice_rows(viewer: Viewer, dataset: Dataset | None = None, *, search: str = "", tag: str = "") -> QuerySet[Slice]:
    """The slices to list, newest first, without their members.

    `search` is a part of the name in either case, `tag` one that they all have.
    """
    found = Slice.objects.visible_to(viewer).select_related("dataset", "created_by").defer("members").order_by("-id")
    if dataset is not None:
        found = found.filter(dataset_id=dataset.pk)
    if tag:
        found = found.filter(HasTag("tags", tag))
    return found.filter(name__icontains=search) if search else found


def newest_first(
    rows: QuerySet[Slice], *, after: int | None = None, before: int | None = None, limit: int = 100
) -> Page[Slice]:
    """One page by key, in descending order: the slices older than `after`, or the ones just newer than `before`."""
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: limit + 1])
        more = len(found) > limit
        found = found[:limit][::-1]
        return Page(found, found[-1].pk if found else None, found[0].pk if found and more else None)
    older = rows.filter(pk__lt=after) if after is not None else rows
    found = list(older.order_by("-pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, found[-1].pk if found and more else None, found[0].pk if found and after is not None else None)


def slice_page(
    viewer: Viewer, found: Slice, *, after: int | None = None, before: int | None = None, limit: int = 100
) -> Page[Any]:
    """One page of a slice's items or scenes, in key order: those after `after`, or the last ones before `before`."""
    return page_of_keys(viewer, found, found.keys(), after=after, before=before, limit=limit)


def page_of_keys(
    viewer: Viewer,
    found: Slice,
    keys: BitMap64,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Page[Any]:
    """As `slice_page`, of keys made of one or more slices like `found`."""
    limit = min(limit, MAX_PAGE)
    if before is not None:
        end = keys.rank(before - 1) if before > 0 else 0
        start = max(0, end - limit)
    else:
        start = keys.rank(after) if after is not None else 0
        end = min(start + limit, len(keys))
    chosen = list(keys[start:end])
    table: Any = Item if found.kind == Slice.Kind.ITEMS else Scene
    rows = list(table.objects.visible_to(viewer).filter(dataset_id=found.dataset_id, pk__in=chosen).order_by("pk"))
    is_first, is_last = start == 0, end == len(keys)
    return Page(rows, chosen[-1] if chosen and not is_last else None, chosen[0] if chosen and not is_first else None)


def dataset_origins(viewer: Viewer, dataset: Dataset) -> list[Origin]:
    """The origins this dataset's pages may contact: exactly what the CSP of those pages lists."""
    return [row.origin.value for row in dataset_origin_rows(viewer, dataset)]


def dataset_origin_rows(viewer: Viewer, dataset: Dataset) -> list[DatasetOrigin]:
    rows = DatasetOrigin.objects.filter(dataset_id=dataset.pk, dataset__team_id=viewer.team_id)
    return list(rows.select_related("origin", "attached_by").order_by("origin__origin"))


def team_origin_rows(viewer: Viewer) -> list[MediaOrigin]:
    return list(MediaOrigin.objects.filter(team_id=viewer.team_id).select_related("declared_by").order_by("origin"))


def media_origin(viewer: Viewer, pk: int) -> MediaOrigin:
    """One of the team's media origins by its row number; raises NotFound."""
    rows = MediaOrigin.objects.filter(team_id=viewer.team_id, pk=pk).select_related("declared_by")
    found = rows.first() if pk <= public_id.MAX_PK else None
    if found is None:
        raise NotFound("Your team has no such media origin.")
    return found


def datasets_of_origin(viewer: Viewer, origin: MediaOrigin) -> list[Dataset]:
    """The datasets whose pages load media from the origin, by name."""
    used = DatasetOrigin.objects.filter(origin=origin).values("dataset_id")
    return list(Dataset.objects.visible_to(viewer).filter(pk__in=used).order_by("name", "pk"))


def origin_rows_by_dataset(viewer: Viewer, found: Sequence[Dataset]) -> dict[int, list[MediaOrigin]]:
    """The origins of each of these datasets, by dataset key, in one query."""
    rows = DatasetOrigin.objects.filter(dataset__in=[one.pk for one in found], dataset__team_id=viewer.team_id)
    by_dataset: dict[int, list[MediaOrigin]] = {one.pk: [] for one in found}
    for row in rows.select_related("origin").order_by("origin__origin"):
        by_dataset[row.dataset_id].append(row.origin)
    return by_dataset
