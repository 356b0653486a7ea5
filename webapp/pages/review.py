"""`/datasets/ds_…/review`: accepting and rejecting items and labels, for the pages' scripts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels.actions.review import review as give_verdicts
from webapp.pages.door import feed
from webapp.pages.feeds import answer, parsed

MAX_VERDICTS = 1000

Verdict = Literal["accepted", "rejected"] | None


class Verdicts(msgspec.Struct, forbid_unknown_fields=True):
    """The verdict on each item (`di_…`), annotation (`ann_…`) or prediction (`pred_…`); None takes one back."""

    set: Annotated[dict[str, Verdict], msgspec.Meta(max_length=MAX_VERDICTS)]


@feed("POST")
def review(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """Give these verdicts, all or none; says those before, which undo them, and the dataset's version after."""
    dataset = queries.dataset(viewer, dataset_id)
    before = give_verdicts(viewer, dataset, parsed(request, Verdicts).set)
    return answer({"before": before, "version": queries.dataset(viewer, dataset_id).version})
