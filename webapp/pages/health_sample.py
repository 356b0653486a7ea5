"""`/datasets/ds_…/health/sample`: some of a dataset's media addresses of each host, for this person's browser to try.

The server draws them and opens none. A dataset of millions is not read for it: addresses at random places are looked
at, and a host that none of them is on is searched for, for a moment.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypedDict

from django.db.models import Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.actions.measures import VIDEO_KEYS
from webapp.datasets.models import Dataset, Item
from webapp.datasets.sampling import MAX_SEED, some_seed
from webapp.pages.cells import dataset_href, stored_address
from webapp.pages.door import feed
from webapp.pages.feeds import answer
from webapp.pages.health_masks import MaskLink, some_masks
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Invalid
from webapp.query.time_limit import QueryTooSlow, strictly_in_time

SIZES = (10, 50, 200, 500)
# What one page checks in some minutes, and holds in one answer.
MAX_FILES = 2_000
# So many addresses are looked at, or all where there are no more.
LOOKED_AT = 10_000
# Rows of one dataset may be few among all keys.
KEYS_AT_ONCE = 10_000
MAX_KEYS = 30_000
# For each host that was met with nowhere, and for no more hosts than these.
SEARCH_S = 0.5
SEARCHED = 4
# Numbers beyond this are told otherwise by a browser.
EXACT = 2**53


class Stored(TypedDict, total=False):
    """What is known of a file: of an mp4 the keys that are there."""

    width: int | None
    height: int | None
    video_width: float | None
    video_height: float | None
    video_duration_s: float | None
    video_frame_count: float | None


class FileToCheck(TypedDict):
    """One file: `kind` is `item`, `frame` or `video`.

    `frame_count` is how many frames the scene of an mp4 lists, `taken` keys that hold something other than a number.
    """

    id: str
    reference_id: str
    href: str
    url: str
    kind: str
    stored: Stored
    taken: list[str]
    frame_count: int


class HostInSample(TypedDict):
    """A host, how many of the addresses looked at are on it, and how many are to be checked."""

    origin: str
    seen: int
    chosen: int


class SampleAnswer(TypedDict):
    """`looked_at` of `total` addresses were looked at; `unmet` are the dataset's hosts that none was found on.

    `masks` are of its labels: not to be opened, but their links end as well.
    """

    seed: int
    size: int
    looked_at: int
    total: int
    hosts: list[HostInSample]
    unmet: list[str]
    files: list[FileToCheck]
    masks: list[MaskLink]


class Spotted(NamedTuple):
    """A row with an address."""

    pk: int
    origin: str


class Draw(NamedTuple):
    """Rows that were looked at, in an order drawn by the seed, and how many there are in all."""

    rows: list[Spotted]
    total: int

    @property
    def is_whole(self) -> bool:
        return len(self.rows) >= self.total


@gzip_page
@feed("GET")
def sample(request: HttpRequest, viewer: Viewer, dataset_id: str) -> HttpResponse:
    """A sample of so many files of each host; the same for the same seed and rows."""
    dataset = queries.dataset(viewer, dataset_id)
    size, seed = number_from(request, "size", SIZES[1], 500), number_from(request, "seed", some_seed(), MAX_SEED)
    with_videos = dataset.is_scene and request.GET.get("videos") != "0"
    return answer(sample_of(viewer, dataset, size=max(1, size), seed=seed, with_videos=with_videos))


def sample_of(viewer: Viewer, dataset: Dataset, *, size: int, seed: int, with_videos: bool) -> SampleAnswer:
    chance, hosts = random.Random(seed), Hosts(viewer, dataset)
    pictures = drawn(queries.items(viewer, dataset), "url", dataset.item_count, chance, hosts)
    videos = Draw([], 0)
    if with_videos:
        videos = drawn(queries.scenes(viewer, dataset), "video_url", dataset.scene_count, chance, hosts)
    met = {one.origin for draw in (pictures, videos) for one in draw.rows}
    missing = [one for one in hosts.prefixes if one not in met]
    searching = {} if pictures.is_whole else {one: hosts.prefixes[one] for one in missing[:SEARCHED]}
    found = searched(queries.items(viewer, dataset), searching, size)
    pictures.rows.extend(found)
    groups = max(1, len(met | {one.origin for one in found}) * (2 if videos.rows else 1))
    each = min(size, MAX_FILES // groups)
    items, scenes = some_of_each(pictures.rows, each), some_of_each(videos.rows, each)
    files = [*item_files(viewer, dataset, items), *scene_files(viewer, dataset, scenes)]
    told = hosts_in([*pictures.rows, *videos.rows], [*items, *scenes])
    return {
        "seed": seed,
        "size": size,
        "looked_at": len(pictures.rows) + len(videos.rows),
        "total": pictures.total + videos.total,
        "hosts": told,
        "unmet": [one for one in missing if one not in {host["origin"] for host in told}],
        "files": files,
        "masks": some_masks(viewer, dataset, chance),
    }


def number_from(request: HttpRequest, name: str, usual: int, most: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > most:
        raise Invalid(f"{name} is a whole number from 0 to {most}.")
    return int(text)


class Hosts:
    """The web origins of a dataset's media, of buckets too, and how the addresses of each begin."""

    def __init__(self, viewer: Viewer, dataset: Dataset) -> None:
        self.prefixes: dict[str, list[str]] = {}
        self.of_bucket: dict[str, str] = {}
        for row in queries.dataset_origin_rows(viewer, dataset):
            origin = row.origin.origin
            self.prefixes[origin] = [f"{origin}/"]
            if row.origin.storage is not None:
                bucket = str(row.origin.storage)
                self.of_bucket[bucket] = origin
                self.prefixes[origin].append(f"{bucket}/")

    def of(self, url: MediaUrl) -> str:
        origin = str(url.origin)
        return self.of_bucket.get(origin, origin)


