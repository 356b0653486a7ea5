"""Writing down what browsers measured of the media: the sizes of pictures, and what a scene's mp4 holds.

A picture's size has columns of its own. What is known of an mp4 is metadata of its scene, under VIDEO_KEYS: it can be
queried, charted, sorted by, exported and sent by programs like everything else that is said of a scene.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets import metadata as metadata_rules
from webapp.datasets.actions.edit_log import keep_edit
from webapp.datasets.actions.locking import field_types, locked_dataset, save_change
from webapp.datasets.actions.metadata_edits import SHOWN, checked_change, in_words, save_scenes
from webapp.datasets.deltas import Cell, CellWriter, Held, held, is_same, packed, packed_keys, pieces_of
from webapp.datasets.models import Dataset, Edit, Item, Scene
from webapp.privacy import public_id
from webapp.privacy.refusals import Conflict, Invalid, NotFound

VIDEO_KEYS = ("video_width", "video_height", "video_duration_s", "video_frame_count")
PLACE = "measures"
# As a field among fields: no key of metadata has this name.
SIZE = ""
MAX_MEASURED = 10_000
ROWS_AT_ONCE = 500

Size = tuple[int | None, int | None]


class MeasuredSize(NamedTuple):
    """The width and height of an item, in pixels: as the page knew them, None for unknown, and as they are."""

    pk: int
    seen: Size
    found: tuple[int, int]


class MeasuredVideo(NamedTuple):
    """Values of VIDEO_KEYS of a scene: as the page knew them, a key that was not there left out, and as they are."""

    pk: int
    seen: Mapping[str, Any]
    found: Mapping[str, int | float]


class Writing:
    """What is being written: the cells of each field in the order of writing, and where the page was out of date.

    `said` has the first few changes in words, as many as one scene can have.
    """

    def __init__(self) -> None:
        self.fields: dict[str, CellWriter] = {}
        self.outdated: list[str] = []
        self.said: list[str] = []

    def say(self, change: str) -> None:
        if len(self.said) < len(VIDEO_KEYS):
            self.said.append(change)

    def cells(self, field: str) -> CellWriter:
        return self.fields.setdefault(field, CellWriter())

    def touched(self, level: str) -> set[int]:
        return {pk for cells in self.fields.values() for pk in cells.touched.get(level, ())}


@transaction.atomic
def write_measures(
    viewer: Viewer, dataset: Dataset, sizes: Sequence[MeasuredSize], videos: Sequence[MeasuredVideo]
) -> Edit | None:
    """Put what was found in place of what was seen, as one edit; None where all of it was so already.

    Raises Conflict, and writes nothing, where a row holds neither what was seen nor what was found.
    """
    dataset = locked_dataset(viewer, dataset)
    if len(sizes) + len(videos) > MAX_MEASURED:
        raise Invalid(f"At most {MAX_MEASURED} rows are written at once; write a part.")
    writing = Writing()
    items = size_changes(viewer, dataset, {one.pk: one for one in sizes}, writing)
    scenes, types = video_changes(viewer, dataset, {one.pk: one for one in videos}, writing)
    if writing.outdated:
        more = f", and {len(writing.outdated) - 1} more like it" if len(writing.outdated) > 1 else ""
        raise Conflict(f"{writing.outdated[0]}{more}. Nothing was written: check these files again.")
    if not items and not scenes:
        return None
    save_sizes(items)
    save_scenes(dataset.pk, scenes)
    save_change(dataset, types=[("scene", types)])
    subject, summary = told(items, scenes, writing)
    counts = {"items": len(items), "scenes": len(scenes)}
    record(viewer, "measures.write", subject=dataset.public_id, dataset=dataset.public_id, **counts)
    return keep_measures_edit(viewer, dataset, writing, subject=subject, summary=summary)


def size_changes(viewer: Viewer, dataset: Dataset, found: Mapping[int, MeasuredSize], writing: Writing) -> list[Item]:
    """The items whose size changes, with their new one."""
    if not found:
        return []
    rows = list(Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk__in=list(found)).order_by("pk"))
    refuse_gone(len(found) - len(rows), "item")
    changed = []
    for row in rows:
        now, wanted = (row.width, row.height), found[row.pk].found
        if now == wanted:
            continue
        name = row.reference_id[:SHOWN]
        if now != found[row.pk].seen:
            writing.outdated.append(f"The size of {name} was changed meanwhile: it is {size_in_words(now)} now")
        writing.say(f"size of {name}: {size_in_words(now)} → {size_in_words(wanted)}")
        writing.cells(SIZE).add(Cell("item", row.pk, Held(now), Held(wanted)))
        row.width, row.height = wanted
        changed.append(row)
    return changed


def video_changes(
    viewer: Viewer, dataset: Dataset, found: Mapping[int, MeasuredVideo], writing: Writing
) -> tuple[dict[int, dict[str, Any]], metadata_rules.FieldTypes]:
    """The new metadata of the scenes that change, by key, and the types once they know it."""
    types = field_types(dataset, "scene")
    if not found:
        return {}, types
    rows = Scene.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk__in=list(found)).order_by("pk")
    stored = list(rows.values_list("pk", "reference_id", "metadata"))
    refuse_gone(len(found) - len(stored), "scene")
    # Field by field, as an undo goes back: so every key comes back at its place.
    now = {pk: metadata for pk, _, metadata in stored}
    changed: dict[int, dict[str, Any]] = {}
    for field in VIDEO_KEYS:
        for pk, name, _ in stored:
            if field in found[pk].found:
                written = with_measured(now[pk], name, field, found[pk], writing)
                if written is not None:
                    now[pk] = changed[pk] = written
                    types.take({field: found[pk].found[field]})
    return changed, types


def with_measured(
    metadata: dict[str, Any], name: str, field: str, measured: MeasuredVideo, writing: Writing
) -> dict[str, Any] | None:
    """A scene's metadata with what was measured in one key; None where it is so already."""
    now, wanted = held(metadata, field), Held(measured.found[field])
    if is_same(now, wanted):
        return None
    seen = Held(measured.seen[field]) if field in measured.seen else None
    if not is_same(now, seen):
        writing.outdated.append(f"{field} of {name[:SHOWN]} was changed meanwhile: it is {in_words(now)} now")
    writing.say(f"{field} of {name[:SHOWN]}: {in_words(now)} → {in_words(wanted)}")
    return checked_change(metadata, writing.cells(field), Cell("scene", measured.pk, now, wanted), field)


