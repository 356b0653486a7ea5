"""What an append of items does: new, ignored, updated or refused, and never shared."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import make
from webapp.accounts import actions as people
from webapp.accounts import queries as accounts
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset, Item
from webapp.privacy.origins import OriginNotDeclared
from webapp.privacy.refusals import Invalid, NotAllowed, NotFound
from webapp.promotions import queries as promotions


def item(viewer: Viewer, dataset: Dataset, reference_id: str) -> Item:
    return queries.item_by_reference(viewer, dataset, reference_id)


def counts(outcome: actions.AppendOutcome) -> tuple[int, int, int, int]:
    return outcome.new, outcome.updated, outcome.ignored, len(outcome.refused)


def test_new_items_are_stored_in_their_order_and_counted(owner: Viewer, dataset: Dataset) -> None:
    names = ["b", "a", "ü/ x?", "c"]
    drafts = [make.draft_item(owner, name, url=f"{make.MEDIA}/{index}.jpg") for index, name in enumerate(names)]
    assert counts(make.append(owner, dataset, drafts)) == (4, 0, 0, 0)
    assert [row.reference_id for row in queries.items(owner, dataset).order_by("pk")] == names
    after = make.reload(owner, dataset)
    assert (after.item_count, after.version) == (4, dataset.version + 1)


def test_url_is_kept_byte_for_byte(owner: Viewer, dataset: Dataset) -> None:
    url = f"{make.MEDIA}/a%2Fb/%E4%BD%A0.jpg?X-Sig=A%2b%2B+/=&&empty&x=1;y#not-sent"
    url = url.partition("#")[0]
    make.append(owner, dataset, [make.draft_item(owner, "a", url=url)])
    stored = item(owner, dataset, "a").url
    assert stored is not None
    assert stored.reveal() == url


def test_known_reference_id_is_ignored_and_counted(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": 1})])
    again = [make.draft_item(owner, "a", metadata={"n": 2}), make.draft_item(owner, "b", metadata={"n": 3})]
    assert counts(make.append(owner, dataset, again)) == (1, 0, 1, 0)
    assert item(owner, dataset, "a").metadata == {"n": 1}
    assert make.reload(owner, dataset).item_count == 2


def test_append_that_changes_nothing_leaves_the_version(owner: Viewer, dataset: Dataset) -> None:
    draft = make.draft_item(owner, "a")
    make.append(owner, dataset, [draft])
    version = make.reload(owner, dataset).version
    assert counts(make.append(owner, dataset, [draft])) == (0, 0, 1, 0)
    assert counts(make.append(owner, dataset, [])) == (0, 0, 0, 0)
    assert make.reload(owner, dataset).version == version


def test_update_replaces_metadata_in_whole_and_url_where_it_differs(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": 1, "m": 1})])
    before = item(owner, dataset, "a")
    changed = make.draft_item(owner, "a", url=f"{make.MEDIA}/moved.jpg?sig=2", metadata={"n": 2})
    assert counts(make.append(owner, dataset, [changed], update=True)) == (0, 1, 0, 0)
    after = item(owner, dataset, "a")
    assert (after.pk, after.metadata, after.created_at) == (before.pk, {"n": 2}, before.created_at)
    assert after.url is not None
    assert after.url.reveal() == f"{make.MEDIA}/moved.jpg?sig=2"
    assert make.reload(owner, dataset).item_count == 1


def test_update_without_a_size_keeps_the_known_one(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", width=640, height=480)])
    make.append(owner, dataset, [make.draft_item(owner, "a")], update=True)
    assert (item(owner, dataset, "a").width, item(owner, dataset, "a").height) == (640, 480)
    make.append(owner, dataset, [make.draft_item(owner, "a", width=10, height=20)], update=True)
    assert (item(owner, dataset, "a").width, item(owner, dataset, "a").height) == (10, 20)


def test_repeated_id_in_one_batch_makes_one_item(owner: Viewer, dataset: Dataset) -> None:
    drafts = [make.draft_item(owner, "a", metadata={"n": number}) for number in (1, 2, 3)]
    assert counts(make.append(owner, dataset, drafts)) == (1, 0, 2, 0)
    assert item(owner, dataset, "a").metadata == {"n": 1}
    assert counts(make.append(owner, dataset, drafts, update=True)) == (0, 3, 0, 0)
    assert item(owner, dataset, "a").metadata == {"n": 3}


def test_repeated_new_id_in_one_update_takes_the_last_word_and_stays_private(owner: Viewer) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    drafts = [
        make.draft_item(owner, "a", metadata={"n": 1}, width=8, height=6, wants_sharing=False),
        make.draft_item(owner, "a", metadata={"n": 2}, wants_sharing=True),
    ]
    assert counts(make.append(owner, ordinary, drafts, update=True)) == (1, 1, 0, 0)
    row = item(owner, ordinary, "a")
    assert (row.metadata, row.width, row.height, row.privacy) == ({"n": 2}, 8, 6, "private")


def test_one_bad_row_fails_the_batch_whole(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": 1})])
    before = make.reload(owner, dataset)
    drafts = [
        make.draft_item(owner, "b", url="https://other.example/b.jpg", metadata={"fresh": 1}, line=1),
        make.draft_item(owner, "c", metadata={"n": "one"}, line=2),
    ]
    with pytest.raises(RowRefused, match="'n' is a number in this dataset; here it is a string") as refusal:
        make.append(owner, dataset, drafts)
    assert (refusal.value.line, refusal.value.reference_id) == (2, "c")
    after = make.reload(owner, dataset)
    assert (after.item_count, after.version, after.field_types) == (1, before.version, before.field_types)
    assert [str(origin) for origin in queries.dataset_origins(owner, dataset)] == [make.MEDIA]


def test_job_keeps_the_good_rows_and_names_the_bad(owner: Viewer, dataset: Dataset) -> None:
    drafts = [
        make.draft_item(owner, "a", metadata={"n": 1}, line=1),
        make.draft_item(owner, "b", metadata={"n": "one"}, line=2),
        make.draft_item(owner, "c", metadata={"n": 2.5}, line=3),
    ]
    outcome = make.append(owner, dataset, drafts, keep_refused=True)
    assert counts(outcome) == (2, 0, 0, 1)
    assert (outcome.refused[0].line, outcome.refused[0].reference_id) == (2, "b")
    assert make.reload(owner, dataset).item_count == 2


def test_refused_update_leaves_the_item_as_it_was(owner: Viewer, dataset: Dataset) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": 1})])
    with pytest.raises(RowRefused):
        make.append(owner, dataset, [make.draft_item(owner, "a", metadata={"n": [1]})], update=True)
    assert item(owner, dataset, "a").metadata == {"n": 1}


@pytest.mark.parametrize("wants_sharing", [None, True, False])
def test_item_in_a_privacy_dataset_is_private_whatever_it_says(
    owner: Viewer, dataset: Dataset, wants_sharing: bool | None
) -> None:
    make.append(owner, dataset, [make.draft_item(owner, "a", wants_sharing=wants_sharing)])
    assert item(owner, dataset, "a").privacy == "private"
    assert list(promotions.promotions(owner, dataset=dataset)) == []


@pytest.mark.parametrize(("wants_sharing", "privacy"), [(None, "linked"), (True, "linked"), (False, "private")])
def test_item_of_an_ordinary_dataset_is_private_when_it_asks_to_be(
    owner: Viewer, wants_sharing: bool | None, privacy: str
) -> None:
    ordinary = make.make_dataset(owner, privacy=False)
    make.append(owner, ordinary, [make.draft_item(owner, "a", wants_sharing=wants_sharing)])
    assert item(owner, ordinary, "a").privacy == privacy


def test_wish_to_share_is_recorded_once_per_append_and_shares_nothing(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 5)
    wishes = [make.draft_item(owner, f"item-{index}", wants_sharing=True) for index in range(4)]
    make.append(owner, dataset, wishes[:2], update=True, append_key="upload-1")
    make.append(owner, dataset, wishes[1:], update=True, append_key="upload-1")
    make.append(owner, dataset, wishes[:1], update=True, append_key="upload-2")
    make.append(owner, dataset, [make.draft_item(owner, "item-4", wants_sharing=False)], update=True)
    for viewer in (owner, teammate, approver):
        requests = list(promotions.promotions(viewer, dataset=dataset))
        assert [(row.append_key, row.item_count, row.state, row.requested_by.email) for row in requests] == [
            ("upload-1", 4, "requested", owner.email),
        ]
    assert list(promotions.promotions(stranger, dataset=dataset)) == []
    assert {row.privacy for row in queries.items(owner, dataset)} == {"private"}


def test_wish_without_update_is_ignored_like_the_rest(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    make.append(owner, dataset, [make.draft_item(owner, "item-0", wants_sharing=True)])
    assert list(promotions.promotions(owner, dataset=dataset)) == []


def test_append_declares_and_attaches_the_origins_it_names_with_an_audit_row_each(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 2)
    make.make_items(owner, dataset, 1, prefix="other", origin="https://other.example:8443")
    make.make_items(owner, dataset, 1, prefix="more")
    origins = queries.dataset_origin_rows(teammate_of(owner), dataset)
    assert [(row.origin.origin, row.attached_via, row.attached_by.email) for row in origins] == [
        ("https://media.harbor.example", "append", owner.email),
        ("https://other.example:8443", "append", owner.email),
    ]
    acts = [(entry.action, entry.subject) for entry in accounts.audit_entries(admin) if "origin" in entry.action]
    assert acts == [
        ("origin.attach", "https://other.example:8443"),
        ("origin.declare", "https://other.example:8443"),
        ("origin.attach", "https://media.harbor.example"),
        ("origin.declare", "https://media.harbor.example"),
    ]


def teammate_of(viewer: Viewer) -> Viewer:
    from webapp.accounts.models import Team

    return make.make_viewer(Team.objects.get(pk=viewer.team_id), role="viewer")


def test_ignored_items_declare_no_origin(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    make.append(owner, dataset, [make.draft_item(owner, "item-0", url="https://other.example/x.jpg")])
    assert [str(origin) for origin in queries.dataset_origins(owner, dataset)] == [make.MEDIA]


def test_locked_list_refuses_an_undeclared_origin_and_names_what_is_allowed(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 1)
    people.lock_origins(admin, locked=True)
    with pytest.raises(Invalid) as refusal:
        make.draft_item(owner, "b", url="https://evil.example/secret-path.jpg")
    assert "https://evil.example is not among the team's media origins" in refusal.value.sentence
    assert make.MEDIA in refusal.value.sentence
    assert "secret-path" not in refusal.value.sentence
    make.append(owner, dataset, [make.draft_item(owner, "b")])


def test_list_locked_while_a_job_runs_holds_for_its_remaining_rows(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    draft = make.draft_item(owner, "a")
    people.lock_origins(admin, locked=True)
    with pytest.raises(OriginNotDeclared):
        make.append(owner, dataset, [draft])
    assert queries.items(owner, dataset).count() == 0


def test_declared_origin_is_attached_to_the_dataset_that_names_it_even_when_locked(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    actions.declare_origin(admin, make.MEDIA)
    people.lock_origins(admin, locked=True)
    make.make_items(owner, dataset, 1)
    assert [str(origin) for origin in queries.dataset_origins(owner, dataset)] == [make.MEDIA]


def test_dataset_of_scenes_takes_no_items(owner: Viewer, scene_dataset: Dataset) -> None:
    with pytest.raises(Invalid, match="dataset of scenes"):
        make.append(owner, scene_dataset, [make.draft_item(owner, "a")])


def test_only_curators_of_the_team_append(
    owner: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    draft = make.draft_item(owner, "a")
    with pytest.raises(NotAllowed):
        make.append(teammate, dataset, [draft])
    with pytest.raises(NotFound):
        make.append(stranger, dataset, [draft])
    assert counts(make.append(approver, dataset, [draft])) == (1, 0, 0, 0)


def test_deleted_dataset_takes_no_items(owner: Viewer, dataset: Dataset) -> None:
    draft = make.draft_item(owner, "a")
    actions.delete_dataset(owner, dataset)
    with pytest.raises(NotFound, match="gone"):
        make.append(owner, dataset, [draft])


def test_append_takes_a_fixed_number_of_queries(
    owner: Viewer, dataset: Dataset, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    make.make_items(owner, dataset, 1)
    for size in (10, 1000):
        drafts = [make.draft_item(owner, f"{size}-{index}") for index in range(size)]
        with django_assert_max_num_queries(10):
            make.append(owner, dataset, drafts)


def test_metadata_of_any_shape_comes_back_as_it_was_sent(owner: Viewer, dataset: Dataset) -> None:
    metadata = {
        "text": "naïve \u2028 ' \" \\ %s \x7f 😀",
        "big": 2**53,
        "tiny": 1e-300,
        "list": [1, "2", None, {"a": [True]}],
        "none": None,
        "object": {"": {"": ""}},
        "": "empty key",
    }
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata=metadata)])
    assert item(owner, dataset, "a").metadata == metadata
    make.append(owner, dataset, [make.draft_item(owner, "a", metadata=metadata)], update=True)
    assert item(owner, dataset, "a").metadata == metadata


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("update", [False, True])
def test_concurrent_appends_of_the_same_ids_make_one_row_each(owner: Viewer, dataset: Dataset, update: bool) -> None:
    drafts = [make.draft_item(owner, f"same-{index}") for index in range(5)]

    def append(_: int) -> tuple[int, int, int, int]:
        try:
            return counts(make.append(owner, dataset, drafts, update=update))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(append, range(64)))
    assert sum(new for new, *_ in outcomes) == 5
    assert sum(updated + ignored for _, updated, ignored, _ in outcomes) == 63 * 5
    assert queries.items(owner, dataset).count() == 5
    assert make.reload(owner, dataset).item_count == 5
    assert len(queries.dataset_origins(owner, dataset)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_datasets_that_declare_the_same_new_origin_at_once_share_it(owner: Viewer) -> None:
    datasets = [make.make_dataset(owner, name=f"Quay {number}") for number in range(8)]

    def append(dataset: Dataset) -> int:
        try:
            return make.append(owner, dataset, [make.draft_item(owner, "a")]).new
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(append, datasets)) == [1] * 8
    assert len(queries.team_origin_rows(owner)) == 1
