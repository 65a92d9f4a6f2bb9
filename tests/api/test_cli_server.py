"""The command line against a server: import, submit, receipts and audit by URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.model.records import make_id
from tests.support.cli import (
    CORE,
    STRANGER,
    SUPPLIER,
    answer,
    apply,
    duebill,
    make_ledger,
    refused,
    row,
    table,
)
from tests.support.processes import serving

AUDITOR = ("uscc:91310115MA6PFBK73C", "Public Accountants")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in a folder, with an auditor's key beside it."""
    folder = tmp_path_factory.mktemp("served")
    make_ledger(folder)
    duebill("keygen", folder / "aud.pem")
    return folder


@pytest.fixture(scope="module")
def parties(desk: Path) -> dict[str, str]:
    """The ids of the parties, as the operator learned them when enrolling an auditor."""
    operator = json.loads((desk / "core.json").read_text())["operator"]
    apply(desk, operator, "auditor", AUDITOR, "auditor", "ann=aud.pem")
    found = {"auditor": answer("enrol", desk / "auditor.json", "--dir", desk / "ledger")["party"]}
    for name in ("core", "supplier"):
        jti = json.loads((desk / f"{name}.json").read_text())["jti"]
        found[name] = make_id("pty", operator, jti)
    return found


@pytest.fixture(scope="module")
def url(desk: Path, parties: dict[str, str]) -> Iterator[str]:
    """`duebill serve` over the ledger, as a process of its own."""
    assert parties
    with serving("--dir", desk / "ledger") as found:
        yield found


def test_import_and_audit_over_http(desk: Path, parties: dict[str, str], url: str) -> None:
    """The supplier imports by URL with its receipts; the auditor's verdict on it is clean."""
    file, receipts = desk / "sales.csv", desk / "receipts"
    file.write_bytes(table([row(1), row(2, STRANGER), row(3)]))
    key = ("--key", desk / "ann.pem", "--receipts", receipts, "--yes")
    found = answer("import", file, "--as", parties["supplier"], "--url", url, *key, status=1)
    assert [bool(line["refusals"]) for line in found["rows"]] == [False, True, False]
    assert found["rows"][0]["counterparty"] == parties["core"]
    seqs = [verdict["seq"] for verdict in found["verdicts"]]
    verified = answer(
        "receipt", receipts / f"{seqs[-1]}.json", "--policy", desk / "ledger" / "policy"
    )
    assert (verified["seq"], verified["body"]["obligor"]) == (seqs[-1], parties["core"])
    signed_in = ("--as", parties["auditor"], "--key", desk / "aud.pem")
    report = answer("audit", url, *signed_in, "--policy", desk / "ledger" / "policy")
    assert (report["verdict"], report["size"]) == ("clean", seqs[-1] + 1)


def test_a_stranger_audits_nothing(desk: Path, parties: dict[str, str], url: str) -> None:
    """Without a token, or as a supplier, the entries are not shown, and that is never clean."""
    assert answer("audit", url, status=1)["verdict"] == "findings"
    as_supplier = ("--as", parties["supplier"], "--key", desk / "ann.pem")
    assert answer("audit", url, *as_supplier, status=1)["verdict"] == "findings"


def test_draft_sign_submit_over_http(desk: Path, parties: dict[str, str], url: str) -> None:
    """A command drafted for a server's ledger is taken once, and said again when repeated."""
    body, out = desk / "body.json", desk / "account.jsonl"
    body.write_text('{"number": "1", "bank": "Example Bank", "currency": "CNY"}')
    duebill("draft", "account.add", body, "--as", parties["core"], "--url", url, "-o", out)
    duebill("sign", out, "--key", desk / "core.pem", "--yes")
    for repeated in (False, True):
        (verdict,) = answer("submit", out, "--url", url)["verdicts"]
        assert verdict["repeated"] is repeated
    locked, password = desk / "locked.pem", desk / "password"
    password.write_text("secret")
    duebill("keygen", locked, "--password-file", password)
    asks = ("submit", out, "--url", url, "--as", parties["core"], "--key", locked)
    assert refused(*asks) == "key_is_locked"
    assert answer(*asks, "--password-file", password)["verdicts"] == [verdict]
    named = ("--as", CORE[0], "--url", url, "-o", out)
    assert refused("draft", "account.add", body, *named) == "party_unknown"


def test_the_ledger_has_one_writer(desk: Path, url: str) -> None:
    """A served folder is closed to other writers and open to auditors; a dead server says so."""
    assert url
    assert refused("rebuild", "--dir", desk / "ledger") == "unavailable"
    assert answer("audit", desk / "ledger")["verdict"] == "clean"
    duebill("export", desk / "export", "--dir", desk / "ledger")
    assert answer("audit", desk / "export")["verdict"] == "clean"
    file = desk / "core.json"
    named = ("--as", SUPPLIER[0], "-o", desk / "x.jsonl", "--url", "http://127.0.0.1:9")
    assert refused("draft", "account.add", file, *named) == "unavailable"
