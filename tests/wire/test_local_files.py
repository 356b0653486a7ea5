"""Images uploaded as files: ordinary datasets only, whole forms or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django import Settings

from tests.shared_bytes import SHARED, follow
from tests.wire.caller import ROOT, Answer, Caller, answer_of
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Item, StoredFile

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
GIF = b"GIF89a" + b"1" * 40


def row(name: str, path: str = "/data/a.png", **fields: Any) -> dict[str, Any]:
    return {"metadata": {"k": 1}, "reference_id": name, "image_url": path, "update": False, **fields}


def send(
    caller: Caller,
    dataset_id: str,
    rows: Any,
    files: list[tuple[str, bytes]],
    *,
    query: str = "?async=1",
) -> Answer:
    """A form as the SDK makes it: the rows as a part without a file name, then the files."""
    text = rows if isinstance(rows, str) else json.dumps(rows)
    images = [SimpleUploadedFile(name, content, "image/jpg") for name, content in files]
    raw = encode_multipart(BOUNDARY, {"items": text, "image": images})
    path = f"{ROOT}/dataset/{dataset_id}/append{query}"
    return answer_of(caller.client.generic("POST", path, raw, content_type=MULTIPART_CONTENT, headers=caller.headers))


def test_files_become_shared_items_and_a_job_that_is_done(caller: Caller, open_id: str) -> None:
    rows = [row("one"), row("two", "/data/b.gif")]
    started = send(caller, open_id, rows, [("%2Fdata%2Fa.png", PNG), ("%2Fdata%2Fb.gif", GIF)])
    assert started.body["job_last_known_status"] == "Completed"
    done = caller.get(f"job/{started.body['job_id']}").body
    assert (done["job_progress"], done["completed_steps"], done["total_steps"]) == ("1.00", 2, 2)
    assert done["message"]["dataset_item_upload"]["new"] == 2
    assert caller.get(f"job/{started.body['job_id']}/errors").body == []
    found = caller.get(f"dataset/{open_id}/refloc/two").body["item"]
    assert found["image_url"].startswith(f"{SHARED}/shared/")
    response = follow(found["image_url"])
    assert (response.body, response.headers["Content-Type"]) == (GIF, "image/gif")
    assert found["metadata"] == {"k": 1}


def test_the_old_sdk_gets_counts(caller: Caller, open_id: str) -> None:
    answer = send(caller, open_id, [row("one")], [("a.png", PNG)], query="")
    assert answer.body == {
        "dataset_id": open_id,
        "new_items": 1,
        "updated_items": 0,
        "ignored_items": 0,
        "upload_errors": 0,
    }


def test_one_file_used_twice_is_two_items_of_one_copy(caller: Caller, open_id: str) -> None:
    send(caller, open_id, [row("one"), row("two")], [("a.png", PNG), ("a.png", PNG)])
    assert StoredFile.objects.count() == 1
    assert caller.get(f"dataset/{open_id}/size").body == {"count": 2}


def test_update_changes_metadata(caller: Caller, open_id: str) -> None:
    send(caller, open_id, [row("one")], [("a.png", PNG)])
    send(caller, open_id, [row("one", metadata={"k": 2}, update=True)], [("a.png", PNG)])
    assert caller.get(f"dataset/{open_id}/refloc/one").body["item"]["metadata"] == {"k": 2}


def test_a_privacy_dataset_takes_no_file_and_none_is_kept(
    caller: Caller, items_id: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = send(caller, items_id, [row("one")], [("a.png", PNG)])
    assert answer.status == 400
    assert "privacy mode" in answer.error
    assert not (data_folder / "shared").exists()
    assert not Item.objects.unscoped().exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rows", "files", "sentence"),
    [
        ([row("one")], [], "1 items and 0 parts"),
        ([], [("a.png", PNG)], "0 items and 1 parts"),
        ([row("one"), row("two")], [("a.png", PNG)], "2 items and 1 parts"),
        ("not json", [("a.png", PNG)], "not JSON"),
        ('{"a":1}', [("a.png", PNG)], "JSON list"),
        ('[{"a":1,"a":2}]', [("a.png", PNG)], "stands twice"),
        ([3], [("a.png", PNG)], "must be an object"),
        ([row("")], [("a.png", PNG)], "reference_id"),
        ([row("one", metadata=[])], [("a.png", PNG)], "metadata"),
        ([row("one", image_url=3)], [("a.png", PNG)], "image_url"),
        ([row("one")], [("other.png", PNG)], "another name"),
        ([row("one", update="yes")], [("a.png", PNG)], "update"),
        ([row("one"), row("two", update=True)], [("a.png", PNG), ("a.png", GIF)], "update"),
        ([row("one"), row("two")], [("a.png", PNG), ("a.png", b"<svg onload=alert(1)>")], "no image"),
        ([row("one")], [("a.png", b"")], "no image"),
    ],
)
def test_a_bad_form_is_refused_whole_and_leaves_no_file(
    caller: Caller, open_id: str, data_folder: Path, rows: Any, files: list[tuple[str, bytes]], sentence: str
) -> None:
    answer = send(caller, open_id, rows, files)
    assert answer.status == 400
    assert sentence in answer.error
    assert not Item.objects.unscoped().exists()
    assert not StoredFile.objects.exists()
    assert [path for path in (data_folder / "shared").rglob("*") if path.is_file()] == []


def test_a_file_too_large_is_413(caller: Caller, open_id: str, settings: Settings, data_folder: Path) -> None:
    settings.MAX_FILE_BYTES = 100
    assert send(caller, open_id, [row("one")], [("a.png", PNG + b"0" * 100)]).status == 413
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"garbage", MULTIPART_CONTENT),
        (b"x", "multipart/form-data; boundary="),
        (b"x", "multipart/form-data; boundary=\xc3\xa9"),
        (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="items"\r\n\r\n[]'.encode(), MULTIPART_CONTENT),
        (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n'.encode(), MULTIPART_CONTENT),
    ],
)
def test_a_broken_form_is_refused(caller: Caller, open_id: str, raw: bytes, kind: str) -> None:
    path = f"{ROOT}/dataset/{open_id}/append?async=1"
    answer = answer_of(caller.client.generic("POST", path, raw, content_type=kind, headers=caller.headers))
    assert answer.status == 400


def test_a_name_from_elsewhere_never_becomes_a_path(caller: Caller, open_id: str, data_folder: Path) -> None:
    name = "..%2F..%2F..%2Fetc%2Fpasswd"
    send(caller, open_id, [row("one", "../../../etc/passwd")], [(name, PNG)])
    kept = [path for path in data_folder.rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [StoredFile.objects.get().sha256]


def test_roles_decide_who_may_upload(open_id: str, teammate: Viewer, approver: Viewer, stranger: Viewer) -> None:
    people = [Caller(one) for one in (teammate, stranger, approver)]
    assert [send(one, open_id, [row("one")], [("a.png", PNG)]).status for one in people] == [403, 404, 200]


def test_a_link_to_a_file_is_no_use_once_the_item_is_gone(caller: Caller, open_id: str) -> None:
    send(caller, open_id, [row("one")], [("a.png", PNG)])
    url = caller.get(f"dataset/{open_id}/refloc/one").body["item"]["image_url"]
    caller.delete(f"dataset/{open_id}/refloc/one")
    assert follow(url).status_code == 404
