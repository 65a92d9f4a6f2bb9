"""Random trees of holdings: claims that are split, passed on, funded and paid.

Amounts are drawn so wide that each is met once only: where it shows, it is known whose it is.
"""

from __future__ import annotations

from itertools import pairwise

from ledger.financing.records import Financing
from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, Receivable, Transfer
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.founding import OBLIGORS, SUPPLIERS, found

CNY = "CNY"


def _split(s: Stage, item: Holding) -> None:
    most, parts = item.outstanding.minor, s.random.randint(2, 4)
    cuts = sorted(s.random.randrange(1_000, most - 1_000) for _ in range(parts - 1))
    bounds = [0, *cuts, most]
    amounts = [high - low for low, high in pairwise(bounds)]
    if min(amounts) >= 100:
        children = (c.Child(amount=Money(amount, CNY)) for amount in amounts)
        s.do(s.name_of(item.holder), c.SplitHolding(holding=item.id, children=tuple(children)))


def _transfer(s: Stage, item: Holding) -> None:
    names = [name for name in (*SUPPLIERS, "fund") if s.parties[name] != item.holder]
    price = Money(s.random.randint(10_000_000, 99_000_000), CNY)
    said = s.do(s.name_of(item.holder), h.offer_to(s, item, s.random.choice(names), price=price))
    if said.taken and s.random.random() < 0.8:
        h.taken(s, s.get(Transfer, said.id("trf")))


def _finance(s: Stage, item: Holding) -> None:
    offer = h.offer_for(s, item)
    said = s.do(s.name_of(item.holder), *h.acceptance(s, item, offer))
    if said.taken:
        made = s.get(Financing, said.id("fin"))
        h.sure(s.do(s.name_of(made.financier), h.instruction(made)))
        h.sure(s.do(s.name_of(made.holder), h.proof(s, made)))


def _pay(s: Stage, item: Holding) -> None:
    whole = s.random.random() < 0.5
    amount = item.outstanding if whole else Money(s.random.randint(1, 999), CNY)
    s.do(s.name_of(item.holder), h.receipt(s, item, amount))


def grow(s: Stage, steps: int) -> None:
    """Three claims, and what becomes of them."""
    found(s)
    for name in SUPPLIERS:
        amount = Money(s.random.randint(10_000_000, 90_000_000), CNY)
        claim = h.claim(s, h.line(s, amount), obligor=s.random.choice(OBLIGORS))
        item = s.get(Receivable, h.sure(s.do(name, claim)).id("rcv"))
        h.sure(s.do(s.name_of(item.obligor), h.acknowledgement(item, item.face), item))
    for _ in range(steps):
        free = s.some(Holding, lambda item: h.is_free(s, item) and item.outstanding.minor > 5_000)
        if free is not None:
            s.random.choice([_split, _split, _transfer, _transfer, _finance, _pay])(s, free)
