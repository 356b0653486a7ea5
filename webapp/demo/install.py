"""Installing a demo: descriptions become datasets through the same verbs that everybody else's data goes through.

Media addresses are put together from names; nothing is fetched to check them.
"""

from __future__ import annotations

from urllib.parse import quote

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions import append_items, append_scenes, create_dataset, create_slice, delete_dataset
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import ItemDraft, SceneDraft, item_draft, scene_draft
from webapp.datasets.models import Dataset
from webapp.demo.contents import DatasetEntry, ImageEntry, SceneEntry
from webapp.demo.demo_folder import DemoFolder, Installation
from webapp.demo.install_labels import install_labels
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import NotFound

BATCH = 1_000


class Installer:
    """Brings demos in for one viewer, and remembers in the demo's folder what it brought.

    Datasets that it did not make itself are never touched, whatever their names.
    """

    def __init__(self, viewer: Viewer, folder: DemoFolder, media_url: str) -> None:
        self._viewer = viewer
        self._folder = folder
        self._media_url = media_url.rstrip("/")

    def install(self, entry: DatasetEntry) -> bool:
        """Bring one dataset in, or complete it; one whose media was at another address is made anew.

        False: it was brought in before (and if somebody has deleted it since, that was their wish).
        """
        fingerprint = entry.fingerprint(self._media_url)
        if any(one.fingerprint == fingerprint for one in self._folder.installations()):
            return False
        dataset = self._dataset(entry)
        policy = origin_policy(self._viewer)
        for start in range(0, len(entry.images), BATCH):
            drafts = [self._item(image, policy) for image in entry.images[start : start + BATCH]]
            append_items(self._viewer, dataset, drafts, update=True, append_key=f"demo-{dataset.public_id}")
        for scene in entry.scenes:
            append_scenes(self._viewer, dataset, [self._scene(scene, policy)], update=True)
        install_labels(self._viewer, dataset, entry)
        known = {found.name for found in queries.slices(self._viewer, dataset)}
        for slice_ in entry.slices:
            if slice_.name not in known:
                create_slice(self._viewer, dataset, name=slice_.name, reference_ids=slice_.reference_ids)
        self._note(entry, dataset, fingerprint)
        return True

    def _dataset(self, entry: DatasetEntry) -> Dataset:
        """The dataset an earlier run has begun, unless its media has moved; else a new one."""
        for earlier in self._folder.installations():
            if (earlier.name, earlier.is_scene) != (entry.name, entry.is_scene):
                continue
            try:
                dataset = queries.dataset(self._viewer, earlier.dataset_id)
            except NotFound:
                continue
            if earlier.media_url == self._media_url:
                return dataset
            delete_dataset(self._viewer, dataset)
        dataset = create_dataset(self._viewer, name=entry.name, is_scene=entry.is_scene, use_privacy_mode=True)
        self._note(entry, dataset, "")
        return dataset

    def _note(self, entry: DatasetEntry, dataset: Dataset, fingerprint: str) -> None:
        others = [
            one for one in self._folder.installations() if (one.name, one.is_scene) != (entry.name, entry.is_scene)
        ]
        mine = Installation(entry.name, entry.is_scene, self._media_url, dataset.public_id, fingerprint)
        self._folder.note_installations([*others, mine])

    def _item(self, entry: ImageEntry, policy: OriginPolicy) -> ItemDraft:
        return item_draft(
            reference_id=entry.reference_id,
            url=self._url(entry.path),
            metadata=entry.metadata,
            width=entry.width,
            height=entry.height,
            policy=policy,
        )

    def _scene(self, entry: SceneEntry, policy: OriginPolicy) -> SceneDraft:
        return scene_draft(
            reference_id=entry.reference_id,
            metadata=entry.metadata,
            video_url=self._url(entry.video_path) if entry.video_path else None,
            frame_rate=entry.frame_rate,
            frames=[self._item(frame, policy) for frame in entry.frames],
            policy=policy,
        )

    def _url(self, path: str) -> str:
        return f"{self._media_url}/{quote(path)}"
