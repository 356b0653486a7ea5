"""Moving a dataset's addresses to another prefix, and taking that back."""

from typing import Any

import pytest

from tests import make
from tests.pages.labelled import draft, say
from tests.wire.caller import run_jobs
from webapp.accounts import queries as accounts
from webapp.accounts.actions import lock_origins
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions import OriginTerms, move_steps
from webapp.datasets.actions.moves import Prefixes, checked_prefixes, moves, preview_move, start_move, take_back_move
from webapp.datasets.models import AddressMove, Dataset, Item, MovedRows
from webapp.jobs.models import Job
from webapp.labels.models import Annotation
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound
from webapp.promotions.models import PromotionItem

OLD, NEW = f"{make.MEDIA}/", "https://new.harbor.example/2026/"
THERE = Prefixes(OLD, NEW)


@pytest.fixture(autouse=True)
def few_rows_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_steps, "ROWS_A_STEP", 2)
    monkeypatch.setattr(move_steps, "KEYS_A_STEP", 4)


def addresses(viewer: Viewer, dataset: Dataset) -> list[str]:
    rows = queries.items(viewer, dataset).order_by("pk").values_list("url", flat=True)
    return [url.reveal() for url in rows if url is not None]


def moved(viewer: Viewer, dataset: Dataset, prefixes: Prefixes = THERE) -> AddressMove:
    start_move(viewer, dataset, prefixes)
    run_jobs()
    return moves(viewer, dataset, limit=1)[0]


def taken_back(viewer: Viewer, dataset: Dataset, move: AddressMove) -> AddressMove:
    take_back_move(viewer, dataset, move.public_id)
    run_jobs()
    move.refresh_from_db()
    return move


def test_preview_counts_to_the_letter_and_changes_nothing(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 3)
    make.make_items(owner, dataset, 2, prefix="other", origin="https://media.harbor.example.org")
    signed = make.draft_item(owner, "signed", url=f"{make.MEDIA}/a_%25/x.jpg?X-Amz-Signature=SECRET")
    make.append(owner, dataset, [signed])
    before = addresses(owner, dataset)
    found = preview_move(owner, dataset, THERE)
    assert (found.counts, found.total, found.signed, found.shared) == ((("picture", 4),), 4, 1, 0)
    assert [(one.before, one.after, one.refusal) for one in found.examples][2:] == [
        (f"{OLD}item-2.jpg", f"{NEW}item-2.jpg", ""),
        (f"{OLD}a_%25/x.jpg?…", f"{NEW}a_%25/x.jpg?…", ""),
    ]
    assert "SECRET" not in str(found)
    # An underscore and a percent sign are themselves.
    assert preview_move(owner, dataset, Prefixes(f"{OLD}a_%25/", NEW)).total == 1
    assert preview_move(owner, dataset, Prefixes(f"{OLD}a%25%25/", NEW)).total == 0
    assert preview_move(owner, dataset, Prefixes("https://MEDIA.harbor.example/", NEW)).total == 0
    assert addresses(owner, dataset) == before


def test_move_changes_all_that_begin_so_and_its_origin_is_attached(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 5)
    make.make_items(owner, dataset, 1, prefix="other", origin="https://other.example")
    version = queries.dataset(owner, dataset.public_id).version
    move = moved(owner, dataset)
    assert move.moved == 5
    assert addresses(owner, dataset) == [*(f"{NEW}item-{n}.jpg" for n in range(5)), "https://other.example/other-0.jpg"]
    assert "https://new.harbor.example" in [str(one) for one in queries.dataset_origins(owner, dataset)]
    assert queries.dataset(owner, dataset.public_id).version > version
    job = Job.objects.visible_to(owner).get(pk=move.job_pk)
    assert (job.state, job.message, job.done_steps) == ("completed", {"moved": 5, "left": 0}, 5)
    acts = [(one.action, one.details.get("rows")) for one in accounts.audit_entries(admin) if "addresses" in one.action]
    assert acts == [("addresses.moved", 5), ("addresses.move", None)]
    assert "item-0" not in str([one.details for one in accounts.audit_entries(admin)])


