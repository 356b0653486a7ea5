"""Metadata as pure code: what may be stored, and which type each key has in a dataset."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.privacy.refusals import Invalid

MAX_KEYS = 1_000
MAX_TEXT = 64 * 1024
MAX_BYTES = 256 * 1024

# bool before int: in Python a bool is an int.
TYPE_NAMES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "list",
    dict: "object",
}
# The SDK's schema words, and what they allow; None allows anything.
SCHEMA_TYPES: dict[str, str | None] = {"category": "string", "text": "string", "number": "number", "json": None}

encoder = msgspec.json.Encoder()


def encode(metadata: dict[str, Any]) -> str:
    """The JSON text to store; raises Invalid when it is too long."""
    text = encoder.encode(metadata)
    if len(text) > MAX_BYTES:
        raise Invalid(f"metadata is {len(text)} bytes of JSON; at most {MAX_BYTES} are kept per item.")
    return text.decode()


class FieldTypes:
    """The types a dataset's metadata keys are known to have, and which were learned since.

    `known` is {key: type name}; keys declared "json" in the schema map to "any" and take everything. null fits
    every type and teaches nothing.
    """

    def __init__(self, known: dict[str, str], schema: dict[str, Any] | None) -> None:
        self.known = dict(known)
        self.is_changed = False
        for key, field in (schema or {}).items():
            expected = SCHEMA_TYPES.get(field.get("type", "json"))
            self.known[key] = expected or "any"

    def copy(self) -> FieldTypes:
        """These types to try something on, so that what is then refused teaches nothing."""
        twin = FieldTypes(self.known, None)
        twin.is_changed = self.is_changed
        return twin

    def take(self, metadata: dict[str, Any]) -> None:
        """Check `metadata` against the known types and learn the new keys.

        Raises Invalid, having learned nothing, with the key, the expected and the found type.
        """
        known, fresh = self.known, None
        for key, value in metadata.items():
            if value is None:
                continue
            found = TYPE_NAMES[type(value)]
            expected = known.get(key)
            if expected is None:
                fresh = fresh or {}
                fresh[key] = found
            elif found != expected and expected != "any":
                raise Invalid(
                    f"metadata key {key[:80]!r} is a {expected} in this dataset; here it is a {found}."
                    " Send it as the type it has, or under another key."
                )
        if fresh:
            if len(known) + len(fresh) > MAX_KEYS:
                raise Invalid(
                    f"a dataset keeps at most {MAX_KEYS} different metadata keys; put the rest below one key."
                )
            known.update(fresh)
            self.is_changed = True


def check_schema(schema: object, name: str) -> dict[str, Any] | None:
    """A metadata schema as dataset/create takes it: {field: {"type", "choices"?, "description"?}}, or None."""
    if schema is None:
        return None
    if not isinstance(schema, dict):
        raise Invalid(f"{name} must be an object of fields, or null.")
    for key, field in schema.items():
        if not isinstance(field, dict) or field.get("type") not in SCHEMA_TYPES:
            raise Invalid(f"{name}: field {key[:80]!r} needs a type, one of {', '.join(SCHEMA_TYPES)}.")
        choices = field.get("choices")
        if choices is not None and not (isinstance(choices, list) and all(isinstance(one, str) for one in choices)):
            raise Invalid(f"{name}: the choices of {key[:80]!r} must be a list of texts.")
    return schema
