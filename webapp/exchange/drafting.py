"""From an outside result to a draft of an annotation that says which project and task it is of."""

from __future__ import annotations

from typing import Any

from webapp.exchange.matching import Known
from webapp.labels.drafts import LabelDraft, label_draft
from webapp.labels.models import LabellingProject
from webapp.privacy.origins import OriginPolicy
from webapp.privacy.refusals import Invalid

MAX_RESULT_ID = 200


class Drafting:
    """Makes drafts for one project, numbering them, so that a refusal by the store finds its place in the file."""

    def __init__(self, project: LabellingProject, policy: OriginPolicy) -> None:
        self.project, self.policy = project, policy
        self.places: dict[int, str] = {}
        self.number = 0

    def draft(self, place: str, task: Known, result_id: str, kind: str, label: str, geometry: Any) -> LabelDraft:
        """An annotation; its id is made of the project's and the result's, so that the same file twice is as once."""
        self.number += 1
        self.places[self.number] = place
        task_id = task.id
        return label_draft(
            type=kind,
            label=label,
            geometry=geometry,
            annotation_id=f"{self.project.public_id}-{result_id}",
            metadata={"labelling_project": self.project.name, "labelling_task": task_id},
            task_id=task_id,
            taxonomy_name=self.project.name if kind == "category" else None,
            item_pk=task.item_pk,
            policy=self.policy,
            line=self.number,
        )

    def forget(self) -> None:
        """Forget the places of drafts that were stored."""
        self.places.clear()


def checked_result_id(value: Any) -> str:
    text = str(value) if type(value) is int else value
    if type(text) is not str or not 0 < len(text) <= MAX_RESULT_ID or "\0" in text:
        raise Invalid(f"id must be a whole number or a text of at most {MAX_RESULT_ID} characters.")
    return text


def check_size(task: Known, width: Any, height: Any) -> None:
    """Raise Invalid when the result is of a picture of another size than the task's: its places would be wrong."""
    sizes = ((width, task.width, "wide"), (height, task.height, "high"))
    for said, known, word in sizes:
        if known is not None and said is not None and said != known:
            raise Invalid(
                f"the picture was {str(said)[:20]} pixels {word} there; here it is {known}. Label it unscaled."
            )
