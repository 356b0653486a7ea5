"""Somebody with a dataset of so many items, by plain inserts: how they come in is another benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

COLUMNS = "dataset_id, reference_id, url, is_private, metadata, width, height, created_at"
LABELS = """
    INSERT INTO labels_annotation
        (dataset_id, item_id, kind, label, geometry, "left", top, "right", bottom, metadata, created_at)
    SELECT dataset_id, id, 'box', CASE WHEN id * 7919 / 100 %% 100 > 0 THEN 'car' ELSE 'ambulance' END,
           '{"x":1,"y":1,"width":5,"height":5}', 1, 1, 6, 6, '{}', %s
    FROM datasets_item WHERE dataset_id = %s
"""


def described(count: int) -> Iterator[tuple[str, str]]:
    """The name and the metadata of each item; values are spread by a step that has no factor in common with them."""
    for number in range(count):
        place = number * 7919
        facts = {
            "side": "left" if place % 2 else "right",
            "percent": place % 100,
            "myriad": place % 10_000,
            "weather": ("clear", "rain", "snow", "fog")[place % 4],
            "speed": place % 1300 / 10,
            "sequence": f"drive-{number // 300:05}",
            "gps": {"lat": place % 180_000 / 1000, "lon": place % 90_001 / 500},
            "note": "a sentence such as people write about one picture",
        }
        yield f"item-{number:07}", json.dumps(facts, separators=(",", ":"))


def filled(count: int) -> tuple[Any, Any]:
    """A viewer and a dataset with so many items, each with a label, of which one in a hundred is an ambulance."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tests import make
    from webapp.datasets.models import Dataset

    viewer = make.make_viewer(make.make_team(f"Team of {count}"))
    dataset = make.make_dataset(viewer, name=f"{count} items")
    now = timezone.now()
    rows = (
        (dataset.pk, name, f"{make.MEDIA}/{name}.jpg", True, said, 1920, 1080, now) for name, said in described(count)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # To fill it is not what is measured, and may take longer than a page may.
            cursor.execute("SET LOCAL statement_timeout = 0")
            with cursor.copy(f"COPY datasets_item ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * 8)
            cursor.executemany(f"INSERT INTO datasets_item ({COLUMNS}) VALUES ({marks})", rows)
        cursor.execute(LABELS, [now, dataset.pk])
        types = dict.fromkeys(("percent", "myriad", "speed"), "number")
        types |= dict.fromkeys(("side", "weather", "sequence", "note"), "string") | {"gps": "object"}
        rows_of = Dataset.objects.unscoped().filter(pk=dataset.pk)
        rows_of.update(item_count=count, field_types={"item": types})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return viewer, make.reload(viewer, dataset)
