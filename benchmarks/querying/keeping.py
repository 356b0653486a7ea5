"""What keeping all that match takes: seconds, and how far the process's own memory grows. Run in a process of its own.

    python -m benchmarks.querying.keeping DATASET_KEY    (with the environment of query.py; prints a line of JSON)

Own memory is what no file is behind (Anonymous of smaps_rollup), beyond the 64 MiB of pages that SQLite caches, which
are filled first. The up to 256 MiB of the database's file that SQLite maps are counted with a process, and are the
kernel's to take back: `mapped`.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Query and mode; the first is half of everything and known from columns, the second is asked of the database.
ASKED = {
    "half, by columns": ("metadata.side = left", ""),
    "half, by SQL": ("metadata.side = left AND width = 1920", ""),
    "everything": ("", ""),
    "half, of objects": ("metadata.side = left", "objects"),
}
MIB = 2**20


def memory() -> tuple[int, int]:
    """Bytes of this process that are its own, and those that are mapped files."""
    text = Path("/proc/self/smaps_rollup").read_text()
    resident, own = (
        int(re.findall(rf"^{name}: +(\d+) kB", text, re.MULTILINE)[0]) * 1024 for name in ("Rss", "Anonymous")
    )
    return own, resident - own


class Watch:
    """Looks at the memory again and again while something runs."""

    def __init__(self) -> None:
        self.own = self.mapped = 0
        self.is_over = threading.Event()

    def run(self, what: Callable[[], Any]) -> Any:
        before = memory()
        looking = threading.Thread(target=self.look)
        looking.start()
        try:
            return what()
        finally:
            self.is_over.set()
            looking.join()
            self.own, self.mapped = self.own - before[0], self.mapped - before[1]

    def look(self) -> None:
        while True:
            own, mapped = memory()
            self.own, self.mapped = max(self.own, own), max(self.mapped, mapped)
            if self.is_over.wait(0.005):
                return


def kept(viewer: Any, dataset: Any, text: str, mode: str) -> dict[str, float]:
    """A slice of all that match, against a count in plain SQL, which also fills the database's own cache first."""
    from webapp.query.actions import slice_of_matches
    from webapp.query.asks import Ask, Mode

    count, watch, started = plainly_counted(dataset, text), Watch(), (time.perf_counter(), time.process_time())
    ask = Ask(dataset, text=text, mode=Mode(mode))
    made = watch.run(lambda: slice_of_matches(viewer, ask, name=f"{text} {mode} {time.time()}"))
    seconds, cpu_seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    assert made.size == len(made.keys()) == count, (text, mode, made.size)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "own_mib": watch.own / MIB,
        "mapped_mib": watch.mapped / MIB,
        "size": made.size,
    }


def plainly_counted(dataset: Any, text: str) -> int:
    from django.db import connection

    from benchmarks.querying.measuring import key_of

    where = f"{key_of(connection.vendor)('side')} = 'left'" if text else "TRUE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM datasets_item WHERE dataset_id = {dataset.pk} AND {where}")
        (count,) = cursor.fetchone()
    return int(count)


def main() -> None:
    import django

    django.setup()
    from webapp.accounts.models import Membership
    from webapp.accounts.queries import viewer_of_membership
    from webapp.datasets.models import Dataset

    dataset = Dataset.objects.unscoped().get(pk=int(sys.argv[1]))
    viewer = viewer_of_membership(Membership.objects.get(team_id=dataset.team_id))
    print(json.dumps({name: kept(viewer, dataset, *asked) for name, asked in ASKED.items()}))


if __name__ == "__main__":
    main()
