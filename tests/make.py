"""Making what a test starts from, by the rooms' own verbs, so that no test stands on rows that could not exist."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.test import Client
from pyroaring import BitMap64

from webapp.accounts.api_keys import create_api_key
from webapp.accounts.models import Membership, Team, User
from webapp.accounts.queries import TEAM_IN_SESSION, viewer_of_membership
from webapp.accounts.viewer import Role, Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import ItemDraft, SceneDraft, item_draft, scene_draft
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.labels import actions as label_actions
from webapp.labels import queries as label_queries
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.labels.models import LabellingProject, Model, ModelRun
from webapp.privacy.origins import OriginPolicy
from webapp.promotions.actions.decide import approve as approve_promotion
from webapp.promotions.actions.request import request_promotion
from webapp.promotions.models import Promotion

MEDIA = "https://media.harbor.example"
PASSWORD = "a window above the door"
_numbers = itertools.count(1)


def make_team(name: str | None = None) -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}")


def make_viewer(
    team: Team | None = None,
    *,
    role: Role | str = Role.EDITOR,
    email: str | None = None,
    password: str | None = None,
) -> Viewer:
    """A member of `team` (a new one without it). Without a password they can sign in only by `sign_in`."""
    user = User.objects.create_user(email or f"person{next(_numbers)}@example.com", password)
    membership = Membership.objects.create(user=user, team=team or make_team(), role=Role(role))
    return viewer_of_membership(membership)


def make_key(viewer: Viewer, *, role: Role | str | None = None) -> str:
    """The text of a new API key of this person."""
    return create_api_key(viewer, name="tests", role=Role(role) if role else None)[1]


def sign_in(client: Client, viewer: Viewer) -> Client:
    """Make this client a browser in which the viewer is signed in, in their team."""
    client.force_login(User.objects.get(pk=viewer.user_id), backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[TEAM_IN_SESSION] = viewer.team_id
    session.save()
    return client


def make_dataset(viewer: Viewer, *, name: str = "Quays", is_scene: bool = False, privacy: bool = True) -> Dataset:
    return actions.create_dataset(viewer, name=name, is_scene=is_scene, use_privacy_mode=privacy)


def draft_item(
    viewer: Viewer,
    reference_id: str,
    *,
    url: str | None = None,
    metadata: Any = None,
    policy: OriginPolicy | None = None,
    **fields: Any,
) -> ItemDraft:
    """An item as a door would hand it in; its URL is at MEDIA unless given, and the policy is the present one."""
    return item_draft(
        reference_id=reference_id,
        url=url or f"{MEDIA}/{reference_id}.jpg",
        metadata=metadata,
        policy=policy or origin_policy(viewer),
        **fields,
    )


def draft_scene(
    viewer: Viewer,
    reference_id: str = "crossing",
    *,
    frames: int = 3,
    frame_rate: float | None = 10,
    video_url: str | None = None,
    metadata: Any = None,
    **fields: Any,
) -> SceneDraft:
    """A video scene whose frames are called `<scene>-0`, `<scene>-1`, ..."""
    policy = origin_policy(viewer)
    names = [f"{reference_id}-{index}" for index in range(frames)]
    return scene_draft(
        reference_id=reference_id,
        metadata=metadata,
        video_url=video_url,
        frame_rate=frame_rate,
        frames=[draft_item(viewer, name, metadata={"index": n}, policy=policy) for n, name in enumerate(names)],
        policy=policy,
        **fields,
    )


def append(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[ItemDraft], *, update: bool = False, **options: Any
) -> actions.AppendOutcome:
    """Append as one request would; each call is an append of its own unless `append_key` is given."""
    key = options.pop("append_key", f"append-{next(_numbers)}")
    return actions.append_items(viewer, dataset, drafts, update=update, append_key=key, **options)


def make_items(
    viewer: Viewer,
    dataset: Dataset,
    count: int = 3,
    *,
    prefix: str = "item",
    origin: str = MEDIA,
    metadata: Any = None,
    **fields: Any,
) -> list[Item]:
    """Items `<prefix>-0`, `<prefix>-1`, ... in the order of insertion."""
    names = [f"{prefix}-{index}" for index in range(count)]
    fields["policy"] = origin_policy(viewer)
    drafts = [
        draft_item(viewer, name, url=f"{origin}/{name}.jpg", metadata=metadata or {"index": index}, **fields)
        for index, name in enumerate(names)
    ]
    append(viewer, dataset, drafts)
    return list(queries.items(viewer, dataset).filter(reference_id__in=names).order_by("pk"))


def make_scene(viewer: Viewer, dataset: Dataset, reference_id: str = "crossing", **fields: Any) -> Scene:
    actions.append_scenes(viewer, dataset, [draft_scene(viewer, reference_id, **fields)], update=False)
    return queries.scene_by_reference(viewer, dataset, reference_id)


def make_slice(viewer: Viewer, dataset: Dataset, items: Sequence[Item] = (), *, name: str = "Night") -> Slice:
    return actions.create_slice(viewer, dataset, name=name, item_pks=[item.pk for item in items])


def draft_label(
    viewer: Viewer, reference_id: str | None, *, policy: OriginPolicy | None = None, **fields: Any
) -> LabelDraft:
    """A label as a door would hand it in: a box of a car at (10, 20), 30 wide and 40 high, unless `fields` say else."""
    if fields.setdefault("type", "box") == "box":
        fields.setdefault("geometry", {"x": 10, "y": 20, "width": 30, "height": 40})
    if fields["type"] not in ("multicategory", "mask"):
        fields.setdefault("label", "car")
    if fields["type"] == "mask" and "mask_file_pk" not in fields:
        fields.setdefault("mask_url", f"{MEDIA}/{reference_id}-mask.png")
    return label_draft(reference_id=reference_id, policy=policy or origin_policy(viewer), **fields)


def annotate(
    viewer: Viewer, dataset: Dataset, drafts: Sequence[LabelDraft], *, update: bool = False, **options: Any
) -> label_actions.LabelOutcome:
    return label_actions.annotate(viewer, dataset, drafts, update=update, **options)


def make_annotations(
    viewer: Viewer, dataset: Dataset, items: Sequence[Item], *, per_item: int = 2, label: str = "car", **fields: Any
) -> label_actions.LabelOutcome:
    """Boxes `<reference_id>-0`, `<reference_id>-1`, ... on each item, each ten pixels right of the one before."""
    return annotate(viewer, dataset, boxes(viewer, items, per_item, label=label, **fields))


def boxes(viewer: Viewer, items: Sequence[Item], per_item: int, **fields: Any) -> list[LabelDraft]:
    policy = origin_policy(viewer)
    return [
        draft_label(
            viewer,
            item.reference_id,
            annotation_id=f"{item.reference_id}-{number}",
            geometry={"x": 10 * number, "y": 20, "width": 8, "height": 6.5},
            policy=policy,
            **fields,
        )
        for item in items
        for number in range(per_item)
    ]


def make_model(viewer: Viewer, reference_id: str | None = None, *, name: str = "Lookout") -> Model:
    return label_actions.create_model(viewer, name=name, reference_id=reference_id or f"model-{next(_numbers)}")


def make_run(
    viewer: Viewer, dataset: Dataset | None = None, *, model: Model | None = None, name: str = "First run"
) -> ModelRun:
    return label_actions.create_run(viewer, model or make_model(viewer), dataset, name=name)


def make_predictions(
    viewer: Viewer,
    run: ModelRun,
    dataset: Dataset,
    items: Sequence[Item],
    *,
    per_item: int = 2,
    confidence: float | None = 0.75,
    **fields: Any,
) -> label_actions.LabelOutcome:
    """The boxes of make_annotations, said by a run."""
    drafts = boxes(viewer, items, per_item, confidence=confidence, **fields)
    return label_actions.predict(viewer, run, dataset, drafts, update=False)


def make_project(
    viewer: Viewer, *labelers: Viewer, name: str = "Signs", classes: Sequence[dict[str, str]] = ()
) -> LabellingProject:
    """A labelling project of the team, with these people on it."""
    project = label_actions.create_project(viewer, name=name, purpose="To find every sign.", classes=classes)
    label_actions.add_labelers(viewer, project, [one.user_id for one in labelers])
    return project


def give_tasks(
    viewer: Viewer,
    dataset: Dataset,
    project: LabellingProject,
    names: Sequence[str],
    *,
    completed: Sequence[str] = (),
    accepted: Sequence[str] = (),
    rejected: Sequence[str] = (),
) -> None:
    """Have these items labelled where they are; of the `completed` ones some were accepted, some rejected."""
    rows = queries.items(viewer, dataset).filter(reference_id__in=names)
    keys: dict[str, int] = dict(rows.values_list("reference_id", "pk"))
    label_actions.label_in_place(viewer, project, dataset, keys.values())
    label_actions.note_results(viewer, project, [keys[one] for one in completed])
    tasks = {one.item_id: one.pk for one in label_queries.tasks(viewer, project).filter(item__dataset=dataset)}
    for verdict, judged in (("accepted", accepted), ("rejected", rejected)):
        if judged:
            label_actions.audit_tasks(viewer, project, verdict, [tasks[keys[one]] for one in judged])


def reload(viewer: Viewer, dataset: Dataset) -> Dataset:
    """The dataset as it is stored now."""
    return queries.dataset(viewer, dataset.public_id)


def make_promotion(
    viewer: Viewer,
    dataset: Dataset,
    items: Sequence[Item],
    *,
    project: LabellingProject | None = None,
    way: Promotion.Way = Promotion.Way.PAGE,
    reason: str = "Signs at night are missed.",
    for_days: int | None = None,
    within: Slice | None = None,
) -> Promotion:
    """A request for these items that waits for a decision."""
    keys = BitMap64(item.pk for item in items)
    return request_promotion(
        viewer,
        dataset,
        Slice.Kind.ITEMS,
        keys,
        way=way,
        reason=reason,
        project=project,
        for_days=for_days,
        within=within,
    ).promotion


def approve(viewer: Viewer, promotion: Promotion, *, reason: str = "") -> Promotion:
    """The promotion, approved by this approver: it waits for the courier."""
    return approve_promotion(viewer, promotion, reason=reason)
