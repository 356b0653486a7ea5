"""How fast are items taken in, against what SQLite itself can do, and how much memory does an upload cost?

    python benchmarks/ingest.py [--rounds 3] [--items 100000] [--big]

One live server (gunicorn and a job worker, as `make run` starts them) with a new SQLite database. Each round measures,
one after the other, so that a busy machine slows all alike:

    raw        upserts into one table with the item table's columns and indexes: executemany, 1,000 rows a transaction
    batch 20   synchronous appends over HTTP, as the old SDK sends them (a tenth of the items)
    batch 1000 the same in batches of 1,000 (half of the items)
    job        one upload to a signed link and the job that reads it: the job's time alone, and with the upload

Prints the medians in items a second and as a fraction of the raw ceiling, and the CPU time of our processes an item.
The aims: a job within 3x of raw, and 30,000 items a second. --big uploads a million lines and prints peak memory.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.live import LiveTransom  # noqa: E402 (needs the project on the path)
from tests.wire_client import WireClient  # noqa: E402

BIG = 1_000_000
# What the last raw run cost this process, beside its wall time.
RAW_CPU_S: list[float] = []
COLUMNS = (
    "dataset_id, scene_id, frame_index, reference_id, url, file_id, is_private, metadata, width, height, created_at"
)
RAW_TABLE = """
    PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;
    CREATE TABLE item (id integer PRIMARY KEY AUTOINCREMENT, dataset_id bigint NOT NULL, scene_id bigint,
        frame_index integer, reference_id text NOT NULL, url text, file_id bigint, is_private bool NOT NULL,
        metadata text NOT NULL, width integer, height integer, created_at datetime NOT NULL);
    CREATE UNIQUE INDEX one_per_reference ON item (dataset_id, reference_id);
    CREATE UNIQUE INDEX one_per_frame ON item (scene_id, frame_index) WHERE scene_id IS NOT NULL;
    CREATE INDEX by_dataset ON item (dataset_id, id);
    CREATE INDEX by_file ON item (file_id);
"""
RAW_UPSERT = f"""
    INSERT INTO item ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (dataset_id, reference_id) DO UPDATE SET metadata = excluded.metadata, url = excluded.url,
        width = excluded.width, height = excluded.height
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--big", action="store_true", help="one upload of a million lines, for its memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="transom-ingest-") as folder, LiveTransom(Path(folder) / "live") as live:
        client = WireClient(live.endpoint, live.make_key())
        if options.big:
            big_upload(live, client, Path(folder))
        else:
            compare(live, client, Path(folder), rounds=options.rounds, items=options.items)


