"""The workload: signed commands in the proportions of a working market, without end.

A round is 100 commands in exact proportions (`MIX`), in shuffled order. Whatever a command takes
up (a receivable to acknowledge, a transfer to accept) was made `apart` rounds before, so the last
`apart` rounds depend on nothing among themselves: they may be grouped in any way, or sent over
many connections at once, and are accepted in any order. Every command is accepted, hence its
sequence number is known when it is signed, as `expect` needs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from api.bench.market import CURRENCY, START_MS, TODAY, Actor, Crowd, Made, Market, digest_of
from api.defaults import default_calendar
from ledger.dates import DayCount, Roll, days_between, roll, year_denominator
from ledger.financing.commands import (
    AcceptOffer,
    ConfirmReceipt,
    InstructDisbursement,
    MakeOffer,
    RequestFinancing,
)
from ledger.financing.terms import straight_discount
from ledger.money import Money, Rounding, allocate
from ledger.policy.state import read_calendar
from ledger.receivables.commands import (
    AcceptTransfer,
    Acknowledge,
    Basis,
    Child,
    DischargesUnderlying,
    InvoiceFacts,
    InvoiceLine,
    PayTo,
    ProposeTransfer,
    Recourse,
    RegisterReceivable,
    SplitHolding,
    Terms,
)
from ledger.settlement.commands import ReceivePayment

MIX = {
    "receivable.register": 25,
    "receivable.acknowledge": 20,
    "holding.split": 15,
    "holding.propose_transfer": 10,
    "holding.accept_transfer": 10,
    "financing.request": 3,
    "offer.make": 3,
    "offer.accept": 3,
    "financing.instruct": 3,
    "financing.receive": 3,
    "payment.receive": 5,
}
"""Commands of each kind in a round of 100."""
ROUND = sum(MIX.values())
FILLING = 407
"""Commands that it takes, for each round apart, until a round is whole."""
STAGES = 6
"""A financing is received so many times `apart` after its receivable was registered."""
TERMS = Terms(waiver_of_defences=True, consent_to_split=True, pay_to=PayTo.HOLDER)
DAY_MS = 86_400_000


@dataclass(slots=True)
class _Claim:
    """A registered receivable."""

    id: str
    creditor: Actor
    obligor: Actor
    face: Money
    due: date
    proposal: str
    seq: int = -1


@dataclass(slots=True)
class _Done:
    """A command of whose records nothing is needed but when they changed."""

    seq: int = -1


@dataclass(slots=True)
class _Holding:
    """A holding in the hands of `holder`, last changed by entry `made.seq`."""

    id: str
    holder: Actor
    amount: Money
    due: date
    made: _Done


@dataclass(slots=True)
class _Proposal:
    """A proposed transfer, or an offer (`rate_ppm`), that `by` made."""

    id: str
    by: Actor
    digest: str
    rate_ppm: int = 0
    seq: int = -1


@dataclass(slots=True)
class _Financing:
    """An accepted offer: who sells, who pays, how much."""

    id: str
    seller: Actor
    financier: Actor
    price: Money


@dataclass(slots=True)
class _Stock:
    """What a round leaves for the one `apart` later."""

    claims: list[_Claim] = field(default_factory=list)
    held: list[_Holding] = field(default_factory=list)
    parts: list[_Holding] = field(default_factory=list)
    transfers: list[tuple[_Proposal, Actor]] = field(default_factory=list)
    asked: list[_Holding] = field(default_factory=list)
    offers: list[_Proposal] = field(default_factory=list)
    accepted: list[_Financing] = field(default_factory=list)
    instructed: list[_Financing] = field(default_factory=list)


_Step = tuple[Made, _Claim | _Proposal | _Done]


class Workload:
    """Rounds of commands on a market of its own; the same `seed` gives the same bytes.

    `apart` is at least 1: how many rounds after a thing was made it is taken up at the earliest.
    Rounds before `STAGES * apart` are not whole yet (`FILLING * apart` commands in all).
    """

    def __init__(self, crowd: Crowd | None = None, *, apart: int = 1, seed: int = 1) -> None:
        self.market = Market(crowd or Crowd(), seed)
        self._chance = self.market.chance
        self._calendar = read_calendar(default_calendar())
        self._stocks: deque[_Stock] = deque([_Stock() for _ in range(apart)], maxlen=apart)
        self._invoices = 0
        self._size = len(self.market.founding)

    def founding(self) -> list[bytes]:
        """The commands that come first: genesis, policy, parties, accounts, programmes."""
        return [made.submission() for made in self.market.founding]

    def rounds(self) -> Iterator[list[Made]]:
        """Round after round, each in the order in which it is to be sent. Once per workload."""
        while True:
            old, new = self._stocks[0], _Stock()
            steps = [*self._claims(old, new), *self._holdings(old, new), *self._money(old, new)]
            self._chance.shuffle(steps)
            for seq, (_, remembered) in enumerate(steps, start=self._size):
                remembered.seq = seq
            self._size += len(steps)
            self._stocks.append(new)
            yield [made for made, _ in steps]

    def commands(self) -> Iterator[bytes]:
        """The submissions of all rounds, one after another."""
        return (made.submission() for some in self.rounds() for made in some)

    def _claims(self, old: _Stock, new: _Stock) -> Iterator[_Step]:
        for _ in range(MIX["receivable.register"]):
            made, claim = self._register()
            new.claims.append(claim)
            yield made, claim
        for claim in old.claims[: MIX["receivable.acknowledge"]]:
            command = Acknowledge(
                receivable=claim.id,
                accepts=claim.proposal,
                amount=claim.face,
                due=claim.due,
                terms=TERMS,
            )
            made = self.market.draft(claim.obligor, command, expect={claim.id: claim.seq})
            done = _Done()
            holding = _Holding(made.id("hld"), claim.creditor, claim.face, claim.due, done)
            new.held.append(holding)
            yield made, done

    def _register(self) -> tuple[Made, _Claim]:
        creditor = self._chance.choice(self.market.suppliers)
        obligor = self._chance.choice(self.market.obligors)
        face = Money(self._chance.randrange(1_000_00, 500_000_00), CURRENCY)
        due = TODAY + timedelta(days=self._chance.randrange(30, 181))
        self._invoices += 1
        facts = InvoiceFacts(
            # Numbers far from each other: neighbours of like amounts would alert, as they should.
            number=f"26322{self._invoices * 618_033_988_749_893 % 10**15:015}",
            issued=TODAY - timedelta(days=self._chance.randrange(1, 30)),
            gross=face,
        )
        command = RegisterReceivable(
            obligor=obligor.id,
            invoices=(
                InvoiceLine(facts=facts, used=face, document=digest_of(self._chance.randbytes(32))),
            ),
            due=due,
            basis=Basis.ACCEPTANCE,
            basis_date=TODAY,
            contract=f"HT-2026-{self._invoices % 4_000:06}",
        )
        made = self.market.draft(creditor, command)
        return made, _Claim(made.id("rcv"), creditor, obligor, face, due, made.draft.digest)

    def _holdings(self, old: _Stock, new: _Stock) -> Iterator[_Step]:
        cut = MIX["holding.split"]
        for held in old.held[:cut]:
            yield self._split(held, new)
        for held in old.held[cut:]:
            yield self._redeem(held)
        for part in old.parts[: MIX["holding.propose_transfer"]]:
            yield self._propose(part, new)
        for transfer, to in old.transfers:
            accept = AcceptTransfer(transfer=transfer.id, accepts=transfer.digest)
            yield self.market.draft(to, accept, expect={transfer.id: transfer.seq}), _Done()

    def _split(self, held: _Holding, new: _Stock) -> _Step:
        weights = self._chance.choice(((1, 1), (7, 3), (5, 3, 2)))
        amounts = [Money(minor, CURRENCY) for minor in allocate(held.amount.minor, weights)]
        children = tuple(Child(amount=amount) for amount in amounts)
        command = SplitHolding(holding=held.id, children=children)
        made, done = self.market.draft(held.holder, command), _Done()
        new.parts += (
            _Holding(made.id("hld", ordinal), held.holder, amount, held.due, done)
            for ordinal, amount in enumerate(amounts)
        )
        return made, done

    def _redeem(self, held: _Holding) -> _Step:
        command = ReceivePayment(
            holding=held.id, amount=held.amount, value_date=TODAY, reference=f"in {held.id[-8:]}"
        )
        return self.market.draft(held.holder, command), _Done()

    def _propose(self, part: _Holding, new: _Stock) -> _Step:
        others = self.market.suppliers
        at = self._chance.randrange(len(others))
        to = others[at] if others[at].id != part.holder.id else others[at - 1]
        command = ProposeTransfer(
            holding=part.id,
            to=to.id,
            base_trade=digest_of(self._chance.randbytes(32)),
            recourse=Recourse.NONE,
            discharges_underlying=DischargesUnderlying.ON_TRANSFER,
            lapses_ms=START_MS + 7 * DAY_MS,
        )
        made = self.market.draft(part.holder, command)
        proposal = _Proposal(made.id("trf"), part.holder, made.draft.digest)
        new.transfers.append((proposal, to))
        return made, proposal

    def _money(self, old: _Stock, new: _Stock) -> Iterator[_Step]:
        cut = MIX["holding.propose_transfer"]
        for part in old.parts[cut : cut + MIX["financing.request"]]:
            request = RequestFinancing(holding=part.id, latest=TODAY + timedelta(days=7))
            new.asked.append(part)
            yield self.market.draft(part.holder, request), _Done()
            yield self._offer(new)
        for part, offer in zip(old.asked, old.offers, strict=True):
            yield self._accept(part, offer, new)
        for item in old.accepted:
            instruct = InstructDisbursement(
                financing=item.id, value_date=TODAY, reference=f"pain.001 {item.id[-8:]}"
            )
            new.instructed.append(item)
            yield self.market.draft(item.financier, instruct), _Done()
        for item in old.instructed:
            receipt = ConfirmReceipt(financing=item.id, amount=item.price, paid_on=TODAY)
            yield self.market.draft(item.seller, receipt), _Done()

    def _offer(self, new: _Stock) -> _Step:
        financier = self._chance.choice(self.market.financiers)
        rate_ppm = self._chance.randrange(30_000, 80_000)
        command = MakeOffer(
            programme=financier.programme,
            rate_ppm=rate_ppm,
            valid_until_ms=START_MS + 30 * DAY_MS,
            recourse=Recourse.NONE,
        )
        made = self.market.draft(financier, command)
        offer = _Proposal(made.id("off"), financier, made.draft.digest, rate_ppm)
        new.offers.append(offer)
        return made, offer

    def _accept(self, part: _Holding, offer: _Proposal, new: _Stock) -> _Step:
        price = self._price(part, offer)
        command = AcceptOffer(
            holding=part.id,
            offer=offer.id,
            accepts=offer.digest,
            value_date=TODAY,
            account=part.holder.account,
            price=price,
        )
        expect = {part.id: part.made.seq, offer.id: offer.seq}
        made = self.market.draft(part.holder, command, expect=expect)
        new.accepted.append(_Financing(made.id("fin"), part.holder, offer.by, price))
        return made, _Done()

    def _price(self, part: _Holding, offer: _Proposal) -> Money:
        """What `ledger.financing.terms.quote` gives for money today."""
        payable = roll(part.due, self._calendar, Roll.FOLLOWING)
        days = days_between(TODAY, payable, DayCount.ACT_360)
        discount = straight_discount(
            part.amount.minor,
            offer.rate_ppm,
            days,
            year_denominator(DayCount.ACT_360),
            Rounding.HALF_UP,
        )
        return part.amount - Money(discount, CURRENCY)
