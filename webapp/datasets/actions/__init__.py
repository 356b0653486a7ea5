"""The verbs of datasets. Each takes the viewer first, checks what they may do, and is one transaction."""

from webapp.datasets.actions.append_items import AppendOutcome, append_items
from webapp.datasets.actions.append_scenes import append_scenes
from webapp.datasets.actions.change_metadata import MetadataChange, change_metadata, note_measured_sizes
from webapp.datasets.actions.datasets import change_tags, create_dataset, delete_dataset, rename_dataset
from webapp.datasets.actions.deletion import delete_item, delete_scene
from webapp.datasets.actions.files import store_file, upload_files
from webapp.datasets.actions.measures import MeasuredSize, MeasuredVideo, write_measures
from webapp.datasets.actions.metadata_edits import edit_metadata, edit_metadata_of_many
from webapp.datasets.actions.origin_terms import OriginTerms, describe_origin
from webapp.datasets.actions.origins import attach_origin, declare_origin, detach_origin, forget_origin
from webapp.datasets.actions.slice_samples import build_slice, sample_slice
from webapp.datasets.actions.slice_sets import SetOperation, combine_slices
from webapp.datasets.actions.slices import (
    append_to_slice,
    create_slice,
    delete_slice,
    remove_from_slice,
    rename_slice,
    tag_slice,
)
from webapp.datasets.actions.undo import undo, undo_last

__all__ = [
    "AppendOutcome",
    "MeasuredSize",
    "MeasuredVideo",
    "MetadataChange",
    "OriginTerms",
    "SetOperation",
    "append_items",
    "append_scenes",
    "append_to_slice",
    "attach_origin",
    "build_slice",
    "change_metadata",
    "change_tags",
    "combine_slices",
    "create_dataset",
    "create_slice",
    "declare_origin",
    "delete_dataset",
    "delete_item",
    "delete_scene",
    "delete_slice",
    "describe_origin",
    "detach_origin",
    "edit_metadata",
    "edit_metadata_of_many",
    "forget_origin",
    "note_measured_sizes",
    "remove_from_slice",
    "rename_dataset",
    "rename_slice",
    "sample_slice",
    "store_file",
    "tag_slice",
    "undo",
    "undo_last",
    "upload_files",
    "write_measures",
]
