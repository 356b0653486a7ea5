"""The form of tags, on the pages of what bears them."""

from __future__ import annotations

from django.http import HttpRequest

from webapp.privacy.refusals import Invalid


def tags_from(request: HttpRequest) -> tuple[list[str], list[str]]:
    """The tags that the form adds and those it removes: one in all. Raises Invalid for none."""
    if remove := request.POST.get("remove"):
        return [], [remove]
    add = request.POST.get("add", "").strip()
    if not add:
        raise Invalid("A tag has at least one character.")
    return [add], []
