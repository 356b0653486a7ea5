"""The head that all pages of one dataset share: what it is, how many, whether it is private, and its views."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.pages.cells import dataset_href, kind_of

VIEWS = (
    ("grid", "Grid", ""),
    ("charts", "Charts", "charts/"),
    ("slices", "Slices", "slices/"),
    ("models", "Models", "models/"),
    ("jobs", "Jobs", "jobs/"),
    ("health", "Health", "health/"),
    ("history", "History", "history/"),
    ("requests", "Requests", "requests/"),
    ("settings", "Settings", "settings/"),
)
# The views that ask the dataset something, and what of the address stays from one to the other.
ASKING = {"grid", "charts"}
KEPT = ("q", "run")


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the dataset."""

    text: str
    """Its name."""
    href: str
    """Its address."""
    current: bool
    """Whether it is the one shown."""


@dataclass(frozen=True, slots=True)
class DatasetHead:
    """What every page of a dataset says first."""

    id: str
    """The public id."""
    name: str
    """The name."""
    href: str
    """The grid's address."""
    privacy: str
    """`private` for a privacy dataset, `linked` for an ordinary one."""
    kind: str
    """`images` or `video`."""
    scene_count: int | None
    """How many scenes; None for a dataset of items."""
    item_count: int
    """How many items, or frames of its scenes."""
    tabs: tuple[Tab, ...]
    """The dataset's views that this viewer may open."""


def dataset_head(viewer: Viewer, dataset: Dataset, *, view: str, request: HttpRequest | None = None) -> DatasetHead:
    """The head for a page of this dataset; `view` names the current tab, or none of them.

    Of the `request` the tabs that ask something keep what is asked, and of which run.
    """
    href = dataset_href(dataset.public_id)
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)} if request is not None else {}
    asked = f"?{urlencode(kept)}" if kept else ""
    hidden = set() if viewer.may(Permission.CURATE) else {"settings"}
    return DatasetHead(
        id=dataset.public_id,
        name=dataset.name,
        href=href,
        privacy="private" if dataset.use_privacy_mode else "linked",
        kind=kind_of(dataset),
        scene_count=dataset.scene_count if dataset.is_scene else None,
        item_count=dataset.item_count,
        tabs=tuple(
            Tab(text, href + path + (asked if name in ASKING else ""), view == name)
            for name, text, path in VIEWS
            if name not in hidden
        ),
    )
