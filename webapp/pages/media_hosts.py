"""Where a page's media is: whom its policy lets the browser contact, and what its scripts are told of these hosts.

The scripts are told how each host is usually asked, never with what: keys and tokens stay in browsers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.http import HttpRequest
from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, MediaOrigin
from webapp.privacy.origins import Origin
from webapp.privacy.shared_origin import upload_media_origins


class BucketOnPage(TypedDict):
    """A bucket that is found at a host: `s3://bucket/key` is at `/key` there, path-style at `/bucket/key`."""

    scheme: str
    bucket: str
    region: str | None
    path_style: bool
    prefix: str


class HostOnPage(TypedDict):
    """A media host. `access` is one of MediaOrigin.Access, `resolver` the address that gives fresh links."""

    origin: str
    access: str
    storage: BucketOnPage | None
    resolver: str | None


class HostsOnPage(TypedDict):
    """The island `media-hosts`. `dataset` and `check` are None where the media is of several datasets, or of none."""

    dataset: str | None
    hosts: list[HostOnPage]
    check: str | None
    may_administer: bool
    may_curate: bool


@dataclass(frozen=True, slots=True)
class MediaHosts:
    """Where a page's media is."""

    origins: frozenset[Origin] = frozenset()
    """The hosts the browser may contact on the page: its CSP lists exactly these."""
    ours: frozenset[Origin] = frozenset()
    """Which of them are our own, for bytes that we hold."""
    island: HostsOnPage | None = None
    """What the scripts are told of them; None on a page without media."""

    @property
    def elsewhere(self) -> tuple[Origin, ...]:
        """The hosts that are not ours, in the alphabet's order."""
        return tuple(sorted(self.origins - self.ours, key=str))


NO_MEDIA = MediaHosts()


def hosts_of_dataset(request: HttpRequest, viewer: Viewer, dataset: Dataset) -> MediaHosts:
    """Where the pictures of the dataset are loaded from: its hosts, and ours for uploaded files."""
    rows = [row.origin for row in queries.dataset_origin_rows(viewer, dataset)]
    return media_hosts(viewer, rows, ours=upload_origins(request, [dataset]), dataset=dataset)


def media_hosts(
    viewer: Viewer, rows: Iterable[MediaOrigin], *, ours: frozenset[Origin], dataset: Dataset | None = None
) -> MediaHosts:
    """What a page says of these hosts; `ours` are our own origins for bytes that we hold."""
    known = {row.origin: row for row in rows}
    island: HostsOnPage = {
        "dataset": dataset.public_id if dataset is not None else None,
        "hosts": [host_on_page(row) for _, row in sorted(known.items())],
        "check": f"{reverse('pages:dataset', args=[dataset.public_id])}hosts/" if dataset is not None else None,
        "may_administer": viewer.may(Permission.ADMINISTER),
        "may_curate": viewer.may(Permission.CURATE),
    }
    return MediaHosts(ours.union(*(row.contacts for row in known.values())), ours, island)


def host_on_page(row: MediaOrigin) -> HostOnPage:
    return {
        "origin": row.origin,
        "access": row.access,
        "storage": bucket_on_page(row) if row.bucket else None,
        "resolver": row.resolver or None,
    }


def bucket_on_page(row: MediaOrigin) -> BucketOnPage:
    return {
        "scheme": row.bucket_scheme,
        "bucket": row.bucket,
        "region": row.region or None,
        "path_style": row.is_path_style,
        "prefix": "",
    }


def upload_origins(request: HttpRequest, datasets: Sequence[Dataset]) -> frozenset[Origin]:
    """Where uploaded files are loaded from; nothing when no file can be uploaded to any of the datasets."""
    is_one_open = any(not one.use_privacy_mode for one in datasets)
    return upload_media_origins(request) if is_one_open else frozenset()