def test_rows_that_lie_far_apart_are_found(owner: Viewer, dataset: Dataset) -> None:
    for count, prefix in ((9, "a"), (1, "b"), (8, "c"), (6, "d")):
        origin = make.MEDIA if prefix in "bd" else "https://other.example"
        make.make_items(owner, dataset, count, prefix=prefix, origin=origin)
    assert moved(owner, dataset).moved == 7
    assert [url for url in addresses(owner, dataset) if url.startswith(OLD)] == []


def test_what_was_moved_goes_back_and_what_was_given_another_address_since_stays(
    owner: Viewer, dataset: Dataset
) -> None:
    items = make.make_items(owner, dataset, 5)
    make.make_items(owner, dataset, 1, prefix="native", origin=NEW.rstrip("/"))
    move = moved(owner, dataset)
    later = make.draft_item(owner, "item-1", url=f"{NEW}renamed.jpg", metadata={"n": 1})
    make.append(owner, dataset, [later], update=True)
    actions.delete_item(owner, dataset, items[2])
    kept = make.draft_item(owner, "item-3", url=f"{NEW}item-3.jpg", metadata={"edited": True})
    make.append(owner, dataset, [kept], update=True)
    move = taken_back(owner, dataset, move)
    assert addresses(owner, dataset) == [
        f"{OLD}item-0.jpg",
        f"{NEW}renamed.jpg",
        f"{OLD}item-3.jpg",
        f"{OLD}item-4.jpg",
        f"{NEW}native-0.jpg",
    ]
    assert queries.item_by_reference(owner, dataset, "item-3").metadata == {"edited": True}
    assert (move.put_back, move.taken_back_by_id) == (3, owner.user_id)
    assert Job.objects.visible_to(owner).get(pk=move.back_job_pk).message == {"putBack": 3, "left": 2}
    assert not MovedRows.objects.exists()
    with pytest.raises(Conflict, match="taken back already"):
        take_back_move(owner, dataset, move.public_id)


def test_videos_frames_and_masks_move_too(owner: Viewer, scene_dataset: Dataset) -> None:
    scene = make.make_scene(owner, scene_dataset, "film", frames=3, video_url=f"{OLD}film.mp4")
    told = {"label": None, "geometry": None, "segments": [{"label": "road", "index": 3}]}
    say(owner, scene_dataset, draft(owner, "film-0", "mask", mask_url=f"{OLD}mask.png", **told))
    assert preview_move(owner, scene_dataset, THERE).counts == (("picture", 3), ("video", 1), ("mask", 1))
    move = moved(owner, scene_dataset)

    def held() -> list[str]:
        scene.refresh_from_db()
        mask = Annotation.objects.visible_to(owner).get().mask_url
        assert scene.video_url is not None
        assert mask is not None
        return [*addresses(owner, scene_dataset), scene.video_url.reveal(), mask.reveal()]

    names = ["film-0.jpg", "film-1.jpg", "film-2.jpg", "film.mp4", "mask.png"]
    assert held() == [f"{NEW}{name}" for name in names]
    taken_back(owner, scene_dataset, move)
    assert held() == [f"{OLD}{name}" for name in names]


def test_items_move_out_of_a_bucket_and_what_would_not_be_accepted_there_stays(
    owner: Viewer, admin: Viewer, dataset: Dataset
) -> None:
    row = actions.declare_origin(admin, "https://store.harbor.example")
    actions.describe_origin(admin, row.pk, OriginTerms(bucket="s3://frames", is_path_style=True))
    make.make_items(owner, dataset, 2)
    make.append(owner, dataset, [make.draft_item(owner, "signed", url=f"{OLD}signed.jpg?sig=SECRET")])
    into = checked_prefixes(owner, OLD, "s3://frames/2026/")
    move = moved(owner, dataset, into)
    assert addresses(owner, dataset) == [
        "s3://frames/2026/item-0.jpg",
        "s3://frames/2026/item-1.jpg",
        f"{OLD}signed.jpg?sig=SECRET",
    ]
    job = Job.objects.visible_to(owner).get(pk=move.job_pk)
    assert (job.message, job.error_count) == ({"moved": 2, "left": 1}, 1)
    moved(owner, dataset, checked_prefixes(owner, "s3://frames/2026/", OLD))
    assert addresses(owner, dataset)[0] == f"{OLD}item-0.jpg"


