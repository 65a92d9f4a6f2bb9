"""Packs over HTTP and on the command line: what a party can show, and the verdict on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.sheet.page import pack_in
from ledger.audit.folder import export_log
from ledger.chain.trust import trust_in
from ledger.errors import Halted
from ledger.financing.state import Financing
from ledger.packs.verify import VerifiedPack, verify_pack, verify_receipt_file
from ledger.receivables.records import Holding
from tests.support.cli import answer, duebill, refused
from tests.support.sandbox import Sandbox
from tests.support.story import Story, tell

BANK = "Bank of Elsewhere"


@dataclass(frozen=True)
class Told:
    """A story with one more holding, `locked` for `financing`."""

    story: Story
    locked: Holding
    financing: Financing

    @property
    def box(self) -> Sandbox:
        """The ledger itself."""
        return self.story.box

    def evidence(self, name: str, holding: Holding, accept: str = "application/json") -> Any:
        """The response to a party's question for evidence."""
        path = f"/v1/holdings/{holding.id}/evidence"
        return self.story.served.get(name, path, accept=accept)

    def certificate(self, name: str, holding: Holding, body: Any = None) -> Any:
        """The response to a party's question for a certificate."""
        path = f"/v1/holdings/{holding.id}/certificate"
        return self.story.served.post(name, path, {"recipient": BANK} if body is None else body)

    def verified(self, data: bytes) -> VerifiedPack:
        """A pack verified by who trusts the ledger's log."""
        return verify_pack(data, trust_in(self.box.embedded.log_keys()))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A served ledger with one locked holding."""
    with tell(tmp_path_factory.mktemp("packs")) as story:
        locked = story.box.held(900_00)
        financing = story.box.sell("supplier", locked, story.offer)
        yield Told(story, story.box.now(locked), financing)


def test_a_holder_gets_its_evidence(told: Told) -> None:
    """It verifies, says what is held, and is kept by nobody on the way."""
    got = told.evidence("second", told.story.sold)
    assert (got.status_code, got.headers["cache-control"]) == (200, "no-store")
    assert got.headers["content-type"] == "application/json"
    assert got.headers["etag"].strip('"')
    found = told.verified(got.content)
    assert found.statement.asker == told.box.party("second")
    assert found.statement.size == told.box.service.signed.size
    assert found.statement.facts["holding"]["amount"]["amount"] == "40.00"
    assert '"60.00"' not in json.dumps(found.statement.facts)


@pytest.mark.parametrize("name", ["supplier", "core", "auditor", "regulator"])
def test_whoever_it_concerns_gets_it(told: Told, name: str) -> None:
    """Who had it, who owes it, and who sees everything."""
    found = told.verified(told.evidence(name, told.story.sold).content)
    assert found.statement.asker == told.box.party(name)


@pytest.mark.parametrize("name", ["rival", "financier", "bank", "operator"])
def test_strangers_get_the_answer_for_what_is_not_there(told: Told, name: str) -> None:
    """Nothing tells whether the id exists; the operator is a stranger to claims, too."""
    holding = told.story.sold
    absent = told.story.served.get(name, f"/v1/holdings/hld_{'a' * 26}/evidence")
    for got in (told.evidence(name, holding), told.certificate(name, holding), absent):
        assert (got.status_code, got.json()["code"]) == (404, "record_not_found")
    assert told.evidence("", holding).status_code == 401


def test_the_financier_of_a_lock_sees_what_it_buys(told: Told) -> None:
    """Amount, debtor, chain and invoices of the holding that is locked for it; before that none."""
    found = told.verified(told.evidence("financier", told.locked).content)
    facts = found.statement.facts
    assert facts["holding"]["amount"]["amount"] == "900.00"
    assert facts["invoices"][0]["used"]["amount"] == "900.00"
    assert facts["parties"][told.box.party("core")]["name"] == "Core Ltd"
    assert told.evidence("rival", told.locked).status_code == 404


def test_a_locked_holding_is_certified(told: Told) -> None:
    """For both sides of the financing, with its price; not for the debtor, who is not told it."""
    for name in ("supplier", "financier", "auditor"):
        found = told.verified(told.certificate(name, told.locked).content)
        lock = found.statement.facts["certificate"]["lock"]
        assert (lock["financing"], lock["sole"]) == (told.financing.id, True)
        assert found.statement.recipient == BANK
    got = told.certificate("core", told.locked)
    assert (got.status_code, got.json()["code"]) == (404, "record_not_found")


def test_only_a_live_lock_is_certified(told: Told) -> None:
    """Neither what is held freely nor what is funded already."""
    kept = told.certificate("supplier", told.story.kept)
    assert (kept.status_code, kept.json()["code"]) == (409, "holding_is_not_locked")
    box = told.box
    funded = box.get(Holding, told.story.financing.holding)
    assert told.certificate("financier", funded).json()["code"] == "holding_is_not_locked"


def test_a_lock_that_time_has_ended_is_not_certified(tmp_path: Path) -> None:
    """Though no entry says yet that it lapsed."""
    with tell(tmp_path) as story:
        locked = story.box.held(900_00)
        story.box.sell("supplier", locked, story.offer)
        found = Told(story, locked, story.financing)
        assert found.certificate("supplier", locked).status_code == 200
        story.box.clock.advance(days=30)
        got = found.certificate("supplier", locked)
        assert got.json()["code"] == "holding_is_not_locked"


@pytest.mark.parametrize(
    "body", [{}, {"recipient": ""}, {"recipient": " "}, {"recipient": 1}, {"to": "x"}, b"[]"]
)
def test_a_certificate_names_its_recipient(told: Told, body: Any) -> None:
    """A name of at most 200 characters and nothing else."""
    assert told.certificate("supplier", told.locked, body).json()["code"] == "field_invalid"
    long = told.certificate("supplier", told.locked, {"recipient": "x" * 201})
    assert long.json()["code"] == "field_invalid"


def test_the_sheet_is_what_people_read(told: Told) -> None:
    """The same evidence as a page that holds the pack."""
    got = told.evidence("second", told.story.sold, "text/html")
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert b"Second Ltd" in got.content
    assert told.verified(pack_in(got.content)).statement.holding == told.story.sold.id


def test_receipts_over_http_are_files(told: Told) -> None:
    """Canonical, with what the caller may see, under the newest head."""
    box = told.box
    seq = box.now(told.story.sold).last_seq
    got = told.story.served.get("second", f"/v1/receipts/{seq}", accept="application/json")
    receipt = verify_receipt_file(got.content, trust_in(box.embedded.log_keys()))
    assert receipt.entry.seq == seq


def test_a_halted_ledger_states_nothing(tmp_path: Path) -> None:
    """What may be damaged is not signed for."""
    with tell(tmp_path) as story:
        story.box.service.halt("the scrub found a fault")
        with pytest.raises(Halted):
            story.box.embedded.sign_statement("")
        told = Told(story, story.kept, story.financing)
        assert told.evidence("second", story.sold).status_code == 503


# -- the command line ------------------------------------------------------------------------------
@pytest.fixture
def desk(told: Told, tmp_path: Path) -> Path:
    """A copy of the ledger's folder, the log's policy file and an export, to be used freely."""
    box = told.box
    shutil.copytree(
        box.embedded.folder, tmp_path / "ledger", ignore=shutil.ignore_patterns("*.lock")
    )
    keys = box.embedded.log_keys()
    (tmp_path / "policy").write_text(trust_in(keys).text(), encoding="utf-8")
    export_log(box.store, tmp_path / "export", keys)
    return tmp_path


def test_evidence_from_a_folder_verifies(told: Told, desk: Path) -> None:
    """Made, verified, compared with an export, and made into a sheet that verifies again.

    Both are for their owner alone, also where a file was that others could read.
    """
    pack, page = desk / "pack.json", desk / "page.html"
    for old in (pack, page):
        old.touch()
        old.chmod(0o644)
    party = ("--as", told.box.party("second"), "--dir", desk / "ledger")
    made = answer("evidence", told.story.sold.id, *party, "--out", pack)
    assert made["bytes"] == pack.stat().st_size
    assert pack.stat().st_mode & 0o077 == 0
    trust = ("--policy", desk / "policy")
    said = answer("receipt", pack, *trust, "--export", desk / "export", "--sheet", page)
    assert (said["what"], said["state"], said["sheet"]) == ("evidence", "included", False)
    assert said["since"]["moved"] == []
    assert page.stat().st_mode & 0o077 == 0
    again = answer("receipt", page, *trust)
    assert (again["what"], again["sheet"]) == ("evidence", True)
    assert again["facts"] == said["facts"]
    html = desk / "html.html"
    duebill("evidence", told.story.sold.id, *party, "--html", "--out", html)
    assert answer("receipt", html, *trust)["sheet"] is True
    changed = page.read_bytes().replace(b"Second Ltd", b"Somebody", 1)
    page.write_bytes(changed)
    assert refused("receipt", page, *trust) == "sheet_differs"


def test_a_certificate_is_told_in_words(told: Told, desk: Path) -> None:
    """For whom it is, how far it goes, and that no auditor vouches."""
    pack = desk / "certificate.json"
    pack.write_bytes(told.certificate("supplier", told.locked).content)
    said = duebill("receipt", pack, "--policy", desk / "policy").stdout
    assert "certificate of" in said
    assert f"to show to {BANK}" in said
    assert "included: the policy's quorum is none" in said
    assert "no auditor of the policy vouches" in said
    words = ("--as", told.box.party("supplier"), "--dir", desk / "ledger", "--certificate", BANK)
    late = refused("evidence", told.locked.id, *words, "--out", desk / "late.json")
    assert late == "holding_is_not_locked"  # the command line has the clock of this machine


def test_a_receipt_has_no_sheet(told: Told, desk: Path) -> None:
    """That is wrong usage; strangers' ids are refused."""
    receipt = desk / "receipt.json"
    seq = told.story.whole.last_seq
    got = told.story.served.get("auditor", f"/v1/receipts/{seq}", accept="application/json")
    receipt.write_bytes(got.content)
    trust = ("--policy", desk / "policy")
    assert answer("receipt", receipt, *trust, "--export", desk / "export")["seq"] == seq
    duebill("receipt", receipt, *trust, "--sheet", desk / "x.html", status=2)
    stranger = ("--as", told.box.party("rival"), "--dir", desk / "ledger", "--out", desk / "x")
    assert refused("evidence", told.story.sold.id, *stranger) == "record_not_found"
