"""Payment: proven by payee or bank, it discharges one holding; never a dead end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.financing.commands import AttestFailure, ReleaseLock
from ledger.financing.events import Evidence
from ledger.financing.records import Exposure, Financing, FinancingState
from ledger.parties.commands import Role
from ledger.parties.events import RolesAssigned
from ledger.receivables.clocks import is_overdue
from ledger.receivables.commands import PayTo
from ledger.receivables.records import Holding, HoldingState, ReceivableState, TransferState
from ledger.settlement import commands as s
from ledger.settlement.decide import stake
from ledger.settlement.state import Payment
from tests.support.market import Market, account, usd
from tests.support.world import DAY, TERMS, cny, digest, party, refusal

AGENT = replace(TERMS, pay_to=PayTo.PAYING_AGENT, paying_agent=party("bank"))


def test_a_receipt_discharges_the_holding_and_settles_the_receivable() -> None:
    """Part by part; the last unit closes the holding and, with it, the receivable."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 40_00))
    part = market.holding(holding.id)
    assert (part.state, part.outstanding) == (HoldingState.HELD, cny(60_00))
    market.at_ms += DAY
    market.do("supplier", market.payment(holding, 60_00))
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    receivable = market.receivable(holding.receivable)
    assert (receivable.state, receivable.outstanding) == (ReceivableState.SETTLED, cny(0))
    first, second = market.book.find(Payment, holding=holding.id)
    assert {first.amount, second.amount} == {cny(40_00), cny(60_00)}
    assert (first.evidence, first.account) == (Evidence.RECEIPT, None)
    assert (first.payer, first.payee) == (party("core"), party("supplier"))
    assert market.findings() == []


def test_a_statement_discharges_by_the_word_of_a_bank() -> None:
    """The account is the holder's, the line is used, and the bank stands on record."""
    market = Market()
    holding = market.held()
    market.do("bank", market.credit(holding, 100_00))
    (payment,) = market.book.all(Payment)
    assert (payment.evidence, payment.attested_by) == (Evidence.STATEMENT, party("bank"))
    assert payment.account == account("supplier")
    assert market.holding(holding.id).state is HoldingState.REDEEMED
    assert market.findings() == []


def test_a_payment_discharges_its_own_holding_only() -> None:
    """The sibling of a split is owed in full still, by whoever holds it."""
    market = Market()
    one, two = market.split("supplier", market.held(), 60_00, 40_00)
    market.accept("second", market.propose("supplier", two, "second"))
    market.do("supplier", market.payment(one, 60_00))
    other = market.holding(two.id)
    assert (other.holder, other.outstanding) == (party("second"), cny(40_00))
    receivable = market.receivable(one.receivable)
    assert (receivable.state, receivable.outstanding) == (
        ReceivableState.ACKNOWLEDGED,
        cny(40_00),
    )
    market.do("bank", market.credit(other, 40_00))
    assert market.receivable(one.receivable).state is ReceivableState.SETTLED


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("second", {}, "act_belongs_to_another_party"),
        ("core", {}, "act_belongs_to_another_party"),
        ("supplier", {"holding": "hld_x"}, "record_not_found"),
        ("supplier", {"amount": usd(1)}, "currency_mismatch"),
        ("supplier", {"value_date": date(2026, 1, 4)}, "payment_date_out_of_range"),
        ("supplier", {"value_date": date(2026, 1, 6)}, "payment_date_out_of_range"),
        ("supplier", {"amount": cny(100_01)}, "payment_exceeds_outstanding"),
    ],
)
def test_a_receipt_is_the_holders_over_what_is_outstanding(
    who: str, changes: dict[str, Any], code: str
) -> None:
    """The obligor's own word is none; one unit more than is owed is refused."""
    market = Market()
    command = replace(market.payment(market.held(), 100_00), **changes)
    assert refusal(market.do, who, command) == code


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("operator", {}, "operator_in_principal_leg"),
        ("supplier", {}, "role_missing"),
        ("bank", {"payer": party("other_core")}, "payer_is_not_obligor"),
        ("bank", {"amount": usd(1)}, "currency_mismatch"),
        ("bank", {"account": account("second")}, "account_not_of_holder"),
        ("bank", {"account": "acc_x"}, "account_not_of_holder"),
        ("bank", {"account": account("supplier", "USD")}, "currency_mismatch"),
        ("bank", {"value_date": date(2026, 1, 6)}, "payment_date_out_of_range"),
        ("bank", {"amount": cny(100_01)}, "payment_exceeds_outstanding"),
    ],
)
def test_a_statement_fits_payer_account_and_debt(
    who: str, changes: dict[str, Any], code: str
) -> None:
    """Each fault has its name; nothing is discharged."""
    market = Market()
    holding = market.held()
    assert refusal(market.do, who, market.credit(holding, 100_00, **changes)) == code
    assert market.holding(holding.id).paid == cny(0)


