"""Serving the bytes of shared items: files that somebody uploaded here. Private items have none."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest

from webapp.datasets.actions.files import path_of
from webapp.datasets.shared_links import shared_file


def serve(_request: HttpRequest, token: str) -> FileResponse:
    """The file a signed link names, with the type its first bytes showed, never one that could run."""
    file = shared_file(token)
    path = path_of(file) if file is not None else None
    if file is None or path is None or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=file.content_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return response
