"""The JSON Schema (2020-12) of a body of each kind of command: plain, as people write it.

What is sealed while drafting stands open in a body; ``x-duebill-class`` says that it will be.
"""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any

from api.kinds.known import Kind
from api.kinds.values import OPEN, Value, fields_of, in_words
from ledger.model.kinds import Length, Pattern, Plain, Positive, Range
from ledger.money import Money

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CLASS = "x-duebill-class"
_LONGEST_PERSONAL = 200


def schema(kind: Kind) -> dict[str, Any]:
    """The schema of a body of `kind`, parts under ``$defs``."""
    parts: dict[str, Any] = {}
    body = _object(kind.command, parts)
    return {
        "$schema": DIALECT,
        "title": f"{kind.name} {kind.ver}",
        **body,
        **({"$defs": parts} if parts else {}),
    }


def _object(kind: type[Any], parts: dict[str, Any]) -> dict[str, Any]:
    fields = fields_of(kind)
    return {
        "description": inspect.getdoc(kind) or "",
        "type": "object",
        "properties": {field.name: _property(field.value, parts) for field in fields},
        "required": [field.name for field in fields if field.needed],
        "additionalProperties": False,
    }


def _property(value: Value, parts: dict[str, Any]) -> dict[str, Any]:
    tree = _value(value, parts)
    if value.part is None:
        tree["description"] = in_words(value)
    return tree if value.sealed == OPEN else {**tree, _CLASS: value.sealed}


def _value(value: Value, parts: dict[str, Any]) -> dict[str, Any]:
    if value.member is not None:
        length = value.length
        bounds = {"minItems": length.least, "maxItems": length.most} if length else {}
        return {"type": "array", "items": _value(value.member, parts), **bounds}
    if value.part is not None:
        name = value.part.__name__
        if name not in parts:
            parts[name] = _object(value.part, parts)
        return {"$ref": f"#/$defs/{name}"}
    if value.choices:
        return {"enum": list(value.choices)}
    if value.base is Money:
        return _amount(positive=any(isinstance(mark, Positive) for mark in value.marks))
    if value.base is dt.date:
        return {"type": "string", "format": "date"}
    if value.base is bool:
        return {"type": "boolean"}
    tree: dict[str, Any] = {"type": "integer" if value.base is int else "string"}
    if value.sealed == "personal":
        return {**tree, "minLength": 1, "maxLength": _LONGEST_PERSONAL}
    for mark in value.marks:
        tree |= _bound(mark)
    return tree


def _amount(*, positive: bool) -> dict[str, Any]:
    above = "(?=.*[1-9])" if positive else ""
    return {
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": rf"^{above}(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _bound(mark: Any) -> dict[str, Any]:
    match mark:
        case Pattern():
            return {"pattern": f"^(?:{mark.expression})$"}
        case Plain():
            return {"minLength": 1, "maxLength": mark.longest}
        case Range():
            return {"minimum": mark.least, "maximum": mark.most}
        case Length():
            return {}
    raise TypeError(f"no schema is known for the mark {mark!r}")
