"""`/labelling/lab_…/*.json`: a project's tasks as files for labelling tools. Streamed, and audited when taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from webapp.accounts.viewer import Viewer
from webapp.exchange.coco import coco
from webapp.exchange.handing_out import Terms, hand_out, terms_for
from webapp.exchange.label_studio import interface, label_studio
from webapp.exchange.manifest import manifest
from webapp.labels import queries as labels
from webapp.labels.models import LabellingProject
from webapp.pages.cells import links_for
from webapp.pages.door import member
from webapp.pages.slice_exports import file_stem

Form = Callable[[Viewer, LabellingProject, Terms], Iterator[bytes]]
FORMS: dict[str, Form] = {"manifest": manifest, "coco": coco, "label-studio": label_studio}


@require_safe
@member
def tasks_file(request: HttpRequest, viewer: Viewer, project_id: str, form: str) -> HttpResponseBase:
    """The tasks in one of FORMS; `?days=`, `?only=open` and `?labels=1` say on what terms."""
    project = labels.project(viewer, project_id)
    terms = terms_for(
        links_for(request, viewer),
        days=request.GET.get("days", ""),
        only_open=request.GET.get("only") == "open",
        with_labels=request.GET.get("labels") == "1",
    )
    response: HttpResponse | StreamingHttpResponse = HttpResponse(content_type="application/json")
    if request.method == "GET":
        hand_out(viewer, project, terms, form=form)
        response = StreamingHttpResponse(FORMS[form](viewer, project, terms), content_type="application/json")
    return as_file(response, project, f"{form}.json")


@require_safe
@member
def interface_file(request: HttpRequest, viewer: Viewer, project_id: str) -> HttpResponseBase:
    """Label Studio's labelling interface for the project's classes."""
    project = labels.project(viewer, project_id)
    response = HttpResponse(interface(project), content_type="application/xml; charset=utf-8")
    return as_file(response, project, "label-studio.xml")


def as_file(response: HttpResponseBase, project: LabellingProject, ending: str) -> HttpResponseBase:
    name = f"{file_stem(project.name, 'project')}-{ending}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response
