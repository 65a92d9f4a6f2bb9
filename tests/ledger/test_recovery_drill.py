"""The drill of `docs/how-to/recover-a-key.md`: a stolen key drains a supplier, and what stops it.

Ann's key is stolen. The thief offers the supplier's holding to an accomplice and puts an address
of its own in place of the office's. Bob, the supplier's other person, hears of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.drafting import new_jti
from ledger.book import Book
from ledger.burdens import commands as b
from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.changes import commands as ch
from ledger.changes.records import Change, ChangeState
from ledger.conduct.commands import SuspendParty
from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.parties import commands as p
from ledger.parties.commands import Notice, Role
from ledger.parties.records import Recovery, Tiding
from ledger.parties.tellings import tellings
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, HoldingState
from ledger.service import Receipt
from ledger.settlement.commands import AttestPayment
from tests.support.changing import consenting
from tests.support.sandbox import DAY, Sandbox, cny, digest, open_sandbox, signing_key

OFFICE = "mailto:finance@victim.example"
THIEF = "https://thief.example/inbox"
ANN, BOB, NEW = "victim", "victim/bob", "victim/new"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with a supplier of two people, who named where the office is told."""
    with open_sandbox(tmp_path) as opened:
        opened.enrol("victim", (Role.SUPPLIER,), "bob")
        by(opened, BOB, contact(OFFICE))
        yield opened


def contact(address: str) -> p.SetContact:
    """A contact that is told of keys and recoveries."""
    return p.SetContact(address=address, notices=(Notice.KEY_CHANGES, Notice.RECOVERY))


def by(box: Sandbox, label: str, command: Any, *seen: Any, jti: str | None = None) -> Receipt:
    """The victim gives a command, signed with this key."""
    expect = {record.id: record.last_seq for record in seen}
    draft = box.desk("victim").draft(command, expect=expect, jti=jti)
    return box.service.submit(draft.signed(box.keys[label]))


def refusal(act: Any, *what: Any) -> str:
    """The code with which an act is refused."""
    with pytest.raises(Refused) as caught:
        act(*what)
    return caught.value.code.value


def told(box: Sandbox, receipt: Receipt) -> list[Tiding]:
    """What is to be told of an entry."""
    return list(tellings(Book(box.store.records), receipt.events, box.clock.ms))


def open_recovery(
    box: Sandbox, name: str, *, of: str = "victim", by_label: str = ""
) -> tuple[Recovery, Receipt]:
    """A recovery of a party's keys with a new key for ann, and the receipt of its opening."""
    box.keys[NEW] = signing_key(NEW)
    jti = new_jti(box.clock.ms)
    new = box.desk(name).new_key(box.keys[NEW], "ann", jti)
    command = p.OpenRecovery(party=box.party(of), keys=(new,), evidence=digest("police report"))
    draft = box.desk(name).draft(command, jti=jti)
    receipt = box.service.submit(draft.signed(box.keys[by_label or name]))
    (recovery,) = (item for item in box.all(Recovery) if item.last_seq == receipt.seq)
    return recovery, receipt


def test_the_drill(box: Sandbox) -> None:
    """Revoke, open, take back, wait, complete: the holding stays, and the thief gets nothing."""
    holding = box.held(100_00, by="victim")
    changed = by(box, ANN, contact(THIEF))
    offered = box.propose("victim", holding, "second")
    # The office hears at its own address that it was replaced there.
    (hint,) = told(box, changed)
    assert (hint.notice, hint.addresses) == (Notice.KEY_CHANGES, (THIEF, OFFICE))
    # Bob stops the stolen key. That alone does not stop what it has signed already.
    by(box, BOB, p.RevokeKey(kid=box.keys[ANN].public.kid, reason="stolen"))
    recovery, receipt = open_recovery(box, "victim", by_label=BOB)
    (hint,) = told(box, receipt)
    assert (hint.notice, hint.addresses) == (Notice.RECOVERY, (THIEF, OFFICE))
    # Nothing moves now: not to the accomplice, and not by anybody who has a key of the victim.
    assert refusal(box.accept, "second", offered) == "recovery_is_open"
    veto = p.VetoRecovery(recovery=recovery.id, reason="not_lost")
    assert refusal(by, box, ANN, veto) == "key_not_in_force"
    assert refusal(by, box, BOB, contact(OFFICE)) == "recovery_is_open"
    by(box, BOB, c.RescindTransfer(transfer=offered.id))
    box.clock.advance(days=3)
    done = by(box, BOB, p.CompleteRecovery(recovery=recovery.id))
    assert {item.notice for item in told(box, done)} == {Notice.RECOVERY, Notice.KEY_CHANGES}
    by(box, NEW, contact(OFFICE))
    assert box.now(holding).holder == box.party("victim")
    assert box.now(holding).state is HoldingState.HELD


