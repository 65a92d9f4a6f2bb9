"""`duebill import`: five hundred lines, two people, one signature each."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.errors import RefusalCode
from tests.support.cli import (
    CORE,
    STRANGER,
    SUPPLIER,
    answer,
    desk,
    duebill,
    founded,
    refused,
    row,
    table,
    today,
    two_people,
)

__all__ = ["desk", "founded"]  # fixtures

FOUNDED = 4
"""Entries of the ledger before anything is imported: genesis, policy, two parties."""


def write(folder: Path, rows: list[list[str]]) -> Path:
    """The rows as a GB18030 table in the folder."""
    path = folder / "sales.csv"
    path.write_bytes(table(rows))
    return path


def words(desk: Path, file: Path, *more: str | Path) -> list[str | Path]:
    """The supplier's import of a file."""
    return ["import", file, "--as", SUPPLIER[0], "--dir", desk / "ledger", *more]


def size(desk: Path) -> int:
    """Entries of the ledger."""
    found = answer("audit", desk / "ledger", "--level", "structure")["size"]
    assert isinstance(found, int)
    return found


def test_five_hundred_lines_signed_by_two_people_once(desk: Path) -> None:
    """500 rows of which 3 are faulty: one manifest, 497 entries, three reasons, exit 1."""
    two_people(desk)
    rows = [row(number) for number in range(500)]
    rows[17] = row(17, STRANGER)
    rows[254] = row(254, number="2.6322E+19")
    rows[499] = row(499, gross="0.00")
    before = size(desk)
    keys = ("--key", desk / "ann.pem", "--key", desk / "bob.pem")
    found = answer(*words(desk, write(desk, rows), *keys, "--yes"), status=1)
    faults = {
        line["place"]: [refusal["code"] for refusal in line["refusals"]]
        for line in found["rows"]
        if line["refusals"]
    }
    assert faults == {
        "row 19": ["act_belongs_to_another_party"],
        "row 256": ["number_was_rounded"],
        "row 501": ["nothing_is_payable"],
    }
    seqs = [verdict["seq"] for verdict in found["verdicts"]]
    assert seqs == list(range(before, before + 498))
    assert size(desk) == before + 1 + 497


def test_one_person_is_not_enough_for_two(desk: Path) -> None:
    """Under a rule of two people a manifest of one signs for nothing: no line lands."""
    two_people(desk)
    file = write(desk, [row(1), row(2)])
    found = answer(*words(desk, file, "--key", desk / "ann.pem", "--yes"), status=1)
    manifest, *lines = found["verdicts"]
    assert "seq" in manifest
    assert [line["error"]["code"] for line in lines] == ["approvals_missing"] * 2


def test_a_byte_changed_after_signing_voids_that_line_alone(desk: Path) -> None:
    """Prepared, signed by one person and then the other; the line that was touched is refused."""
    two_people(desk)
    prepared = desk / "import.jsonl"
    duebill(*words(desk, write(desk, [row(n) for n in range(12)]), "--prepare", prepared))
    duebill("sign", prepared, "--key", desk / "ann.pem", "--yes")
    duebill("sign", prepared, "--key", desk / "bob.pem", "--yes")
    lines = prepared.read_bytes().splitlines()
    lines[5] = later_by_a_year(lines[5])
    prepared.write_bytes(b"\n".join(lines) + b"\n")
    found = answer("submit", prepared, "--dir", desk / "ledger", status=1)["verdicts"]
    assert [index for index, verdict in enumerate(found) if "error" in verdict] == [5]
    assert found[5]["error"]["code"] == "manifest_proof_invalid"
    assert size(desk) == FOUNDED + 1 + 1 + 11


