"""What falls due, asked for: over HTTP, from the command line, by the party and by an auditor."""

from __future__ import annotations

from pathlib import Path

from api.client import Client, Desk
from tests.ledger.reports.test_due import file
from tests.support.cli import SUPPLIER, answer, duebill, make_ledger
from tests.support.sandbox import ORIGIN
from tests.support.served import Served, running

PATH = "/v1/reports/due"


def test_a_party_reads_its_own_and_an_auditor_anybodys(served: Served) -> None:
    """The same report; somebody else's is not found; a day out of form is refused."""
    box = served.box
    held, core = box.held(100_00, days=7), box.party("core")
    own = served.get("core", PATH).json()
    assert own["data"]["payable"] == {
        "totals": [{"currency": "CNY", "overdue": False, "count": 1, "sum": "100.00"}],
        "lines": [
            {
                "id": held.receivable,
                "other": box.party("supplier"),
                "outstanding": "100.00",
                "currency": "CNY",
                "due": "2026-01-12",
                "payable_on": "2026-01-12",
                "days": 7,
            }
        ],
    }
    assert (own["data"]["party"], own["data"]["day"]) == (core, "2026-01-05")
    assert own["ledger"]["size"] == box.store.size()
    assert served.get("auditor", f"{PATH}?party={core}").json() == own
    assert (
        served.get("core", f"{PATH}?day=2026-01-20").json()["data"]["payable"]["lines"][0]["days"]
        == -8
    )
    for name in ("supplier", "operator", "bank"):
        assert served.get(name, f"{PATH}?party={core}").status_code == 404
    assert served.get("auditor", f"{PATH}?party=pty_nobody").status_code == 404
    assert served.get("", PATH).status_code == 401
    assert served.get("core", f"{PATH}?day=tomorrow").json()["code"] == "date_invalid"


def test_each_holder_reads_its_part_alone(served: Served) -> None:
    """Nothing of its siblings, their holders or the whole."""
    box = served.box
    whole = box.held(100_00, days=7)
    kept, given = box.split("supplier", whole, 61_00, 39_00)
    box.transfer("supplier", given, "second")
    said = served.get("second", PATH).text
    assert given.id in said
    assert "39.00" in said
    for hidden in (kept.id, "61.00", "100.00", whole.receivable, box.party("supplier")):
        assert hidden not in said


def test_the_client_and_the_command_line_read_it_from_a_server(served: Served) -> None:
    """The same by way of HTTP, filings among it."""
    box = served.box
    held = box.held(3_00, days=7)
    over = file(box, "financier", held.id)
    box.pay(held, by="supplier")
    desk = Desk(box.party("financier"), ORIGIN, box.keys["financier"])
    with running(box) as url:
        said = Client(url, desk, clock=box.clock).due()
    assert [item["filing"] for item in said["filings"]] == [over.id]
    assert said == served.get("financier", PATH).json()["data"]


def test_the_command_line_shows_it_from_a_folder(tmp_path: Path) -> None:
    """As JSON, and as lines for people; nothing is due in a new ledger."""
    make_ledger(tmp_path)
    words = ("report", "due", "--dir", tmp_path / "ledger", "--as", SUPPLIER[0])
    said = answer(*words, "--day", "2026-02-01")
    assert (said["day"], said["payable"]["lines"], said["filings"]) == ("2026-02-01", [], [])
    assert duebill(*words).stdout.splitlines() == [
        "To pay: 0",
        "To be paid: 0",
        "To discharge in the registry: 0",
    ]
