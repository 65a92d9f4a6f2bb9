"""Security and freezes on a whole ledger: financing, payment, and who reads what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.visibility import RULES
from ledger.book import Book
from ledger.burdens import commands as b
from ledger.burdens.events import EncumbranceProposed, FreezeRecorded
from ledger.burdens.records import Encumbrance, Freeze
from ledger.envelope import read_disclosure
from ledger.evidence import entry_for, evidence_of
from ledger.financing import commands as f
from ledger.parties.state import Party
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, HoldingState
from ledger.settlement.commands import AttestPayment
from tests.support.sandbox import DAY, Sandbox, cny, digest, open_sandbox, refusal


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A founded ledger."""
    with open_sandbox(tmp_path) as box:
        yield box


def freeze(box: Sandbox, holding: Holding, amount: int, by: str = "operator") -> Freeze:
    """A freeze on record."""
    command = b.RecordFreeze(
        debtor=box.now(holding).holder,
        court="Pudong Court",
        case="2026-7",
        order=digest("order"),
        amount=cny(500_00),
        served_ms=box.clock.ms,
        until_ms=box.clock.ms + 30 * DAY,
        parts=(b.Part(holding=holding.id, amount=cny(amount)),),
    )
    recorded = box.do(by, command).events[0]
    assert isinstance(recorded, FreezeRecorded)
    return box.get(Freeze, recorded.freeze)


