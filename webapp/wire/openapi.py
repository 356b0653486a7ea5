"""`/api/openapi.json`, made from the route table, so that it says what is served and nothing else."""

from __future__ import annotations

import re
from functools import lru_cache
from types import UnionType
from typing import Any, get_args

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from webapp.wire.call import ROOT
from webapp.wire.routes import FORM, JSON, ROUTES, Route

REFERENCE = "#/components/schemas/{name}"
FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
ITEMS_FORM = {
    "type": "object",
    "required": ["items", "image"],
    "properties": {
        "items": {"type": "string", "description": "A JSON list of items, in the order of the files."},
        "image": FILES,
    },
}
MASKS_FORM = {
    "type": "object",
    "required": ["serialized_request", "mask"],
    "properties": {
        "serialized_request": {
            "type": "string",
            "description": "JSON: update, and segmentations in the order of the files.",
        },
        "mask": FILES,
    },
}


class Error(msgspec.Struct):
    """Every refusal: one sentence saying what was wrong and what would be accepted."""

    error: str


@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of the door for programs."""
    return HttpResponse(document_bytes(), content_type="application/json")


@lru_cache(maxsize=1)
def document_bytes() -> bytes:
    types = [
        Error,
        *(one for route in ROUTES for one in (*variants(route.body or route.file), *variants(route.answer))),
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    by_type = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operations = paths.setdefault(f"{ROOT}/{re.sub(':rest', '', route.pattern)}", {})
        describe(operations.setdefault(route.method.lower(), {}), route, by_type)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Transom, the door for programs",
                "version": settings.VERSION,
                "description": "Compatible with the scale-nucleus SDK. Media URLs go in and out; media never does.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "basic": {"type": "http", "scheme": "basic", "description": "The key as user, no password."},
                    "header": {"type": "apiKey", "in": "header", "name": "x-limited-access-key"},
                },
            },
            "security": [{"basic": []}, {"header": []}],
        }
    )


def variants(kind: Any) -> tuple[Any, ...]:
    """The types of a union, else the one type; none for None."""
    if isinstance(kind, UnionType):
        return get_args(kind)
    return (kind,) if kind is not None else ()


def one_of(kind: Any, by_type: dict[str, Any]) -> dict[str, Any]:
    schemas = [by_type[repr(one)] for one in variants(kind)]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def describe(operation: dict[str, Any], route: Route, by_type: dict[str, Any]) -> None:
    """Add a route to the operation of its method and address; two routes may differ in the type they take."""
    operation.setdefault("summary", route.sentence)
    operation.setdefault("operationId", f"{route.function.__module__.rpartition('.')[2]}_{route.function.__name__}")
    operation["parameters"] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.names
    ]
    operation["responses"] = {
        "200": {"description": "Done.", "content": {JSON: {"schema": one_of(route.answer, by_type)}}},
        "4XX": {"description": "Refused.", "content": {JSON: {"schema": by_type[repr(Error)]}}},
    }
    if route.is_signed:
        operation["security"] = []
    taken = route.body or route.file
    schema = one_of(taken, by_type) if taken is not None else None
    if route.takes == FORM:
        schema = ITEMS_FORM if route.pattern.endswith("/append") else MASKS_FORM
    elif route.is_signed:
        schema = {"type": "string", "description": "Newline-delimited JSON."}
    if schema is not None:
        operation.setdefault("requestBody", {"required": True, "content": {}})["content"][route.takes] = {
            "schema": schema
        }
