"""The people every test may meet: one team's owner, teammate, approver, admin and labeler, and a stranger.

Each is a Viewer. `owner` is an editor and makes the things; `teammate` may only look; `stranger` is another team's
admin, so that nothing but the team keeps them out.
"""

from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from webapp.accounts.models import Team
    from webapp.accounts.viewer import Viewer
    from webapp.datasets.models import Dataset


@pytest.fixture
def team(db: None) -> "Team":
    return make.make_team("Harbor")


@pytest.fixture
def owner(team: "Team") -> "Viewer":
    return make.make_viewer(team, role="editor", email="owner@harbor.example")


@pytest.fixture
def teammate(team: "Team") -> "Viewer":
    return make.make_viewer(team, role="viewer", email="teammate@harbor.example")


@pytest.fixture
def approver(team: "Team") -> "Viewer":
    return make.make_viewer(team, role="approver", email="approver@harbor.example")


@pytest.fixture
def admin(team: "Team") -> "Viewer":
    return make.make_viewer(team, role="admin", email="admin@harbor.example")


@pytest.fixture
def labeler(team: "Team") -> "Viewer":
    return make.make_viewer(team, role="labeler", email="labeler@harbor.example")


@pytest.fixture
def stranger(db: None) -> "Viewer":
    return make.make_viewer(make.make_team("Elsewhere"), role="admin", email="stranger@elsewhere.example")


@pytest.fixture
def dataset(owner: "Viewer") -> "Dataset":
    """A privacy dataset of items, empty."""
    return make.make_dataset(owner, privacy=True)


@pytest.fixture
def scene_dataset(owner: "Viewer") -> "Dataset":
    """A privacy dataset of scenes, empty."""
    return make.make_dataset(owner, name="Crossings", is_scene=True, privacy=True)
