"""What the database refuses even when code of ours asks for it."""

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item, Scene, StoredFile
from webapp.privacy.media_url import MediaUrl

URL = MediaUrl.from_column(f"{make.MEDIA}/x.jpg")


def refuses(row: models.Model) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def item(dataset: Dataset, **fields: Any) -> Item:
    return Item(**{"dataset": dataset, "reference_id": "x", "url": URL, "is_private": True, **fields})


def test_item_needs_a_url_or_a_file(dataset: Dataset) -> None:
    refuses(item(dataset, url=None))


def test_private_item_has_no_copy_here(owner: Viewer, dataset: Dataset) -> None:
    file = StoredFile.objects.create(team_id=owner.team_id, sha256="0" * 64, byte_size=1, content_type="image/png")
    refuses(item(dataset, file=file))
    item(dataset, file=file, url=None, is_private=False).save()


def test_frame_has_a_scene_and_an_index_from_zero(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset)
    refuses(item(scene_dataset, frame_index=1))
    refuses(item(scene_dataset, scene=scene))
    refuses(item(scene_dataset, scene=scene, frame_index=-1))
    refuses(item(scene_dataset, scene=scene, frame_index=2))


def test_reference_id_is_unique_in_its_dataset_only(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    refuses(item(dataset, reference_id="item-0"))
    item(make.make_dataset(owner, name="Other"), reference_id="item-0").save()


@pytest.mark.parametrize(
    "fields",
    [
        {"frame_count": 0},
        {"frame_count": 3001, "frame_rate": 1.0},
        {"frame_count": 2},
        {"frame_count": 2, "frame_rate": 0.0},
        {"frame_count": -1, "video_url": URL},
    ],
)
def test_scene_has_frames_with_a_rate_or_an_mp4(scene_dataset: Dataset, fields: dict[str, Any]) -> None:
    refuses(Scene(dataset=scene_dataset, reference_id="s", is_private=True, **fields))


@pytest.mark.parametrize(
    "text", ["", "ftp://x/y", "javascript:alert(1)", "/etc/passwd", "https://a b", "https://a\n", "https:// "]
)
def test_column_refuses_what_has_not_the_shape_of_a_media_url(owner: Viewer, dataset: Dataset, text: str) -> None:
    row = make.make_items(owner, dataset, 1)[0]
    with pytest.raises((IntegrityError, DataError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE datasets_item SET url = %s WHERE id = %s", [text, row.pk])


def test_plain_string_is_stopped_on_every_write_path(owner: Viewer, dataset: Dataset) -> None:
    row = make.make_items(owner, dataset, 1)[0]
    text = "https://media.harbor.example/y.jpg"
    rows = Item.objects.unscoped().filter(pk=row.pk)
    row.url = text
    for write in (
        row.save,
        lambda: rows.update(url=text),
        lambda: Item.objects.unscoped().bulk_update([row], ["url"]),
        lambda: Item.objects.unscoped().bulk_create([item(dataset, reference_id="y", url=text)]),
        lambda: Item.objects.unscoped().create(dataset=dataset, reference_id="z", url=text, is_private=True),
    ):
        with pytest.raises(TypeError), transaction.atomic():
            write()
    assert Item.objects.unscoped().count() == 1