def compare(live: LiveTransom, client: WireClient, folder: Path, *, rounds: int, items: int) -> None:
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    for number in range(rounds):
        runs: dict[str, tuple[int, Callable[[], float]]] = {
            "raw": (items, lambda: raw_upserts(folder / f"raw{uuid.uuid4().hex}", items)),
            "batch 20": (items // 10, lambda: appends(client, items // 10, batch=20)),
            "batch 1000": (items // 2, lambda: appends(client, items // 2, batch=1000)),
            "job": (items, lambda: job(client, items)["job"]),
        }
        for name, (count, run) in runs.items():
            before = cpu_seconds(live)
            seconds = run()
            rates.setdefault(name, []).append(count / seconds)
            cost = RAW_CPU_S.pop() if name == "raw" else cpu_seconds(live) - before
            costs.setdefault(name, []).append(cost / count * 1e6)
            print(f"round {number + 1}: {name:<11}{count / seconds:>10,.0f} items/s", flush=True)
    ceiling = statistics.median(rates["raw"])
    raw_cost = statistics.median(costs["raw"])
    print(f"\n{'':<12}{'items/s':>10}{'raw is':>10}{'CPU us/item':>14}{'of raw':>10}   (medians of {rounds} rounds)")
    for name, found in rates.items():
        rate, cost = statistics.median(found), statistics.median(costs[name])
        print(f"{name:<12}{rate:>10,.0f}{ceiling / rate:>9.1f}x{cost:>14.1f}{cost / raw_cost:>9.1f}x")


def row(number: int) -> dict[str, Any]:
    """An item as a driving fleet might send it: ten metadata keys and a signed URL, about 420 bytes."""
    return {
        "metadata": {
            "weather": ("sunny", "rainy", "foggy")[number % 3],
            "speed": number % 90 + 0.5,
            "city": f"town {number % 100}",
            "frame": number,
            "is_raining": number % 3 == 1,
            "camera": "front",
            "lane": number % 4,
            "timestamp": f"16451440{number:08d}",
            "split": "train",
            "score": number / BIG,
        },
        "reference_id": f"drive-{number // 1000:04d}/frame-{number:08d}.jpg",
        "width": 1920,
        "height": 1080,
        "image_url": f"https://media.fleet.example/drives/{number // 1000:04d}/{number:08d}.jpg"
        f"?X-Amz-Expires=3600&X-Amz-Signature={number:032x}",
    }


def raw_upserts(path: Path, count: int) -> float:
    """Seconds for the same rows straight into SQLite, prepared before the clock starts."""
    rows = []
    for number in range(count):
        one = row(number)
        facts = (json.dumps(one["metadata"]), 1920, 1080, "2026-01-01 00:00:00")
        rows.append((1, None, None, one["reference_id"], one["image_url"], None, 1, *facts))
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(RAW_TABLE)
    started, cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, 1000):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(RAW_UPSERT, rows[first : first + 1000])
        database.execute("COMMIT")
    seconds = time.perf_counter() - started
    RAW_CPU_S.append(time.process_time() - cpu)
    database.close()
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    return seconds


def appends(client: WireClient, count: int, *, batch: int) -> float:
    """Seconds for appends at once on one kept connection; the bodies are made before the clock starts."""
    dataset = client.create_dataset("appends", is_scene=False, privacy=True)
    bodies = [
        json.dumps({"items": [row(number) for number in range(first, first + batch)], "update": False}).encode()
        for first in range(0, count, batch)
    ]
    headers = {"Authorization": client._authorization, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(client._host, timeout=120)
    started = time.perf_counter()
    for body in bodies:
        connection.request("POST", f"{client._base}/dataset/{dataset}/append", body, headers)
        answer = json.loads(connection.getresponse().read())
        assert answer["new_items"] == batch, answer
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def job(client: WireClient, count: int) -> dict[str, float]:
    """Seconds of the upload ("put") and of the job from its start to its end ("job")."""
    dataset = client.create_dataset("job", is_scene=False, privacy=True)
    request_id = uuid.uuid4().hex
    url = client.call("GET", f"dataset/{dataset}/signedUrl/{request_id}")["signed_url"]
    put_s = put(client, url, count)
    started = time.perf_counter()
    body = {"requestId": request_id, "update": False}
    job_id = client.call("POST", f"dataset/{dataset}/append?async=1", body)["job_id"]
    while (status := client.call("GET", f"job/{job_id}"))["status"] == "Running":
        time.sleep(0.05)
    job_s = time.perf_counter() - started
    assert status["message"]["dataset_item_upload"]["new"] == count, status
    return {"put": put_s, "job": job_s}


def put(client: WireClient, url: str, count: int) -> float:
    """Upload the rows as they are made, a thousand a piece; the seconds are those of the sending alone."""
    connection = http.client.HTTPConnection(client._host, timeout=600)
    connection.putrequest("PUT", url[url.index(client._base) :])
    connection.putheader("Content-Length", str(sum(map(len, lines(count)))))
    connection.endheaders()
    seconds = 0.0
    for piece in lines(count):
        started = time.perf_counter()
        connection.send(piece)
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()
    return seconds + time.perf_counter() - started


def lines(count: int) -> Iterator[bytes]:
    for first in range(0, count, 1000):
        numbers = range(first, min(count, first + 1000))
        yield b"".join(json.dumps(row(number)).encode() + b"\n" for number in numbers)


def big_upload(live: LiveTransom, client: WireClient, folder: Path) -> None:
    idle = peaks(live)
    times = job(client, BIG)
    busy = peaks(live)
    print(f"{BIG:,} lines: upload {times['put']:.1f} s, job {times['job']:.1f} s, {BIG / times['job']:,.0f} items/s")
    print(
        "peak memory in MiB, before and after (file: pages of the database that SQLite maps, which the kernel may drop)"
    )
    for pid, (name, peak, own, mapped) in busy.items():
        print(f"  {name:<28}{idle[pid][1]:>8.0f} -> {peak:>6.0f}    own now {own:>6.0f}, file now {mapped:>6.0f}")
    size = sum(path.stat().st_size for path in folder.rglob("*.sqlite3"))
    print(f"database {size / 2**20:,.0f} MiB")


def peaks(live: LiveTransom) -> dict[int, tuple[str, float, float, float]]:
    """By process: its command's last word, and in MiB its peak, and now its own and its file-backed memory."""
    found = {}
    for pid in live.pids():
        words = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        sizes = [int(words[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon", "RssFile")]
        found[pid] = (" ".join(psutil.Process(pid).cmdline()[-2:])[-26:], *sizes)
    return found


def cpu_seconds(live: LiveTransom) -> float:
    """User and system time of all the server's processes so far."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in live.pids())


if __name__ == "__main__":
    main()