def refuse_gone(count: int, noun: str) -> None:
    if count:
        raise NotFound(f"{count} of these {noun}s {'is' if count == 1 else 'are'} not in this dataset any more.")


def save_sizes(items: Sequence[Item]) -> None:
    Item.objects.unscoped().bulk_update(items, ["width", "height"], batch_size=ROWS_AT_ONCE)


def keep_measures_edit(
    viewer: Viewer, dataset: Dataset, writing: Writing, *, subject: str, summary: str, undoes: Edit | None = None
) -> Edit:
    """The edit, with the cells of each field in the order in which they were written."""
    delta = packed([[field, cells.finish()] for field, cells in writing.fields.items()])
    touched = packed_keys({level: writing.touched(level) for level in ("item", "scene")})
    kind = Edit.Kind.MEASURES
    return keep_edit(
        viewer, dataset, kind, PLACE, subject=subject, summary=summary, delta=delta, touched=touched, undoes=undoes
    )


def put_sizes_back(dataset: Dataset, delta: bytes, writing: Writing) -> None:
    """Give items the sizes they had before; those that are gone by now are left out. Raises Conflict."""
    for piece in pieces_of(delta):
        cells = {cell.pk: cell for cell in piece}
        rows = Item.objects.unscoped().filter(dataset_id=dataset.pk, pk__in=list(cells)).order_by("pk")
        changed = []
        for row in rows:
            before, after = (tuple(held.value) if held else (None, None) for held in cells[row.pk][2:])
            if (row.width, row.height) != after:
                raise Conflict(f"The size of {row.reference_id[:80]} was changed since, so this is not undone.")
            writing.cells(SIZE).add(Cell("item", row.pk, Held(after), Held(before)))
            row.width, row.height = before
            changed.append(row)
        save_sizes(changed)


def told(items: Sequence[Item], scenes: Mapping[int, Any], writing: Writing) -> tuple[str, str]:
    """What the edit is about, "" for many things, and what it did."""
    if len(items) + len(scenes) == 1:
        prefix, pk = ("di", items[0].pk) if items else ("scn", next(iter(scenes)))
        return public_id.encode(prefix, pk), f"Measured: {'; '.join(writing.said)}"
    counts = [(len(items), "sizes of {} items", "size of 1 item"), (len(scenes), "{} videos", "1 video")]
    words = [(one if count == 1 else many).format(count) for count, many, one in counts if count]
    return "", f"Measured: {' and '.join(words)}"


def size_in_words(size: Size) -> str:
    width, height = size
    return "unknown" if width is None or height is None else f"{width} x {height}"
