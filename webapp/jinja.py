"""The Jinja2 environment of the pages: what a template may call. No queries live behind any of these names."""

from __future__ import annotations

from typing import Any

import msgspec
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from webapp.pages import words
from webapp.pages.modules import modules_of

# Inside <script> these five could end the element or be read as a line end by an old parser.
SCRIPT_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def environment(**options: Any) -> Environment:
    """Return the environment Django's Jinja2 backend asks for; an undefined name is an error, not an empty text."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701  it is among the options
    made.globals.update({"static": static, "url": page_url, "modules_of": modules_of})
    made.filters.update(
        {
            "island": island,
            "number": words.number,
            "compact": words.compact,
            "noun": words.noun,
            "counted": words.counted,
            "ago": words.ago,
            "exact": words.exact,
            "day": words.day,
            "lasted": words.lasted,
            "in_bytes": words.in_bytes,
            "sentence_case": words.sentence_case,
            "fps": words.rate,
        }
    )
    return made


def page_url(name: str, *args: str) -> str:
    return reverse(f"pages:{name}", args=args)


def island(value: object) -> Markup:
    """The value as JSON that is safe inside <script type="application/json">: the only door for data to scripts."""
    return Markup(msgspec.json.encode(value).decode().translate(SCRIPT_ESCAPES))  # noqa: S704  escaped just here
