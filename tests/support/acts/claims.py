"""Acts about claims, holdings and transfers, by kind of command."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from ledger.money import Money
from ledger.receivables import commands as c
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.parties import Act
from tests.support.founding import (
    OBLIGORS,
    SUPPLIERS,
)

GOODS = c.Document(kind=c.DocumentKind.GOODS_RECEIPT, digest=digest("goods"))


def _register(s: Stage) -> None:
    currency = s.random.choice(["CNY", "CNY", "USD"])
    lines = [h.line(s, s.money(currency=currency)) for _ in range(s.random.randint(1, 2))]
    size = s.random.choice([None, c.Size.LARGE, c.Size.PUBLIC, c.Size.MEDIUM])
    claim = replace(
        h.claim(s, *lines, obligor=s.random.choice(OBLIGORS)),
        documents=s.random.choice([(), (GOODS,)]),
        sizes=size and c.Sizes(creditor=c.Size.SMALL, obligor=size),
        tranche=s.random.choice([c.Tranche.PRINCIPAL, c.Tranche.PRINCIPAL, c.Tranche.RETENTION]),
        clause="clause 7",
        late_ppm=s.random.choice([None, 83, 500]),
    )
    if s.random.random() < 0.1:
        later = s.today + timedelta(days=s.random.randint(200, 365))
        claim = replace(claim, due=later, long_term_reason="goods of one season")
    s.do(s.random.choice(SUPPLIERS), claim)


def _issue(s: Stage) -> None:
    s.do(s.random.choice(OBLIGORS), h.issue(s, to=s.random.choice(SUPPLIERS)))


def _sign_for(s: Stage) -> None:
    item = h.proposed(s)
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)
    s.do(s.name_of(item.creditor), command, item)


def _decline(s: Stage) -> None:
    item = h.proposed(s)
    reason = s.random.choice(list(c.RejectReason))
    s.do(s.name_of(item.creditor), c.DeclineIssue(receivable=item.id, reason=reason))


def _request_acknowledgement(s: Stage) -> None:
    item = h.registered(s, fresh=0.6)
    s.do(s.name_of(item.creditor), c.RequestAcknowledgement(receivable=item.id))


def _acknowledge(s: Stage) -> None:
    item = h.registered(s)
    amount = Money(s.random.randint(1, item.face.minor), item.face.currency)
    terms = c.Terms(
        waiver_of_defences=s.random.random() < 0.5,
        consent_to_split=s.random.random() < 0.8,
        pay_to=c.PayTo.HOLDER,
    )
    chosen = item.face if s.random.random() < 0.7 else amount
    s.do(s.name_of(item.obligor), h.acknowledgement(item, chosen, terms), item)


def _reject(s: Stage) -> None:
    item = h.registered(s)
    reason = s.random.choice(list(c.RejectReason))
    s.do(s.name_of(item.obligor), c.RejectReceivable(receivable=item.id, reason=reason))


def _withdraw(s: Stage) -> None:
    item = h.registered(s) if s.random.random() < 0.5 else h.proposed(s)
    proposer = item.creditor if item.lapses_ms is None else item.obligor
    s.do(s.name_of(proposer), c.WithdrawReceivable(receivable=item.id))


def _split(s: Stage) -> None:
    item = h.held(s) if s.random.random() < 0.6 else h.burdened(s)
    parts = s.random.randint(2, 4)
    part = item.outstanding.minor // parts
    amounts = [part] * (parts - 1) + [item.outstanding.minor - part * (parts - 1)]
    children = (c.Child(amount=Money(amount, item.amount.currency)) for amount in amounts)
    s.do(s.name_of(item.holder), c.SplitHolding(holding=item.id, children=tuple(children)))


def _propose(s: Stage) -> None:
    item = h.held(s)
    price = item.outstanding if s.random.random() < 0.5 else None
    command = h.offer_to(s, item, h.transferee(s, item), price=price)
    s.do(s.name_of(item.holder), command)


def _accept(s: Stage) -> None:
    item = h.pending(s)
    command = c.AcceptTransfer(transfer=item.id, accepts=item.proposal)
    s.do(s.name_of(item.assignee), command, item)


def _reject_transfer(s: Stage) -> None:
    item = h.pending(s)
    s.do(s.name_of(item.assignee), c.RejectTransfer(transfer=item.id))


def _rescind(s: Stage) -> None:
    item = h.pending(s)
    s.do(s.name_of(item.assignor), c.RescindTransfer(transfer=item.id))


CLAIMS: dict[str, Act] = {
    "receivable.register": _register,
    "receivable.issue": _issue,
    "receivable.sign_for": _sign_for,
    "receivable.decline": _decline,
    "receivable.request": _request_acknowledgement,
    "receivable.acknowledge": _acknowledge,
    "receivable.reject": _reject,
    "receivable.withdraw": _withdraw,
    "holding.split": _split,
    "holding.propose_transfer": _propose,
    "holding.accept_transfer": _accept,
    "holding.reject_transfer": _reject_transfer,
    "holding.rescind_transfer": _rescind,
}