def test_nobody_signs_other_lines_than_the_manifests(desk: Path) -> None:
    """A line that was changed, or left out, before signing is noticed by the signer."""
    prepared = desk / "import.jsonl"
    duebill(*words(desk, write(desk, [row(1), row(2)]), "--prepare", prepared))
    manifest, first, second = prepared.read_bytes().splitlines()
    for forged in ([manifest, first, later_by_a_year(second)], [manifest, first], [manifest]):
        prepared.write_bytes(b"\n".join(forged) + b"\n")
        code = refused("sign", prepared, "--key", desk / "ann.pem", "--yes")
        assert code == "manifest_proof_invalid"


def later_by_a_year(line: bytes) -> bytes:
    """A submission with one byte of its due date changed, and its payload encoded anew."""
    tree = canonical.decode(line)
    payload = canonical.decode(b64url_decode(tree["command"]["payload"]))
    due = payload["body"]["due"]
    payload["body"]["due"] = f"{due[:3]}{(int(due[3]) + 1) % 10}{due[4:]}"
    tree["command"]["payload"] = b64url_encode(canonical.encode(payload))
    return canonical.encode(tree)


def test_the_preview_sends_nothing(desk: Path) -> None:
    """Without a key rows are judged by the ledger's rules, and nothing is written."""
    file = write(desk, [row(1), row(2)])
    shown = duebill(*words(desk, file)).stdout
    assert "26322000001000000017" in shown
    assert CORE[1] in shown
    assert shown.count("ready") == 2
    assert size(desk) == FOUNDED


def test_the_preview_says_what_to_do(desk: Path) -> None:
    """Below the rows stands, once for each reason, how to get them registered."""
    file = write(desk, [row(1, due=""), row(2, due=""), row(3)])
    told = duebill(*words(desk, file), status=1).stderr
    assert told.count(f"due_date_missing: {RefusalCode.DUE_DATE_MISSING.remedy}") == 1


def test_what_is_registered_is_refused_in_the_next_preview(desk: Path) -> None:
    """The preview asks the book: an invoice in use is refused there, with the row."""
    key = ("--key", desk / "ann.pem", "--yes")
    duebill(*words(desk, write(desk, [row(1)]), *key))
    (again, fresh) = answer(*words(desk, write(desk, [row(1), row(2)])), status=1)["rows"]
    assert again["refusals"][0]["code"] == "invoice_is_used_up"
    assert again["refusals"][0]["place"].startswith("row 2")
    assert fresh["refusals"] == []
    assert fresh["amount"] == "1002.50"


def test_the_buyer_issues_in_bulk(desk: Path) -> None:
    """With --issue the core enterprise proposes what it owes; the due date is stated once."""
    due = (today() + timedelta(days=60)).isoformat()
    file = write(desk, [row(number, due="") for number in range(5)])
    base = ("import", file, "--as", CORE[0], "--dir", desk / "ledger", "--issue")
    codes = {line["refusals"][0]["code"] for line in answer(*base, status=1)["rows"]}
    assert codes == {"due_date_missing"}
    key = ("--key", desk / "core.pem", "--yes")
    found = answer(*base, "--due", due, *key)
    assert [line["due"] for line in found["rows"]] == [due] * 5
    assert size(desk) == FOUNDED + 6


def test_columns_can_be_declared(desk: Path) -> None:
    """A table with headers that nobody knows is read by a column map with constants."""
    file = desk / "strange.csv"
    sound = row(1)
    file.write_text(f"Nr,Tag,Summe\n{sound[0]},{sound[1]},{sound[8]}\n")
    columns = desk / "columns.json"
    (line,) = answer(*words(desk, file), status=1)["rows"]
    assert line["refusals"][0]["code"] == "column_missing"
    columns.write_text(
        json.dumps(
            {
                "number": "Nr",
                "issue_date": "Tag",
                "gross": "Summe",
                "currency": "=CNY",
                "seller_id": f"={SUPPLIER[0].partition(':')[2]}",
                "buyer_id": f"={CORE[0].partition(':')[2]}",
            }
        )
    )
    due = row(1)[2]
    (line,) = answer(*words(desk, file, "--columns", columns, "--due", due))["rows"]
    assert (line["amount"], line["refusals"]) == ("1001.50", [])
