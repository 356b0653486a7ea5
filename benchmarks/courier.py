"""How fast does the courier bring approved items, against a plain program that downloads them one after the other?

    python benchmarks/courier.py [--items 2000] [--kib 100] [--latency-ms 0 20] [--postgresql]

One media server in a process of its own, a new database, and an approved promotion of that many items for each
latency. The plain program asks for each item over a connection of its own, as the courier does, and writes it to a
file; it syncs nothing and notes nothing. The courier is the command, with eight threads at an origin that takes eight:
for each item it checks the seal and the rules, commits a row before it connects, hashes, recognizes, syncs, renames,
and commits item, task, connection and act. Its time is from its first connection to its last copy.

Prints items and bytes a second of both, their ratio, and the courier's own memory over its run, without the pages of
the database that it maps.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
MIB = 1024**2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--kib", type=int, default=100)
    parser.add_argument("--latency-ms", type=int, nargs="+", default=[0, 20])
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="transom-courier-") as text:
        folder = Path(text)
        prepare(folder, postgresql=options.postgresql)
        media = folder / "media"
        draw(media, options.items, options.kib * 1024)
        for latency_ms in options.latency_ms:
            with serving(media, latency_ms) as port:
                compare(folder, port, options.items, latency_ms)


def prepare(folder: Path, *, postgresql: bool) -> None:
    """Set Django up on a new database."""
    os.environ |= {
        "TRANSOM_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "TRANSOM_COURIER_LOOPBACK": "yes",
        "TRANSOM_COURIER_THREADS": "8",
        "DATABASE_URL": "",
    }
    (folder / "data").mkdir()
    if postgresql:
        from tests.postgres import PostgresCluster

        os.environ["DATABASE_URL"] = PostgresCluster(folder / "postgres").url("postgres")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def draw(folder: Path, count: int, size: int) -> None:
    """Small PNGs that differ, each followed by noise up to `size`."""
    from tests.courier.kit import picture

    folder.mkdir()
    head, noise = picture(), random.Random(1)
    for number in range(count):
        (folder / f"item-{number}.png").write_bytes(head + noise.randbytes(size - len(head)))


@contextmanager
def serving(folder: Path, latency_ms: int) -> Iterator[int]:
    from tests.live import free_port

    port = free_port()
    words = [str(folder), "--port", str(port), "--latency-ms", str(latency_ms)]
    server = subprocess.Popen([sys.executable, "manage.py", "serve_media", *words], cwd=PROJECT, stdout=subprocess.PIPE)
    assert server.stdout is not None
    server.stdout.readline()
    try:
        yield port
    finally:
        server.terminate()
        server.wait()


def compare(folder: Path, port: int, count: int, latency_ms: int) -> None:
    promotion = approved_promotion(port, count)
    names = [f"/item-{number}.png" for number in range(count)]
    plain_s, total = plain(folder / f"plain-{latency_ms}", port, names)
    courier_s, memory = courier(promotion)
    print(f"latency {latency_ms} ms, {count} items of {total // count // 1024} KiB")
    for name, passed_s in (("plain, one by one", plain_s), ("courier", courier_s)):
        print(f"  {name:18} {count / passed_s:7.1f} items/s  {total / passed_s / MIB:7.1f} MiB/s")
    print(f"  courier / plain    {plain_s / courier_s:7.2f}")
    print(f"  memory             {' '.join(f'{size / MIB:.0f}' for size in memory)} MiB, over the run")


def approved_promotion(port: int, count: int) -> Any:
    """The items in a dataset of their own, asked for by one person and approved by another, into a project."""
    from tests import make
    from tests.courier.approvals import allow, approved, items_at

    team = make.make_team()
    owner, approver, admin = (make.make_viewer(team, role=role) for role in ("editor", "approver", "admin"))
    origin = f"http://127.0.0.1:{port}"
    items = items_at(owner, make.make_dataset(owner), origin, count)
    allow(admin, origin, max_parallel=8)
    return approved(owner, approver, items, project=make.make_project(owner))


def plain(folder: Path, port: int, names: list[str]) -> tuple[float, int]:
    """How long a plain program takes, in seconds, and how many bytes that were."""
    folder.mkdir()
    started, total = time.monotonic(), 0
    for name in names:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", name)
        body = connection.getresponse().read()
        connection.close()
        (folder / name[1:]).write_bytes(body)
        total += len(body)
    return time.monotonic() - started, total


def courier(promotion: Any) -> tuple[float, list[int]]:
    """How long the courier takes, in seconds, and its own memory at ten moments of its run."""
    from webapp.courier.models import EgressEntry
    from webapp.promotions.models import PromotionItem

    process = subprocess.Popen(
        [sys.executable, "manage.py", "courier", "--until-idle"], cwd=PROJECT, stderr=subprocess.DEVNULL
    )
    seen = []
    while process.poll() is None:
        try:
            memory = psutil.Process(process.pid).memory_info()
            seen.append(memory.rss - memory.shared)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    rows = PromotionItem.objects.filter(promotion=promotion)
    left = rows.exclude(state="stored").count()
    if process.wait() or left:
        raise SystemExit(f"The courier ended with {process.returncode} and left {left} items.")
    first = EgressEntry.objects.filter(promotion_pk=promotion.pk).earliest("position").at
    last = rows.latest("stored_at").stored_at
    assert last is not None
    return (last - first).total_seconds(), [seen[len(seen) * tenth // 10] for tenth in range(10)]


if __name__ == "__main__":
    main()
