"""Editing from the pages' scripts: metadata of one row or of a selection, and undo. Private to the pages."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import edit_queries, queries, strict_json
from webapp.datasets.actions.metadata_edits import MAX_EDITED, edit_metadata, edit_metadata_of_many
from webapp.datasets.actions.undo import undo, undo_last
from webapp.datasets.bearers import level_of
from webapp.datasets.deltas import Held
from webapp.datasets.models import Dataset, Edit, Slice
from webapp.pages.chosen import members_chosen
from webapp.pages.door import feed
from webapp.pages.feeds import Chosen, answer, parsed
from webapp.privacy import public_id
from webapp.privacy.refusals import Invalid, NotFound

# A page shows one row at a time, and a person reviews a few more.
TOLD_CHANGES = 200


class OneEdit(msgspec.Struct, forbid_unknown_fields=True):
    """`before` is what the page showed and `after` what it shall be, each as one JSON text, None for no such field."""

    id: str
    field: str
    before: str | None
    after: str | None


class ManyEdits(Chosen, kw_only=True):
    """`after` as one JSON text, None to take the field away. With `count_only` nothing is changed."""

    field: str = ""
    after: str | None = None
    count_only: bool = False


class Undoing(msgspec.Struct, forbid_unknown_fields=True):
    """`edit` is a public id, None for the newest of one's own; `again` does again what was undone last."""

    edit: str | None = None
    again: bool = False


@feed("POST")
def metadata(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Edit one field of an item, scene or label."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, OneEdit)
    prefix = body.id.partition("_")[0]
    level, pk = level_of(prefix), public_id.decode(prefix, body.id)
    if level is None or pk is None:
        raise NotFound("There is nothing here with this id.")
    seen, wanted = held_in(body.before), held_in(body.after)
    made = edit_metadata(viewer, dataset, level, pk, body.field, seen=seen, wanted=wanted)
    return answer({"count": 1 if made else 0} | told_of(viewer, dataset, made))


@feed("POST")
def metadata_of_many(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Edit one field of what was chosen, or count what would be edited."""
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    body = parsed(request, ManyEdits)
    kind, keys = members_chosen(viewer, dataset, body)
    if body.count_only:
        return answer({"count": len(keys), "most": MAX_EDITED})
    level = "item" if kind == Slice.Kind.ITEMS else "scene"
    count, made = edit_metadata_of_many(viewer, dataset, level, keys, body.field, wanted=held_in(body.after))
    return answer({"count": count, "chosen": len(keys)} | told_of(viewer, dataset, made))


@feed("POST")
def undone(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Take an edit back; says what holds what now, as far as a page may show it."""
    dataset = queries.dataset(viewer, dataset_id)
    body = parsed(request, Undoing)
    made = undo(viewer, dataset, body.edit) if body.edit else undo_last(viewer, dataset, again=body.again)
    return answer(told_of(viewer, dataset, made))


def held_in(text: str | None) -> Held | None:
    """The value of a JSON text, held to what an append takes; None for none."""
    if text is None:
        return None
    try:
        return Held(strict_json.read(text.encode("utf-8", "surrogatepass")))
    except Invalid as refusal:
        raise Invalid(refusal.sentence.replace("the body", "the value")) from None


def told_of(viewer: Viewer, dataset: Dataset, made: Edit | None) -> dict[str, Any]:
    """What a script is told of an edit; its values as JSON texts, so that no digit is lost."""
    if made is None:
        return {"edit": None, "summary": "Nothing changed: it was so already.", "changed": []}
    found = edit_queries.changed_by(made, TOLD_CHANGES)
    changed = [[one.id, one.field, *(msgspec.json.encode(value).decode() for value in one.value)] for one in found]
    version = queries.dataset(viewer, dataset.public_id).version
    return {
        "edit": made.public_id,
        "summary": made.summary,
        "subject": made.subject,
        "changed": changed,
        "version": version,
    }


def edit_addresses(viewer: Viewer, dataset: Dataset) -> dict[str, str] | None:
    """Where the pages' scripts edit and undo; None for who may not."""
    if not viewer.may(Permission.CURATE):
        return None
    names = {
        "metadata": "edit-metadata",
        "many": "edit-metadata-of-many",
        "undo": "undo",
        "request_labelling": "request-labelling",
    }
    return {name: reverse(f"pages:{view}", args=[dataset.public_id]) for name, view in names.items()}
