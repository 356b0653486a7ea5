"""The rows of the administration's lists, as the app's tables show them: each cell knows its column's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

register = template.Library()
TICK = "action_checkbox"


@dataclass(frozen=True, slots=True)
class Cell:
    """`moment` in place of `text` for a time; `href` where the row's own page is."""

    name: str
    text: str
    moment: datetime | None
    href: str | None


@dataclass(frozen=True, slots=True)
class Row:
    pk: str
    text: str
    cells: tuple[Cell, ...]


@register.filter
def columns(listing: ChangeList) -> list[dict[str, Any]]:
    """The headers but the one above the ticks; each may be sorted by."""
    return [one for one in result_headers(listing) if "action-checkbox-column" not in str(one.get("class_attrib", ""))]


@register.filter
def rows(listing: ChangeList) -> Iterator[Row]:
    names = [str(name) for name in listing.list_display if name != TICK]
    for found in listing.result_list:
        cells = [cell(listing, found, name) for name in names]
        first = Cell(cells[0].name, cells[0].text, cells[0].moment, listing.url_for_result(found))
        yield Row(str(found.pk), str(found), (first, *cells[1:]))


def cell(listing: ChangeList, found: models.Model, name: str) -> Cell:
    label = str(label_for_field(name, listing.model, listing.model_admin))
    try:
        field, _, value = lookup_field(name, found, listing.model_admin)
    except ObjectDoesNotExist:
        field, value = None, None
    if isinstance(field, models.Field) and field.flatchoices:
        value = dict(field.flatchoices).get(value, value)
    if isinstance(value, datetime):
        return Cell(label, "", value, None)
    if isinstance(value, bool):
        return Cell(label, "yes" if value else "no", None, None)
    return Cell(label, "" if value in (None, "") else str(value), None, None)


@register.simple_tag
def page_links(listing: ChangeList) -> dict[str, str | None]:
    """Where the pages before and after this one are."""
    number, last = listing.page_num, listing.paginator.num_pages
    return {
        "previous": listing.get_query_string({PAGE_VAR: number - 1}) if number > 1 else None,
        "next": listing.get_query_string({PAGE_VAR: number + 1}) if number < last else None,
    }


@register.filter
def filter_choices(spec: Any, listing: ChangeList) -> list[dict[str, Any]]:
    """What a filter offers, the first of which is all."""
    return list(spec.choices(listing))
