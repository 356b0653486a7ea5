"""What pages with media tell their scripts of the hosts, and their policy of whom the browser may contact."""

import pytest

from tests import make
from tests.pages.conftest import Browse, House, media_hosts_of
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions
from webapp.datasets.actions import OriginTerms
from webapp.datasets.models import DatasetOrigin

TERMS = OriginTerms(
    access="s3",
    bucket="s3://frames",
    region="eu-west-1",
    is_path_style=True,
    resolver="https://links.harbor.example/fresh",
)
PLAIN = {"origin": make.MEDIA, "access": "none", "storage": None, "resolver": None}
TOLD = {
    "origin": make.MEDIA,
    "access": "s3",
    "storage": {"scheme": "s3", "bucket": "frames", "region": "eu-west-1", "path_style": True, "prefix": ""},
    "resolver": "https://links.harbor.example/fresh",
}


@pytest.mark.parametrize("name", ["grid", "scene grid", "item", "scene", "slice"])
def test_pages_of_a_datasets_media_tell_its_hosts(
    house: House, owner: Viewer, admin: Viewer, browse: Browse, name: str
) -> None:
    dataset = house.scene_dataset if name.startswith("scene") else house.dataset
    told = {"dataset": dataset.public_id, "check": f"/datasets/{dataset.public_id}/hosts/"}
    may = {"may_administer": False, "may_curate": True}
    assert media_hosts_of(browse(owner).get(house.paths[name])) == told | may | {"hosts": [PLAIN]}
    for row in DatasetOrigin.objects.filter(dataset=dataset):
        actions.describe_origin(admin, row.origin_id, TERMS)
    answer = browse(admin).get(house.paths[name])
    assert media_hosts_of(answer) == told | {"may_administer": True, "may_curate": True, "hosts": [TOLD]}
    # A fresh link is asked for by the browser, at the resolver.
    policy = answer.headers["Content-Security-Policy"]
    connect = next(part for part in policy.split("; ") if part.startswith("connect-src"))
    assert connect == f"connect-src 'self' https://links.harbor.example {make.MEDIA}"


def test_page_of_several_datasets_names_none(house: House, teammate: Viewer, browse: Browse) -> None:
    nothing = {"dataset": None, "check": None, "may_administer": False, "may_curate": False}
    assert media_hosts_of(browse(teammate).get("/")) == nothing | {"hosts": [PLAIN]}


def test_page_without_media_tells_nothing(house: House, owner: Viewer, browse: Browse) -> None:
    assert media_hosts_of(browse(owner).get("/jobs/")) is None
