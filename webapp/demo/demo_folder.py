"""Where the demo keeps its files, below the data folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.conf import settings


def media_address(port: int) -> str:
    """Where the demo's media is served.

    Not at localhost, where the pages are: cookies know no ports, so a browser would send ours along.
    """
    return f"http://127.0.0.1:{port}"


class Installation(msgspec.Struct, frozen=True):
    """A dataset that a demo brought in; `fingerprint` is "" until all of it is there."""

    name: str
    is_scene: bool
    media_url: str
    dataset_id: str
    fingerprint: str


class DemoFolder:
    """`media` holds what was drawn; `request_log` is what the media server was asked since it started."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or settings.DATA_DIR / "demo"
        self.media = self.root / "media"
        self.credentials = self.root / "credentials.json"
        self.request_log = self.root / "media-requests.jsonl"
        self._served = self.root / "served.json"
        self._installed = self.root / "installed.json"

    def served(self) -> list[Path]:
        """The folders the demo's media server lays over each other: people's own first, then what was drawn."""
        folders = [Path(text) for text in self._texts(self._served)]
        return [folder for folder in (*folders, self.media) if folder.is_dir()]

    def serve_also(self, folder: Path) -> None:
        texts = self._texts(self._served)
        if str(folder) not in texts:
            self.write(self._served, msgspec.json.encode([*texts, str(folder)]))

    def installations(self) -> list[Installation]:
        try:
            return msgspec.json.decode(self._installed.read_bytes(), type=list[Installation])
        except (FileNotFoundError, msgspec.DecodeError):
            return []

    def note_installations(self, installations: list[Installation]) -> None:
        self.write(self._installed, msgspec.json.encode(installations))

    def write(self, path: Path, text: bytes) -> None:
        """Write a small file of ours at once, for the owner alone."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_bytes(text)
        part.replace(path)

    def _texts(self, path: Path) -> list[str]:
        try:
            return msgspec.json.decode(path.read_bytes(), type=list[str])
        except (FileNotFoundError, msgspec.DecodeError):
            return []
