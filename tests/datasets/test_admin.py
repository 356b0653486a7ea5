"""The operator's admin: every page of it opens, and none shows a media address or lets one change a dataset."""

import pytest
from django.contrib.admin.sites import site
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests import make
from webapp.accounts.models import User
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import BucketCopy, Dataset, DatasetOrigin, MediaOrigin
from webapp.jobs import actions as jobs
from webapp.jobs.models import Job

# What people decide in there is tried in tests/promotions/test_admin*.py.
OURS = [model for model in site._registry if model._meta.app_label != "promotions"]


def address(model: type[Model], view: str, pk: int | None = None) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=[pk] if pk else [])


@pytest.fixture
def operator(client: Client, admin: Viewer) -> Client:
    User.objects.filter(pk=admin.user_id).update(is_staff=True, is_superuser=True)
    return make.sign_in(client, admin)


@pytest.fixture
def rows(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset)
    make.make_key(owner)
    make.make_run(owner, dataset)
    jobs.enqueue(owner, "count", dataset_pk=dataset.pk, params={})
    BucketCopy.objects.create(team_id=owner.team_id, sha256="ab" * 32, state="unwanted", sentence="It is not there.")


@pytest.mark.parametrize("model", OURS)
def test_list_and_row_open_without_a_media_address(operator: Client, rows: None, model: type[Model]) -> None:
    listing = operator.get(address(model, "changelist"))
    objects = model._base_manager.all()
    row = operator.get(address(model, "change", objects[0].pk))
    for answer in (listing, row):
        assert answer.status_code == 200
        assert make.MEDIA + "/" not in answer.text


@pytest.mark.parametrize("model", [Dataset, DatasetOrigin, MediaOrigin, Job])
def test_nothing_is_changed_or_deleted_there(operator: Client, rows: None, model: type[Model]) -> None:
    pk = model._base_manager.all()[0].pk
    assert operator.post(address(model, "change", pk), {"name": "x"}).status_code == 403
    assert operator.post(address(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert operator.get(address(model, "add")).status_code == 403


@pytest.mark.parametrize("model", OURS)
@pytest.mark.parametrize("person", ["admin", "owner"])
def test_nobody_of_a_team_has_business_there(
    client: Client, model: type[Model], person: str, request: pytest.FixtureRequest
) -> None:
    browser = make.sign_in(client, request.getfixturevalue(person))
    assert browser.get(address(model, "changelist"), follow=True).status_code == 403
