"""The script a newcomer runs, with this server's own endpoint in it and, once, their key."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from webapp.accounts.api_keys import create_api_key
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset

PLACEHOLDER = "YOUR_API_KEY"
NEW_DATASET = """\
import nucleus  # pip install scale-nucleus

client = nucleus.NucleusClient("{key}", endpoint="{endpoint}")
dataset = client.create_dataset("my first dataset", use_privacy_mode=True)
dataset.append([nucleus.DatasetItem("https://media.example.com/1.jpg", "1", width=1920, height=1080)])
"""
ITEMS = """\
import nucleus  # pip install scale-nucleus

dataset = nucleus.NucleusClient("{key}", endpoint="{endpoint}").get_dataset("{dataset}")
dataset.append([nucleus.DatasetItem("https://media.example.com/1.jpg", "1", width=1920, height=1080)])
"""
SCENES = """\
import nucleus  # pip install scale-nucleus

dataset = nucleus.NucleusClient("{key}", endpoint="{endpoint}").get_dataset("{dataset}")
frames = [nucleus.DatasetItem(f"https://media.example.com/{{n:04}}.jpg", f"drive-{{n}}", width=1920, height=1080) for n in range(300)]
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
    template = NEW_DATASET if dataset is None else SCENES if dataset.is_scene else ITEMS
    script = template.format(
        key=key or PLACEHOLDER, endpoint=endpoint(request), dataset=dataset.public_id if dataset else ""
    )
    return Steps(script.rstrip(), has_key=key is not None)


def key_for_snippet(viewer: Viewer) -> str:
    """A new key of the viewer's, named for where it was made; its text cannot be shown again."""
    _, text = create_api_key(viewer, name="from the first-steps page")
    return text
