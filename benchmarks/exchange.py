"""Memory of handing out 100,000 tasks and of taking their results in, in a throwaway database of this process.

    .venv/bin/python benchmarks/exchange.py [TASKS]

It prints for each file how large it is, how long it took, and by how much the process grew over its first part.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
folder = tempfile.TemporaryDirectory(prefix="transom-exchange-")
os.environ |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "TRANSOM_DATA": folder.name, "DATABASE_URL": ""}

import django  # noqa: E402

django.setup()

import msgspec  # noqa: E402
from django.core.management import call_command  # noqa: E402

from tests import make  # noqa: E402
from webapp.datasets import queries  # noqa: E402
from webapp.datasets.shared_links import SharedLinks  # noqa: E402
from webapp.exchange.handing_out import terms_for  # noqa: E402
from webapp.exchange.results import bring_results  # noqa: E402
from webapp.labels import queries as labels  # noqa: E402
from webapp.labels.actions import label_in_place  # noqa: E402
from webapp.pages.labelling_files import FORMS  # noqa: E402
from webapp.privacy import public_id  # noqa: E402

AT_ONCE = 5_000


def grown() -> float:
    """The most memory this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    owner = make.make_viewer()
    dataset = make.make_dataset(owner)
    for start in range(0, count, AT_ONCE):
        make.make_items(owner, dataset, min(AT_ONCE, count - start), prefix=f"part-{start}", width=640, height=480)
    project = make.make_project(owner, classes=[{"name": "sign", "shape": "box"}])
    label_in_place(owner, project, dataset, queries.items(owner, dataset).values_list("pk", flat=True))
    terms = terms_for(SharedLinks("http://shared.example", owner.user_id))
    for name, form in FORMS.items():
        parts = form(owner, project, terms)
        size = sum(len(next(parts)) for _ in range(3))
        before, begun = grown(), time.perf_counter()
        size += sum(map(len, parts))
        took = time.perf_counter() - begun
        print(f"{name:13} {count} tasks  {size / 1e6:6.1f} MB  {took:5.1f} s  {grown() - before:6.1f} MiB more")
    ids = public_id.encode_many("task", labels.tasks(owner, project).values_list("pk", flat=True))
    raw = results_of(ids)
    before, begun = grown(), time.perf_counter()
    taken = bring_results(owner, project, raw)
    took = time.perf_counter() - begun
    print(
        f"results       {taken.tasks} tasks  {len(raw) / 1e6:6.1f} MB  {took:5.1f} s  {grown() - before:6.1f} MiB more"
    )


def results_of(ids: list[str]) -> bytes:
    """One box drawn on each task, as Label Studio exports it."""
    value = {"x": 10, "y": 10, "width": 10, "height": 10, "rectanglelabels": ["sign"]}
    region = {"id": "a", "type": "rectanglelabels", "value": value}
    done = [{"result": [region]}]
    return b"[" + b",".join(msgspec.json.encode({"data": {"task_id": one}, "annotations": done}) for one in ids) + b"]"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
