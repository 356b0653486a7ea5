"""Masks from the caller's own disk: ordinary datasets only, PNG only, and what they are called comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wire.caller import Caller
from tests.wire.labels import fill, make_model, mask, of_item, send_masks
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import StoredFile

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
OTHER = b"\x89PNG\r\n\x1a\n" + b"1" * 40
GIF = b"GIF89a" + b"1" * 40


@pytest.fixture
def filled(caller: Caller, open_id: str) -> str:
    fill(caller, open_id, "one", "two")
    return open_id


@pytest.mark.django_db(transaction=True)
def test_masks_are_kept_and_called_as_the_sender_calls_them(caller: Caller, filled: str, data_folder: Path) -> None:
    rows = [mask("one", "/data/a b.png"), mask("two", "b.png"), mask("nowhere", "/data/a b.png")]
    files = [("%2Fdata%2Fa%20b.png", PNG), ("b.png", OTHER), ("%2Fdata%2Fa%20b.png", PNG)]
    answer = send_masks(caller, f"dataset/{filled}/annotate", rows, files)
    (error,) = answer.body.pop("errors")
    assert answer.body == {"dataset_id": filled, "annotations_processed": 2, "annotations_ignored": 0}
    assert "Item with id nowhere doesn" in error
    (found,) = of_item(caller, filled, "one")["segmentation"]
    assert (found["mask_url"], found["annotations"]) == ("/data/a b.png", rows[0]["annotations"])
    assert StoredFile.objects.count() == 2
    again = send_masks(caller, f"dataset/{filled}/annotate", [mask("two", "c.png")], [("c.png", PNG)])
    assert again.body["annotations_ignored"] == 1
    send_masks(caller, f"dataset/{filled}/annotate", [mask("two", "c.png")], [("c.png", PNG)], update=True)
    # What no mask names any more is gone from the disk too.
    assert StoredFile.objects.count() == 1
    assert len([path for path in (data_folder / "shared").rglob("*") if path.is_file()]) == 1
    caller.delete(f"dataset/{filled}/refloc/one")
    assert of_item(caller, filled, "two")["segmentation"][0]["mask_url"] == "c.png"


def test_predicted_masks_come_the_same_way(caller: Caller, filled: str) -> None:
    model = make_model(caller)
    run = caller.post(f"dataset/{filled}/modelRun/create", {"name": "r", "reference_id": "m"}).body["model_run_id"]
    paths = (f"dataset/{filled}/model/{model}/uploadPredictions", f"dataset/{filled}/modelRun/{run}/uploadPredictions")
    for path in (*paths, f"modelRun/{run}/predict"):
        answer = send_masks(caller, path, [mask("one", "a.png")], [("a.png", PNG)])
        assert answer.status == 200, answer.body
    found = caller.get(f"modelRun/{run}/refloc/one").body["annotations"]
    assert [one["mask_url"] for one in found["segmentation"]] == ["a.png"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rows", "files", "sentence"),
    [
        ([mask("one", "a.png")], [], "1 segmentations and 0 parts"),
        ([mask("one", "a.png"), mask("two", "a.gif")], [("a.png", PNG), ("a.gif", GIF)], "segmentations[1]"),
        ([mask("one", "a.png")], [("a.png", b"no image")], "no image we can show"),
        ([mask("one", "a.png")], [("b.png", PNG)], "another name than mask_url"),
        ([{**mask("one", "a.png"), "annotations": 3}], [("a.png", PNG)], "annotations must be a list"),
        ([3], [("a.png", PNG)], "segmentations[0]: a mask must be an object"),
        ({}, [("a.png", PNG)], "serialized_request"),
    ],
)
def test_a_bad_form_keeps_nothing(
    caller: Caller, filled: str, rows: object, files: list[tuple[str, bytes]], sentence: str
) -> None:
    answer = send_masks(caller, f"dataset/{filled}/annotate", rows, files)
    assert (answer.status, sentence in answer.error) == (400, True), answer.error
    assert not StoredFile.objects.exists()


def test_a_privacy_dataset_takes_no_mask_and_none_is_kept(
    caller: Caller, items_id: str, teammate: Viewer, data_folder: Path
) -> None:
    fill(caller, items_id, "one")
    send = ([mask("one", "a.png")], [("a.png", PNG)])
    answer = send_masks(caller, f"dataset/{items_id}/annotate", *send)
    assert (answer.status, "privacy mode" in answer.error) == (400, True)
    assert send_masks(Caller(teammate), f"dataset/{items_id}/annotate", *send).status == 403
    assert not (data_folder / "shared").exists()
