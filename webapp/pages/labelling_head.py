"""What every page of a labelling project begins with."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from webapp.accounts.viewer import Permission, Viewer
from webapp.labels import queries as labels
from webapp.labels.models import LabellingProject
from webapp.labels.queries import Progress


@dataclass(frozen=True, slots=True)
class ProjectTab:
    """A view of the project."""

    text: str
    """Its name."""
    href: str
    """Where it is."""
    current: bool
    """Whether it is the one shown."""


@dataclass(frozen=True, slots=True)
class ProjectClass:
    """A class of the ontology."""

    name: str
    """Its name."""
    shape: str
    """How it is drawn: `box`, `polygon`, `line`, `keypoints`, `category` or `mask`."""
    description: str
    """What belongs to it; empty for what goes without saying."""


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """A project, as its pages begin."""

    id: str
    """Its public id."""
    name: str
    """Its name."""
    href: str
    """Its tasks."""
    purpose: str
    """What it is for; empty when nobody said."""
    classes: tuple[ProjectClass, ...]
    """What is to be labelled."""
    progress: Progress
    """How far it is, of what the viewer sees."""
    is_archived: bool
    """Whether it is closed: its labelers do not see it then."""
    sees_private: bool
    """Whether the viewer is more than a labeler."""
    may_curate: bool
    """Whether the viewer may change it."""
    tabs: tuple[ProjectTab, ...]
    """Its views."""


def project_head(viewer: Viewer, project: LabellingProject, *, view: str) -> ProjectHead:
    """`view` is `tasks`, `files`, `settings`, or empty for a task's own page."""
    sees_private = viewer.may(Permission.SEE_PRIVATE)
    href = project_href(project)
    tabs = [ProjectTab("Tasks", href, current=view == "tasks")]
    tabs.append(ProjectTab("Files", reverse("pages:labelling-results", args=[project.public_id]), view == "files"))
    if sees_private:
        settings = reverse("pages:labelling-settings", args=[project.public_id])
        tabs.append(ProjectTab("Setup", settings, current=view == "settings"))
    return ProjectHead(
        id=project.public_id,
        name=project.name,
        href=href,
        purpose=project.purpose,
        classes=classes_of(project),
        progress=labels.progress(viewer, [project])[project.pk],
        is_archived=project.archived_at is not None,
        sees_private=sees_private,
        may_curate=viewer.may(Permission.CURATE),
        tabs=tuple(tabs),
    )


def project_href(project: LabellingProject) -> str:
    return reverse("pages:labelling-project", args=[project.public_id])


def classes_of(project: LabellingProject) -> tuple[ProjectClass, ...]:
    known = project.ontology.get("classes", ())
    return tuple(ProjectClass(one["name"], one["shape"], one.get("description", "")) for one in known)
