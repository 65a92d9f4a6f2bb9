"""`duebill draft`: the list of kinds, a template of each, and what becomes of a filled one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.kinds.known import KINDS
from tests.support.cli import SUPPLIER, answer, duebill, make_ledger


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small ledger; these tests send nothing."""
    folder = tmp_path_factory.mktemp("desk")
    make_ledger(folder)
    return folder


def test_kinds_are_listed() -> None:
    """`draft` alone names every kind with who signs it, and with --json as data."""
    text = duebill("draft").stdout
    assert [name for name in KINDS if name not in text] == []
    listed = answer("draft")["kinds"]
    assert [item["kind"] for item in listed] == list(KINDS)
    assert all(item["signed_by"] and item["summary"] for item in listed)


def test_a_template_is_filled_before_it_is_drafted(desk: Path) -> None:
    """`draft KIND` prints placeholders; one that is left is refused, and its place is told."""
    printed = duebill("draft", "account.add")
    tree, body = json.loads(printed.stdout), desk / "body.json"
    assert set(tree) == {"number", "bank", "currency"}
    assert "confidential" in printed.stderr
    words = ("draft", "account.add", body, "--as", SUPPLIER[0], "--dir", desk / "ledger")
    body.write_text(json.dumps({**tree, "number": "1", "currency": "CNY"}))
    told = answer(*words, "-o", desk / "x.jsonl", status=1)["error"]
    assert (told["code"], told["place"]) == ("field_invalid", "/body/bank")
    body.write_text(json.dumps({**tree, "number": "1", "currency": "CNY", "bank": "B"}))
    duebill(*words, "-o", desk / "x.jsonl")


def test_a_schema_is_printed() -> None:
    """`draft KIND --schema` prints the JSON Schema of a body."""
    tree = json.loads(duebill("draft", "account.add", "--schema").stdout)
    assert tree["required"] == ["number", "bank", "currency"]
    assert tree["properties"]["bank"]["x-duebill-class"] == "confidential"


def test_an_unknown_kind_hears_what_is_near() -> None:
    """A slip and a single word lead to kinds that exist; nothing near leads to the list."""
    for name, near in (
        ("financing.requst", "financing.request"),
        ("transfer", "holding.propose_transfer"),
        ("qqqq", "duebill draft lists all"),
    ):
        assert near in answer("draft", name, status=1)["error"]["detail"]
