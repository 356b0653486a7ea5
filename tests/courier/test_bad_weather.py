"""Hosts that lie, approvals that end in mid-download, proxies, a full disk: through the whole courier.

Every lie there is has its test without a database (test_answers.py, test_fetch.py); here it is what is left of it.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests import make
from tests.courier.approvals import allow, approved, items_at, state, states
from tests.courier.authority import Authority
from tests.courier.kit import picture
from tests.courier.lying_host import LyingHost, Talk
from tests.courier.soundness import demand_soundness
from webapp.accounts.viewer import Viewer
from webapp.courier.copies import LocalCopies
from webapp.courier.loop import run
from webapp.courier.models import EgressEntry
from webapp.datasets.models import Dataset, DatasetOrigin, Item, StoredFile
from webapp.promotions.actions.revoke import revoke
from webapp.promotions.models import CourierStop, OriginRule, Promotion, PromotionItem

pytestmark = pytest.mark.django_db(transaction=True)

PICTURE = picture(300_000)
HALF = len(PICTURE) // 2
BOMB = PICTURE[:16] + (50_000).to_bytes(4, "big") * 2 + PICTURE[24:]


@pytest.fixture(autouse=True)
def on_one_machine(settings: Settings) -> None:
    settings.COURIER_LOOPBACK = True
    settings.COURIER_THREADS = 4


def carry(settings: Settings) -> int:
    return run(threading.Event(), LocalCopies(Path(settings.SHARED_DIR)), until_idle=True)


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.SHARED_DIR).rglob("*") if path.is_file())


def endless(talk: Talk) -> None:
    talk.head("Transfer-Encoding: chunked")
    talk.chunk(PICTURE)
    talk.forever(b"100000\r\n" + bytes(0x100000) + b"\r\n")


def reset(talk: Talk) -> None:
    talk.head(f"Content-Length: {len(PICTURE)}")
    talk.say(PICTURE[:HALF])
    talk.reset()


LIES: dict[str, tuple[Callable[[Talk], None], str, str]] = {
    "promises more": (lambda talk: talk.answer(PICTURE, length=len(PICTURE) + 1), "waiting", "cut-short"),
    "breaks off": (reset, "waiting", "cut-short"),
    "promises more than anybody takes": (lambda talk: talk.answer(PICTURE, length=10**12), "attention", "size"),
    "never ends": (endless, "attention", "size"),
    "sends a page": (lambda talk: talk.answer(b"<!doctype html><title>Sign in</title>"), "attention", "content"),
    "sends what would fill the memory": (lambda talk: talk.answer(BOMB), "attention", "content"),
    "redirects to a metadata address": (
        lambda talk: talk.answer(b"", "Location: http://169.254.169.254/latest/meta-data", status="302 Found"),
        "attention",
        "redirect",
    ),
    "packs": (lambda talk: talk.answer(PICTURE, "Content-Encoding: gzip"), "attention", "answer"),
    "has lost it": (lambda talk: talk.answer(b"gone", status="410 Gone"), "attention", "link"),
    "is busy": (lambda talk: talk.answer(b"", "Retry-After: 7200", status="503 Busy"), "waiting", "host"),
}


@pytest.mark.parametrize("lie", LIES)
def test_host_that_lies_gets_nothing_kept_and_a_sentence_written(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, settings: Settings, lie: str
) -> None:
    reply, left, failure = LIES[lie]
    with LyingHost(reply, address="127.0.0.1") as host:
        origin = f"http://127.0.0.1:{host.port}"
        items = items_at(owner, dataset, origin, 1)
        allow(admin, origin)
        promotion = approved(owner, approver, items)
        carry(settings)
    row = PromotionItem.objects.get()
    assert (row.state, row.failure, row.file) == (left, failure, None)
    assert row.sentence
    assert "http" not in row.sentence.replace(origin, "")
    assert (StoredFile.objects.count(), files(settings)) == (0, [])
    ends = EgressEntry.objects.filter(kind="ended").values_list("result", flat=True)
    assert (list(ends), host.connections) == ([failure], 1)
    assert state(promotion) == ("running" if left == "waiting" else "partly")
    if lie == "is busy":
        assert row.ready_at is not None
        assert 5_000 < (row.ready_at - timezone.now()).total_seconds() < 9_000


def test_broken_download_is_gone_on_with_where_it_broke(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, settings: Settings
) -> None:
    ranges: list[str | None] = []

    def reply(talk: Talk) -> None:
        ranges.append(talk.header("Range"))
        if len(ranges) == 1:
            talk.head(f"Content-Length: {len(PICTURE)}", 'ETag: "one"')
            talk.say(PICTURE[:HALF])
            return
        rest = PICTURE[int(str(ranges[-1]).removeprefix("bytes=").rstrip("-")) :]
        first = len(PICTURE) - len(rest)
        talk.head(
            f"Content-Length: {len(rest)}",
            f"Content-Range: bytes {first}-{len(PICTURE) - 1}/{len(PICTURE)}",
            'ETag: "one"',
            status="206 Partial Content",
        )
        talk.say(rest)

    with LyingHost(reply, address="127.0.0.1") as host:
        origin = f"http://127.0.0.1:{host.port}"
        items = items_at(owner, dataset, origin, 1)
        allow(admin, origin)
        promotion = approved(owner, approver, items)
        carry(settings)
        # The sweeper leaves what is to be gone on with.
        assert len(files(settings)) == 1
        PromotionItem.objects.update(ready_at=None)
        carry(settings)
    assert ranges == [None, f"bytes={HALF}-"]
    demand_soundness(promotion)


class Held:
    """A host that sends half of a file, lets something happen, and goes on sending a little now and then."""

    def __init__(self, happen: Callable[[], None]) -> None:
        self._happen = happen
        self.host = LyingHost(self.reply, address="127.0.0.1")

    def reply(self, talk: Talk) -> None:
        talk.head(f"Content-Length: {len(PICTURE) + 10**7}")
        talk.say(PICTURE[:HALF])
        # Tests answer for what they do here: this thread has a connection of its own.
        happened = threading.Thread(target=self._happen)
        happened.start()
        happened.join()
        talk.forever(bytes(70_000), pause_s=0.05)


@pytest.mark.parametrize("what", ["revoked", "stopped", "paused", "origin removed", "claimed by another", "deleted"])
def test_what_is_taken_back_in_mid_download_leaves_no_byte(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, settings: Settings, what: str
) -> None:
    def happen() -> None:
        from django.db import connection

        match what:
            case "revoked":
                revoke(approver, Promotion.objects.visible_to(approver).get())
            case "stopped":
                CourierStop.objects.create(team_id=owner.team_id, stopped_by_id=approver.user_id)
            case "paused":
                OriginRule.objects.update(paused_at=timezone.now())
            case "origin removed":
                DatasetOrigin.objects.all().delete()
            case "claimed by another":
                PromotionItem.objects.update(worker="another", attempt=99)
            case "deleted":
                Item.objects.unscoped().all().delete()
                PromotionItem.objects.update(state="left", worker="")
        connection.close()

    held = Held(happen)
    with held.host as host:
        origin = f"http://127.0.0.1:{host.port}"
        items = items_at(owner, dataset, origin, 1)
        allow(admin, origin)
        promotion = approved(owner, approver, items)
        carry(settings)
    end = EgressEntry.objects.get(kind="ended")
    assert (end.result, host.connections, files(settings), StoredFile.objects.count()) == ("withdrawn", 1, [], 0)
    left = {"revoked": "left", "claimed by another": "fetching", "deleted": "left", "origin removed": "attention"}
    assert states(promotion) == [left.get(what, "waiting")]


def test_address_swapped_in_mid_download_is_not_shared(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, settings: Settings
) -> None:
    def reply(talk: Talk) -> None:
        from django.db import connection

        Item.objects.unscoped().update(url=make.draft_item(owner, "other").url)
        connection.close()
        talk.answer(PICTURE)

    with LyingHost(reply, address="127.0.0.1") as host:
        origin = f"http://127.0.0.1:{host.port}"
        items = items_at(owner, dataset, origin, 1)
        allow(admin, origin)
        promotion = approved(owner, approver, items)
        carry(settings)
    assert (states(promotion), files(settings), StoredFile.objects.count()) == (["attention"], [], 0)
    assert EgressEntry.objects.get(kind="ended").result == "approval"


def test_proxies_and_passwords_in_the_environment_are_not_used(
    owner: Viewer,
    admin: Viewer,
    approver: Viewer,
    dataset: Dataset,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with (
        LyingHost(lambda talk: talk.answer(PICTURE), address="127.0.0.1") as host,
        LyingHost(lambda talk: talk.answer(PICTURE), address="127.0.0.1") as proxy,
    ):
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login us password secret\n")
        origin = f"http://127.0.0.1:{host.port}"
        promotion = approved(owner, approver, items_at(owner, dataset, origin, 1))
        allow(admin, origin)
        carry(settings)
    assert (proxy.connections, host.connections) == (0, 1)
    assert "uthorization" not in host.requests[0]
    demand_soundness(promotion)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_host_must_show_a_certificate_of_an_authority_that_is_trusted_here(
    owner: Viewer,
    admin: Viewer,
    approver: Viewer,
    dataset: Dataset,
    settings: Settings,
    tmp_path: Path,
    is_trusted: bool,
) -> None:
    authority = Authority(tmp_path)
    settings.COURIER_AUTHORITIES = authority.file if is_trusted else None
    context = authority.context("127.0.0.1")
    with LyingHost(lambda talk: talk.answer(PICTURE), address="127.0.0.1", context=context) as host:
        origin = f"https://127.0.0.1:{host.port}"
        promotion = approved(owner, approver, items_at(owner, dataset, origin, 1))
        allow(admin, origin, is_http_allowed=False)
        carry(settings)
    if is_trusted:
        demand_soundness(promotion)
    else:
        assert (host.requests, states(promotion), files(settings)) == ([], ["attention"], [])
        assert PromotionItem.objects.get().failure == "certificate"


@pytest.fixture
def small_disk(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """The shared folder on a file system of a megabyte, where this may be made."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    settings.SHARED_DIR = folder / "shared"
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_keeps_nothing_half_and_goes_on_when_there_is_room(
    owner: Viewer, admin: Viewer, approver: Viewer, dataset: Dataset, settings: Settings, small_disk: Path
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(900_000))
    with LyingHost(lambda talk: talk.answer(PICTURE + talk.request.encode()), address="127.0.0.1") as host:
        origin = f"http://127.0.0.1:{host.port}"
        promotion = approved(owner, approver, items_at(owner, dataset, origin, 2))
        allow(admin, origin)
        carry(settings)
        rows = list(PromotionItem.objects.all())
        assert {(row.state, row.tries) for row in rows} == {("waiting", 0)}
        assert "storage" in {row.failure for row in rows}
        assert (files(settings), StoredFile.objects.count()) == ([], 0)
        filler.unlink()
        PromotionItem.objects.update(ready_at=None)
        carry(settings)
    demand_soundness(promotion)
