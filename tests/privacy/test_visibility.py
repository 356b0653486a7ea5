"""Guarded models: no read without a viewer, on any way into the table."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.jobs.models import Job
from webapp.privacy.visibility import UnscopedRead
from webapp.query.models import SavedQuery

GUARDED = [Dataset, Scene, Item, Slice, SavedQuery, Job]
READS: dict[str, Callable[[Any], object]] = {
    "all": lambda objects: objects.all(),
    "get": lambda objects: objects.get(pk=1),
    "create": lambda objects: objects.create(),
    "filter": lambda objects: objects.filter(pk=1),
    "exclude": lambda objects: objects.exclude(pk=1),
    "count": lambda objects: objects.count(),
    "exists": lambda objects: objects.exists(),
    "first": lambda objects: objects.first(),
    "values": lambda objects: objects.values("pk"),
    "in_bulk": lambda objects: objects.in_bulk([1]),
    "iterator": lambda objects: list(objects.iterator()),
    "iteration": list,
    "aggregate": lambda objects: objects.aggregate(),
    "raw": lambda objects: objects.raw("SELECT 1"),
    "update": lambda objects: objects.update(pk=1),
    "get_or_create": lambda objects: objects.get_or_create(pk=1),
    "bulk_create": lambda objects: objects.bulk_create([]),
    "using": lambda objects: objects.using("default"),
    "none": lambda objects: objects.none(),
}


@pytest.mark.parametrize("model", GUARDED)
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_read_without_a_viewer_raises(model: Any, read: Callable[[Any], object]) -> None:
    with pytest.raises(UnscopedRead, match=model.__name__):
        read(model.objects)


def test_viewer_opens_their_own_rows_only(owner: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 2)
    assert Item.objects.visible_to(owner).count() == 2
    assert Item.objects.visible_to(stranger).count() == 0
    assert Item.objects.unscoped().count() == 2


def test_rows_of_a_related_object_are_not_reachable_backwards(dataset: Dataset) -> None:
    assert not hasattr(dataset, "item_set")
    assert not [field for field in Dataset._meta.related_objects if not field.hidden]
