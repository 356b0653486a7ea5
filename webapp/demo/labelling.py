"""A labelling project with a labeler from outside, so that somebody can ask, approve and label on a demo."""

from __future__ import annotations

from django.db import transaction

from webapp.demo.team import DemoTeam
from webapp.labels.actions.projects import add_labelers, create_project
from webapp.labels.models import LabellingProject

PROJECT = "Vehicles at dusk"
PURPOSE = "Every vehicle and person, also behind glass and in the dark, with a box that touches its outline."
CLASSES = (
    {"name": "car", "shape": "box", "description": "Also vans, without mirrors and antennas."},
    {"name": "bus", "shape": "box"},
    {"name": "person", "shape": "box", "description": "One box each, also in groups."},
    {"name": "weather", "shape": "category"},
)


@transaction.atomic
def ensure_project(team: DemoTeam) -> None:
    """Make the project once; one that was renamed or archived since is left alone."""
    if LabellingProject.objects.visible_to(team.curator).exists():
        return
    project = create_project(team.curator, name=PROJECT, purpose=PURPOSE, classes=CLASSES)
    add_labelers(team.curator, project, [team.labeler.user_id])
