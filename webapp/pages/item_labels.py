"""`/datasets/ds_…/items/di_…/labels` and `…/labels/facts`: what is said of one picture, for the page's script."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels import queries as labels
from webapp.pages.door import feed
from webapp.pages.kept_answers import kept_answer
from webapp.pages.label_columns import in_order, label_columns, label_facts
from webapp.pages.label_runs import runs_asked_for, sources_of
from webapp.pages.mask_files import mask_addresses


@gzip_page
@feed("GET")
def item_labels(request: HttpRequest, viewer: Viewer, dataset_id: str, item_id: str) -> HttpResponse:
    """The labels of one picture as columns."""
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.item(viewer, dataset, item_id)
    runs = runs_asked_for(request, viewer, dataset)

    def body() -> object:
        sources = sources_of(runs)
        rows = labels.labels_of_items(viewer, dataset, [found.pk], runs=runs, with_facts=False)
        rows = in_order(rows, [found.pk], sources)
        return label_columns(rows, [found.pk], sources, version=dataset.version, mask_address=mask_addresses(dataset))

    return kept_answer(request, dataset, body)


@gzip_page
@feed("GET")
def item_label_facts(request: HttpRequest, viewer: Viewer, dataset_id: str, item_id: str) -> HttpResponse:
    """What else is known of them: ids and metadata, in the same order."""
    dataset = queries.dataset(viewer, dataset_id)
    found = queries.item(viewer, dataset, item_id)
    runs = runs_asked_for(request, viewer, dataset)

    def body() -> object:
        rows = labels.labels_of_items(viewer, dataset, [found.pk], runs=runs)
        return label_facts(in_order(rows, [found.pk], sources_of(runs)), version=dataset.version)

    return kept_answer(request, dataset, body)
