"""The published files: made again they are the same, and each has the verdict that it should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.sheet.page import check_sheet, pack_in
from ledger.chain.receipt import State
from ledger.chain.trust import TrustPolicy, parse_trust, trust_in
from ledger.errors import Refused
from ledger.packs.statement import PackKind
from ledger.packs.verify import VerifiedPack, verify_pack, verify_receipt_file
from tests.support.packs import RECIPIENT
from tests.vectors.make_packs import FOLDER, SECONDS, made

TRUST = parse_trust((FOLDER / "policy").read_text("utf-8"))


def read(name: str) -> bytes:
    """A vector file."""
    return (FOLDER / name).read_bytes()


def pack(name: str, trust: TrustPolicy = TRUST) -> VerifiedPack:
    """A vector that is a pack, verified."""
    return verify_pack(read(name), trust)


def test_the_files_are_what_their_maker_makes() -> None:
    """A changed byte form, key, salt or rule shows here first."""
    files = {path.name: path.read_bytes() for path in Path(FOLDER).iterdir()}
    assert files == made()


def test_the_receipt_is_witnessed() -> None:
    """Both witnesses cosigned, with their times; one of them replays the rules."""
    receipt = verify_receipt_file(read("receipt.json"), TRUST)
    assert receipt.head.state is State.WITNESSED
    assert receipt.head.cosigned == {"auditor-north": SECONDS, "harbour": SECONDS + 60}
    assert receipt.head.auditors == ("auditor-north",)
    assert receipt.envelope.kind == "receivable.acknowledge"
    assert len(receipt.envelope.signatures) == 2


def test_without_a_quorum_it_is_included() -> None:
    """A policy that names the log alone is told no more than that the log signed."""
    alone = verify_receipt_file(read("receipt.json"), trust_in(TRUST.log_keys()))
    assert (alone.head.state, dict(alone.head.cosigned)) == (State.INCLUDED, {})


@pytest.mark.parametrize("case", json.loads(read("refused.json")), ids=lambda case: case["why"])
def test_receipts_with_one_thing_wrong_are_refused(case: dict[str, str]) -> None:
    """Each with the code that the file says."""
    with pytest.raises(Refused) as caught:
        verify_receipt_file(case["data"].encode(), TRUST)
    assert caught.value.code.value == case["code"]


def test_the_evidence_tells_its_holder_all_and_no_more() -> None:
    """Its own amount and chain; not what the rest of the claim is, nor of which invoices."""
    found = pack("evidence.json")
    facts = found.statement.facts
    assert found.statement.kind is PackKind.EVIDENCE
    assert facts["holding"]["amount"] == {"amount": "30000.01", "currency": "CNY"}
    assert [hand["by"] for hand in facts["hands"]] == ["acknowledgement", "transfer"]
    assert "invoices" not in facts
    text = json.dumps(facts) + str([item.disclosures for item in found.envelopes])
    for secret in ("90000.00", "20000.00", "39999.99"):
        assert secret not in text
    kinds = [item.kind for item in found.envelopes]
    assert {"ledger.open", "manifest.sign", "receivable.register"} <= set(kinds)


def test_the_certificate_says_what_is_not_known() -> None:
    """Price and lock are there; what the ledger has no record of is said to be so."""
    found = pack("certificate.json")
    told = found.statement.facts["certificate"]
    assert found.statement.recipient == RECIPIENT
    assert told["lock"]["sole"] is True
    assert told["price"]["face"]["amount"] == "39999.99"
    assert told["tax"]["red_letter"] == told["tax"]["tax_bureau"] == "not_checked"
    assert told["registry"]["search_digest"] == told["dispositions"] == "none_recorded"
    assert found.head.auditors == ("auditor-north",)


def test_the_sheet_is_made_from_the_pack_in_it() -> None:
    """And the pack in it is the evidence."""
    page = read("sheet.html")
    assert pack_in(page) == read("evidence.json")
    check_sheet(page, pack("evidence.json"))
    changed = page.replace(b"30000.01", b"90000.01", 1)
    with pytest.raises(Refused) as caught:
        check_sheet(changed, pack("evidence.json"))
    assert caught.value.code.value == "sheet_differs"