def drawn(rows: QuerySet[Any], column: str, total: int, chance: random.Random, hosts: Hosts) -> Draw:
    """Some of these rows with an address, by chance; all where they are few."""
    with_address = rows.filter(**{f"{column}__isnull": False})
    if total <= LOOKED_AT:
        found = spotted(with_address.order_by("pk"), column, hosts)
        total = len(found)
    else:
        found = []
        for keys in some_keys(rows.aggregate(first=Min("pk"), last=Max("pk")), total, chance):
            found += spotted(with_address.filter(pk__in=keys).order_by("pk"), column, hosts)
    chance.shuffle(found)
    return Draw(found, total)


def some_keys(ends: dict[str, int | None], total: int, chance: random.Random) -> Iterator[list[int]]:
    """Keys at random places between the ends, as many as should meet LOOKED_AT of `total` rows, some at a time."""
    first, last = ends["first"] or 0, ends["last"] or 0
    span = last - first + 1
    wanted = min(MAX_KEYS, span, -(-LOOKED_AT * span // max(1, total)))
    keys = sorted(chance.sample(range(first, last + 1), wanted))
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[start : start + KEYS_AT_ONCE]


def spotted(rows: QuerySet[Any], column: str, hosts: Hosts) -> list[Spotted]:
    found: Iterable[tuple[int, MediaUrl]] = rows.values_list("pk", column)
    return [Spotted(pk, hosts.of(url)) for pk, url in found]


def searched(rows: QuerySet[Item], prefixes: Mapping[str, Sequence[str]], size: int) -> list[Spotted]:
    """The first rows on hosts that chance met with nowhere; none of a host that takes too long to find."""
    texts = rows.annotate(address=Cast("url", TextField())).order_by("pk")
    found: list[Spotted] = []
    for origin, beginnings in prefixes.items():
        begins = reduce(or_, (Q(address__startswith=one) for one in beginnings))
        try:
            with strictly_in_time(SEARCH_S):
                keys = list(texts.filter(begins).values_list("pk", flat=True)[:size])
        except QueryTooSlow:
            continue
        found += [Spotted(pk, origin) for pk in keys]
    return found


def some_of_each(rows: Sequence[Spotted], each: int) -> list[Spotted]:
    """The first so many of each host."""
    chosen: dict[str, list[Spotted]] = {}
    for row in rows:
        of_host = chosen.setdefault(row.origin, [])
        if len(of_host) < each:
            of_host.append(row)
    return [row for rows in chosen.values() for row in rows]


def hosts_in(seen: Sequence[Spotted], chosen: Sequence[Spotted]) -> list[HostInSample]:
    counts: dict[str, list[int]] = {}
    for place, rows in enumerate((seen, chosen)):
        for row in rows:
            counts.setdefault(row.origin, [0, 0])[place] += 1
    return [{"origin": origin, "seen": both[0], "chosen": both[1]} for origin, both in sorted(counts.items())]


def item_files(viewer: Viewer, dataset: Dataset, chosen: Sequence[Spotted]) -> list[FileToCheck]:
    rows = in_order(queries.items(viewer, dataset), chosen)
    ids, base = public_id.encode_many("di", [row.pk for row in rows]), dataset_href(dataset.public_id)
    return [
        {
            "id": item_id,
            "reference_id": row.reference_id,
            "href": f"{base}items/{item_id}",
            "url": stored_address(row.url) or "",
            "kind": "frame" if row.scene_id is not None else "item",
            "stored": {"width": row.width, "height": row.height},
            "taken": [],
            "frame_count": 0,
        }
        for item_id, row in zip(ids, rows, strict=True)
    ]


def scene_files(viewer: Viewer, dataset: Dataset, chosen: Sequence[Spotted]) -> list[FileToCheck]:
    rows = in_order(queries.scenes(viewer, dataset), chosen)
    ids, base = public_id.encode_many("scn", [row.pk for row in rows]), dataset_href(dataset.public_id)
    return [
        {
            "id": scene_id,
            "reference_id": row.reference_id,
            "href": f"{base}scenes/{scene_id}",
            "url": stored_address(row.video_url) or "",
            "kind": "video",
            "stored": stored_of_video(row.metadata),
            "taken": [key for key in VIDEO_KEYS if not is_told(row.metadata.get(key))],
            "frame_count": row.frame_count,
        }
        for scene_id, row in zip(ids, rows, strict=True)
    ]


def in_order(rows: QuerySet[Any], chosen: Sequence[Spotted]) -> list[Any]:
    """The rows as they were drawn, the hosts taking turns, so that a check asks all of them from the beginning."""
    if not chosen:
        return []
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk for one in chosen])}
    places: dict[str, int] = {}
    turns: list[tuple[int, Spotted]] = []
    for one in chosen:
        places[one.origin] = places.get(one.origin, 0) + 1
        turns.append((places[one.origin], one))
    return [found[one.pk] for _, one in sorted(turns, key=lambda turn: turn[0]) if one.pk in found]


def stored_of_video(metadata: dict[str, Any]) -> Stored:
    known: Any = {key: metadata[key] for key in VIDEO_KEYS if key in metadata and is_told(metadata[key])}
    stored: Stored = known
    return stored


def is_told(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (is_number and abs(value) < EXACT)
