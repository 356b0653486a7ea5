"""The script a newcomer runs, with this server's own endpoint in it and, once, their key."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from webapp.accounts.api_keys import create_api_key
from webapp.accounts.viewer import Role, Viewer
from webapp.datasets.models import Dataset

PLACEHOLDER = "YOUR_API_KEY"
# Lines short enough to stand on a page beside each other, also with a real key and address in them.
CLIENT = """\
import nucleus  # pip install scale-nucleus

client = nucleus.NucleusClient(
    "{key}",
    endpoint="{endpoint}",
)
"""
MAKE = """\
dataset = client.create_dataset("my first dataset", use_privacy_mode=True)
"""
FIND = """\
dataset = client.get_dataset("{dataset}")
"""
ITEMS = """\
dataset.append([
    nucleus.DatasetItem("https://media.example.com/1.jpg", "1", width=1920, height=1080),
])
"""
SCENES = """\
frames = [
    nucleus.DatasetItem(f"https://media.example.com/{n}.jpg", f"drive-{n}", width=1920, height=1080)
    for n in range(300)
]
dataset.append([nucleus.VideoScene("drive", frame_rate=10, items=frames)], asynchronous=True)
"""


@dataclass(frozen=True, slots=True)
class Steps:
    """The first steps of somebody whose list is empty."""

    script: str
    """Python to copy, complete but for the key until one is made."""
    has_key: bool
    """Whether the script holds a key made for this very answer, not to be shown again."""


def endpoint(request: HttpRequest) -> str:
    """Where programs reach this server: its configured address, else the one the browser used."""
    return f"{settings.PUBLIC_URL or request.build_absolute_uri('/').rstrip('/')}/v1/nucleus"


def first_steps(request: HttpRequest, dataset: Dataset | None = None, key: str | None = None) -> Steps:
    """The script that makes a first dataset, or that fills `dataset`."""
    opening = CLIENT.format(key=key or PLACEHOLDER, endpoint=endpoint(request))
    found = FIND.format(dataset=dataset.public_id) if dataset is not None else MAKE
    filling = SCENES if dataset is not None and dataset.is_scene else ITEMS
    return Steps(f"{opening}{found}{filling}".rstrip(), has_key=key is not None)


def key_for_snippet(viewer: Viewer) -> str:
    """A new key of the viewer's, enough to fill datasets and no more; its text cannot be shown again."""
    _, text = create_api_key(viewer, name="from the first-steps page", role=Role.EDITOR)
    return text
