"""Reading and deleting items."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.wire.caller import Caller, item
from webapp.accounts.viewer import Viewer
from webapp.wire import items, rows_out

SIGNED = f"{make.MEDIA}/a%20b.jpeg?X-Amz-Signature=0aF%2F&b=1&b=2"


def fill(caller: Caller, dataset_id: str, count: int, prefix: str = "i") -> None:
    rows = [item(f"{prefix}{number}", metadata={"n": number}) for number in range(count)]
    assert caller.post(f"dataset/{dataset_id}/append", {"items": rows}).status == 200


def test_a_url_comes_back_byte_for_byte(caller: Caller, items_id: str) -> None:
    caller.post(f"dataset/{items_id}/append", {"items": [item("a", image_url=SIGNED)]})
    found = caller.get(f"dataset/{items_id}/refloc/a").body["item"]
    assert (found["image_url"], found["original_image_url"]) == (SIGNED, SIGNED)


@pytest.mark.parametrize("size", [1, 2, 5, 7, 100, 10**9])
def test_pages_hold_every_item_once_in_order(caller: Caller, items_id: str, size: int) -> None:
    fill(caller, items_id, 7)
    names, token = [], None
    for _ in range(9):
        page = caller.post(f"dataset/{items_id}/itemsPage", {"pageToken": token, "pageSize": size}).body
        names += [one["reference_id"] for one in page["items"]]
        token = page["nextPageToken"]
        if token is None:
            break
    assert names == [f"i{number}" for number in range(7)]


def test_an_empty_page_ends_at_once(caller: Caller, items_id: str) -> None:
    assert caller.post(f"dataset/{items_id}/itemsPage", {}).body == {"items": [], "nextPageToken": None}


@pytest.mark.parametrize("token", ["1", "page_", "page_" + "a" * 26, "di_" + "a" * 26, "x" * 5000])
def test_a_token_that_is_none_of_ours_is_refused(caller: Caller, items_id: str, token: str) -> None:
    answer = caller.post(f"dataset/{items_id}/itemsPage", {"pageToken": token, "pageSize": 1})
    assert answer.status == 400
    assert "pageToken" in answer.error


@pytest.mark.parametrize("size", [0, -1, "10", 1.5, None, True])
def test_a_bad_page_size_is_refused(caller: Caller, items_id: str, size: object) -> None:
    assert caller.post(f"dataset/{items_id}/itemsPage", {"pageToken": None, "pageSize": size}).status == 400


def test_the_whole_list_is_streamed_in_parts(caller: Caller, items_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "ROWS_A_PART", 3)
    assert caller.get(f"dataset/{items_id}/datasetItems").body == {"dataset_items": []}
    fill(caller, items_id, 7)
    listed = caller.get(f"dataset/{items_id}/datasetItems").body["dataset_items"]
    assert [one["reference_id"] for one in listed] == [f"i{number}" for number in range(7)]
    assert listed[3] == caller.get(f"dataset/{items_id}/refloc/i3").body["item"]


def test_positions_count_from_zero_in_the_order_of_insertion(caller: Caller, items_id: str) -> None:
    fill(caller, items_id, 3)
    assert caller.get(f"dataset/{items_id}/iloc/0").body["item"]["reference_id"] == "i0"
    assert caller.get(f"dataset/{items_id}/iloc/2").body["item"]["reference_id"] == "i2"
    assert caller.get(f"dataset/{items_id}/iloc/3").status == 404
    for bad in ("-1", "x", "1.5", "9" * 40, "%D9%A1"):
        assert caller.get(f"dataset/{items_id}/iloc/{bad}").status == 400


def test_an_item_is_found_by_its_id(caller: Caller, items_id: str, open_id: str) -> None:
    fill(caller, items_id, 1)
    found = caller.get(f"dataset/{items_id}/iloc/0").body["item"]
    assert caller.get(f"dataset/{items_id}/loc/{found['id']}").body["item"] == found
    assert caller.get(f"dataset/{open_id}/loc/{found['id']}").status == 404
    for bad in ("di_", "di_" + "a" * 26, "x", "1"):
        assert caller.get(f"dataset/{items_id}/loc/{bad}").status == 404


def test_a_deleted_item_is_gone(caller: Caller, items_id: str) -> None:
    fill(caller, items_id, 2)
    made = caller.post(f"dataset/{items_id}/create_slice", {"name": "s", "reference_ids": ["i0", "i1"]})
    assert caller.delete(f"dataset/{items_id}/refloc/i0").body == {}
    assert caller.get(f"dataset/{items_id}/refloc/i0").status == 404
    assert caller.delete(f"dataset/{items_id}/refloc/i0").status == 404
    assert caller.get(f"dataset/{items_id}/size").body == {"count": 1}
    held = caller.get(f"slice/{made.body['slice_id']}").body["items"]
    assert [one["reference_id"] for one in held] == ["i1"]


def test_roles_decide_who_reads_and_deletes(
    caller: Caller, items_id: str, teammate: Viewer, approver: Viewer, stranger: Viewer, labeler: Viewer
) -> None:
    fill(caller, items_id, 1)
    path = f"dataset/{items_id}/refloc/i0"
    assert [Caller(one).get(path).status for one in (teammate, approver, stranger, labeler)] == [200, 200, 404, 404]
    assert [Caller(one).delete(path).status for one in (teammate, stranger, labeler, approver)] == [403, 404, 404, 200]


def test_a_page_asks_the_database_the_same_whatever_its_size(caller: Caller, items_id: str) -> None:
    fill(caller, items_id, 60)
    counts = set()
    for size in (1, 50):
        with CaptureQueriesContext(connection) as asked:
            caller.post(f"dataset/{items_id}/itemsPage", {"pageToken": None, "pageSize": size})
        counts.add(len(asked))
    # The key, its owner's membership, the dataset, the page.
    assert counts == {4}


def test_only_two_modules_of_the_door_reveal_urls() -> None:
    from pathlib import Path

    folder = Path(rows_out.__file__).parent
    found = sorted(path.name for path in folder.glob("*.py") if ".reveal()" in path.read_text())
    assert found == ["labels_out.py", "rows_out.py"]
