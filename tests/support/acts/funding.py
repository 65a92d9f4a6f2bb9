"""Acts about programmes, offers, advances and payments, by kind of command."""

from __future__ import annotations

from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing.acts import lapse
from ledger.financing.records import Financing, FinancingState, Offer, Programme
from ledger.money import Money
from ledger.receivables.records import Holding, HoldingState, Receivable, Transfer
from ledger.settlement import commands as t
from tests.support import having as h
from tests.support.actors import HOUR, Stage
from tests.support.acts.alerts import cleared
from tests.support.acts.parties import Act
from tests.support.founding import (
    FINANCIERS,
)
from tests.support.having.notices import clear

OPEN = (HoldingState.HELD, HoldingState.TRANSFER_PENDING, HoldingState.FINANCED)


# -- financing -------------------------------------------------------------------------------------
def _open_programme(s: Stage) -> None:
    limit = Money(s.random.randint(10_000, 10**6), "CNY")
    named = s.random.choice([(), (s.parties["core"],)])
    by = s.random.choice(FINANCIERS)
    h.programme(s, by, limit_obligor=limit, limit_total=limit, obligors=named)


def _close_programme(s: Stage) -> None:
    item = s.some(Programme, lambda item: item.state == "open") or h.programme(s)
    s.do(s.name_of(item.financier), f.CloseProgramme(programme=item.id))


def _ask(s: Stage) -> None:
    item = h.held(s)
    s.do(s.name_of(item.holder), h.wish(s, item))


def _withdraw_request(s: Stage) -> None:
    item = h.request(s)
    s.do(s.name_of(item.holder), f.WithdrawRequest(request=item.id))


def _make_offer(s: Stage) -> None:
    under = s.some(Programme, lambda item: item.state == "open") or h.programme(s)
    most = Money(s.random.randint(1_000, 90_000), under.currency)
    h.standing_offer(s, under, max_amount=s.random.choice([None, most]))


def _withdraw_offer(s: Stage) -> None:
    item = s.some(Offer, lambda item: item.state == "open")
    item = item or h.standing_offer(s, h.programme(s))
    s.do(s.name_of(item.financier), f.WithdrawOffer(offer=item.id))


def _accept_offer(s: Stage) -> None:
    if s.random.random() < 0.1:
        cleared(s)
        return
    item = h.sellable(s)
    known = s.some(Offer, lambda offer: offer.is_live(s.clock.ms))
    chosen = known if known and s.random.random() < 0.3 else h.offer_for(s, item)
    s.do(s.name_of(item.holder), *h.acceptance(s, item, chosen))


def _instruct(s: Stage) -> None:
    item = h.financing(s, FinancingState.ACCEPTED)
    clear(s, item)
    s.do(s.name_of(item.financier), h.instruction(item))


def _confirm(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do(s.name_of(item.holder), h.proof(s, item))


def _attest(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do("bank", h.statement(s, item))


def _fail(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do("bank", f.AttestFailure(financing=item.id, reference="returned"))


def _release(s: Stage) -> None:
    item = h.financing(s, s.random.choice([FinancingState.ACCEPTED, FinancingState.INSTRUCTED]))
    s.do(s.name_of(item.financier), f.ReleaseLock(financing=item.id))


def lapsed(s: Stage) -> list[str]:
    """All that time alone has ended and nobody has stated."""
    found = []
    for kind in (Transfer, Receivable, Financing):
        for item in s.all(kind):
            try:
                lapse(s.book, item.id, s.clock.ms)
            except Refused:
                continue
            found.append(item.id)
    return found


def _advance(s: Stage) -> None:
    if not lapsed(s):
        s.random.choice([h.pending, h.proposed])(s)
        s.clock.ms += 11 * 24 * HOUR
    s.do("operator", f.AdvanceClock(lapsed=tuple(lapsed(s)[:100])))


# -- payments --------------------------------------------------------------------------------------
def payable(s: Stage) -> Holding:
    """An open holding that no financing has under way."""
    return h.one(s, Holding, lambda item: item.state in OPEN, lambda: h.held(s, fresh=1))


def part_of(s: Stage, item: Holding) -> Money:
    """All that is outstanding, or some of it."""
    most = item.outstanding.minor
    minor = most if s.random.random() < 0.5 else s.random.randint(1, most)
    return Money(minor, item.amount.currency)


def _receive(s: Stage) -> None:
    item = payable(s)
    s.do(s.name_of(item.holder), h.receipt(s, item, part_of(s, item)))


def _execute_freeze(s: Stage) -> None:
    """Some or all of what a freeze takes of a holding that is still its debtor's."""
    item = h.freeze(s)
    found = h.executable(s, item)
    if not found:
        item = h.freeze(s, fresh=1)
        found = h.executable(s, item)
    holding, most = s.random.choice(found)
    minor = most.minor if s.random.random() < 0.5 else s.random.randint(1, most.minor)
    s.do("bank", h.execution(s, item, h.part(s, holding, minor)))


def payment(s: Stage, item: Holding, amount: Money) -> t.AttestPayment:
    """A bank's statement that the obligor paid."""
    return t.AttestPayment(
        holding=item.id,
        payer=item.obligor,
        account=h.account_of(s, item.holder, item.amount.currency),
        amount=amount,
        value_date=s.today,
        reference=f"line {s.next()}",
    )


def _attest_payment(s: Stage) -> None:
    item = payable(s)
    s.do("bank", payment(s, item, part_of(s, item)))


def distribution(s: Stage, item: Receivable) -> t.DistributePayment:
    """The paying agent passes something on to every open holding that may be paid."""
    found = s.store.records.find(Holding, {"receivable": item.id})
    legs = (
        t.Leg(
            holding=part.id,
            account=h.account_of(s, part.holder, part.amount.currency),
            amount=part_of(s, part),
        )
        for part in found
        if part.state in OPEN
    )
    return t.DistributePayment(
        receivable=item.id, legs=tuple(legs), value_date=s.today, reference=f"line {s.next()}"
    )


def _distribute(s: Stage) -> None:
    command = distribution(s, h.with_agent(s))
    if command.legs:
        s.do("bank", command)


FUNDING: dict[str, Act] = {
    "programme.open": _open_programme,
    "programme.close": _close_programme,
    "financing.request": _ask,
    "financing.withdraw_request": _withdraw_request,
    "offer.make": _make_offer,
    "offer.withdraw": _withdraw_offer,
    "offer.accept": _accept_offer,
    "financing.instruct": _instruct,
    "financing.receive": _confirm,
    "financing.attest": _attest,
    "financing.fail": _fail,
    "financing.release": _release,
    "clock.advance": _advance,
    "payment.receive": _receive,
    "payment.attest": _attest_payment,
    "freeze.execute": _execute_freeze,
    "payment.distribute": _distribute,
}
