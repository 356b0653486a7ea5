"""Annotations in and out over HTTP, beside the same rows straight into and out of SQLite."""

from __future__ import annotations

import argparse
import http.client
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.live import LiveTransom
from tests.wire_client import WireClient

BOXES_AN_ITEM = 50
BATCH = 5_000
# How many of all go in by synchronous batches; the rest is one job.
SYNC_SHARE = 5
PAGE = 2_000
CLASSES = ("car", "van", "truck", "bus", "pedestrian", "cyclist", "traffic light", "sign")


def measure(live: LiveTransom, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    client = WireClient(live.endpoint, live.make_key())
    dataset = client.create_dataset("labels", is_scene=False, privacy=True)
    make_items(client, dataset, options.labels // BOXES_AN_ITEM)
    synced = options.labels // SYNC_SHARE // BATCH * BATCH
    rates = {"raw in": raw_in(live, folder, min(options.labels, 200_000))}
    say("raw in", rates["raw in"], rates["raw in"])
    rates["sync batches"] = synced / batches(client, dataset, synced)
    say("sync batches", rates["sync batches"], rates["raw in"])
    rates["job"] = (options.labels - synced) / job(client, dataset, synced, options.labels)
    say("job", rates["job"], rates["raw in"])
    rates["raw out"] = raw_out(live)
    say("raw out", rates["raw out"], rates["raw out"])
    rates["out"] = options.labels / exported(client, dataset, options.labels)
    say("out", rates["out"], rates["raw out"])
    return rates


def say(name: str, rate: float, ceiling: float) -> None:
    print(f"{name:<14}{rate:>12,.0f} annotations/s   raw is {ceiling / rate:.1f}x", flush=True)


def make_items(client: WireClient, dataset: str, count: int) -> None:
    for first in range(0, count, 5_000):
        rows = [
            {"reference_id": reference(n), "image_url": f"https://media.fleet.example/{n}.jpg", "metadata": {}}
            for n in range(first, min(count, first + 5_000))
        ]
        client.append(dataset, rows)


def reference(item: int) -> str:
    return f"drive/frame-{item:08d}.jpg"


def box(number: int) -> dict[str, Any]:
    """A box as the SDK sends it, with two metadata keys."""
    item, place = divmod(number, BOXES_AN_ITEM)
    return {
        "label": CLASSES[number % len(CLASSES)],
        "type": "box",
        "geometry": {"x": place * 17.25, "y": number % 700 + 0.5, "width": 40.125, "height": number % 90 + 4},
        "reference_id": reference(item),
        "annotation_id": f"box-{number}",
        "metadata": {"occluded": number % 3 == 0, "truncation": number % 10 / 10},
        "embedding_vector": None,
        "track_reference_id": None,
        "task_id": None,
    }


def raw_in(live: LiveTransom, folder: Path, count: int) -> float:
    """Rows a second into a copy of the table, its indexes and checks, prepared before the clock starts."""
    with sqlite3.connect(database_of(live)) as source:
        found = source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'labels_annotation' AND sql IS NOT NULL ORDER BY type DESC"
        ).fetchall()
    raw = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;")
    for (statement,) in found:
        raw.execute(statement)
    columns = (
        'dataset_id, item_id, kind, label, annotation_id, identity, geometry, "left", top, "right", bottom,'
        " metadata, created_at"
    )
    rows = [raw_row(number) for number in range(count)]
    started = time.perf_counter()
    for first in range(0, count, BATCH):
        raw.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * 13)
        raw.executemany(f"INSERT INTO labels_annotation ({columns}) VALUES ({marks})", rows[first : first + BATCH])
        raw.execute("COMMIT")
    seconds = time.perf_counter() - started
    raw.close()
    return count / seconds


