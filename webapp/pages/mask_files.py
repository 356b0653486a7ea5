"""`/datasets/ds_…/masks/ann_…`: masks that were uploaded as files. Those of private items are addresses elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions.files import path_of
from webapp.datasets.models import Dataset
from webapp.datasets.models.item import StoredFile
from webapp.labels.models import Annotation, Label, Prediction
from webapp.labels.queries import LabelRow
from webapp.pages.door import feed
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound


def mask_addresses(dataset: Dataset) -> Callable[[LabelRow], str]:
    """Where the browser loads each mask of the dataset from: its own host, or here for an uploaded one."""

    def address(row: LabelRow) -> str:
        if row.mask_url is not None:
            return row.mask_url.reveal()
        prefix = "ann" if row.run_pk is None else "pred"
        return reverse("pages:mask-file", args=[dataset.public_id, public_id.encode(prefix, row.pk)])

    return address


@feed("GET")
def mask_file(request: HttpRequest, viewer: Viewer, dataset_id: str, label_id: str) -> HttpResponse:
    """The file of one mask, a PNG as it was uploaded, for members of the team."""
    file = stored_mask(viewer, queries.dataset(viewer, dataset_id), label_id)
    path = path_of(file) if file is not None else None
    if file is None or path is None or not path.is_file():
        raise NotFound("There is no mask with this id in this dataset.")
    response = HttpResponse(content_type=file.content_type)
    response.headers["Content-Disposition"] = "inline"
    # An update may give the label another mask, so the browser asks each time, by what the file holds.
    response.headers["ETag"] = f'"{file.sha256}"'
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Cookie",))
    answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    if answer is not None and answer is not response:
        return answer
    response.content = path.read_bytes()
    return response


def stored_mask(viewer: Viewer, dataset: Dataset, label_id: str) -> StoredFile | None:
    said, predicted = public_id.decode("ann", label_id), public_id.decode("pred", label_id)
    found: Label | None = None
    if said is not None:
        rows = Annotation.objects.visible_to(viewer).filter(pk=said, dataset_id=dataset.pk)
        found = rows.select_related("mask_file").first()
    elif predicted is not None:
        of_runs = Prediction.objects.visible_to(viewer).filter(pk=predicted, dataset_id=dataset.pk)
        found = of_runs.select_related("mask_file").first()
    return found.mask_file if found is not None else None
