"""Every kind of command, described from its class: template, schema and list say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.bodies import read_body
from api.kinds.known import KINDS, Kind
from api.kinds.schema import schema
from api.kinds.template import template
from api.kinds.values import all_fields
from api.kinds.who import WHO
from ledger.canonical import Tree
from ledger.errors import Refused
from ledger.model import codec
from tests.support.story import Story
from tests.support.strategies import DIGITS, from_hints

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsWritten(codec.WireForm):
    """A body as people write it: sealed fields stand open."""

    def seal(self, _name: str, tree: Tree, /) -> Tree:
        """The value itself."""
        return tree

    def write_digest(self, digest: str, /) -> Tree:
        """A personal text."""
        return digest


FORM = AsWritten(digits=DIGITS.get, disclosures={})


def bodies(kind: Kind) -> st.SearchStrategy[tuple[Any, dict[str, Any]]]:
    """A command of a kind, and the body from which it is drafted."""
    return from_hints(kind.command).map(lambda command: (command, codec.write(command, FORM)))


def paths(tree: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all fields of a body, members of lists counted as one."""
    if isinstance(tree, dict) and set(tree) != {"amount", "currency"}:
        for name, value in tree.items():
            yield f"{prefix}{name}"
            yield from paths(value, f"{prefix}{name}/")
    elif isinstance(tree, list):
        for value in tree:
            yield from paths(value, prefix)


@every_kind
def test_a_template_names_every_field(kind: Kind) -> None:
    """Each field of the class and of its parts stands in the template, needed ones first."""
    tree = template(kind.command)
    assert set(paths(tree)) == {path for path, _ in all_fields(kind.command)}
    needed = [field.needed for path, field in all_fields(kind.command) if "/" not in path]
    order = dict.fromkeys(tree)
    known = {path: field.needed for path, field in all_fields(kind.command)}
    assert [known[name] for name in order] == sorted(needed, reverse=True)


@every_kind
def test_an_unfilled_template_is_no_body(kind: Kind) -> None:
    """Whoever forgets a placeholder hears of it."""
    tree = template(kind.command)
    if tree:
        with pytest.raises(Refused, match="placeholder"):
            read_body(kind.command, tree, DIGITS.get, lambda _, text: text)


@every_kind
@settings(max_examples=15)
@given(data=st.data())
def test_a_filled_template_is_its_command(kind: Kind, data: st.DataObject) -> None:
    """Any valid values in the template's fields are read as the command that they say.

    They fit the schema, and every field that they fill is in the template.
    """
    command, body = data.draw(bodies(kind))
    body = json.loads(json.dumps(body))
    assert set(paths(body)) <= set(paths(template(kind.command)))
    assert read_body(kind.command, body, DIGITS.get, lambda _, text: text) == command
    tree = schema(kind)
    assert list(objections(body, tree, tree)) == []


@every_kind
def test_a_schema_refuses_what_the_reader_refuses(kind: Kind) -> None:
    """A field that is missing or strange, and an unfilled placeholder of a bounded field."""
    tree = schema(kind)
    assert list(objections({"strange": 1}, tree, tree))
    assert not tree["required"] or list(objections({}, tree, tree))
    assert tree["required"] == [
        path for path, field in all_fields(kind.command) if field.needed and "/" not in path
    ]


def test_who_may_send_is_said_of_every_kind() -> None:
    """One table for the reference, the command line and the API: each kind once."""
    assert WHO.keys() == KINDS.keys()


def test_what_is_inside_of_something_sealed_is_not_open() -> None:
    """The facts of an invoice are sealed as one, so none of them is open."""
    classes = {
        path: field.value.sealed for path, field in all_fields(KINDS["receivable.issue"].command)
    }
    assert classes["invoices"] == classes["due"] == "open"
    assert classes["invoices/facts/number"] == classes["invoices/used"] == "confidential"
    assert "; confidential;" in json.dumps(template(KINDS["receivable.issue"].command)["invoices"])


def test_kinds_are_served(story: Story) -> None:
    """The list, one kind with schema and template, and near names for a slip; no token needed."""
    client = story.served.client
    listed = client.get("/v1/kinds").json()["data"]
    assert [item["kind"] for item in listed] == list(KINDS)
    found = client.get("/v1/kinds/offer.accept").json()["data"]
    assert found["signed_by"] == WHO["offer.accept"]
    assert found["schema"] == schema(KINDS["offer.accept"])
    assert found["template"] == template(KINDS["offer.accept"].command)
    slip = client.get("/v1/kinds/offer.acept")
    assert (slip.status_code, slip.json()["code"]) == (400, "kind_unknown")
    assert "offer.accept" in slip.json()["detail"]


def objections(value: Any, tree: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[str]:
    """What JSON Schema 2020-12 says against a value, for the keywords that our schemas use."""
    for keyword, rule in tree.items():
        if keyword in {"$schema", "$defs", "title", "description", "x-duebill-class"}:
            continue
        if keyword == "$ref":
            yield from objections(value, root["$defs"][rule.rpartition("/")[2]], root)
        elif keyword == "properties":
            for name, inner in rule.items():
                if isinstance(value, dict) and name in value:
                    yield from objections(value[name], inner, root)
        elif keyword == "items":
            for item in value if isinstance(value, list) else ():
                yield from objections(item, rule, root)
        elif not HOLDS[keyword](value, rule, tree):
            yield f"{keyword} {rule} of {value!r}"


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
HOLDS: dict[str, Any] = {
    "type": lambda value, rule, _: type(value) is TYPES[rule],
    "enum": lambda value, rule, _: value in rule,
    "required": lambda value, rule, _: set(rule) <= set(value),
    "additionalProperties": lambda value, rule, tree: rule or set(value) <= set(tree["properties"]),
    "minItems": lambda value, rule, _: len(value) >= rule,
    "maxItems": lambda value, rule, _: len(value) <= rule,
    "minLength": lambda value, rule, _: len(value) >= rule,
    "maxLength": lambda value, rule, _: len(value) <= rule,
    "minimum": lambda value, rule, _: value >= rule,
    "maximum": lambda value, rule, _: value <= rule,
    "pattern": lambda value, rule, _: re.search(rule, value) is not None,
    "format": lambda value, rule, _: rule == "date" and bool(date.fromisoformat(value)),
}