def test_link_that_has_ended_moves_like_others(owner: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    ended = MediaUrl.from_column(f"{OLD}a.jpg?Expires=1000000000&Signature=x")
    Item.objects.unscoped().update(url=ended)
    moved(owner, dataset)
    assert addresses(owner, dataset) == [f"{NEW}a.jpg?Expires=1000000000&Signature=x"]


def test_moved_items_leave_their_requests(owner: Viewer, dataset: Dataset) -> None:
    items = make.make_items(owner, dataset, 3)
    promotion = make.make_promotion(owner, dataset, items[:2])
    moved(owner, dataset)
    rows = PromotionItem.objects.filter(promotion=promotion)
    assert set(rows.values_list("state", "failure")) == {("left", "changed")}


def test_move_goes_on_where_a_stopped_worker_left_it(
    owner: Viewer, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_items(owner, dataset, 5)
    steps: list[int] = []
    whole = move_steps.move_some

    def die_in_the_second(*args: Any) -> None:
        whole(*args)
        steps.append(1)
        if len(steps) == 2:
            raise KeyboardInterrupt

    job = start_move(owner, dataset, THERE)
    monkeypatch.setattr(move_steps, "move_some", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_jobs()
    assert sum(one.startswith(NEW) for one in addresses(owner, dataset)) == 2
    Job.objects.unscoped().filter(pk=job.pk).update(lease_until=None, state="queued")
    run_jobs()
    move = moves(owner, dataset, limit=1)[0]
    assert move.moved == 5
    assert all(one.startswith(NEW) for one in addresses(owner, dataset))
    assert taken_back(owner, dataset, move).put_back == 5


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("", NEW, "The old prefix is a host with the beginning of a path"),
        (make.MEDIA, NEW, "ends with a slash"),
        (OLD, "https://new.example/a", "The new prefix is a host"),
        (OLD, "https://new.example/?a=/", "The new prefix is a host"),
        (OLD, "https://new.example/" + "a" * 1000 + "/", "at most 1000"),
        (OLD, "ftp://new.example/", "The new prefix is refused: ftp: is not accepted"),
        (OLD, "https://user:SECRET@new.example/", "user name or password"),
        (OLD, "https://new.example/a/../", "The path has a part"),
        (OLD, "s3://frames/", "The new prefix is refused: s3://frames is a storage reference"),
        (OLD, OLD, "begins with the old one"),
        (OLD, f"{OLD}deeper/", "begins with the old one"),
    ],
)
def test_bad_prefix_is_refused(owner: Viewer, dataset: Dataset, before: str, after: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as caught:
        checked_prefixes(owner, before, after)
    assert "SECRET" not in str(caught.value)


def test_locked_list_refuses_a_host_that_is_not_on_it(owner: Viewer, admin: Viewer, dataset: Dataset) -> None:
    make.make_items(owner, dataset, 1)
    lock_origins(admin, locked=True)
    with pytest.raises(Invalid, match="is not among the team's media origins"):
        checked_prefixes(owner, OLD, NEW)


def test_who_may_not_change_the_dataset_moves_nothing(
    owner: Viewer, teammate: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    make.make_items(owner, dataset, 1)
    for act in (preview_move, start_move):
        with pytest.raises(NotAllowed):
            act(teammate, dataset, THERE)
    with pytest.raises(NotFound):
        start_move(stranger, dataset, THERE)
    assert preview_move(stranger, dataset, THERE).total == 0
    move = moved(owner, dataset)
    theirs = make.make_dataset(stranger)
    for viewer, where in ((stranger, dataset), (stranger, theirs), (owner, make.make_dataset(owner, name="Other"))):
        with pytest.raises(NotFound):
            take_back_move(viewer, where, move.public_id)
    assert moves(stranger, dataset, limit=5) == []


def test_one_move_at_a_time_and_none_of_nothing(owner: Viewer, dataset: Dataset) -> None:
    with pytest.raises(Invalid, match="nothing to move"):
        start_move(owner, dataset, THERE)
    make.make_items(owner, dataset, 1)
    start_move(owner, dataset, THERE)
    with pytest.raises(Conflict, match="being moved just now"):
        start_move(owner, dataset, THERE)
