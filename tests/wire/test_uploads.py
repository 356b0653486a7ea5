"""Signed links and what is put to them."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from pytest_django import Settings

from tests.wire.caller import ROOT, Caller, answer_of, item, run_jobs
from webapp.accounts.api_keys import revoke_api_key
from webapp.accounts.models import ApiKey
from webapp.accounts.viewer import Viewer
from webapp.wire import payloads
from webapp.wire.uploads import SALT

REQUEST = "0123456789abcdef" * 2


def link(caller: Caller, dataset_id: str, request_id: str = REQUEST) -> str:
    return str(caller.get(f"dataset/{dataset_id}/signedUrl/{request_id}").body["signed_url"])


def files(data_folder: Path) -> list[str]:
    folder = data_folder / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_link_is_absolute_and_needs_no_header(caller: Caller, items_id: str) -> None:
    url = link(caller, items_id)
    assert url.startswith(f"http://testserver{ROOT}/upload/")
    assert Caller().put(url, b"{}\n").body == {"requestId": REQUEST, "bytes": 3}


def test_the_link_begins_with_the_configured_address(caller: Caller, items_id: str, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://transom.harbor.example"
    assert link(caller, items_id).startswith("https://transom.harbor.example/v1/nucleus/upload/")


def test_an_s3_endpoint_in_the_query_is_passed_over(caller: Caller, items_id: str) -> None:
    assert caller.get(f"dataset/{items_id}/signedUrl/{REQUEST}?s3Endpoint=http%3A%2F%2Fx").status == 200


@pytest.mark.parametrize("request_id", ["x", "A" * 32, "a" * 33, "..%2F" * 8, "%00" * 32])
def test_a_bad_request_id_gets_no_link(caller: Caller, items_id: str, request_id: str) -> None:
    assert caller.get(f"dataset/{items_id}/signedUrl/{request_id}").status in (400, 404)


def test_only_who_may_append_gets_a_link(items_id: str, teammate: Viewer, approver: Viewer, stranger: Viewer) -> None:
    path = f"dataset/{items_id}/signedUrl/{REQUEST}"
    assert Caller(approver).get(path).status == 200
    assert Caller(teammate).get(path).status == 403
    assert Caller(stranger).get(path).status == 404


def test_a_link_is_good_for_its_own_request_only(caller: Caller, items_id: str, open_id: str) -> None:
    url = link(caller, items_id)
    for forged in (url[:-1], url + "a", url.replace("upload/", "upload/x"), f"{ROOT}/upload/nonsense"):
        assert caller.put(forged, b"{}\n").status == 401
    caller.put(url, b"{}\n")
    other = {"requestId": REQUEST, "update": False}
    assert caller.post(f"dataset/{open_id}/append?async=1", other).status == 400


@pytest.mark.parametrize("claim", [None, [], "x", [1, 2], [1, REQUEST, None], [1, REQUEST, 10**30], {"a": 1}])
def test_a_signed_claim_of_another_shape_is_refused(caller: Caller, items_id: str, claim: Any) -> None:
    assert caller.put(f"{ROOT}/upload/{signing.dumps(claim, salt=SALT)}", b"{}\n").status == 401


def test_a_link_expires(caller: Caller, items_id: str, settings: Settings) -> None:
    url = link(caller, items_id)
    settings.UPLOAD_LINK_SECONDS = -1
    answer = caller.put(url, b"{}\n")
    assert answer.status == 401
    assert "expired" in answer.error


def test_a_link_dies_with_its_key(caller: Caller, owner: Viewer, items_id: str) -> None:
    url = link(caller, items_id)
    revoke_api_key(owner, ApiKey.objects.get(user_id=owner.user_id).pk)
    assert caller.put(url, b"{}\n").status == 401


def test_a_link_dies_with_its_dataset(caller: Caller, items_id: str) -> None:
    url = link(caller, items_id)
    caller.delete(f"dataset/{items_id}")
    assert caller.put(url, b"{}\n").status == 404


def test_a_second_upload_replaces_the_first_until_there_is_a_job(
    caller: Caller, items_id: str, data_folder: Path
) -> None:
    url = link(caller, items_id)
    caller.upload(items_id, [item("a")], REQUEST)
    caller.upload(items_id, [item("b")], REQUEST)
    assert len(files(data_folder)) == 1
    started = caller.post(f"dataset/{items_id}/append?async=1", {"requestId": REQUEST, "update": False})
    answer = caller.put(url, b"{}\n")
    assert answer.status == 409
    assert started.body["job_id"] in answer.error
    run_jobs()
    assert caller.get(f"dataset/{items_id}/refloc/b").status == 200
    assert caller.get(f"dataset/{items_id}/refloc/a").status == 404


def test_an_empty_upload_is_refused(caller: Caller, items_id: str, data_folder: Path) -> None:
    assert caller.put(link(caller, items_id), b"").status == 400
    assert files(data_folder) == []


def test_an_upload_too_large_is_413_by_its_length(
    caller: Caller, items_id: str, settings: Settings, data_folder: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    assert caller.put(link(caller, items_id), b"x" * 11).status == 413
    assert files(data_folder) == []


def chunked(url: str, raw: bytes, **more: Any) -> Any:
    """A PUT without Content-Length, as gunicorn hands it on."""
    return answer_of(
        Caller().client.generic(
            "PUT",
            url[url.index(ROOT) :],
            b"",
            content_type="",
            headers={"Transfer-Encoding": "chunked"},
            **{"wsgi.input": io.BytesIO(raw), "wsgi.input_terminated": True, **more},
        )
    )


def test_a_chunked_upload_is_taken(caller: Caller, items_id: str) -> None:
    assert chunked(link(caller, items_id), b"{}\n" * 5).body["bytes"] == 15


def test_a_chunked_upload_too_large_is_413_while_it_is_read(
    caller: Caller, items_id: str, settings: Settings, data_folder: Path
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    assert chunked(link(caller, items_id), b"x" * 11).status == 413
    assert files(data_folder) == []


def test_a_chunked_upload_whose_end_nobody_knows_is_411(caller: Caller, items_id: str) -> None:
    assert chunked(link(caller, items_id), b"{}\n", **{"wsgi.input_terminated": False}).status == 411


def test_an_upload_that_ends_early_is_400(caller: Caller, items_id: str, data_folder: Path) -> None:
    url = link(caller, items_id)
    answer = caller.put(url, b"", **{"wsgi.input": io.BytesIO(b"{}\n"), "CONTENT_LENGTH": "10"})
    assert answer.status == 400
    assert "3 of 10" in answer.error
    assert files(data_folder) == []


@pytest.mark.parametrize("length", ["-1", "ten", "1.5", "+3"])
def test_a_length_that_is_no_number_is_400(caller: Caller, items_id: str, length: str) -> None:
    assert caller.put(link(caller, items_id), b"{}\n", CONTENT_LENGTH=length).status == 400


def test_a_full_disk_is_507_and_leaves_nothing(
    caller: Caller, items_id: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = caller.put(link(caller, items_id), b"{}\n")
    assert answer.status == 507
    assert files(data_folder) == []


def test_files_that_nobody_came_back_for_are_swept(caller: Caller, items_id: str, data_folder: Path) -> None:
    caller.upload(items_id, [item("old")], "a" * 32)
    caller.upload(items_id, [item("new")], "b" * 32)
    old = next((data_folder / "uploads").glob("*" + "a" * 32 + "*"))
    long_ago = old.stat().st_mtime - payloads.KEEP_SECONDS - 10
    os.utime(old, (long_ago, long_ago))
    caller.append_later(items_id, [item("c")])
    assert [name.split("-")[1] for name in files(data_folder)] == ["b" * 32 + ".ndjson"]


def test_an_upload_is_for_its_owners_eyes_only(caller: Caller, items_id: str, data_folder: Path) -> None:
    caller.upload(items_id, [item("a")])
    folder = data_folder / "uploads"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_no_log_line_holds_a_link(caller: Caller, items_id: str, caplog: pytest.LogCaptureFixture) -> None:
    url = link(caller, items_id)
    caller.put(url, b"")
    caller.put(url + "x", b"{}")
    assert url.rpartition("/")[2][:20] not in caplog.text


def test_reading_goes_on_at_any_byte_a_chunk_ended_at(data_folder: Path) -> None:
    payload = payloads.Payload("1-" + "c" * 32)
    lines = [b"x" * (number * 7 % 50) for number in range(200)]
    payload.put(payload.write([b"\n".join(lines)]))
    read: list[bytes | None] = []
    offset = 0
    while chunk := payload.chunk(offset):
        if not chunk.lines:
            break
        read += chunk.lines
        offset = chunk.end
    assert read == lines
    assert payload.count_lines() == len(lines)