def offered(box: Sandbox, holding: Holding, amount: int) -> Encumbrance:
    """A pledge that the supplier offers the financier."""
    command = b.ProposeEncumbrance(
        holding=holding.id,
        secured_party=box.party("financier"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=box.clock.ms + DAY,
        amount=cny(amount),
    )
    proposed = box.do("supplier", command).events[-1]
    assert isinstance(proposed, EncumbranceProposed)
    return box.get(Encumbrance, proposed.encumbrance)


def pledged(box: Sandbox, holding: Holding, amount: int) -> Encumbrance:
    """The pledge once it is accepted."""
    item = offered(box, holding, amount)
    command = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    box.do("financier", command, box.now(item), box.now(holding))
    return box.now(item)


def test_what_is_burdened_is_not_financed(box: Sandbox) -> None:
    """Pledged or frozen it is refused, whole; the part split off is sold. So no advance is ever
    on more than outstanding less prior encumbrances.
    """
    offer = box.offer(box.programme())
    holding, other = box.held(100_00), box.held(100_00)
    pledged(box, holding, 40_00)
    freeze(box, other, 40_00)
    assert refusal(lambda: box.sell("supplier", holding, offer)) == "holding_is_encumbered"
    assert refusal(lambda: box.sell("supplier", other, offer)) == "holding_is_frozen"
    _, free = box.split("supplier", holding, 40_00, 60_00)
    assert box.sell("supplier", free, offer).face == cny(60_00)


def test_a_freeze_stops_an_advance_that_is_not_instructed(box: Sandbox) -> None:
    """The lock stays for its time; lifted, the financier instructs."""
    financing = box.sell("supplier", box.held(100_00), box.offer(box.programme()))
    holding = box.get(Holding, financing.holding)
    item = freeze(box, holding, 1)
    assert box.now(holding).state is HoldingState.LOCKED
    instruct = f.InstructDisbursement(
        financing=financing.id, value_date=box.today, reference="pain.001"
    )
    assert refusal(lambda: box.do("financier", instruct)) == "holding_is_frozen"
    box.do("operator", b.LiftFreeze(freeze=item.id, order=digest("off")))
    box.do("financier", instruct)


def test_a_freeze_that_comes_after_the_money_went_stays_on_the_holding(box: Sandbox) -> None:
    """Instructed before, proven after: title moves, and what is frozen is so in the new hands."""
    financing = box.sell("supplier", box.held(100_00), box.offer(box.programme()))
    instruct = f.InstructDisbursement(
        financing=financing.id, value_date=box.today, reference="pain.001"
    )
    box.do("financier", instruct)
    holding = box.get(Holding, financing.holding)
    freeze(box, holding, 30_00)
    proof = f.ConfirmReceipt(financing=financing.id, amount=financing.price, paid_on=box.today)
    box.do("supplier", proof)
    sold = box.now(holding)
    assert (sold.state, sold.holder) == (HoldingState.FINANCED, box.party("financier"))
    assert sold.burdened(BurdenKind.FREEZE, box.clock.ms) == cny(30_00)


def test_a_bank_attests_what_is_not_frozen(box: Sandbox) -> None:
    """60 of 100 are frozen: the bank's word for 40.01 is refused, for 40.00 it counts."""
    holding = box.held(100_00)
    freeze(box, holding, 60_00, by="core")
    account = box.account("supplier")

    def attest(minor: int) -> None:
        command = AttestPayment(
            holding=holding.id,
            payer=box.party("core"),
            account=account,
            amount=cny(minor),
            value_date=box.today,
            reference=f"line {minor}",
        )
        box.do("bank", command)

    assert refusal(lambda: attest(40_01)) == "amount_is_frozen"
    attest(40_00)
    assert box.now(holding).outstanding == cny(60_00)


def _sees(box: Sandbox, name: str, record: Encumbrance | Freeze | Holding) -> frozenset[str] | None:
    book = Book(box.store.records)
    return RULES[type(record)].hidden(record, book, box.party(name))


def test_who_reads_security(box: Sandbox) -> None:
    """Both sides while it is offered; the obligor, too, when it lies. The secured party reads the
    holding, and the children that it lies on.
    """
    holding = box.held(100_00)
    assert _sees(box, "financier", holding) is None
    item = offered(box, holding, 40_00)
    seen = {name: _sees(box, name, item) for name in ("supplier", "financier", "core", "rival")}
    nothing: frozenset[str] = frozenset()
    assert seen == {"supplier": nothing, "financier": nothing, "core": None, "rival": None}
    assert _sees(box, "financier", holding) == {"parent", "ordinal"}
    command = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    box.do("financier", command, item, box.now(holding))
    assert _sees(box, "core", box.now(item)) == nothing
    front, free = box.split("supplier", box.now(holding), 40_00, 60_00)
    assert _sees(box, "financier", front) == {"parent", "ordinal"}
    assert _sees(box, "financier", free) is None
    box.transfer("supplier", free, "second")
    assert _sees(box, "second", box.now(item)) is None
    assert _sees(box, "second", box.now(front)) is None


def test_who_reads_a_freeze(box: Sandbox) -> None:
    """All of it the debtor and the recorder; the court and no sums the obligor, and the financier
    that has it locked; nobody else.
    """
    financing = box.sell("supplier", box.held(100_00), box.offer(box.programme()))
    item = freeze(box, box.get(Holding, financing.holding), 30_00)
    wider = {"amount", "frozen", "executed", "receivables"}
    names = ("operator", "supplier", "core", "financier", "rival", "second")
    seen = [_sees(box, name, item) for name in names]
    assert seen == [frozenset(), frozenset(), wider, wider, None, None]


def test_who_is_shown_what_was_sealed(box: Sandbox) -> None:
    """Of an order over two holdings each obligor and buyer sees its own part and the court, the
    debtor all; of security both sides and the obligor everything.
    """
    one, other = box.held(100_00), box.held(200_00)
    sold = box.sell("supplier", one, box.offer(box.programme()))
    command = b.RecordFreeze(
        debtor=box.party("supplier"),
        court="Pudong Court",
        case="2026-7",
        order=digest("order"),
        amount=cny(500_00),
        served_ms=box.clock.ms,
        until_ms=box.clock.ms + DAY,
        parts=tuple(
            b.Part(holding=item.id, amount=cny(minor)) for item, minor in ((one, 11), (other, 22))
        ),
    )
    seq = box.do("operator", command).seq
    assert sold.holder == box.party("supplier")
    every = ["0.11", "0.22", "500.00", "2026-7", "Pudong Court", box.party("supplier")]
    assert _shown(box, seq, "supplier") == sorted(every)
    assert _shown(box, seq, "financier") == sorted({*every} - {"0.22", "500.00"})
    assert _shown(box, seq, "core") == sorted({*every} - {"500.00"})
    assert _shown(box, seq, "rival") == []

    third = box.held(300_00)
    item = pledged(box, third, 33)
    (seq,) = [
        entry.seq
        for entry in evidence_of(box.store, box.store.records, third.id, _party(box, "supplier"))
        if "0.33" in _texts(entry.disclosures)
    ]
    assert box.now(item).placed_ms == box.clock.ms
    for name in ("supplier", "financier", "core"):
        assert _shown(box, seq, name) == sorted(["0.33", box.party("financier")])
    assert _shown(box, seq, "rival") == []


def _party(box: Sandbox, name: str) -> Party:
    return box.get(Party, box.party(name))


def _texts(disclosures: tuple[str, ...]) -> list[str]:
    """The values, without the salts of effects."""
    opened = [read_disclosure(text) for text in disclosures]
    values = [value for _, name, value in opened if name != "salt"]
    return sorted(str(item.get("amount") if isinstance(item, dict) else item) for item in values)


def _shown(box: Sandbox, seq: int, name: str) -> list[str]:
    """The values of an entry that a party is shown."""
    entry = entry_for(box.store, box.store.records, seq, _party(box, name))
    return _texts(entry.disclosures)
