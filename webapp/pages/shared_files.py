"""Serving the bytes of shared items, on the shared origin: uploaded files and approved copies. Private items have none.

No cookie is read and none is set. A link is its own permission, so any page that was given one may read what it opens.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from webapp.bucket import Bucket
from webapp.datasets.actions.files import path_of
from webapp.datasets.models import StoredFile
from webapp.datasets.shared_links import claim_of
from webapp.pages.ranged_file import file_answer
from webapp.promotions.opening import opened

# Every type that we give a file, and none that a browser runs or lays out; what is not among them is only bytes.
SHOWN_TYPES = frozenset(
    {
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "video/mp4",
        "video/webm",
    }
)
# Time for a browser to follow it, and for clocks that differ a little.
BUCKET_LINK_SECONDS = 120
ONLY_BYTES = "application/octet-stream"

METHODS = ("GET", "HEAD", "OPTIONS")
OPEN_TO_PAGES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
    "Access-Control-Max-Age": "600",
}


def serve(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file that a link names, as long as who it is for may have it, with the type its first bytes showed."""
    if request.method not in METHODS:
        return HttpResponse(status=405, headers={"Allow": ", ".join(METHODS)})
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS), **OPEN_TO_PAGES, **PREFLIGHT})
    claim = claim_of(token)
    file = opened(claim) if claim is not None else None
    if file is None:
        raise Http404
    answer = local_answer(request, file) or bucket_answer(request, file)
    if answer is None:
        raise Http404
    for name, value in OPEN_TO_PAGES.items():
        answer.headers[name] = value
    return answer


def local_answer(request: HttpRequest, file: StoredFile) -> HttpResponseBase | None:
    """The bytes themselves; None where they are not here. What is in the bucket may have been uploaded here as well."""
    served_as = served_type(file)
    try:
        answer = file_answer(request, path_of(file), content_type=served_as, etag=f'"{file.sha256}"')
    except OSError:
        return None
    answer.headers["Content-Disposition"] = disposition_of(file)
    # Kept, but asked about each time: the right to it may be gone.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def bucket_answer(request: HttpRequest, file: StoredFile) -> HttpResponseBase | None:
    """A way to the bytes for who asked, at their bucket; None where they are in none that we know.

    Nothing is asked of the bucket: the link is signed here, and says as what it is to serve them.
    """
    bucket: Bucket | None = settings.BUCKET
    if bucket is None or file.place != StoredFile.Place.S3:
        return None
    if request.method == "HEAD":
        # The link is signed for reading, which is what whoever asks first will do next.
        return HttpResponse(headers={"Content-Length": str(file.byte_size)}, content_type=served_type(file))
    answers = {
        "cache-control": "private, no-store",
        "content-disposition": disposition_of(file),
        "content-type": served_type(file),
    }
    key = bucket.key_of(file.team_id, file.sha256)
    response = HttpResponse(status=302, content_type="text/plain")
    response.headers["Location"] = bucket.link(key, answers=answers, seconds=BUCKET_LINK_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def served_type(file: StoredFile) -> str:
    return file.content_type if file.content_type in SHOWN_TYPES else ONLY_BYTES


def disposition_of(file: StoredFile) -> str:
    """Shown where it stands, or kept as a file when it is nothing to be shown."""
    return "inline" if file.content_type in SHOWN_TYPES else "attachment"
