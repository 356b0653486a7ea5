"""How long does a query take, for its first page and for its count, beside the same scan in plain SQL?

    python benchmarks/query.py [--items 10000,100000] [--rounds 15] [--json FILE]

A new SQLite database with two labels an item. Predicates that half of the items meet, one in a hundred and one in ten
thousand, spread evenly; one class that one item in a hundred has; two fields together. `plain` is the shortest SQL that
finds the same: `json_extract(...) = ?` and an EXISTS, without types, teams or missing values.

Each round measures every predicate once, so that a busy machine slows all alike. Trust the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

PAGE = 100
PLAIN = "json_extract(metadata, '$.{}') {}"
PREDICATES = {
    "50 %": ("metadata.side = left", PLAIN.format("side", "= 'left'")),
    "1 %": ("metadata.percent = 7", PLAIN.format("percent", "= 7")),
    "0.01 %": ("metadata.myriad = 7", PLAIN.format("myriad", "= 7")),
    "two fields": (
        "metadata.side = left AND metadata.percent < 50",
        " AND ".join([PLAIN.format("side", "= 'left'"), PLAIN.format("percent", "< 50")]),
    ),
    "a class": (
        "annotations.ambulance > 0",
        "EXISTS (SELECT 1 FROM labels_annotation AS one WHERE one.item_id = item.id AND one.label = 'ambulance')",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=lambda text: [int(one) for one in text.split(",")], default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write every figure here, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="transom-query-") as folder:
        begin(Path(folder))
        found = {str(count): measured(count, options.rounds) for count in options.items}
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def begin(folder: Path) -> None:
    """Start Django on a new database in this folder."""
    os.environ.update({"DJANGO_SETTINGS_MODULE": "webapp.settings", "TRANSOM_DATA": str(folder), "DATABASE_URL": ""})
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measured(count: int, rounds: int) -> dict[str, dict[str, float]]:
    from webapp.datasets.queries import page_of
    from webapp.query import queries

    viewer, dataset = filled(count)
    times: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name, (text, where) in PREDICATES.items():
            kept = times.setdefault(name, {})
            page = timed(kept, "page", lambda text=text: page_of(queries.items(viewer, dataset, text), limit=PAGE).rows)
            plain = timed(kept, "plain page", lambda where=where: plain_page(dataset.pk, where))
            assert [one.pk for one in page] == plain[:PAGE], name
            total = timed(kept, "count", lambda text=text: queries.count(viewer, dataset, text, seconds=60))
            expected = timed(kept, "plain count", lambda where=where: plain_count(dataset.pk, where))
            assert total == (expected, count, True), name
    print(f"\n{count} items, ms: median and 95th percentile of {rounds}; load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}" + "".join(f"{step:>18}" for step in next(iter(times.values()))))
    figures = {}
    for name, kept in times.items():
        figures[name] = {step: statistics.median(each) for step, each in kept.items()}
        shown = [f"{statistics.median(each):.1f} / {high(each):.1f}" for each in kept.values()]
        print(f"{name:12}" + "".join(f"{one:>18}" for one in shown), flush=True)
    return figures


def timed(kept: dict[str, list[float]], step: str, run: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    found = run()
    kept.setdefault(step, []).append((time.perf_counter() - started) * 1000)
    return found


def high(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def plain_page(dataset_pk: int, where: str) -> list[int]:
    found = "SELECT id, reference_id, metadata, url FROM datasets_item AS item"
    rows = selected(f"{found} WHERE dataset_id = %s AND {where} ORDER BY id LIMIT {PAGE + 1}", dataset_pk)
    return [row[0] for row in rows]


def plain_count(dataset_pk: int, where: str) -> int:
    ((found,),) = selected(f"SELECT COUNT(*) FROM datasets_item AS item WHERE dataset_id = %s AND {where}", dataset_pk)
    return int(found)


def selected(statement: str, dataset_pk: int) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [dataset_pk])
        return cursor.fetchall()


def filled(count: int) -> tuple[Any, Any]:
    """Somebody, and a dataset of theirs with so many items, by plain inserts: how they come in is another benchmark."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tests import make

    viewer = make.make_viewer()
    dataset = make.make_dataset(viewer, name=f"{count} items")
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO datasets_item (dataset_id, reference_id, url, is_private, metadata, width, height, created_at)"
            " VALUES (%s, %s, %s, 1, %s, 1920, 1080, %s)",
            ((dataset.pk, name, f"{make.MEDIA}/{name}.jpg", said, now) for name, said in described(count)),
        )
        cursor.execute(
            "INSERT INTO labels_annotation (dataset_id, item_id, kind, label, geometry, metadata, created_at)"
            " SELECT dataset_id, id, 'box', CASE WHEN two.n = 0 OR id %% 100 THEN 'car' ELSE 'ambulance' END,"
            ' \'{"x":1,"y":1,"width":5,"height":5}\', \'{}\', %s'
            " FROM datasets_item, (SELECT 0 AS n UNION SELECT 1) AS two WHERE dataset_id = %s",
            [now, dataset.pk],
        )
        cursor.execute("ANALYZE")
    return viewer, dataset


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
            "note": "a sentence such as people write about one picture",
        }
        yield f"item-{number:07}", json.dumps(facts, separators=(",", ":"))


if __name__ == "__main__":
    main()
