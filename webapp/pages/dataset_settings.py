"""`/datasets/ds_…/settings/`: its name, the hosts its pages may contact, and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import edit_queries, queries
from webapp.datasets.actions.datasets import change_tags, delete_dataset, rename_dataset
from webapp.datasets.actions.origins import attach_origin, detach_origin
from webapp.datasets.models import Dataset, DatasetOrigin, MediaOrigin
from webapp.pages.dataset_head import DatasetHead, dataset_head
from webapp.pages.door import Refusal, carry_out, person
from webapp.pages.edit_history import say_edit
from webapp.pages.frame import Page, render, say
from webapp.pages.media_origin import said_of
from webapp.pages.tags import tags_from
from webapp.pages.team import key_of
from webapp.privacy.refusals import Invalid


@dataclass(frozen=True, slots=True)
class AttachedOrigin:
    """A host this dataset's pages may contact."""

    key: int
    """The origin's key, for the form that detaches it."""
    origin: str
    """Scheme, host and port."""
    said: str
    """How its media is asked for, in a line; empty where nothing was said."""
    attached_by: str
    """Who let it in."""
    attached_via: str
    """How: by an append that named it, or in the settings."""
    attached_at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class OtherOrigin:
    """An origin of the team that this dataset does not use."""

    key: int
    """Its key, for the form that attaches it."""
    origin: str
    """Scheme, host and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSettingsPage(Page):
    """A dataset's settings."""

    template: ClassVar[str] = "pages/dataset_settings.html"
    room: ClassVar[str] = "datasets"

    dataset: DatasetHead
    """The dataset."""
    created_by: str
    """Who made it."""
    created_at: datetime
    """When."""
    name: str
    """What stands in the field for its name."""
    tags: tuple[str, ...]
    """Its tags."""
    known_tags: tuple[str, ...]
    """Tags of the team to choose from."""
    origins: tuple[AttachedOrigin, ...]
    """The hosts its pages may contact."""
    other_origins: tuple[OtherOrigin, ...]
    """The team's other origins."""
    slice_count: int
    """How many slices would go with it."""
    may_administer: bool
    """Whether the viewer may attach and detach origins."""
    refusal: Refusal | None
    """Why a form was not accepted."""


@person
def dataset_settings(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    dataset = queries.dataset(viewer, dataset_id)
    viewer.require(Permission.CURATE)
    if request.method == "POST":
        verbs = {name: bound(verb, dataset) for name, verb in VERBS.items()}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, dataset, refusal=refusal))
    return show(request, viewer, dataset)


DatasetVerb = Callable[[HttpRequest, Viewer, Dataset], HttpResponse]


def bound(verb: DatasetVerb, dataset: Dataset) -> Callable[[HttpRequest, Viewer], HttpResponse]:
    return lambda request, viewer: verb(request, viewer, dataset)


def rename(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    name = request.POST.get("name", "")
    say_edit(request, viewer, dataset, lambda: rename_dataset(viewer, dataset, name), "Renamed.")
    return redirect(reverse("pages:dataset-settings", args=[dataset.public_id]))


def tag(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    add, remove = tags_from(request)
    sentence = f"{'Added' if add else 'Removed'} the tag {''.join(add or remove)}."
    say_edit(request, viewer, dataset, lambda: change_tags(viewer, dataset, add=add, remove=remove), sentence)
    return redirect(reverse("pages:dataset-settings", args=[dataset.public_id]))


def attach(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    attach_origin(viewer, dataset, key_of(request))
    return back(request, dataset, "The pages of this dataset may load media from it now.")


def detach(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    detach_origin(viewer, dataset, key_of(request))
    return back(request, dataset, "Detached. Media from it is blocked on the pages of this dataset, and says so.")


def delete(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> HttpResponse:
    if request.POST.get("name", "").strip() != dataset.name:
        raise Invalid(f"That is not its name. Type {dataset.name} to delete it.")
    job = delete_dataset(viewer, dataset)
    say(request, f"{dataset.name} is gone from every list; this job removes its rows.")
    return redirect(reverse("pages:job", args=[job.public_id]))


VERBS: dict[str, DatasetVerb] = {"rename": rename, "tag": tag, "attach": attach, "detach": detach, "delete": delete}


def back(request: HttpRequest, dataset: Dataset, sentence: str) -> HttpResponse:
    say(request, sentence)
    return redirect(reverse("pages:dataset-settings", args=[dataset.public_id]))


def show(request: HttpRequest, viewer: Viewer, dataset: Dataset, *, refusal: Refusal | None = None) -> HttpResponse:
    attached = queries.dataset_origin_rows(viewer, dataset)
    used = {one.origin_id for one in attached}
    others = [one for one in queries.team_origin_rows(viewer) if one.pk not in used]
    is_rename = refusal is not None and refusal.verb == "rename"
    page = DatasetSettingsPage(
        title=f"Settings of {dataset.name}",
        dataset=dataset_head(viewer, dataset, view="settings"),
        created_by=dataset.created_by.email,
        created_at=dataset.created_at,
        name=request.POST.get("name", "") if is_rename else dataset.name,
        tags=tuple(dataset.tags),
        known_tags=tuple(edit_queries.tags_of_team(viewer)),
        origins=tuple(attached_row(one) for one in attached),
        other_origins=tuple(OtherOrigin(one.pk, one.origin) for one in others),
        slice_count=queries.slice_rows(viewer, dataset).count(),
        may_administer=viewer.may(Permission.ADMINISTER),
        refusal=refusal,
    )
    return render(request, viewer, page, status=refusal.status if refusal else 200)


def attached_row(row: DatasetOrigin) -> AttachedOrigin:
    return AttachedOrigin(
        key=row.origin_id,
        origin=row.origin.origin,
        said=said_of(row.origin),
        attached_by=row.attached_by.email,
        attached_via=MediaOrigin.Via(row.attached_via).label,
        attached_at=row.attached_at,
    )
