"""The keys of what was chosen in a grid, for what is done to the rows themselves."""

from __future__ import annotations

from pyroaring import BitMap64

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Slice
from webapp.pages.feeds import Chosen, ask_of, keys_of
from webapp.privacy.refusals import Invalid
from webapp.query import results
from webapp.query.scope import Subject


def members_chosen(viewer: Viewer, dataset: Dataset, chosen: Chosen) -> tuple[Slice.Kind, BitMap64]:
    """The keys of the items or scenes chosen, and which of both; of objects, those of the items they are on.

    Raises Invalid where nothing matches, and NotFound for an id that names no item or scene.
    """
    if chosen.matching is not None:
        ask, but = ask_of(viewer, dataset, chosen.matching)
        is_of_scenes = ask.members is Subject.SCENES
        keys = results.keys(viewer, ask, but=BitMap64(but))
    else:
        ids = chosen.ids or []
        is_of_scenes = ids[0].startswith("scn_")
        keys = BitMap64(keys_of(ids, "scn" if is_of_scenes else "di"))
    if not keys:
        raise Invalid("Nothing matches what was chosen.")
    return Slice.Kind.SCENES if is_of_scenes else Slice.Kind.ITEMS, keys
