"""One small story on a served ledger, for tests that only read it.

The supplier has four claims on the core enterprise: `whole` is split into `kept` and `sold`, and
`sold` goes to the second supplier at a price; `funded` is sold to the financier and advanced;
`asked` waits for offers; a fourth is paid. The rival financier funds the debts of a stranger
alone, so nothing of this concerns it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.financing import commands as f
from ledger.financing.state import Financing, Offer, Programme, Request
from ledger.parties.commands import Role
from ledger.receivables.state import Holding, Transfer
from ledger.settlement.state import Payment
from tests.support.sandbox import Sandbox, cny
from tests.support.served import Served, serve

PRICE = 39_17
"""What the second supplier gave for its part, in fen."""


@dataclass(frozen=True)
class Story:
    """What happened."""

    served: Served
    whole: Holding
    kept: Holding
    sold: Holding
    transfer: Transfer
    programme: Programme
    offer: Offer
    financing: Financing
    asked: Holding
    request: Request
    payment: Payment

    @property
    def box(self) -> Sandbox:
        """The ledger itself."""
        return self.served.box


@contextmanager
def tell(folder: Path) -> Iterator[Story]:
    """The story in `folder`."""
    with serve(folder) as served:
        box = served.box
        whole = box.held(100_00)
        kept, sold = box.split("supplier", whole, 60_00, 40_00)
        transfer = box.propose("supplier", sold, "second", price=PRICE)
        box.accept("second", transfer)
        programme = box.programme("financier", "core")
        offer = box.offer(programme)
        funded = box.held(500_00)
        financing = box.advance(box.sell("supplier", funded, offer))
        asked = box.held(300_00)
        ask = f.RequestFinancing(
            holding=asked.id, latest=box.today.replace(day=20), min_net=cny(290_00)
        )
        box.do("supplier", ask, asked)
        (request,) = box.all(Request)
        box.enrol("stranger", (Role.OBLIGOR,))
        box.programme("rival", "stranger")
        payment = box.pay(box.held(70_00), by="supplier")
        yield Story(
            served,
            box.now(whole),
            box.now(kept),
            box.now(sold),
            box.now(transfer),
            programme,
            offer,
            financing,
            box.now(asked),
            request,
            payment,
        )
