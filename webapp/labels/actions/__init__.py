"""The verbs of labels. Each takes the viewer first, checks what they may do, and is one transaction."""

from webapp.labels.actions.annotate import annotate
from webapp.labels.actions.deletion import delete_annotations
from webapp.labels.actions.models import change_trained_slices, create_model, delete_model, tag_model
from webapp.labels.actions.predict import predict
from webapp.labels.actions.projects import (
    add_labelers,
    archive_project,
    audit_tasks,
    change_ontology,
    create_project,
    describe_project,
    ensure_tasks,
    label_in_place,
    lose_copies,
    note_results,
    remove_labelers,
)
from webapp.labels.actions.results import ResultsTaken, TaskResult, may_bring_results, require_bringing, take_results
from webapp.labels.actions.review import review
from webapp.labels.actions.runs import (
    RunCopy,
    commit_run,
    copy_from_run,
    create_run,
    default_run,
    delete_run,
    merge_runs,
)
from webapp.labels.actions.storing import LabelOutcome
from webapp.labels.actions.taxonomies import add_taxonomy, delete_taxonomy
from webapp.labels.actions.tracks import change_track, delete_tracks, keep_tracks

__all__ = [
    "LabelOutcome",
    "ResultsTaken",
    "RunCopy",
    "TaskResult",
    "add_labelers",
    "add_taxonomy",
    "annotate",
    "archive_project",
    "audit_tasks",
    "change_ontology",
    "change_track",
    "change_trained_slices",
    "commit_run",
    "copy_from_run",
    "create_model",
    "create_project",
    "create_run",
    "default_run",
    "delete_annotations",
    "delete_model",
    "delete_run",
    "delete_taxonomy",
    "delete_tracks",
    "describe_project",
    "ensure_tasks",
    "keep_tracks",
    "label_in_place",
    "lose_copies",
    "may_bring_results",
    "merge_runs",
    "note_results",
    "predict",
    "remove_labelers",
    "require_bringing",
    "review",
    "tag_model",
    "take_results",
]
