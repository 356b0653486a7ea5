"""What Django's templates (templates/django, the administration) borrow from the pages: words, macros and the frame."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template import engines

from webapp.accounts.queries import viewer_of_session
from webapp.pages import words
from webapp.pages.frame import KINDS, Frame, Page, frame_around

register = template.Library()

register.filter("number", words.number)
register.filter("counted", words.counted)
register.filter("exact", words.exact)
register.filter("ago", words.ago)


@register.simple_tag
def macro(sheet: str, name: str, *args: Any, **named: Any) -> Any:
    """Draw a macro of templates/macros, as `{% macro "icons" "icon" "lock" %}`."""
    environment = engines["pages"].env  # type: ignore[attr-defined]
    return getattr(environment.get_template(f"macros/{sheet}.html").module, name)(*args, **named)


@register.simple_tag(takes_context=True)
def frame_of_page(context: dict[str, Any]) -> Frame | None:
    """What surrounds the page, as on every other; None for somebody without a team."""
    request: HttpRequest = context["request"]
    viewer = viewer_of_session(request)
    return frame_around(request, viewer, Page(title="")) if viewer is not None else None


@register.simple_tag(takes_context=True)
def unsaid(context: dict[str, Any]) -> list[tuple[str, str]]:
    """The notices of somebody who has no frame, as kind and sentence."""
    found = get_messages(context["request"])
    return [(KINDS.get(message.level_tag, "info"), str(message)) for message in found]
