"""Where copies stay in the end: a folder, or what another module makes of the same four verbs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from webapp.courier.store import Part, Store
from webapp.datasets.actions.files import remove_unnamed
from webapp.datasets.models import StoredFile


class Copies(Protocol):
    """Where the copies of all teams stay, each team's apart and under the SHA-256 of their bytes.

    `bring` does what takes long, before the transaction in which items are shared. Within it `settle` gives the bytes
    of one their name, `place` being where their row says they are (None: it is looked up), and `sync` makes the names
    of several last. Where that transaction fails, `abandon` removes them again, unless another made them stay. Each may
    raise OSError and be called twice.
    """

    place: StoredFile.Place

    def incoming(self, team_pk: int) -> Store: ...

    def bring(self, team_pk: int, part: Part, media_type: str) -> None: ...

    def settle(self, team_pk: int, part: Part, place: StoredFile.Place | None = None) -> None: ...

    def sync(self, team_pk: int, parts: Sequence[Part]) -> None: ...

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
        self._stores: dict[int, Store] = {}

    def incoming(self, team_pk: int) -> Store:
        """Where the parts of a team arrive: on the same file system."""
        return self._stores.setdefault(team_pk, Store(self._folder / str(team_pk)))

    def bring(self, team_pk: int, part: Part, media_type: str) -> None:
        self.incoming(team_pk).ready(part)

    def settle(self, team_pk: int, part: Part, place: StoredFile.Place | None = None) -> None:
        # Where the row of the same bytes says that a bucket has them, they are there already.
        if (place or place_of(team_pk, part.sha256)) == self.place:
            self.incoming(team_pk).name(part)

    def sync(self, team_pk: int, parts: Sequence[Part]) -> None:
        self.incoming(team_pk).sync_names(part.sha256 for part in parts)

    def abandon(self, team_pk: int, sha256: str) -> None:
        remove_unnamed(team_pk, [sha256])


def place_of(team_pk: int, sha256: str) -> StoredFile.Place:
    """Where a team's row of these bytes says that they are."""
    return StoredFile.Place(StoredFile.objects.values_list("place", flat=True).get(team_id=team_pk, sha256=sha256))
