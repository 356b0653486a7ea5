"""A furnished team, and a browser for each of the people in tests/people.py."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import pytest
from django.test import Client

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.drafts import file_draft
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.labels.actions.models import create_model
from webapp.labels.models import Model

Browse = Callable[[Viewer], Client]


@dataclass(frozen=True, slots=True)
class House:
    """One of everything the owner made, and where its page is."""

    dataset: Dataset
    items: list[Item]
    scene_dataset: Dataset
    scene: Scene
    slice: Slice
    model: Model
    job: Job

    @property
    def grid(self) -> str:
        return f"/datasets/{self.dataset.public_id}/"

    @property
    def scene_grid(self) -> str:
        return f"/datasets/{self.scene_dataset.public_id}/"

    @property
    def paths(self) -> dict[str, str]:
        """The pages of things that belong to the team, by name."""
        return {
            "grid": self.grid,
            "scene grid": self.scene_grid,
            "item": f"{self.grid}items/{self.items[1].public_id}",
            "scene": f"{self.scene_grid}scenes/{self.scene.public_id}",
            "charts": f"{self.grid}charts/",
            "facet": f"{self.grid}facets?field=annotations",
            "charts of a slice": f"{self.grid}charts/?slice={self.slice.public_id}",
            "facet of a slice": f"{self.grid}facets?field=annotations&slice={self.slice.public_id}",
            "saved queries": f"{self.grid}queries/",
            "suggestions": f"{self.grid}suggestions",
            "query check": f"{self.grid}query-check?q=slice = Night",
            "dataset slices": f"{self.grid}slices/",
            "dataset models": f"{self.grid}models/",
            "dataset jobs": f"{self.grid}jobs/",
            "dataset health": f"{self.grid}health/",
            "dataset history": f"{self.grid}history/",
            "dataset requests": f"{self.grid}requests/",
            "media hosts": f"{self.grid}hosts/",
            "slice": f"/slices/{self.slice.public_id}",
            "model": f"/models/{self.model.public_id}/",
            "job": f"/jobs/{self.job.public_id}",
            "job progress": f"/jobs/{self.job.public_id}/progress",
        }


@pytest.fixture
def house(owner: Viewer, dataset: Dataset, scene_dataset: Dataset) -> House:
    items = make.make_items(owner, dataset, 5)
    scene = make.make_scene(owner, scene_dataset, metadata={"weather": "fog"})
    job = enqueue(owner, "updateMetadata", dataset_pk=dataset.pk, params={}, total_steps=10)
    model = create_model(owner, name="Harbor finder", reference_id="finder")
    return House(dataset, items, scene_dataset, scene, make.make_slice(owner, dataset, items[:2]), model, job)


@pytest.fixture
def browse(db: None) -> Browse:
    """A browser in which somebody is signed in."""
    return lambda viewer: make.sign_in(Client(), viewer)


def make_file_item(viewer: Viewer, dataset: Dataset, reference_id: str) -> Item:
    """An item of an ordinary dataset whose picture was uploaded: 40 bytes that begin like a GIF."""
    stored = actions.store_file(viewer, [b"GIF89a" + bytes(34)])
    draft = replace(file_draft(reference_id=reference_id, metadata=None), file_pk=stored.pk)
    actions.upload_files(viewer, dataset, [draft], update=False, append_key=reference_id)
    return queries.item_by_reference(viewer, dataset, reference_id)


def text_of(response: object) -> str:
    """What a page says, without its markup, with single spaces."""
    body = getattr(response, "content", b"").decode()
    body = re.sub(r"<(script|noscript|head)\b.*?</\1>", " ", body, flags=re.S)
    return re.sub(r"[ \t\n]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def media_hosts_of(response: object) -> dict[str, object] | None:
    """What the page's scripts are told of its media hosts; None where they are told nothing."""
    body = getattr(response, "content", b"").decode()
    found = re.search(r'<script type="application/json" id="media-hosts">(.*?)</script>', body, re.S)
    return msgspec.json.decode(found[1]) if found is not None else None


def island_of(response: object) -> dict[str, object]:
    body = getattr(response, "content", b"").decode()
    found = re.search(r'<script type="application/json" id="island">(.*?)</script>', body, re.S)
    assert found is not None, "the page has no island"
    decoded: dict[str, object] = msgspec.json.decode(found[1])
    return decoded
