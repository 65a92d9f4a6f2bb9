"""Reports over HTTP and the command line: for whom they are, and that what is signed verifies."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.client import Client, Desk
from api.reporting import acknowledged_file
from ledger.chain.note import note_key
from ledger.chain.trust import TrustPolicy, trust_in
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.reports.acknowledged import read_statement_file
from tests.support.cli import answer, duebill, make_ledger
from tests.support.sandbox import ORIGIN, Sandbox, open_sandbox, refusal
from tests.support.served import Served, running

HOUR = 3_600_000


@pytest.fixture
def box(tmp_path: Path) -> Any:
    """A sandbox ledger at ten in the morning, Shanghai time."""
    with open_sandbox(tmp_path / "ledger") as opened:
        yield opened


def statement(box: Sandbox, day_offset: int = 0) -> dict[str, Any]:
    """What the statement of the core enterprise says, once verified."""
    data = acknowledged_file(
        box.embedded, box.party("core"), box.today + timedelta(days=day_offset)
    )
    return dict(read_statement_file(data, trust(box))[1])


def trust(box: Sandbox) -> TrustPolicy:
    """A policy that names the log's key."""
    return trust_in(box.embedded.log_keys())


def test_it_has_what_was_acknowledged_that_day_and_until_then(box: Sandbox) -> None:
    """Counts, sums and ids by hand; what is only registered or offered is not in it."""
    first = box.held(100_00)
    box.register(7_00)
    box.issue(9_00)
    box.pay(first, by="supplier")
    box.clock.advance(days=1)
    second = box.sign_for(box.issue(50_25))
    said = statement(box)
    line = {"assurance": "operator_vouched", "currency": "CNY"}
    assert said["of_day"] == [line | {"count": 1, "acknowledged": "50.25", "outstanding": "50.25"}]
    assert said["until"] == [line | {"count": 2, "acknowledged": "150.25", "outstanding": "50.25"}]
    assert (said["count"], said["receivables"]) == (1, [second.receivable])
    assert (said["day"], said["time_zone"]) == ("2026-01-06", "Asia/Shanghai")
    assert statement(box, -1)["receivables"] == [first.receivable]


def test_the_day_is_that_of_the_legal_time_zone(box: Sandbox) -> None:
    """A minute before midnight in Shanghai is today's, a minute after it is tomorrow's."""
    to_midnight = 14 * HOUR
    box.clock.advance(ms=to_midnight - 60_000)
    late = box.held(1_00)
    box.clock.advance(ms=2 * 60_000)
    early = box.held(2_00)
    assert statement(box, -1)["receivables"] == [late.receivable]
    assert statement(box)["receivables"] == [early.receivable]


def test_a_day_without_any_says_so_and_one_to_come_has_none(box: Sandbox) -> None:
    """Nothing acknowledged is a statement, too; of tomorrow there is nothing to say."""
    said = statement(box)
    assert (said["of_day"], said["until"], said["count"]) == ([], [], 0)
    assert refusal(lambda: statement(box, 1)) == "field_invalid"
    assert refusal(lambda: acknowledged_file(box.embedded, "pty_nobody", None)) == (
        "record_not_found"
    )


def test_no_byte_of_a_statement_can_be_changed(box: Sandbox) -> None:
    """Another log's key, a changed sum, another head: none is taken."""
    box.held(100_00)
    data = acknowledged_file(box.embedded, box.party("core"), box.today)
    stranger = trust_in([note_key(ORIGIN, SigningKey.from_seed(bytes(32)).public)])
    with pytest.raises(Refused):
        read_statement_file(data, stranger)
    for at in range(0, len(data) - 1, 7):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(Refused):
            read_statement_file(changed, trust(box))
    box.held(1_00)
    later = json.loads(acknowledged_file(box.embedded, box.party("core"), box.today))
    mixed = json.loads(data) | {"checkpoint": later["checkpoint"]}
    text = json.dumps(mixed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert refusal(lambda: read_statement_file(text.encode(), trust(box))) == "statement_differs"


def test_an_obligor_reads_its_own_and_an_auditor_anybodys(served: Served) -> None:
    """Somebody else's is not found; a day out of form is refused."""
    box = served.box
    box.held(100_00)
    path, core = "/v1/reports/acknowledged", box.party("core")
    today = f"day={box.today}"
    own = served.get("core", f"{path}?{today}")
    assert (own.status_code, own.headers["cache-control"]) == (200, "no-store")
    asked = served.get("auditor", f"{path}?{today}&obligor={core}")
    assert (
        read_statement_file(asked.content, trust(box))[1]
        == (read_statement_file(own.content, trust(box))[1])
    )
    assert read_statement_file(own.content, trust(box))[1]["count"] == 1
    for name in ("supplier", "operator", "bank"):
        assert served.get(name, f"{path}?obligor={core}").status_code == 404
    assert served.get("", path).status_code == 401
    assert served.get("core", f"{path}?day=yesterday").json()["code"] == "date_invalid"
    yesterday = read_statement_file(served.get("core", path).content, trust(box))[1]
    assert (yesterday["day"], yesterday["count"]) == ("2026-01-04", 0)


def test_the_command_line_writes_it_from_a_folder_and_receipt_verifies_it(tmp_path: Path) -> None:
    """`report acknowledged` writes a file for its owner; `receipt` says what it proves."""
    make_ledger(tmp_path)
    ledger, out = tmp_path / "ledger", tmp_path / "daily.json"
    said = answer("report", "acknowledged", "--dir", ledger, "--as", "uscc:91340100MA9BLBT52X",
                  "--out", out)  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0
    proof = answer("receipt", out, "--policy", ledger / "policy")
    assert (proof["verified"], proof["what"]) == (True, "acknowledged")
    assert proof["statement"]["obligor"] == said["obligor"]
    assert "0 on 20" in duebill("receipt", out, "--policy", ledger / "policy").stdout


def test_the_client_reads_it_from_a_server(box: Sandbox) -> None:
    """The same statement by way of HTTP."""
    box.held(3_00)
    desk = Desk(box.party("core"), ORIGIN, box.keys["core"])
    with running(box) as url:
        data = Client(url, desk, clock=box.clock).acknowledged(day=box.today)
    assert read_statement_file(data, trust(box))[1]["count"] == 1
