"""The head that all pages of one dataset share: what it is, how many, whether it is private, and its views."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.pages.cells import dataset_href, kind_of

VIEWS = (
    ("grid", "Grid", ""),
    ("charts", "Charts", "charts/"),
    ("slices", "Slices", "slices/"),
    ("models", "Models", "models/"),
    ("jobs", "Jobs", "jobs/"),
    ("settings", "Settings", "settings/"),
)


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


def dataset_head(viewer: Viewer, dataset: Dataset, *, view: str) -> DatasetHead:
    """The head for a page of this dataset; `view` names the current tab, or none of them."""
    href = dataset_href(dataset.public_id)
    hidden = set() if viewer.may(Permission.CURATE) else {"settings"}
    return DatasetHead(
        id=dataset.public_id,
        name=dataset.name,
        href=href,
        privacy="private" if dataset.use_privacy_mode else "linked",
        kind=kind_of(dataset),
        scene_count=dataset.scene_count if dataset.is_scene else None,
        item_count=dataset.item_count,
        tabs=tuple(Tab(text, href + path, view == name) for name, text, path in VIEWS if name not in hidden),
    )
