"""Callers for each of the people in tests/people.py."""

import pytest

from tests.wire.caller import Caller
from webapp.accounts.viewer import Viewer


@pytest.fixture
def caller(owner: Viewer) -> Caller:
    """The owner's program."""
    return Caller(owner)


@pytest.fixture
def items_id(caller: Caller) -> str:
    """A privacy dataset of items."""
    return make_dataset(caller, use_privacy_mode=True)


@pytest.fixture
def open_id(caller: Caller) -> str:
    """An ordinary dataset of items."""
    return make_dataset(caller)


@pytest.fixture
def scenes_id(caller: Caller) -> str:
    """A privacy dataset of scenes."""
    return make_dataset(caller, is_scene=True, use_privacy_mode=True)


def make_dataset(caller: Caller, **fields: bool) -> str:
    body = {
        "name": "Quays",
        "is_scene": False,
        "use_privacy_mode": False,
        "annotation_metadata_schema": None,
        "item_metadata_schema": None,
        **fields,
    }
    return str(caller.post("dataset/create", body).body["dataset_id"])
