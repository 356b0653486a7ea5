"""Masks that were uploaded: who is shown their bytes, and where."""

from typing import Any

from django.test import Client

from tests import make
from tests.pages.conftest import Browse
from tests.pages.labelled import label_masks
from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.labels.models import Annotation


def test_a_mask_by_file_is_shown_to_the_team(
    owner: Viewer, teammate: Viewer, stranger: Viewer, labeler: Viewer, client: Client, browse: Browse
) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    items = make.make_items(owner, dataset, 2)
    png = label_masks(owner, dataset)
    base = f"/datasets/{dataset.public_id}/"
    columns: Any = browse(teammate).get(f"{base}items/{items[1].public_id}/labels").json()
    address = columns["more"]["0"]["url"]
    shown = browse(teammate).get(address)
    assert (shown.status_code, shown.content, shown["Content-Type"]) == (200, png, "image/png")
    for person in (stranger, labeler):
        assert browse(person).get(address).status_code == 404
    assert client.get(address).status_code == 401
    other = make.make_dataset(owner, name="Sheds", privacy=False)
    by_address = Annotation.objects.visible_to(owner).get(item_id=items[0].pk)
    for wrong in (
        address.replace(dataset.public_id, other.public_id),
        f"{base}masks/{by_address.public_id}",
        f"{base}masks/ann_x",
        f"{base}masks/{queries.item(owner, dataset, items[0].public_id).public_id}",
    ):
        assert browse(owner).get(wrong).status_code == 404


def test_a_mask_is_asked_for_again_and_sent_again_only_when_it_is_another(owner: Viewer, browse: Browse) -> None:
    dataset = make.make_dataset(owner, privacy=False)
    items = make.make_items(owner, dataset, 2)
    label_masks(owner, dataset)
    browser = browse(owner)
    columns: Any = browser.get(f"/datasets/{dataset.public_id}/items/{items[1].public_id}/labels").json()
    address = columns["more"]["0"]["url"]
    shown = browser.get(address)
    assert "no-cache" in shown["Cache-Control"]
    assert browser.get(address, headers={"If-None-Match": shown["ETag"]}).status_code == 304
    other = browser.get(address, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, shown.content)
