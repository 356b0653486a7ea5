"""`manage.py demo [--media DIR]`: a team, people and private datasets to look at; a second run finds them there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.demo.contents import DatasetEntry
from webapp.demo.demo_folder import DemoFolder, media_address
from webapp.demo.install import Installer
from webapp.demo.labelling import ensure_project
from webapp.demo.origin_rule import allow_own_media
from webapp.demo.team import ensure_team
from webapp.privacy.refusals import Refused

DEFAULT_MEDIA_PORT = 8001


class Command(BaseCommand):
    help = "Make a demo team with private datasets: of pictures drawn here, or of a folder of your own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--media", type=Path, metavar="DIR", help="show this folder instead of drawn pictures")
        parser.add_argument("--media-url", help="where the pictures are served, from your browser's point of view")
        parser.add_argument(
            "--media-port", type=int, default=DEFAULT_MEDIA_PORT, help="short for this port of 127.0.0.1"
        )

    def handle(self, *, media: Path | None, media_url: str | None, media_port: int, **_: Any) -> None:
        folder = DemoFolder()
        try:
            entries = self._own(folder, media) if media else self._drawn(folder)
            team = ensure_team(folder)
            if team.is_new:
                folder.note_installations([])
            address = media_url or media_address(media_port)
            installer = Installer(team.curator, folder, address)
            fresh = [entry for entry in entries if installer.install(entry)]
            allow_own_media(team.admin, address)
            ensure_project(team)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        for entry in fresh:
            count = f"{len(entry.scenes)} scenes" if entry.is_scene else f"{len(entry.images)} images"
            self.stdout.write(f"Made the private dataset {entry.name!r}: {count}.")
        if team.is_new:
            self.stdout.write(f"Sign-ins and the API key are in {folder.credentials}; `manage.py serve` prints them.")

    def _own(self, folder: DemoFolder, media: Path) -> tuple[DatasetEntry, ...]:
        from webapp.demo.folder import walk_folder

        walk = walk_folder(media)
        for name in walk.skipped:
            self.stderr.write(f"Left out, since it cannot be read as an image: {name}")
        folder.serve_also(media.resolve())
        return walk.datasets(media.resolve().name)

    def _drawn(self, folder: DemoFolder) -> tuple[DatasetEntry, ...]:
        try:
            from webapp.demo.drawing.library import draw_library
            from webapp.demo.drawn import datasets_of_library
        except ImportError as missing:
            raise CommandError(f"Drawing the demo needs {missing.name}: pip install 'transom[demo]'.") from None
        return datasets_of_library(draw_library(folder.media, self._show_progress))

    def _show_progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else "\r"
            self.stderr.write(f"Drawing the demo's pictures: {done} of {total}", ending=end)
        elif done in (1, total):
            self.stderr.write(f"Drawing the demo's pictures: {done} of {total}")
