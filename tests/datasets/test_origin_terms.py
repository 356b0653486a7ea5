"""What an admin says of a media origin, and what it lets appends name."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import make
from webapp.accounts import queries as accounts
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import OriginTerms
from webapp.datasets.models import Dataset, MediaOrigin
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound

STORE = "https://frames.s3.eu-west-1.amazonaws.com"
TERMS = OriginTerms(
    access="s3",
    bucket="s3://frames",
    region="eu-west-1",
    is_path_style=True,
    resolver="https://links.harbor.example/fresh",
)


@pytest.fixture
def store(admin: Viewer) -> MediaOrigin:
    return actions.declare_origin(admin, STORE)


def test_admin_says_how_an_origin_is_asked_and_takes_it_back(admin: Viewer, store: MediaOrigin) -> None:
    said = actions.describe_origin(admin, store.pk, TERMS)
    assert (said.access, str(said.storage), said.region, said.is_path_style) == ("s3", "s3://frames", "eu-west-1", True)
    assert {str(one) for one in said.contacts} == {STORE, "https://links.harbor.example"}
    entry = accounts.audit_entries(admin)[0]
    assert (entry.action, entry.subject) == ("origin.describe", STORE)
    assert entry.details == {
        "access": "s3",
        "bucket": "s3://frames",
        "region": "eu-west-1",
        "path_style": True,
        "resolver": "https://links.harbor.example",
    }
    emptied = actions.describe_origin(admin, store.pk, OriginTerms())
    assert (emptied.access, emptied.storage, emptied.region, emptied.resolver) == ("none", None, "", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"access": "password"}, "one of none, cookies, bearer, s3, azure, query"),
        ({"bucket": "frames"}, "written s3://name or gs://name"),
        ({"bucket": "s3://frames/train"}, "with nothing after it"),
        ({"bucket": "s3://key:secret@frames"}, "The name of a bucket"),
        ({"region": "eu west"}, "such as eu-west-1"),
        ({"resolver": "links.harbor.example"}, "The resolver's address is refused"),
        ({"resolver": "s3://frames/a"}, "The resolver's address is refused"),
        ({"resolver": "https://me:secret@links.harbor.example/"}, "user name or password"),
        ({"resolver": "https://links.harbor.example/?token=secret"}, "has no query"),
        ({"resolver": "https://links.harbor.example/" + "a" * 500}, "at most 500"),
    ],
    ids=str,
)
def test_bad_terms_are_refused_whole(admin: Viewer, store: MediaOrigin, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as caught:
        actions.describe_origin(admin, store.pk, OriginTerms(**{"access": "cookies"} | changed))
    assert "secret" not in str(caught.value)
    store.refresh_from_db()
    assert store.access == "none"


def test_a_bucket_is_at_one_origin_of_a_team(admin: Viewer, stranger: Viewer, store: MediaOrigin) -> None:
    actions.describe_origin(admin, store.pk, TERMS)
    other = actions.declare_origin(admin, "https://minio.harbor.example")
    with pytest.raises(Conflict, match=f"s3://frames is said to be at {STORE}; take it from there first"):
        actions.describe_origin(admin, other.pk, TERMS)
    actions.describe_origin(admin, other.pk, OriginTerms(bucket="gs://frames"))
    theirs = actions.declare_origin(stranger, STORE)
    actions.describe_origin(stranger, theirs.pk, TERMS)


def test_only_admins_of_the_team_say_it(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, store: MediaOrigin
) -> None:
    for viewer in (owner, teammate, approver):
        with pytest.raises(NotAllowed):
            actions.describe_origin(viewer, store.pk, TERMS)
    with pytest.raises(NotFound):
        actions.describe_origin(stranger, store.pk, TERMS)


def test_items_in_a_known_bucket_are_kept_as_written_and_their_pages_may_contact_its_origin(
    owner: Viewer, admin: Viewer, dataset: Dataset, store: MediaOrigin
) -> None:
    actions.describe_origin(admin, store.pk, TERMS)
    items = make.make_items(owner, dataset, 2, origin="s3://frames")
    assert [one.url.reveal() for one in items if one.url is not None] == [
        "s3://frames/item-0.jpg",
        "s3://frames/item-1.jpg",
    ]
    assert [str(one) for one in queries.dataset_origins(owner, dataset)] == [STORE]
    scenes = make.make_dataset(owner, name="Steps", is_scene=True)
    drafts = [make.draft_scene(owner, "steps", frames=0, frame_rate=None, video_url="s3://frames/steps.mp4")]
    actions.append_scenes(owner, scenes, drafts, update=False)
    assert [str(one) for one in queries.dataset_origins(owner, scenes)] == [STORE]


def test_items_in_a_bucket_of_another_team_are_refused(stranger: Viewer, admin: Viewer, store: MediaOrigin) -> None:
    actions.describe_origin(admin, store.pk, TERMS)
    with pytest.raises(Invalid, match="storage reference"):
        make.draft_item(stranger, "theirs", url="s3://frames/a.jpg")


@pytest.mark.parametrize("gone", [OriginTerms(), None], ids=["taken from the origin", "origin forgotten"])
def test_bucket_that_was_taken_away_while_an_append_ran_is_refused(
    owner: Viewer, admin: Viewer, dataset: Dataset, store: MediaOrigin, gone: OriginTerms | None
) -> None:
    actions.describe_origin(admin, store.pk, TERMS)
    drafts = [make.draft_item(owner, "late", url="s3://frames/late.jpg")]
    away: Callable[[], object] = (
        (lambda: actions.describe_origin(admin, store.pk, gone))
        if gone is not None
        else lambda: actions.forget_origin(admin, store.pk)
    )
    away()
    with pytest.raises(Invalid, match="no media origin of the team says where this bucket is"):
        make.append(owner, dataset, drafts)
    assert not queries.items(owner, dataset).exists()
