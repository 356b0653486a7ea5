"""The form that makes a slice by chance: on a slice's page, and on a dataset's list of slices."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.slice_samples import sample_slice
from webapp.datasets.models import Dataset, Slice
from webapp.datasets.sampling import SamplePlan, Shares, some_seed
from webapp.pages.door import Refusal
from webapp.pages.frame import say
from webapp.pages.slice_words import href_of, noun_of
from webapp.pages.words import counted
from webapp.privacy.refusals import Invalid

VERB = "sample"
OFFERED_FIELDS = 200
RANDOM = "random"


@dataclass(frozen=True, slots=True)
class SampleForm:
    """What stands in the form."""

    name: str
    """The new slice's name."""
    size: str
    """How many members to draw."""
    seed: str
    """The seed; empty for one that is made up and kept."""
    method: str
    """`random`, `equal` or `proportional`."""
    field: str
    """The metadata field that divides the sample, for the last two."""
    noun: str
    """What is drawn: `item` or `scene`."""
    fields: tuple[str, ...]
    """The metadata fields there are, to choose from."""


def sample_form(request: HttpRequest, dataset: Dataset, source: Slice | None, refusal: Refusal | None) -> SampleForm:
    given = request.POST if refusal is not None and refusal.verb == VERB else {}
    is_scene = dataset.is_scene if source is None else source.kind == Slice.Kind.SCENES
    known = dataset.field_types.get("scene" if is_scene else "item", {})
    return SampleForm(
        name=given.get("name", ""),
        size=given.get("size", ""),
        seed=given.get("seed", ""),
        method=given.get("method", RANDOM),
        field=given.get("field", ""),
        noun="scene" if is_scene else "item",
        fields=tuple(sorted(known)[:OFFERED_FIELDS]),
    )


def make_sample(request: HttpRequest, viewer: Viewer, dataset: Dataset, source: Slice | None) -> HttpResponse:
    """Carry out the form, and go to the new slice."""
    plan = plan_from(request)
    made = sample_slice(viewer, dataset, name=request.POST.get("name", ""), plan=plan, source=source)
    say(request, f"Drew {counted(made.size, noun_of(made))} into {made.name} with the seed {plan.seed}.")
    return redirect(href_of(made))


def plan_from(request: HttpRequest) -> SamplePlan:
    size = whole_number(request.POST.get("size", ""), "The size of the sample")
    typed = request.POST.get("seed", "").strip()
    seed = whole_number(typed, "The seed") if typed else some_seed()
    method = request.POST.get("method", RANDOM)
    if method == RANDOM:
        return SamplePlan(size, seed)
    if method not in list(Shares):
        raise Invalid("A sample is plainly random, or has equal or proportional shares; choose one of the three.")
    return SamplePlan(size, seed, request.POST.get("field", ""), Shares(method))


def whole_number(text: str, what: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Invalid(f"{what} is a whole number, written in digits; {text[:40]!r} is not.")
    return int(text)