def test_money_paid_to_a_former_holder_discharges_nothing() -> None:
    """After a transfer only the new holder's account counts, and only its receipt."""
    market = Market()
    holding = market.held()
    former = market.credit(holding, 100_00)
    receipt = market.payment(holding, 100_00)
    market.accept("second", market.propose("supplier", holding, "second"))
    assert refusal(market.do, "bank", former) == "account_not_of_holder"
    assert refusal(market.do, "supplier", receipt) == "act_belongs_to_another_party"
    market.do("bank", replace(former, account=account("second")))


def test_a_bank_that_owes_does_not_attest_its_own_payment() -> None:
    """A payer's own statement is a claim, whatever other roles the payer has."""
    market = Market()
    holding = market.held()
    market.book.apply([RolesAssigned(party=party("core"), roles=(Role.OBLIGOR, Role.BANK))])
    assert refusal(market.do, "core", market.credit(holding, 1)) == "attester_is_payer"


def test_a_statement_line_pays_once() -> None:
    """Neither a second payment nor an advance is proven by a line that is used."""
    market = Market()
    market.do("bank", market.credit(market.held(), 50_00))
    again = market.credit(market.held(), 60_00)
    assert refusal(market.do, "bank", again) == "statement_line_is_used"
    financing = market.instructed()
    assert refusal(market.do, "bank", market.statement(financing)) == "statement_line_is_used"


def test_one_payment_is_not_counted_twice_by_two_witnesses() -> None:
    """Receipt and statement of one amount and day are the same money; one witness may repeat."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 30_00))
    for name in ("bank", "clearer"):
        assert refusal(market.do, name, market.credit(holding, 30_00)) == "payment_is_recorded"
    market.do("supplier", market.payment(holding, 30_00))
    market.do("bank", market.credit(holding, 20_00))
    assert refusal(market.do, "clearer", market.credit(holding, 20_00)) == "payment_is_recorded"
    assert market.holding(holding.id).paid == cny(80_00)


def test_a_payment_ends_a_pending_transfer() -> None:
    """What was offered has changed; the holder keeps the rest."""
    market = Market()
    holding = market.held()
    transfer = market.propose("supplier", holding, "second")
    market.do("supplier", market.payment(holding, 10_00))
    assert market.transfer(transfer.id).state is TransferState.LAPSED
    assert market.holding(holding.id).state is HoldingState.HELD
    assert market.findings() == []


@pytest.mark.parametrize("amount", [10_00, 100_00])
def test_a_payment_ends_a_contract_that_is_not_instructed(amount: int) -> None:
    """The obligor paid first: lock and financing end, exposure falls, the holder has its money.

    That takes a bank's word: the seller's own must not end the contract that it signed.
    """
    market = Market()
    financing = market.accepted()
    holding = market.holding_of(financing)
    assert refusal(market.do, "supplier", market.payment(holding, amount)) == "holding_is_locked"
    market.do("bank", market.credit(holding, amount))
    assert market.get(Financing, financing.id).state is FinancingState.LAPSED
    assert market.get(Exposure, financing.programme).amount == cny(0)
    after = market.holding(holding.id)
    assert after.state is (HoldingState.REDEEMED if amount == 100_00 else HoldingState.HELD)
    assert market.findings() == []


def test_a_payment_waits_while_an_advance_is_under_way() -> None:
    """Proof, failure or release each open the way; the payment is then the present holder's."""
    for way in ("proof", "failure", "release"):
        market = Market()
        financing = market.instructed()
        holding = market.holding_of(financing)
        refused = refusal(market.do, "supplier", market.payment(holding, 100_00))
        assert refused == "disbursement_in_flight"
        assert refusal(market.do, "bank", market.credit(holding, 1)) == "disbursement_in_flight"
        if way == "proof":
            market.confirm(financing)
        elif way == "failure":
            market.do("bank", AttestFailure(financing=financing.id, reference="no"))
        else:
            market.do("financier", ReleaseLock(financing=financing.id))
        holding = market.holding(holding.id)
        market.do(market.name_of(holding.holder), market.payment(holding, 100_00))
        assert market.holding(holding.id).state is HoldingState.REDEEMED
        assert market.findings() == []


def test_a_financed_holding_is_paid_to_the_financier() -> None:
    """Exposure falls with each part, and the last one repays the financing."""
    market = Market()
    financing = market.active()
    holding = market.holding_of(financing)
    old = market.credit(holding, 40_00, account=account("supplier"))
    assert refusal(market.do, "bank", old) == "account_not_of_holder"
    market.do("bank", market.credit(holding, 40_00))
    part = market.get(Financing, financing.id)
    assert (part.state, part.collected) == (FinancingState.ACTIVE, cny(40_00))
    assert market.get(Exposure, financing.programme).amount == cny(60_00)
    market.do("financier", market.payment(holding, 60_00))
    whole = market.get(Financing, financing.id)
    assert (whole.state, whole.collected) == (FinancingState.REPAID, cny(100_00))
    assert market.get(Exposure, financing.programme).amount == cny(0)
    assert market.receivable(holding.receivable).state is ReceivableState.SETTLED
    assert market.findings() == []


