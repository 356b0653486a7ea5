"""A copy has its name only when it is whole: after kills, full disks, and a failure at every single step."""

import errno
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.courier.kit import Trip, approval, picture
from tests.courier.lying_host import LOOPBACK, LyingHost
from webapp.courier.approved import Failed, FailureKind, Stored
from webapp.courier.store import Store

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 60
STEPS = ("open", "write", "fsync", "replace", "mkdir", "ftruncate", "close", "unlink")


def copies(folder: Path) -> dict[str, str]:
    """The name of each copy, and the hash of what it holds."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "incoming"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def parts(folder: Path) -> list[Path]:
    return list(folder.rglob("*.part"))


def test_killed_process_leaves_no_half_copy_and_loses_none_that_it_named(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    done = subprocess.run(
        [sys.executable, "-m", "tests.courier.endless_storing", str(tmp_path), str(KILLS), str(seed)],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    named = done.stdout.split()
    found = copies(tmp_path)
    assert len(named) >= 2 * KILLS
    assert [name for name, content in found.items() if name != content] == []
    assert set(named) - set(found) == set()
    left = len(parts(tmp_path))
    assert Store(tmp_path).sweep(older_than_s=0) == left
    assert parts(tmp_path) == []


class Breaking:
    """Lets the N-th call of the steps below fail, counted from 1; `count` is how many there were."""

    def __init__(self, patch: pytest.MonkeyPatch, fails_at: int, code: int) -> None:
        self.count = 0
        self._fails_at, self._code = fails_at, code
        for name in STEPS:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, step: Callable) -> Callable:
        def counted(*args: object, **kwargs: object) -> object:
            self.count += 1
            if self.count == self._fails_at:
                if step is CLOSE:
                    step(*args)
                raise OSError(self._code, os.strerror(self._code))
            return step(*args, **kwargs)

        return counted


CLOSE = os.close


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full disk", "broken disk"])
def test_failure_at_any_step_of_storing_leaves_no_half_copy(tmp_path: Path, code: int) -> None:
    body = picture(200_000)
    name = hashlib.sha256(body).hexdigest()
    for step in range(1, 100):
        folder = tmp_path / str(step)
        store = Store(folder)
        with pytest.MonkeyPatch.context() as patch:
            breaking = Breaking(patch, step, code)
            kept = attempt(store, body)
        assert copies(folder) in ({}, {name: name})
        if kept:
            assert copies(folder) == {name: name}
        assert attempt(store, body)
        assert copies(folder) == {name: name}
        if breaking.count < step:
            break
    assert step > 8


def attempt(store: Store, body: bytes) -> bool:
    try:
        part = store.new_part()
    except OSError:
        return False
    try:
        part.write(body[:70_000])
        part.write(body[70_000:])
        store.keep(part)
    except OSError:
        return False
    finally:
        store.discard(part)
    return True


@pytest.mark.allow_hosts(LOOPBACK)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full disk", "broken disk"])
def test_failure_at_any_step_of_a_fetch_is_told_and_mended_by_the_next(tmp_path: Path, code: int) -> None:
    body = picture(200_000)
    name = hashlib.sha256(body).hexdigest()
    with LyingHost(lambda talk: talk.answer(body)) as host:
        one = approval(host.port)
        for step in range(1, 100):
            trip = Trip(tmp_path / f"{step}")
            with pytest.MonkeyPatch.context() as patch:
                breaking = Breaking(patch, step, code)
                came = trip.fetch(one)
            assert copies(trip.folder) in ({}, {name: name})
            if isinstance(came, Failed):
                assert (came.kind, came.needs_attention, came.partial) == (FailureKind.STORAGE, True, None)
            assert isinstance(trip.fetch(one), Stored)
            assert copies(trip.folder) == {name: name}
            if breaking.count < step:
                break
    assert isinstance(came, Stored)
    assert step > 8


def test_copy_is_on_disk_before_it_has_its_name_and_its_name_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    syncing, replacing = os.fsync, os.replace

    def sync(handle: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().relative_to(tmp_path)}")
        syncing(handle)

    def replace(part: Path, final: Path) -> None:
        steps.append("rename")
        replacing(part, final)

    store = Store(tmp_path)
    part = store.new_part()
    part.write(b"bytes")
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    name = store.keep(part)
    assert steps == [f"sync incoming/{part.name}.part", "sync .", "rename", f"sync {name[:2]}"]


def test_same_bytes_twice_are_one_file_and_a_damaged_copy_is_replaced(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert attempt(store, b"bytes")
    assert attempt(store, b"bytes")
    (name,) = copies(tmp_path)
    store.path_of(name).write_bytes(b"damaged")
    assert attempt(store, b"bytes")
    assert copies(tmp_path) == {name: name}


def test_copy_lies_under_two_digits_of_its_hash_for_its_owner_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert attempt(store, b"bytes")
    name = hashlib.sha256(b"bytes").hexdigest()
    path = store.path_of(name)
    assert path == tmp_path / "store" / name[:2] / name
    assert [oct(one.stat().st_mode)[-3:] for one in (path, path.parent, path.parent.parent)] == ["600", "700", "700"]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "ab" * 31, "AB" * 32, "g" * 64, "ab" * 32 + "/"])
def test_only_a_hash_names_a_copy_and_only_a_part_a_part(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError):
        store.path_of(name)
    with pytest.raises(ValueError):
        store.old_part(name)


def test_part_that_is_a_link_is_not_opened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.discard(store.new_part())
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "incoming" / f"{'a' * 32}.part").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError):
        store.old_part("a" * 32)


def test_sweeper_removes_what_is_old_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert attempt(store, b"bytes")
    old, young = store.new_part(), store.new_part()
    for part in (old, young):
        part.write(b"half")
        part.close()
    os.utime(old.path, (0, 0))
    assert store.sweep() == 1
    assert parts(tmp_path) == [young.path]
    assert len(copies(tmp_path)) == 1


def test_part_goes_on_with_the_hash_of_all_its_bytes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    part = store.new_part()
    part.write(b"first ")
    part.close()
    again = store.old_part(part.name)
    assert again is not None
    again.write(b"second")
    assert store.keep(again) == hashlib.sha256(b"first second").hexdigest()
    assert store.path_of(again.sha256).read_bytes() == b"first second"


def test_part_that_somebody_writes_is_not_gone_on_with_by_another(tmp_path: Path) -> None:
    store = Store(tmp_path)
    part = store.new_part()
    part.write(b"first ")
    assert store.old_part(part.name) is None
    part.close()
    assert store.old_part(part.name) is not None


def test_copy_is_never_opened_for_writing_under_the_name_of_its_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    part = store.new_part()
    part.write(b"bytes")
    opening = os.open

    def opening_late(path: object, flags: int, *more: int) -> int:
        handle = opening(path, flags, *more)  # type: ignore[arg-type]
        if path == part.path:
            monkeypatch.undo()
            store.keep(part)
        return handle

    monkeypatch.setattr(os, "open", opening_late)
    assert store.old_part(part.name) is None
    assert copies(tmp_path) == {part.sha256: part.sha256}
