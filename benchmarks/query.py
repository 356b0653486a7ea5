"""How long does a query take at a million items: first page, count, facet, order; with columns, without, in plain SQL?

    python benchmarks/query.py [--items 10000,100000,1000000] [--database sqlite,postgresql] [--rounds 20] [--json FILE]

A new database of each kind, with one label an item, and predicates that half of the items meet, one in a hundred and
one in ten thousand, spread evenly. `SQL` is the same question without columns, `plain` the shortest SQL that finds the
same: one comparison of JSON, without types, teams or missing values. Then what columns cost to make and to keep, and
what slices of all that match cost in time and memory.

Each round measures every question once, so that a busy machine slows all alike. Trust the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

# Below so many items no columns are made.
SMALLEST = 20_001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", default="10000,100000,1000000")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write every figure here, too; with one database")
    options = parser.parse_args()
    databases = options.database.split(",")
    if len(databases) > 1:
        for one in databases:
            same = ["--items", options.items, "--rounds", str(options.rounds)]
            subprocess.run([sys.executable, __file__, "--database", one, *same], check=True)
        return
    with tempfile.TemporaryDirectory(prefix="transom-query-") as folder:
        begin(Path(folder), databases[0])
        sizes = [int(one) for one in options.items.split(",")]
        found = {str(count): measured(databases[0], count, options.rounds) for count in sizes}
    for smaller, larger in pairwise(sizes):
        print_growth(found, str(smaller), str(larger))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def begin(folder: Path, database: str) -> None:
    """Start Django on a new database in this folder."""
    from tests.postgres import PostgresCluster

    url = PostgresCluster(folder / "postgres").create_database("query") if database == "postgresql" else ""
    os.environ.update({"DJANGO_SETTINGS_MODULE": "webapp.settings", "TRANSOM_DATA": str(folder), "DATABASE_URL": url})
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measured(database: str, count: int, rounds: int) -> dict[str, Any]:
    from benchmarks.querying import measuring
    from benchmarks.querying.data import filled
    from webapp.query.columns import store, upkeep

    viewer, dataset = filled(count)
    print(f"\n{database}, {count} items, load {os.getloadavg()[0]:.1f}", flush=True)
    if count < SMALLEST:
        with measuring.without_columns():
            return {"predicates": shown(measuring.ask_predicates(viewer, dataset, rounds))}
    seconds, size = measuring.build(viewer, dataset)
    print(f"columns: {seconds:.1f} s, {seconds / count * 1e6:.1f} us an item, {size / 2**20:.1f} MiB", flush=True)
    store.CACHE = store.Cache(store.MAX_CACHE_BYTES)
    cold: dict[str, list[float]] = {}
    for _ in range(5):
        store.CACHE = store.Cache(store.MAX_CACHE_BYTES)
        measuring.first_page(cold, "page, nothing read yet", viewer, dataset)
    found = {
        "build": {"seconds": seconds, "bytes": size},
        "kept": kept(dataset.pk),
        "predicates": shown(measuring.ask_predicates(viewer, dataset, rounds)),
        "facets": shown(measuring.ask_facets(viewer, dataset, rounds)),
        "orders": shown(measuring.ask_orders(viewer, dataset, rounds)),
        "changes": shown({"": cold | measuring.ask_after_changes(viewer, dataset, 5)}),
        "ingest": shown(
            {
                "1,000 items": measuring.ingest(viewer, dataset, rounds),
                "1,000 annotations": measuring.annotating(viewer, dataset, rounds),
            }
        ),
    }
    assert count > upkeep.MIN_ROWS
    return found


def kept(dataset_pk: int) -> dict[str, dict[str, float]]:
    """What slices of all that match take, in a process that has done nothing else."""
    run = [sys.executable, "-m", "benchmarks.querying.keeping", str(dataset_pk)]
    answer = subprocess.run(run, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    found: dict[str, dict[str, float]] = json.loads(answer)
    for name, one in found.items():
        grown = f"{one['own_mib']:.0f} MiB of its own, {one['mapped_mib']:.0f} MiB mapped"
        print(
            f"slice of {name}: {one['size']} in {one['seconds']:.1f} s ({one['cpu_seconds']:.1f} s here), {grown}",
            flush=True,
        )
    return found


def shown(times: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, float]]:
    """Print the median and the 95th percentile of each, in ms, and give the medians."""
    steps = list(next(iter(times.values())))
    print(f"{'ms: p50 / p95':24}" + "".join(f"{step:>24}" for step in steps))
    for name, kept in times.items():
        row = [f"{statistics.median(kept[step]):.1f} / {high(kept[step]):.1f}" for step in steps]
        print(f"{name:24}" + "".join(f"{one:>24}" for one in row), flush=True)
    return {name: {step: statistics.median(each) for step, each in kept.items()} for name, kept in times.items()}


def high(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def print_growth(found: dict[str, Any], smaller: str, larger: str) -> None:
    print(f"\nfrom {smaller} to {larger} items, times as long:")
    for part in ("predicates", "facets", "orders"):
        for name, times in found[larger].get(part, {}).items():
            before = found[smaller].get(part, {}).get(name)
            if before:
                told = ", ".join(f"{step} {times[step] / before[step]:.1f}" for step in times if before.get(step))
                print(f"  {name}: {told}")


if __name__ == "__main__":
    main()
