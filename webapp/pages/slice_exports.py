"""A slice as a file: JSON with metadata, or a CSV of reference ids. Streamed a thousand rows at a time, and audited."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.slices import note_export
from webapp.datasets.models import Slice
from webapp.pages.cells import stored_address
from webapp.pages.door import person
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl

ROWS_AT_ONCE = 1_000
# A page of members is read as a range where at least every third row in it is one.
DENSE = 3
CONTENT_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
# What a spreadsheet takes for the start of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Row(NamedTuple):
    """A member as it is read for an export; `metadata_json` is "" and `url` None where they were not asked for."""

    pk: int
    reference_id: str
    metadata_json: str
    url: MediaUrl | None = None


@require_safe
@person
def as_json(request: HttpRequest, viewer: Viewer, slice_id: str) -> HttpResponseBase:
    """Ids, reference ids and metadata; with `?addresses=1` also media addresses, for those who may see them."""
    found = queries.slice_(viewer, slice_id)
    with_addresses = request.GET.get("addresses") == "1"
    if with_addresses:
        viewer.require(Permission.SEE_PRIVATE)
    parts = json_parts(viewer, found, with_addresses=with_addresses)
    return download(request, viewer, found, parts, ending="json", with_addresses=with_addresses)


@require_safe
@person
def as_csv(request: HttpRequest, viewer: Viewer, slice_id: str) -> HttpResponseBase:
    """Reference ids, one a line."""
    found = queries.slice_(viewer, slice_id)
    return download(request, viewer, found, csv_parts(viewer, found), ending="csv")


def download(
    request: HttpRequest,
    viewer: Viewer,
    found: Slice,
    parts: Iterator[bytes],
    *,
    ending: str,
    with_addresses: bool = False,
) -> HttpResponseBase:
    content_type = CONTENT_TYPES[ending]
    response: HttpResponse | StreamingHttpResponse = HttpResponse(content_type=content_type)
    if request.method == "GET":
        note_export(viewer, found, form=ending, with_addresses=with_addresses)
        response = StreamingHttpResponse(parts, content_type=content_type)
    name = f"{file_stem(found.name)}-{found.public_id}.{ending}"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def file_stem(name: str, otherwise: str = "slice") -> str:
    """The part of a name that any file system takes; `otherwise` where nothing is left of it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or otherwise


def json_parts(viewer: Viewer, found: Slice, *, with_addresses: bool) -> Iterator[bytes]:
    head = {
        "slice_id": found.public_id,
        "name": found.name,
        "dataset_id": found.dataset.public_id,
        "type": found.kind,
        "has_addresses": with_addresses,
    }
    yield msgspec.json.encode(head)[:-1] + b',"members":['
    prefix = "di" if found.kind == Slice.Kind.ITEMS else "scn"
    comma = b""
    for rows in pieces(viewer, found, with_addresses=with_addresses):
        ids = public_id.encode_many(prefix, [row.pk for row in rows])
        out = [member(one_id, row, with_addresses=with_addresses) for one_id, row in zip(ids, rows, strict=True)]
        if out:
            yield comma + msgspec.json.encode(out)[1:-1]
            comma = b","
    yield b"]}\n"


def member(one_id: str, row: Row, *, with_addresses: bool) -> dict[str, Any]:
    """An uploaded file has no address of its own; it is null then."""
    said = {"id": one_id, "reference_id": row.reference_id, "metadata": msgspec.Raw(row.metadata_json.encode())}
    return said | {"address": stored_address(row.url)} if with_addresses else said


def csv_parts(viewer: Viewer, found: Slice) -> Iterator[bytes]:
    yield b"reference_id\r\n"
    for rows in pieces(viewer, found, with_metadata=False):
        out = io.StringIO()
        csv.writer(out).writerows([plain(row.reference_id)] for row in rows)
        yield out.getvalue().encode()


def plain(text: str) -> str:
    """Text that no spreadsheet computes: what would start a formula gets a quote before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def pieces(
    viewer: Viewer, found: Slice, *, with_metadata: bool = True, with_addresses: bool = False
) -> Iterator[list[Row]]:
    """The members in order; what is deleted meanwhile is left out."""
    keys = found.keys()
    is_items = found.kind == Slice.Kind.ITEMS
    members: Any = (queries.items if is_items else queries.scenes)(viewer, found.dataset)
    metadata = Cast("metadata", TextField()) if with_metadata else Value("")
    address = ["url" if is_items else "video_url"] if with_addresses else []
    for start in range(0, len(keys), ROWS_AT_ONCE):
        some = list(keys[start : start + ROWS_AT_ONCE])
        # Where most neighbors are members, a range is several times faster than a list of them all.
        is_dense = some[-1] - some[0] < DENSE * len(some)
        chosen = members.filter(pk__range=(some[0], some[-1])) if is_dense else members.filter(pk__in=some)
        rows = chosen.order_by("pk").values_list("pk", "reference_id", metadata, *address)
        yield [Row(*row) for row in rows if row[0] in keys]