def test_a_thief_with_the_only_key_can_veto_and_gains_nothing(box: Sandbox) -> None:
    """What remains: the log cannot know who is the thief, so a living key stops a recovery.

    Until a court has spoken the operator, or a regulator, suspends the party: nothing that its
    key has begun passes on, and who opens another recovery has the holding in peace.
    """
    by(box, BOB, p.RevokeKey(kid=box.keys[BOB].public.kid, reason="left"))
    holding = box.held(100_00, by="victim")
    offered = box.propose("victim", holding, "second")
    reported = SuspendParty(
        party=box.party("victim"), reason="key_stolen", evidence=digest("police report")
    )
    box.do("operator", reported)
    recovery, _ = open_recovery(box, "bank")
    by(box, ANN, p.VetoRecovery(recovery=recovery.id, reason="mine"))
    assert refusal(box.do, "bank", p.CompleteRecovery(recovery=recovery.id)) == "recovery_is_over"
    assert refusal(box.accept, "second", offered) == "party_is_suspended"
    assert refusal(by, box, ANN, contact(THIEF)) == "party_is_suspended"
    account = p.AddAccount(number="1", bank="Thief", currency="CNY")
    assert refusal(by, box, ANN, account) == "party_is_suspended"
    box.clock.advance(days=2)
    assert refusal(box.accept, "second", offered) == "transfer_has_lapsed"
    assert box.now(holding).holder == box.party("victim")


def test_money_is_not_sent_on_a_stolen_signature(box: Sandbox) -> None:
    """A financing that the thief accepted is not instructed while the seller recovers its keys."""
    holding = box.held(100_00, by="victim")
    offer = box.offer(box.programme())
    financing = box.sell("victim", holding, offer)
    open_recovery(box, "bank")
    instruct = f.InstructDisbursement(
        financing=financing.id, value_date=box.today, reference="ADV-1"
    )
    assert refusal(box.do, "financier", instruct) == "recovery_is_open"


def test_an_offer_of_a_stolen_key_binds_no_financier(box: Sandbox) -> None:
    """A standing offer that a thief made is not taken up while a recovery is open."""
    box.enrol("lender", (Role.FINANCIER,))
    offer = box.offer(box.programme("lender"), by="lender")
    holding = box.held(50_00)
    open_recovery(box, "bank", of="lender")
    assert refusal(box.sell, "supplier", holding, offer) == "recovery_is_open"


def test_an_issue_of_a_stolen_key_binds_no_obligor(box: Sandbox) -> None:
    """What a thief proposed to owe is not signed for while a recovery is open."""
    proposed = box.issue(50_00)
    open_recovery(box, "bank", of="core")
    assert refusal(box.sign_for, proposed) == "recovery_is_open"


def test_security_of_a_stolen_key_secures_nobody(box: Sandbox) -> None:
    """A pledge that a thief offered is not accepted while a recovery is open; it is taken back."""
    holding = box.held(50_00, by="victim")
    offer = b.ProposeEncumbrance(
        holding=holding.id,
        secured_party=box.party("financier"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=box.clock.ms + DAY,
        amount=holding.amount,
    )
    by(box, ANN, offer)
    (item,) = box.all(Encumbrance)
    open_recovery(box, "bank")
    accept = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    assert refusal(box.do, "financier", accept, item, box.now(holding)) == "recovery_is_open"
    by(box, BOB, b.RescindEncumbrance(encumbrance=item.id))
    assert box.now(item).state is EncumbranceState.RESCINDED
    assert box.now(holding).burdens == ()


def test_a_change_that_a_stolen_key_signed_is_not_applied(box: Sandbox) -> None:
    """Whoever answers last: neither a thief's proposal nor its consent ends a debt."""
    holding = box.held(50_00, by="victim")
    end = ch.ProposeCancellation(
        receivable=holding.receivable, document=digest("end"), lapses_ms=box.clock.ms + DAY
    )
    by(box, ANN, end)
    (proposed,) = box.all(Change)
    passed = box.transfer("victim", box.held(50_00, by="victim"), "second")
    end = replace(end, receivable=passed.receivable)
    box.do("core", end)
    (consented,) = (item for item in box.all(Change) if item.id != proposed.id)
    by(box, ANN, consenting(consented), consented)
    open_recovery(box, "bank")
    consented = box.now(consented)
    for name, item in (("core", proposed), ("second", consented)):
        assert refusal(box.do, name, consenting(item), item) == "recovery_is_open"
    by(box, BOB, ch.RescindChange(change=proposed.id))
    assert box.now(proposed).state is ChangeState.RESCINDED
    assert (box.now(holding).outstanding, box.now(passed).outstanding) == (cny(50_00), cny(50_00))


def test_debts_of_a_party_that_recovers_are_paid(box: Sandbox) -> None:
    """What others pay and prove goes on: a recovery is no reason to owe."""
    holding = box.held(100_00, by="victim")
    account = by(box, BOB, p.AddAccount(number="1", bank="Bank", currency="CNY"))
    open_recovery(box, "bank")
    (added,) = (item.account for item in account.events if hasattr(item, "account"))
    payment = AttestPayment(
        holding=holding.id,
        payer=box.party("core"),
        account=added,
        amount=holding.amount,
        value_date=box.today,
        reference="LINE-1",
    )
    box.do("bank", payment)
    assert box.get(Holding, holding.id).outstanding.minor == 0
