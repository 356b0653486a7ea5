"""A small team's data of every awkward kind, stored by the rooms' verbs, and the same as plain values."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests import make
from tests.query.evaluator import Label, Row
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import scene_draft
from webapp.datasets.models import Dataset
from webapp.labels import actions as label_actions
from webapp.labels import queries as label_queries
from webapp.labels.drafts import label_draft
from webapp.labels.models import LabellingTask, ModelRun

KEYS = ["a", "b", "é", 'o"d\\d', "in", ""]
NUMBERS = [-7, -1, 0, 1, 2, 2.5, 5, 12, 1e3, 2**53, 1.5e300]
TEXTS = ["red", "Red", "zoo", "é", "ж\U0001f6a2", "", "2021-05-04", "2021-05-04T10:00:00Z", "50%", "a_b", "7", "true"]
CLASSES = ["car", "truck", "traffic light", "metadata color"]
KINDS = ("box", "box", "polygon", "cuboid", "category", "multicategory", "segmentation")
TAXONOMY = {"weather": ["sunny", "rain"]}
PROJECTS = ["red", "Signs"]


@dataclass
class World:
    viewer: Viewer
    dataset: Dataset
    run: ModelRun
    items: dict[str, Row]
    scenes: dict[str, Row]
    labels: dict[str, Row]
    kinds: Sequence[str] = KINDS
    """Of which labels are made."""


def value(dice: random.Random, depth: int = 0) -> Any:
    pick = dice.random()
    if pick < 0.35:
        return dice.choice(NUMBERS)
    if pick < 0.65:
        return dice.choice(TEXTS)
    if pick < 0.8 or depth == 2:
        return dice.choice([None, True, False])
    if pick < 0.9:
        return [value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return metadata(dice, depth + 1)


def metadata(dice: random.Random, depth: int = 0) -> dict[str, Any]:
    return {key: value(dice, depth) for key in KEYS if dice.random() < 0.6}


def label(
    dice: random.Random, root: str, number: int, reference_id: str, kinds: Sequence[str] = KINDS
) -> tuple[dict[str, Any], Label]:
    """What is sent, and what it means."""
    name = dice.choice(CLASSES)
    kind = dice.choice(kinds)
    x, y, w, h = (dice.choice([0, 0.1, 3, 7.25, 100]) for _ in range(4))
    sent: dict[str, Any] = {
        "type": kind,
        "annotation_id": f"{root}-{reference_id}-{number}",
        "metadata": metadata(dice),
    }
    meant: Label = {"root": root, "type": kind, "label": name, "labels": None, "taxonomy": None, "track": None}
    if kind == "box":
        sent |= {"label": name, "geometry": {"x": x, "y": y, "width": w, "height": h}}
        meant |= {"position": {"x": x, "y": y}, "dimensions": {"x": w, "y": h}, "area": w * h}
    elif kind == "polygon":
        corners = [{"x": x, "y": y}, {"x": x + w, "y": y}, {"x": x, "y": y + h}]
        sent |= {"label": name, "geometry": {"vertices": corners}}
        wide, high = x + w - x, y + h - y
        meant |= {"position": {"x": x, "y": y}, "dimensions": {"x": wide, "y": high}, "area": wide * high}
    elif kind == "cuboid":
        middle, sides = {"x": x, "y": -y, "z": w}, {"x": h, "y": w, "z": y}
        sent |= {"label": name, "geometry": {"position": middle, "dimensions": sides, "yaw": 0.5}}
        meant |= {"position": middle, "dimensions": sides, "area": None}
    elif kind == "segmentation":
        listed = [{"label": one, "index": place} for place, one in enumerate(dice.sample(CLASSES, 2), 1)]
        sent |= {"type": "mask", "mask_url": f"{make.MEDIA}/{number}.png", "segments": listed}
        meant |= {"label": None, "labels": [one["label"] for one in listed]}
    else:
        answers = dice.sample(["sunny", "rain"], 1)
        sent |= {"taxonomy_name": kind} | ({"label": answers[0]} if kind == "category" else {"labels": answers})
        several = answers if kind == "multicategory" else None
        meant |= {"label": None if several else answers[0], "labels": several, "taxonomy": kind}
    if kind in ("box", "polygon", "cuboid") and dice.random() < 0.4:
        sent["track_reference_id"] = meant["track"] = dice.choice(["t1", "t2"])
    if root == "predictions":
        sent["confidence"] = meant["confidence"] = dice.choice([0, 0.25, 0.5, 1])
    return sent, meant | {"annotation_id": sent["annotation_id"], "metadata": sent["metadata"], "task_id": None}


def make_world(viewer: Viewer, seed: int, *, scene_count: int = 6, frame_count: int = 8) -> World:
    dice = random.Random(seed)
    dataset = make.make_dataset(viewer, name="World", is_scene=True)
    # Without a schema, the first value of a key would decide its type for good.
    free = {key: {"type": "json"} for key in KEYS}
    type(dataset).objects.visible_to(viewer).filter(pk=dataset.pk).update(
        item_metadata_schema=free,
        annotation_metadata_schema=free,
        field_types={level: dict.fromkeys(KEYS, "any") for level in ("item", "scene", "annotation", "prediction")},
    )
    dataset = make.reload(viewer, dataset)
    run = make.make_run(viewer, dataset)
    for kind in ("category", "multicategory"):
        label_actions.add_taxonomy(viewer, dataset, name=kind, kind=kind, labels=TAXONOMY["weather"], update=False)
    world = World(viewer, dataset, run, {}, {}, {})
    sent: dict[str, list[Any]] = {"annotations": [], "predictions": []}
    for number in range(scene_count):
        add_scene(world, dice, f"scene {number}", frame_count, sent)
    label_actions.annotate(viewer, dataset, sent["annotations"], update=False)
    label_actions.predict(viewer, run, dataset, sent["predictions"], update=False)
    # What another run says is never counted.
    items = list(queries.items(viewer, dataset))
    make.make_predictions(viewer, make.make_run(viewer, dataset, name="Other"), dataset, items)
    give_tasks(world, dice)
    world.dataset = make.reload(viewer, dataset)
    return world


def give_tasks(world: World, dice: random.Random) -> None:
    """Put pictures on no, one or both of two projects, with tasks in every state."""
    items = {item.reference_id: item.pk for item in queries.items(world.viewer, world.dataset)}
    for name in PROJECTS:
        project = make.make_project(world.viewer, name=name)
        chosen = [one for one in world.items if dice.random() < 0.4]
        label_actions.label_in_place(world.viewer, project, world.dataset, [items[one] for one in chosen])
        done = [one for one in chosen if dice.random() < 0.7]
        label_actions.note_results(world.viewer, project, [items[one] for one in done])
        tasks = {one.item.reference_id: one for one in label_queries.tasks(world.viewer, project)}
        for verdict in ("accepted", "rejected"):
            judged = [tasks[one].pk for one in done if dice.random() < 0.4]
            label_actions.audit_tasks(world.viewer, project, verdict, judged)
        age(tasks.values(), dice)
        for task in label_queries.tasks(world.viewer, project):
            world.items[task.item.reference_id].pictures[0]["tasks"].append(meaning(task))


def age(tasks: Iterable[LabellingTask], dice: random.Random) -> None:
    """Spread their times over years, as nobody can wait for it."""
    for task in tasks:
        made = datetime(dice.choice([2020, 2021, 2022]), 5, 4, 10, tzinfo=UTC)
        done = made + timedelta(days=dice.choice([0, 365]), microseconds=700_000)
        mine = LabellingTask.objects.unscoped().filter(pk=task.pk)
        mine.update(created_at=made)
        mine.exclude(completed_at=None).update(completed_at=done)


def meaning(task: LabellingTask) -> dict[str, Any]:
    """What a query knows of a task."""
    return {
        "project_name": task.project.name,
        "task_id": task.public_id,
        "task_status": str(task.status),
        "audit_status": str(task.audit_status) or None,
        "created_at": f"{task.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "completed_at": f"{task.completed_at:%Y-%m-%dT%H:%M:%SZ}" if task.completed_at else None,
    }


def add_scene(world: World, dice: random.Random, name: str, frame_count: int, sent: dict[str, list[Any]]) -> None:
    policy = origin_policy(world.viewer)
    pictures = []
    for index in range(frame_count):
        size = {"width": dice.choice([640, 1920]), "height": dice.choice([480, 1920])} if dice.random() < 0.8 else {}
        made = {"reference_id": f"{name}/{index}", "metadata": metadata(dice), "frame": index, "tasks": []}
        pictures.append(made | size)
    frames = [
        make.draft_item(
            world.viewer,
            one["reference_id"],
            url=f"{make.MEDIA}/{abs(hash(name))}-{index}.jpg",
            metadata=one["metadata"],
            policy=policy,
            width=one.setdefault("width", None),
            height=one.setdefault("height", None),
        )
        for index, one in enumerate(pictures)
    ]
    facts: dict[str, Any] = {"reference_id": name, "metadata": metadata(dice)}
    draft = scene_draft(
        reference_id=name, metadata=facts["metadata"], video_url=None, frame_rate=5, frames=frames, policy=policy
    )
    actions.append_scenes(world.viewer, world.dataset, [draft], update=False)
    of_scene: dict[str, list[Label]] = {root: [] for root in sent}
    rows = []
    for one in pictures:
        own: dict[str, list[Label]] = {root: [] for root in sent}
        for root in sent:
            for number in range(dice.choice([0, 0, 1, 2, 3])):
                given, meant = label(dice, root, number, one["reference_id"], world.kinds)
                if any(meant["taxonomy"] and meant["taxonomy"] == other["taxonomy"] for other in own[root]):
                    continue
                if any(meant["type"] == other["type"] == "segmentation" for other in own[root]):
                    continue
                sent[root].append(label_draft(reference_id=one["reference_id"], policy=policy, **given))
                own[root].append(meant)
            of_scene[root] += own[root]
        rows.append(Row(one | {"ref_id": one["reference_id"]}, [one], facts, own))
    facts["tracks.count"] = len({each["track"] for each in of_scene["annotations"]} - {None})
    world.items |= {str(row.fields["reference_id"]): row for row in rows}
    world.scenes[name] = Row(facts, pictures, facts, of_scene)
    for row in rows:
        for each in row.labels["annotations"] + row.labels["predictions"]:
            world.labels[each["annotation_id"]] = Row(row.fields, row.pictures, facts, row.labels, is_label=each)


def found_in(world: World, subject: str, text: str) -> set[str]:
    """The reference ids, or annotation ids, that the database finds."""
    from webapp.query import queries as query_queries

    name = "annotation_id" if subject in ("annotations", "predictions") else "reference_id"
    ask: Any = getattr(query_queries, subject)
    return set(ask(world.viewer, world.dataset, text, run=world.run).values_list(name, flat=True))
