"""Bytes without a row go, bytes with one stay."""

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import path_of, remove_unnamed, store_file
from webapp.datasets.models import StoredFile

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.mark.django_db
def test_bytes_that_a_row_names_are_not_removed(owner: Viewer) -> None:
    file = store_file(owner, [PICTURE])
    assert not remove_unnamed(file.team_id, [file.sha256])
    assert path_of(file).read_bytes() == PICTURE


@pytest.mark.django_db
def test_bytes_that_only_another_teams_row_names_are_removed(owner: Viewer, stranger: Viewer) -> None:
    file = store_file(owner, [PICTURE])
    theirs = path_of(store_file(stranger, [PICTURE]))
    StoredFile.objects.filter(team_id=stranger.team_id).delete()
    assert remove_unnamed(stranger.team_id, [file.sha256])
    assert (theirs.exists(), path_of(file).exists(), StoredFile.objects.count()) == (False, True, 1)
    assert remove_unnamed(make.make_team().pk, [file.sha256])
