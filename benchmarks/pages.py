"""Is a page's server time flat, whatever the size of the dataset it belongs to?

    python benchmarks/pages.py [--sizes 10000,100000,1000000] [--rounds 15]

For each size one process with a database of its own: a dataset of that many items, and a dataset of scenes with that
many frames, 3000 a scene, and one scene of 300. Asked for are a page of the grid, a scene's page, the compressed list
of its frames, and that list again by a browser that has it ("frames kept"). The parent asks the processes in turn for a
few requests each, at random places, so that a busy machine slows all sizes alike. Times are in milliseconds, of the
whole request inside Django (middleware, queries, template), without the HTTP server. The ratios are against the
smallest size: at most 1.5 is the aim.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
BATCH = 5_000
FRAMES = 3_000
SHORT = 300
REQUESTS_A_ROUND = {"grid": 12, "scene": 8, "scene 300": 8, "frames": 4, "frames 300": 4, "frames kept": 8}


def main() -> None:
    options = parsed_options()
    if options.child:
        child(options.child)
        return
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="transom-pages-") as folder:
        children = {size: start_child(size, Path(folder) / str(size)) for size in sizes}
        times = measure(children, options.rounds)
        for process in children.values():
            process.stdin.close()  # type: ignore[union-attr]
            process.wait()
    report(sizes, times)


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def start_child(size: int, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    environment = {
        **os.environ,
        "TRANSOM_DATA": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "PYTHONPATH": str(PROJECT),
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, __file__, "--child", str(size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    ready = process.stdout.readline().strip()  # type: ignore[union-attr]
    print(f"{size:>9} items and as many frames stored in {time.perf_counter() - started:.1f} s; {ready}", flush=True)
    return process


def measure(children: dict[int, subprocess.Popen[str]], rounds: int) -> dict[tuple[int, str], list[float]]:
    times: dict[tuple[int, str], list[float]] = {}
    for turn in range(rounds + 1):
        for size, process in children.items():
            for page in REQUESTS_A_ROUND:
                process.stdin.write(page + "\n")  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
                answer = json.loads(process.stdout.readline())  # type: ignore[union-attr]
                # The first round only warms caches and templates.
                if turn:
                    times.setdefault((size, page), []).extend(answer)
    return times


def report(sizes: list[int], times: dict[tuple[int, str], list[float]]) -> None:
    print(f"{'page':<12}{'items':>9}{'n':>6}{'p50 ms':>9}{'p95 ms':>9}{'p50 ratio':>11}{'p95 ratio':>11}")
    for page in REQUESTS_A_ROUND:
        first = quantiles(times[sizes[0], page])
        for size in sizes:
            p50, p95 = quantiles(times[size, page])
            count = len(times[size, page])
            ratios = f"{p50 / first[0]:>11.2f}{p95 / first[1]:>11.2f}"
            print(f"{page:<12}{size:>9}{count:>6}{p50:>9.1f}{p95:>9.1f}{ratios}")


def quantiles(values: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=20)
    return cuts[9], cuts[18]


def child(size: int) -> None:
    """Fill a database, say so, then answer each line naming a page with a list of times in milliseconds."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    pages = Pages(size)
    print("ready", flush=True)
    for line in sys.stdin:
        page = line.strip()
        print(json.dumps([pages.timed(page) for _ in range(REQUESTS_A_ROUND[page])]), flush=True)


class Pages:
    """A filled database and a signed-in browser session in front of it."""

    def __init__(self, size: int) -> None:
        from django.test import Client

        from webapp.accounts.models import Membership, Team, User
        from webapp.accounts.queries import viewer_of_membership
        from webapp.datasets.actions import create_dataset

        user = User.objects.create_user("bench@example.com", "a long enough password")
        member = Membership.objects.create(user=user, team=Team.objects.create(name="Bench"), role="editor")
        self.viewer = viewer_of_membership(member)
        self.items = create_dataset(self.viewer, name="items", is_scene=False, use_privacy_mode=True)
        self.scenes = create_dataset(self.viewer, name="scenes", is_scene=True, use_privacy_mode=True)
        self.fill(size)
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.random = random.Random(7)
        long, short = self.scene_paths(FRAMES), self.scene_paths(SHORT)
        self.paths = {
            "grid": self.grid_paths(),
            "scene": [f"{path}?frame={self.random.randrange(FRAMES)}" for path in long for _ in range(10)],
            "scene 300": [f"{path}?frame={self.random.randrange(SHORT)}" for path in short for _ in range(10)],
            "frames": [f"{path}/frames" for path in long],
            "frames 300": [f"{path}/frames" for path in short],
            "frames kept": [f"{path}/frames" for path in long],
        }
        self.tag = self.client.get(self.paths["frames"][0])["ETag"]

    def fill(self, size: int) -> None:
        from webapp.datasets.actions import append_items, append_scenes
        from webapp.datasets.drafts import scene_draft
        from webapp.privacy.origins import OriginPolicy

        self.policy = OriginPolicy(frozenset(), locked=False)
        for start in range(0, size, BATCH):
            drafts = [self.draft(f"item-{n}") for n in range(start, min(start + BATCH, size))]
            append_items(self.viewer, self.items, drafts, update=False, append_key="")
        lengths = [*(FRAMES for _ in range(max(1, size // FRAMES))), SHORT]
        for scene, length in enumerate(lengths):
            frames = [self.draft(f"scene-{scene}-{n}") for n in range(length)]
            draft = scene_draft(
                reference_id=f"scene-{scene}",
                metadata={"city": "Ghent"},
                video_url=None,
                frame_rate=10,
                frames=frames,
                policy=self.policy,
            )
            append_scenes(self.viewer, self.scenes, [draft], update=False)

    def draft(self, reference_id: str) -> Any:
        from webapp.datasets.drafts import item_draft

        metadata = {"weather": "rain", "speed": 12.5, "cars": 3, "night": True, "city": "Ghent", "lat": 51.05}
        return item_draft(
            reference_id=reference_id,
            url=f"https://media.bench.example/set/{reference_id}.jpg?signature=0123456789abcdef",
            metadata=metadata,
            width=1280,
            height=720,
            policy=self.policy,
        )

    def grid_paths(self) -> list[str]:
        from webapp.datasets import queries
        from webapp.privacy import public_id

        keys = queries.items(self.viewer, self.items).order_by("pk").values_list("pk", flat=True)
        first, last = keys[0], keys.reverse()[0]
        places = [self.random.randint(first, max(first, last - 200)) for _ in range(500)]
        return [f"/datasets/{self.items.public_id}/?after={public_id.encode('di', key)}" for key in places]

    def scene_paths(self, length: int) -> list[str]:
        from webapp.datasets import queries

        found = list(queries.scenes(self.viewer, self.scenes).filter(frame_count=length))
        return [f"/datasets/{self.scenes.public_id}/scenes/{scene.public_id}" for scene in found]

    def timed(self, page: str) -> float:
        path = self.random.choice(self.paths[page])
        kept = page == "frames kept"
        headers = {"accept-encoding": "gzip", **({"if-none-match": self.tag} if kept else {})}
        started = time.perf_counter()
        response = self.client.get(path, headers=headers)
        took = (time.perf_counter() - started) * 1000
        if response.status_code != (304 if kept else 200):
            raise SystemExit(f"{page} answered {response.status_code}")
        return took


if __name__ == "__main__":
    main()
