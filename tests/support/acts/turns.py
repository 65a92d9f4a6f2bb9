"""Several acts in a row, for events that no single act is likely to bring about."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.burdens.records import Freeze
from ledger.changes import commands as c
from ledger.changes.records import Change
from ledger.financing.records import Financing, FinancingState
from ledger.parties.commands import Role
from ledger.receivables.records import Holding, Receivable
from ledger.settlement.records import Payment
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.funding import payment
from tests.support.acts.keys import limited
from tests.support.acts.parties import Act
from tests.support.founding import enrol
from tests.support.having import changes as hc
from tests.support.having import paying as y
from tests.support.having.notices import clear


def _pays_as_ordered(s: Stage) -> None:
    """What an obligor told its bank to pay arrives."""
    item = y.ordered(s)
    arrived = payment(s, s.get(Holding, item.holding), item.amount)
    s.do("bank", replace(arrived, account=item.account, instruction=item.id))


def _sells_what_it_asked_for(s: Stage) -> None:
    """A supplier asks for offers, takes one and is paid."""
    item = h.sellable(s, fresh=1)
    h.sure(s.do(s.name_of(item.holder), h.wish(s, item)))
    said = h.sure(s.do(s.name_of(item.holder), *h.acceptance(s, item, h.offer_for(s, item))))
    sold = s.get(Financing, said.id("fin"))
    clear(s, sold)
    h.sure(s.do(s.name_of(sold.financier), h.instruction(sold)))
    s.do(s.name_of(sold.holder), h.proof(s, sold))


def _gives_nothing_up(s: Stage) -> None:
    """A holder that is asked to be owed less says no, and the others go on without it."""
    part = h.travelled(s, 1)
    item = s.get(Receivable, part.receivable)
    if part.holder in (item.creditor, item.obligor):
        return
    asked = (c.AskedPart(holding=part.id, most=part.outstanding),)
    said = h.sure(s.do(s.name_of(item.creditor), hc.credit_note(s, item, asked=asked)))
    change = s.get(Change, said.id("chg"))
    s.do(s.name_of(part.holder), c.RefuseChange(change=change.id))


def _is_owed_less(s: Stage) -> None:
    """A financier agrees to a credit note on what it bought."""
    sold = h.financing(s, FinancingState.ACTIVE)
    part = s.get(Holding, sold.holding)
    item = s.get(Receivable, part.receivable)
    if not item.uses or part.holder in (item.creditor, item.obligor):
        return
    asked = (c.AskedPart(holding=part.id, most=part.outstanding),)
    said = s.do(s.name_of(item.creditor), hc.credit_note(s, item, asked=asked))
    if said.taken and hc.silent(s, s.get(Change, said.id("chg"))):
        hc.applied(s, s.get(Change, said.id("chg")))


def _all_end_it(s: Stage) -> None:
    """Creditor and obligor end what is owed between them alone."""
    item = s.get(Receivable, h.held(s, fresh=1).receivable)
    command = c.ProposeCancellation(
        receivable=item.id, document=digest("end"), lapses_ms=hc.open_until(s)
    )
    said = h.sure(s.do(s.name_of(item.obligor), command))
    hc.applied(s, s.get(Change, said.id("chg")))


def _all_defer(s: Stage) -> None:
    """Creditor and obligor agree on a later day."""
    item = s.get(Receivable, h.held(s, fresh=1).receivable)
    said = h.sure(s.do(s.name_of(item.obligor), hc.due_date(s, item, 30)))
    hc.applied(s, s.get(Change, said.id("chg")))


def _clerk_signs(s: Stage) -> None:
    """A clerk's key registers a claim within its caps, for a supplier without a rule of its own."""
    name = f"employer-{s.next()}"
    h.sure(enrol(s, name, [Role.SUPPLIER], ["ann"]))
    s.do(name, h.claim(s), keys=[s.secrets[limited(s, name).id]])


def _comes_back_from_court(s: Stage) -> None:
    """What a court got by its freeze comes back."""
    part = h.held(s, fresh=1)
    frozen = h.sure(s.do("operator", h.order(s, h.part(s, part))))
    item = s.get(Freeze, frozen.id("frz"))
    (holding, most), *_ = h.executable(s, item)
    h.sure(s.do("bank", command := h.execution(s, item, h.part(s, holding, most.minor))))
    paid = next(one for one in s.all(Payment) if one.reference == command.reference)
    s.do("bank", y.reversal(s, paid))


def _comes_back_from_a_financier(s: Stage) -> None:
    """What an obligor paid a financier goes back."""
    sold = h.financing(s, FinancingState.ACTIVE)
    part = s.get(Holding, sold.holding)
    said = h.sure(s.do(s.name_of(part.holder), h.receipt(s, part, part.outstanding)))
    paid = s.get(Payment, said.id("pay"))
    s.do(s.name_of(part.holder), y.reversal(s, paid))


TURNS: tuple[Act, ...] = (
    _pays_as_ordered,
    _sells_what_it_asked_for,
    _gives_nothing_up,
    _is_owed_less,
    _all_end_it,
    _all_defer,
    _clerk_signs,
    _comes_back_from_court,
    _comes_back_from_a_financier,
)