def raw_row(number: int) -> tuple[Any, ...]:
    one = box(number)
    shape = one["geometry"]
    x, y = shape["x"], shape["y"]
    sides = (x, y, x + shape["width"], y + shape["height"])
    words = (one["label"], one["annotation_id"], one["annotation_id"], json.dumps(shape))
    return (1, number // BOXES_AN_ITEM, "box", *words, *sides, json.dumps(one["metadata"]), "2026-01-01 00:00:00")


def database_of(live: LiveTransom) -> Path:
    (found,) = (live.folder / "data").glob("*.sqlite3")
    return found


def batches(client: WireClient, dataset: str, count: int) -> float:
    """Seconds for synchronous calls on one kept connection; the bodies are made before the clock starts."""
    bodies = [
        json.dumps({"update": False, "annotations": [box(n) for n in range(first, first + BATCH)]}).encode()
        for first in range(0, count, BATCH)
    ]
    headers = {"Authorization": client._authorization, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(client._host, timeout=120)
    started = time.perf_counter()
    for body in bodies:
        connection.request("POST", f"{client._base}/dataset/{dataset}/annotate", body, headers)
        answer = json.loads(connection.getresponse().read())
        assert answer["annotations_processed"] == BATCH, answer
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def job(client: WireClient, dataset: str, first: int, last: int) -> float:
    """Seconds of the job alone, which reads what was uploaded before."""
    request_id = uuid.uuid4().hex
    url = client.call("GET", f"dataset/{dataset}/signedUrl/{request_id}")["signed_url"]
    pieces = list(lines(first, last))
    connection = http.client.HTTPConnection(client._host, timeout=600)
    connection.putrequest("PUT", url[url.index(client._base) :])
    connection.putheader("Content-Length", str(sum(map(len, pieces))))
    connection.endheaders()
    for piece in pieces:
        connection.send(piece)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    started = time.perf_counter()
    body = {"requestId": request_id, "update": False}
    job_id = client.call("POST", f"dataset/{dataset}/annotate?async=1", body)["job_id"]
    while (status := client.call("GET", f"job/{job_id}"))["status"] == "Running":
        time.sleep(0.05)
    assert status["status"] == "Completed", status
    return time.perf_counter() - started


def lines(first: int, last: int) -> Iterator[bytes]:
    for start in range(first, last, BATCH):
        yield b"".join(json.dumps(box(number)).encode() + b"\n" for number in range(start, min(last, start + BATCH)))


def raw_out(live: LiveTransom) -> float:
    """Rows a second read item by item and encoded, as far as one process goes without a server around it."""
    encode = msgspec.json.encode
    with sqlite3.connect(database_of(live)) as database:
        started = time.perf_counter()
        count = size = 0
        query = "SELECT item_id, kind, label, annotation_id, geometry, metadata FROM labels_annotation ORDER BY item_id"
        for item, kind, label, name, geometry, metadata in database.execute(query):
            shape, facts = msgspec.Raw(geometry.encode()), msgspec.Raw(metadata.encode())
            size += len(encode({"i": item, "type": kind, "label": label, "id": name, "geometry": shape, "m": facts}))
            count += 1
    assert size
    return count / (time.perf_counter() - started)


class ExportPage(msgspec.Struct, rename="camel"):
    """What paging on needs of a page; its rows are left as they came."""

    data: msgspec.Raw
    next_page_token: str | None


def exported(client: WireClient, dataset: str, expected: int) -> float:
    """Seconds to page through everything; that all of it came is checked after the clock has stopped."""
    headers = {"Authorization": client._authorization, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(client._host, timeout=120)
    pages: list[bytes] = []
    asked: dict[str, Any] = {"pageToken": None, "pageSize": PAGE, "query": None, "chip": False}
    started = time.perf_counter()
    while True:
        body = json.dumps(asked | {"onlyMostRecentTask": True}).encode()
        connection.request("POST", f"{client._base}/dataset/{dataset}/exportForTrainingPage", body, headers)
        page = msgspec.json.decode(connection.getresponse().read(), type=ExportPage)
        pages.append(bytes(page.data))
        if page.next_page_token is None:
            break
        asked["pageToken"] = page.next_page_token
    seconds = time.perf_counter() - started
    connection.close()
    assert sum(len(row["box"]) for page in pages for row in json.loads(page)) == expected
    return seconds
