"""Where copies stay in the end: a folder, or what another module makes of the same four verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from webapp.courier.store import Part, Store
from webapp.datasets.actions.files import remove_unnamed
from webapp.datasets.models import StoredFile


class Copies(Protocol):
    """Where the copies of all teams stay, each team's apart and under the SHA-256 of their bytes.

    `bring` does what takes long, before the transaction in which an item is shared; `settle`, the last thing in it,
    makes the bytes stay. Where that transaction fails, `abandon` removes them again, unless another made them stay.
    Each may raise OSError and be called twice.
    """

    place: StoredFile.Place

    def incoming(self, team_pk: int) -> Store: ...

    def bring(self, team_pk: int, part: Part, media_type: str) -> None: ...

    def settle(self, team_pk: int, part: Part) -> None: ...

    def abandon(self, team_pk: int, sha256: str) -> None: ...


class Removing(Protocol):
    """Who removes what stays elsewhere and nothing names any more; `look` begins with it and does not wait."""

    def look(self) -> None: ...

    def end(self) -> None: ...


class LocalCopies:
    """Copies in the data folder, where uploads are too (datasets/actions/files.py)."""

    place = StoredFile.Place.LOCAL

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def incoming(self, team_pk: int) -> Store:
        """Where the parts of a team arrive: on the same file system."""
        return Store(self._folder / str(team_pk))

    def bring(self, team_pk: int, part: Part, media_type: str) -> None:
        self.incoming(team_pk).ready(part)

    def settle(self, team_pk: int, part: Part) -> None:
        # Where the row of the same bytes says that a bucket has them, they are there already.
        elsewhere = StoredFile.objects.filter(team_id=team_pk, sha256=part.sha256).exclude(place=self.place)
        if not elsewhere.exists():
            self.incoming(team_pk).keep(part)

    def abandon(self, team_pk: int, sha256: str) -> None:
        remove_unnamed(team_pk, [sha256])
