"""Taking in a file of results, COCO's or Label Studio's: all of it or nothing, with the place of each fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

import msgspec

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.origins import origin_policy
from webapp.datasets.drafts import RowRefused
from webapp.exchange.coco_results import CocoFile, CocoResults
from webapp.exchange.drafting import Drafting
from webapp.exchange.faults import Fault, Faults, ResultsRefused
from webapp.exchange.label_studio_results import LabelStudioResults
from webapp.exchange.matching import Classes, KnownTasks
from webapp.labels import actions
from webapp.labels.actions import ResultsTaken, TaskResult
from webapp.labels.models import LabellingProject
from webapp.privacy.refusals import TooLarge

MAX_BYTES = 100 * 1024 * 1024
BYTE_OF = re.compile(r"\(byte (\d+)\)")
COCO_WORDS = "a COCO file is an object with images, annotations and categories, each a list"


def bring_results(
    viewer: Viewer, project: LabellingProject, raw: bytes, *, empty_is_done: bool = False
) -> ResultsTaken:
    """Store a file of results as annotations, mark its tasks completed, and say what it was.

    A list is Label Studio's and an object COCO's. With `empty_is_done` COCO's images without annotations are results
    too: nothing is there. Raises ResultsRefused, TooLarge, or NotAllowed.
    """
    actions.require_bringing(viewer, project)
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"The file has {len(raw)} bytes; at most {MAX_BYTES} are taken. Send it in parts.")
    faults, drafting = Faults(), Drafting(project, origin_policy(viewer))
    tasks, classes = KnownTasks(viewer, project), Classes(project)
    found: Iterator[list[TaskResult]]
    if raw.lstrip()[:1] == b"[":
        form = "label-studio"
        found = LabelStudioResults(rows_of(raw), tasks, classes, drafting, faults).batches()
    else:
        form = "coco"
        found = CocoResults(file_of(raw), tasks, classes, drafting, faults).batches(empty_is_done=empty_is_done)

    def batches() -> Iterator[list[TaskResult]]:
        yield from found
        faults.raise_any()

    def refuse(row: RowRefused) -> None:
        faults.add(drafting.places.get(row.line, ""), row.sentence)

    return actions.take_results(viewer, project, batches(), refuse=refuse, form=form)


def rows_of(raw: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        refuse(raw, fault, "a Label Studio file is a list of tasks")


def file_of(raw: bytes) -> CocoFile:
    try:
        return msgspec.json.decode(raw, type=CocoFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        refuse(raw, fault, COCO_WORDS)


def refuse(raw: bytes, fault: Exception, accepted: str) -> NoReturn:
    """Raise ResultsRefused for a file that is not JSON, naming line and column, or not of its form."""
    if isinstance(fault, msgspec.ValidationError):
        raise ResultsRefused([Fault("", f"{accepted}, and this is not: {fault}.")]) from None
    at = BYTE_OF.search(str(fault))
    if at is None:
        why = "it is nested too deep" if isinstance(fault, RecursionError) else "it ends too early, or is no UTF-8"
        raise ResultsRefused([Fault("", f"this is not JSON: {why}.")]) from None
    position = int(at[1])
    line = raw.count(b"\n", 0, position) + 1
    column = position - raw.rfind(b"\n", 0, position)
    place = f"line {line}, column {column}"
    word = raw[max(0, position - 1) : position + 8]
    if any(name in word for name in (b"NaN", b"Inf")):
        raise ResultsRefused([Fault(place, "NaN and Infinity are no JSON numbers, and no places.")]) from None
    raise ResultsRefused([Fault(place, f"this is not JSON: {str(fault).partition(' (byte')[0]}.")]) from None