def test_late_payment_is_taken_and_overdue_is_only_a_flag() -> None:
    """Half a year after the due date the debt is paid like any other."""
    market = Market()
    holding = market.held()
    market.at_ms += 300 * DAY
    assert is_overdue(market.receivable(holding.receivable), market.book, market.at_ms)
    market.do("bank", market.credit(holding, 100_00))
    receivable = market.receivable(holding.receivable)
    assert receivable.state is ReceivableState.SETTLED
    assert not is_overdue(receivable, market.book, market.at_ms)


def distribution(market: Market, *legs: tuple[Holding, int], **changes: Any) -> Any:
    """The command by which the paying agent passes money on."""
    command = s.DistributePayment(
        receivable=legs[0][0].receivable,
        legs=tuple(
            s.Leg(
                holding=holding.id,
                account=account(market.name_of(holding.holder)),
                amount=cny(amount),
            )
            for holding, amount in legs
        ),
        value_date=market.today,
        reference="batch 1",
    )
    return replace(command, **changes)


def shared(market: Market) -> list[Holding]:
    """Two holdings of one receivable with a paying agent, in two hands."""
    one, two = market.split("supplier", market.held(terms=AGENT), 60_00, 40_00)
    return [one, market.accept("second", market.propose("supplier", two, "second"))]


def test_the_paying_agent_passes_on_to_all_holders_at_once() -> None:
    """One command, one statement line, a payment for each leg; the receivable is settled."""
    market = Market()
    one, two = shared(market)
    market.do("bank", distribution(market, (one, 30_00), (two, 20_00)))
    left = [market.holding(item.id).outstanding for item in (one, two)]
    assert left == [cny(30_00), cny(20_00)]
    market.at_ms += DAY
    rest = distribution(market, (one, 30_00), (two, 20_00))
    assert refusal(market.do, "bank", rest) == "statement_line_is_used"
    market.do("bank", replace(rest, reference="batch 2"))
    assert market.receivable(one.receivable).state is ReceivableState.SETTLED
    assert len(list(market.book.all(Payment))) == 4
    assert market.findings() == []


def test_a_distribution_is_the_agents_on_one_receivable_within_each_debt() -> None:
    """Another bank, another receivable, a holding twice or one unit too much are refused."""
    market = Market()
    one, two = shared(market)
    good = distribution(market, (one, 1), (two, 1))
    assert refusal(market.do, "supplier", good) == "role_missing"
    assert refusal(market.do, "clearer", good) == "not_the_paying_agent"
    unnamed = distribution(market, (market.held(), 1))
    assert refusal(market.do, "bank", unnamed) == "not_the_paying_agent"
    missing = replace(good, receivable="rcv_x")
    assert refusal(market.do, "bank", missing) == "record_not_found"
    for legs, code in (
        (((one, 1), (market.held(), 1)), "payment_does_not_fit"),
        (((one, 1), (one, 1)), "payment_does_not_fit"),
        (((one, 1), (two, 40_01)), "payment_exceeds_outstanding"),
    ):
        assert refusal(market.do, "bank", distribution(market, *legs)) == code
    bill = s.AdmitCosts(holding=one.id, amount=cny(1), evidence=digest("bill"))
    market.do("core", bill)
    costs = distribution(market, (one, 1), (one, 1))
    assert refusal(market.do, "bank", costs) == "payment_does_not_fit"
    stranger = replace(good.legs[0], account=account("second"))
    wrong = replace(good, legs=(stranger, good.legs[1]))
    assert refusal(market.do, "bank", wrong) == "account_not_of_holder"


def test_what_is_at_stake() -> None:
    """The amount, or the sum of the legs."""
    market = Market()
    one, two = shared(market)
    assert stake(market.book, market.payment(one, 5)) == cny(5)
    assert stake(market.book, market.credit(one, 6)) == cny(6)
    assert stake(market.book, distribution(market, (one, 7), (two, 8))) == cny(15)


def test_nothing_is_paid_on_what_is_closed() -> None:
    """A redeemed holding takes no more; a split one is paid by its children."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 100_00))
    assert refusal(market.do, "supplier", market.payment(holding, 1)) == "holding_is_closed"
    parent = market.held()
    market.split("supplier", parent, 60_00, 40_00)
    assert refusal(market.do, "supplier", market.payment(parent, 1)) == "holding_is_closed"


def test_value_dates_count_from_the_acknowledgement() -> None:
    """A credit of the day of the acknowledgement counts; one of the day before does not."""
    market = Market()
    holding = market.held()
    market.at_ms += 5 * DAY
    early = market.today - timedelta(days=6)
    command = replace(market.payment(holding, 1), value_date=early)
    assert refusal(market.do, "supplier", command) == "payment_date_out_of_range"
    market.do("supplier", replace(command, value_date=early + timedelta(days=1)))


def test_equal_payments_of_two_days_are_two_payments() -> None:
    """Another witness may prove the same amount for another day."""
    market = Market()
    holding = market.held()
    market.do("supplier", market.payment(holding, 30_00))
    market.at_ms += DAY
    market.do("bank", market.credit(holding, 30_00))
    assert market.holding(holding.id).paid == cny(60_00)
