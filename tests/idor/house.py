"""One of everything a team can have, twice: the house of the one team and that of another, of which it knows nothing.

`names` holds what a line of the tables may write in braces: ids, reference ids, links. A name that ends in `_id` or is
in LINKS is what a stranger would have to know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.core import signing
from pyroaring import BitMap64

from tests import make
from tests.pages.labelled import draft, say
from tests.shared_bytes import make_copy
from webapp.accounts.actions import add_member
from webapp.accounts.invitations import invitation
from webapp.accounts.models import ApiKey, Membership, Team
from webapp.accounts.viewer import Role, Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.files import store_file
from webapp.datasets.actions.metadata_edits import Held
from webapp.datasets.drafts import file_draft
from webapp.datasets.models import AddressMove, BucketCopy, Dataset, Item, MediaOrigin, Slice
from webapp.datasets.shared_links import shared_url
from webapp.jobs.actions import enqueue
from webapp.labels.actions.models import tag_model
from webapp.labels.actions.projects import add_labelers, create_project, note_results
from webapp.labels.actions.runs import default_run
from webapp.labels.actions.taxonomies import add_taxonomy
from webapp.labels.models import Annotation, LabellingTask
from webapp.privacy import public_id
from webapp.promotions.actions.request import request_promotion
from webapp.promotions.models import Promotion
from webapp.query.saved import Asked, save_query
from webapp.wire.uploads import SALT

ROLES = ("labeler", "viewer", "editor", "approver", "admin")
# Whoever has the role labeler is on no project, but this one.
ITS_LABELER = "labeler of the project"
REQUEST_ID = "0123456789abcdef" * 2
NOWHERE = 2**40  # a row number that no table here reaches
GIF = b"GIF89a" + bytes(34)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass(frozen=True)
class House:
    """A team, a person in each role, and the names of its things."""

    team: Team
    people: dict[str, Viewer]
    names: dict[str, str]


def build(number: int, word: str) -> House:
    """A furnished team; `word` is in the name of each of its things, so that what leaks is seen to be from here."""
    team = make.make_team(f"Team {number}")
    people = {role: make.make_viewer(team, role=role, email=f"{role}@people-{number}.example") for role in ROLES}
    people[ITS_LABELER] = make.make_viewer(team, role="labeler", email=f"its-labeler@people-{number}.example")
    editor = people["editor"]
    names = (
        {"word": word, "request_id": REQUEST_ID, "position": "1", "index": "1"}
        | items_of(editor, word)
        | scenes_of(editor, word)
        | files_of(editor, word)
    )
    names |= team_of(people, word, names["dataset_id"]) | labelling_of(people, word, names)
    return House(team, people, names)


def items_of(editor: Viewer, word: str) -> dict[str, str]:
    dataset = make.make_dataset(editor, name=f"{word} quays")
    items = make.make_items(editor, dataset, 4, prefix=word, origin=f"https://media.{word}.example")
    night = make.make_slice(editor, dataset, items[:2], name=f"{word} night")
    day = make.make_slice(editor, dataset, items[1:], name=f"{word} day")
    edit = actions.edit_metadata(editor, dataset, "item", items[0].pk, "n", seen=None, wanted=Held(1))
    assert edit is not None
    move = AddressMove.objects.create(
        dataset=dataset, before=f"https://old.{word}.example/", after="https://x/", made_by_id=editor.user_id, moved=1
    )
    job = enqueue(editor, "updateMetadata", dataset_pk=dataset.pk, params={}, total_steps=10)
    return {
        "dataset_id": dataset.public_id,
        "dataset_name": dataset.name,
        "item_id": items[1].public_id,
        "other_item_id": items[3].public_id,
        "reference_id": items[1].reference_id,
        "other_reference_id": items[3].reference_id,
        "slice_id": night.public_id,
        "other_slice_id": day.public_id,
        "edit_id": edit.public_id,
        "move_id": move.public_id,
        "job_id": job.public_id,
    } | said_of(editor, dataset, items[1], word)


def said_of(editor: Viewer, dataset: Dataset, item: Item, word: str) -> dict[str, str]:
    """What people and a model say of the item, and a question about it."""
    say(editor, dataset, draft(editor, item.reference_id, annotation_id="a"))
    model = make.make_model(editor, f"{word}-model", name=f"{word} finder")
    tag_model(editor, model, add=["old"])
    run = make.make_run(editor, dataset, model=model, name=f"{word} run")
    other_run = make.make_run(editor, dataset, model=model, name=f"{word} other run")
    said = draft(editor, item.reference_id, annotation_id="p", confidence=0.9)
    for where in (run, default_run(editor, model, dataset)):
        say(editor, dataset, said, run=where)
    add_taxonomy(editor, dataset, name=f"{word} weather", kind="category", labels=["wet"], update=False)
    asked = Asked(text="metadata.index > 0", mode="", sort="", run_name="")
    saved = save_query(editor, dataset, asked, name=f"{word} late")
    origin = MediaOrigin.objects.get(team_id=editor.team_id, origin=f"https://media.{word}.example")
    return {
        "annotation_id": Annotation.objects.visible_to(editor).get(item_id=item.pk).public_id,
        "annotation_name": f"{item.reference_id}/a",
        "prediction_name": f"{item.reference_id}/p",
        "model_id": model.public_id,
        "model_reference_id": model.reference_id,
        "run_id": run.public_id,
        "other_run_id": other_run.public_id,
        "taxonomy": f"{word} weather",
        "saved_query_id": saved.public_id,
        "origin_key": str(origin.pk),
    }


def labelling_of(people: dict[str, Viewer], word: str, names: dict[str, str]) -> dict[str, str]:
    """A project with a labeler and a shared item that is labelled, and a request that waits."""
    editor, its_labeler = people["editor"], people[ITS_LABELER]
    project = create_project(editor, name=f"{word} boats", classes=[{"name": "boat", "shape": "box"}])
    add_labelers(editor, project, [its_labeler.user_id])
    dataset = queries.dataset(editor, names["dataset_id"])
    shared = queries.item(editor, dataset, names["other_item_id"])
    make_copy(shared, project)
    note_results(editor, project, [shared.pk])
    chosen = BitMap64([queries.item(editor, dataset, names["item_id"]).pk])
    asked = request_promotion(
        editor, dataset, Slice.Kind.ITEMS, chosen, way=Promotion.Way.PAGE, reason="Boats", project=project
    )
    task = LabellingTask.objects.visible_to(editor).get(project=project)
    return {
        "project_id": project.public_id,
        "task_id": task.public_id,
        "its_labeler_key": str(its_labeler.user_id),
        "labeler_key": str(people["labeler"].user_id),
        "promotion_id": asked.promotion.public_id,
        "promotion_key": str(asked.promotion.pk),
        "promotion_job_id": asked.job.public_id,
    }


def scenes_of(editor: Viewer, word: str) -> dict[str, str]:
    dataset = make.make_dataset(editor, name=f"{word} crossings", is_scene=True)
    scene = make.make_scene(editor, dataset, f"{word}-film", metadata={"weather": "fog"})
    say(editor, dataset, draft(editor, f"{word}-film-0", track_reference_id=f"{word}-track"))
    frame = queries.frame_at(editor, scene, 1)
    dusk = actions.create_slice(editor, dataset, name=f"{word} dusk", scene_pks=[scene.pk])
    return {
        "scene_dataset_id": dataset.public_id,
        "scene_id": scene.public_id,
        "scene_reference_id": scene.reference_id,
        "frame_id": frame.public_id,
        "frame_reference_id": frame.reference_id,
        "track": f"{word}-track",
        "scene_slice_id": dusk.public_id,
    }


def files_of(editor: Viewer, word: str) -> dict[str, str]:
    """An ordinary dataset, with an item and a mask whose bytes were uploaded."""
    dataset = make.make_dataset(editor, name=f"{word} sheds", privacy=False)
    BucketCopy.objects.create(team_id=editor.team_id, sha256="0" * 64, state=BucketCopy.State.KEPT)
    stored = store_file(editor, [GIF])
    row = replace(file_draft(reference_id=f"{word}-upload", metadata=None), file_pk=stored.pk)
    actions.upload_files(editor, dataset, [row], update=False, append_key=f"{word}-upload")
    item = queries.item_by_reference(editor, dataset, f"{word}-upload")
    segments = [{"label": "road", "index": 3}]
    told = {"label": None, "geometry": None, "segments": segments, "mask_path": "mask.png"}
    say(editor, dataset, draft(editor, item.reference_id, "mask", mask_file_pk=store_file(editor, [PNG]).pk, **told))
    run = make.make_run(editor, dataset, name=f"{word} shed run")
    mask = Annotation.objects.visible_to(editor).filter(item_id=item.pk).get()
    return {
        "open_dataset_id": dataset.public_id,
        "open_item_id": item.public_id,
        "open_reference_id": item.reference_id,
        "mask_id": mask.public_id,
        "open_run_id": run.public_id,
        "shared_token": shared_url("", editor.user_id, item.pk, stored.pk).rpartition("/")[2],
    }


def team_of(people: dict[str, Viewer], word: str, dataset_id: str) -> dict[str, str]:
    """What a team's settings name, by row number as their forms do, and a link to upload rows to."""
    admin, editor = people["admin"], people["editor"]
    make.make_key(editor)
    key = ApiKey.objects.latest("pk")
    make.make_key(admin)
    unused = actions.declare_origin(admin, f"https://unused.{word}.example")
    invited = add_member(admin, email=f"invited@{word}.example", role=Role.VIEWER)
    claim = [public_id.decode("ds", dataset_id), REQUEST_ID, key.pk]
    return {
        "member_key": str(Membership.objects.get(team_id=admin.team_id, user_id=people["viewer"].user_id).pk),
        "invited_key": str(invited.pk),
        "invitation": invitation(admin, invited.pk),
        "admins_key_key": str(ApiKey.objects.latest("pk").pk),
        "unused_origin_key": str(unused.pk),
        "team_key": str(admin.team_id),
        "upload_token": signing.dumps(claim, salt=SALT),
    }
