"""`/`: every dataset of the team, and the form for a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.actions.datasets import create_dataset
from webapp.datasets.models import Dataset, MediaOrigin
from webapp.pages.cells import Cell, PictureOnPage, dataset_href, kind_of, links_for
from webapp.pages.door import Refusal, carry_out, member
from webapp.pages.frame import Page, home_of, render, say
from webapp.pages.media_hosts import media_hosts, upload_origins
from webapp.pages.paging import Paging, address, key_from, paging
from webapp.pages.snippets import Steps, first_steps, key_for_snippet
from webapp.pages.strips import Strip, strips
from webapp.pages.words import counted

PAGE_SIZE = 40
# More hosts than this are counted, so that a row stays one line.
NAMED_HOSTS = 2


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One dataset in the list."""

    id: str
    """Its public id."""
    name: str
    """Its name."""
    href: str
    """Its grid."""
    privacy: str
    """`private` for a privacy dataset, `linked` for an ordinary one."""
    kind: str
    """`images` or `video`."""
    hosts: str
    """Where its media is, in a few words."""
    scene_count: int | None
    """How many scenes; None for a dataset of items."""
    item_count: int
    """How many items, or frames of its scenes."""
    updated_at: datetime
    """When it last changed."""
    strip: tuple[Cell, ...]
    """Its first pictures, at most four."""


@dataclass(frozen=True, slots=True)
class NewDataset:
    """The form for a new dataset, as it was filled in."""

    name: str = ""
    """The name."""
    is_scene: bool = False
    """Whether it holds scenes."""
    use_privacy_mode: bool = True
    """Whether it is a privacy dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetsPage(Page):
    """Every dataset of the team, newest first."""

    template: ClassVar[str] = "pages/datasets.html"
    room: ClassVar[str] = "datasets"

    dataset_count: int
    """How many datasets the team has."""
    item_count: int
    """How many items they hold together."""
    datasets: tuple[DatasetRow, ...]
    """The datasets of this page."""
    paging: Paging
    """Where the list goes on."""
    may_curate: bool
    """Whether the viewer may make datasets."""
    is_form_open: bool
    """Whether the form for a new dataset is open."""
    form_href: str
    """The address that opens it, or closes it when it is open."""
    form: NewDataset
    """What stands in it."""
    refusal: Refusal | None
    """Why it was not accepted."""
    steps: Steps
    """What to run first, for a team without datasets."""


@member
def datasets(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    if not viewer.may(Permission.SEE_PRIVATE):
        # Where everybody begins, a labeler is led to where they do.
        return redirect(home_of(viewer))
    if request.method == "POST":
        verbs = {"create": create, "create-key": create_key}
        return carry_out(request, viewer, verbs, lambda refusal: show(request, viewer, refusal=refusal))
    return show(request, viewer)


def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    form = form_from(request)
    made = create_dataset(viewer, name=form.name, is_scene=form.is_scene, use_privacy_mode=form.use_privacy_mode)
    say(request, f"Made the dataset {made.name}.")
    return redirect(dataset_href(made.public_id))


def create_key(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(Permission.CURATE)
    return show(request, viewer, key=key_for_snippet(viewer))


def form_from(request: HttpRequest) -> NewDataset:
    return NewDataset(
        name=request.POST.get("name", ""),
        is_scene=request.POST.get("kind") == "video",
        use_privacy_mode=request.POST.get("privacy") == "private",
    )


def show(
    request: HttpRequest, viewer: Viewer, *, refusal: Refusal | None = None, key: str | None = None
) -> HttpResponse:
    found = queries.datasets(viewer)
    after = key_from(request, "after", "ds")
    rest = [one for one in found if after is None or one.pk < after]
    shown = rest[:PAGE_SIZE]
    origins = queries.origin_rows_by_dataset(viewer, shown)
    pictures = strips(viewer, links_for(request, viewer), shown)
    is_open = "new" in request.GET or refusal is not None
    page = DatasetsPage(
        title="Datasets",
        media=media_hosts(viewer, chain(*origins.values()), ours=upload_origins(request, shown)),
        dataset_count=len(found),
        item_count=sum(one.item_count for one in found),
        datasets=tuple(row_of(one, origins[one.pk], pictures[one.pk]) for one in shown),
        paging=paging(request, "ds", after=shown[-1].pk if len(rest) > PAGE_SIZE else None),
        may_curate=viewer.may(Permission.CURATE),
        is_form_open=is_open,
        form_href=address(request, new=None) if is_open else address(request, new="1"),
        form=form_from(request) if refusal else NewDataset(),
        refusal=refusal,
        steps=first_steps(request, key=key),
    )
    return render(request, viewer, page, island=island_of(pictures.values()), status=refusal.status if refusal else 200)


def row_of(dataset: Dataset, origins: Sequence[MediaOrigin], strip: Strip) -> DatasetRow:
    return DatasetRow(
        id=dataset.public_id,
        name=dataset.name,
        href=dataset_href(dataset.public_id),
        privacy="private" if dataset.use_privacy_mode else "linked",
        kind=kind_of(dataset),
        hosts=hosts_in_words(origins),
        scene_count=dataset.scene_count if dataset.is_scene else None,
        item_count=dataset.item_count,
        updated_at=dataset.updated_at,
        strip=strip.cells,
    )


def hosts_in_words(origins: Sequence[MediaOrigin]) -> str:
    """`media.corp.example`, `a, b and 3 more hosts`, or nothing where there is no media yet."""
    hosts = sorted({str(origin).partition("://")[2] for origin in origins})
    named = ", ".join(hosts[:NAMED_HOSTS])
    rest = len(hosts) - NAMED_HOSTS
    return f"{named} and {counted(rest, 'more host')}" if rest > 0 else named


def island_of(found: Iterable[Strip]) -> dict[str, list[PictureOnPage]]:
    return {"items": [one for strip in found for one in strip.pictures]}
