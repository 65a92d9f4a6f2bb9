"""The story of one receivable: split, passed on, financed early, and redeemed at maturity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from api.demo.intake import Intake
from api.demo.stage import Actor, Stage, made_id
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.chain.tree import leaf_hash
from ledger.errors import Refused
from ledger.financing.commands import (
    AcceptOffer,
    AttestDisbursement,
    InstructDisbursement,
    MakeOffer,
    OpenProgramme,
)
from ledger.financing.records import Financing, Offer
from ledger.financing.terms import Quote, quote
from ledger.money import LARGEST_MINOR, Money, allocate, format_decimal
from ledger.parties.commands import Assurance
from ledger.policy.state import digits_of, payable_on
from ledger.receivables.commands import (
    AcceptTransfer,
    Child,
    DischargesUnderlying,
    ProposeTransfer,
    Recourse,
    SplitHolding,
)
from ledger.receivables.records import Holding, Receivable, Transfer
from ledger.settlement.commands import AttestPayment

SHORTEST_TENOR_DAYS = 20
RATES_PPM = {"financier-1": 43_500, "financier-2": 52_000}
"""4.35 % and 5.20 % a year."""
DAY_MS = 86_400_000


@dataclass(slots=True)
class Story:
    """What happened: the receivable, the entry that made the contract, and the figures."""

    receivable: str
    contract_seq: int
    financing: str
    refusal: Refused
    quote: Quote
    redeemed: int
    lines: list[str] = field(default_factory=list)


def tell(stage: Stage, intake: Intake, say: Callable[[str], None]) -> Story:
    """Play the story on the acknowledged receivable that suits it best; `say` hears each step."""
    receivable = choose(stage, intake)
    creditor, tier2 = actor_of(stage, receivable.creditor), stage.actors["tier-2"]
    text = Amounts(stage)
    say(f"{creditor.name} holds {text(receivable.acknowledged)}, due {receivable.due}")
    part = _split_and_pass_on(stage, receivable, creditor, tier2)
    say(f"split in three; {text(part.amount)} passed on to {tier2.name} (second tier)")

    offers = {label: _stand_by(stage, label, part) for label in RATES_PPM}
    first, second = stage.actors["financier-1"], stage.actors["financier-2"]
    value_date = payable_on(_book(stage), stage.clock.day + timedelta(days=1))
    terms = _quote(stage, part, offers["financier-1"], value_date)
    say(
        f"quote by {first.name}: {text(terms.price)} on {value_date} for {text(terms.face)}"
        f" ({terms.days} days, {terms.rate_ppm / 10_000:.2f} %, {terms.day_count.value})"
    )
    seq, financing = _accept(stage, tier2, part, offers["financier-1"], terms)
    rival = offers["financier-2"]
    refusal = _try_second(stage, tier2, part.id, rival, terms)
    say(f"accepted; {second.name} comes second and is refused: {refusal.code.value}")
    _disburse(stage, first, financing, terms)
    say(f"advance of {text(terms.price)} proven by the bank: title is {first.name}'s")

    redeemed = _redeem(stage, receivable)
    settled = stage.get(Receivable, receivable.id)
    say(
        f"at maturity, {stage.clock.day}: {redeemed} holdings redeemed,"
        f" {text(settled.paid)} paid, receivable {settled.state.value}"
    )
    return Story(receivable.id, seq, financing, refusal, terms, redeemed)


def choose(stage: Stage, intake: Intake) -> Receivable:
    """The receivable with the longest time to run. Raises `RuntimeError` when none is left."""
    records = stage.embedded.store.records.get(Receivable, intake.acknowledged)
    earliest = stage.clock.day + timedelta(days=SHORTEST_TENOR_DAYS)
    running = [item for item in records.values() if item.due >= earliest]
    running = [item for item in running if item.acknowledged.minor >= 100]
    if not running:
        raise RuntimeError("no acknowledged receivable has 20 days to run: nothing to finance")
    return max(running, key=lambda item: (item.due, item.acknowledged.minor, item.id))


def actor_of(stage: Stage, party: str) -> Actor:
    """The actor with this party id."""
    return next(actor for actor in stage.actors.values() if actor.id == party)


class Amounts:
    """Writes amounts with their currency's digits."""

    def __init__(self, stage: Stage) -> None:
        self._digits = digits_of(_book(stage))

    def __call__(self, money: Money) -> str:
        """As ``CNY 1,234.50``."""
        text = format_decimal(money.minor, self._digits(money.currency) or 0)
        whole, dot, decimals = text.partition(".")
        return f"{money.currency} {int(whole):,}{dot}{decimals}"


def _book(stage: Stage) -> Book:
    return Book(stage.embedded.store.records)


def _split_and_pass_on(
    stage: Stage, receivable: Receivable, creditor: Actor, tier2: Actor
) -> Holding:
    (root,) = stage.embedded.store.records.find(Holding, {"receivable": receivable.id})
    amounts = allocate(root.amount.minor, (50, 30, 20))
    children = tuple(Child(amount=Money(minor, root.amount.currency)) for minor in amounts)
    split = creditor.draft(SplitHolding(holding=root.id, children=children))
    stage.embedded.service.submit(split.signed(creditor.key))
    child = made_id(creditor, split, "hld")
    proposal = creditor.draft(
        ProposeTransfer(
            holding=child,
            to=tier2.id,
            base_trade=b64url_encode(leaf_hash(b"delivery note 2026-001")),
            recourse=Recourse.NONE,
            discharges_underlying=DischargesUnderlying.ON_TRANSFER,
            lapses_ms=stage.clock() + 5 * DAY_MS,
        )
    )
    stage.embedded.service.submit(proposal.signed(creditor.key))
    transfer = stage.get(Transfer, made_id(creditor, proposal, "trf"))
    accept = AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
    stage.act(tier2, accept, **{transfer.id: transfer.last_seq})
    return stage.get(Holding, child)


def _stand_by(stage: Stage, label: str, holding: Holding) -> str:
    """A financier opens a programme and stands by with an offer; returns the offer's id."""
    financier, currency = stage.actors[label], holding.amount.currency
    limit = Money(LARGEST_MINOR, currency)
    programme = financier.draft(
        OpenProgramme(
            name=f"{financier.name}: payables of core enterprises",
            currency=currency,
            minimum_assurance=Assurance.BANK_ATTESTED,
            obligors=(),
            limit_obligor=limit,
            limit_total=limit,
            max_tenor_days=366,
        )
    )
    stage.embedded.service.submit(programme.signed(financier.key))
    offer = financier.draft(
        MakeOffer(
            programme=made_id(financier, programme, "prg"),
            rate_ppm=RATES_PPM[label],
            valid_until_ms=stage.clock() + 30 * DAY_MS,
            recourse=Recourse.NONE,
        )
    )
    stage.embedded.service.submit(offer.signed(financier.key))
    return made_id(financier, offer, "off")


def _quote(stage: Stage, holding: Holding, offer: str, value_date: date) -> Quote:
    return quote(_book(stage), holding, stage.get(Offer, offer), value_date, stage.clock())


def _acceptance(
    stage: Stage, holder: Actor, holding: Holding, offer: Offer, terms: Quote
) -> AcceptOffer:
    return AcceptOffer(
        holding=holding.id,
        offer=offer.id,
        accepts=offer.proposal,
        value_date=terms.value_date,
        account=stage.account(holder, holding.amount.currency),
        price=terms.price,
    )


def _accept(
    stage: Stage, holder: Actor, holding: Holding, offer_id: str, terms: Quote
) -> tuple[int, str]:
    """Returns the entry of the contract and the financing's id."""
    offer = stage.get(Offer, offer_id)
    command = _acceptance(stage, holder, holding, offer, terms)
    draft = holder.draft(command, **{offer.id: offer.last_seq, holding.id: holding.last_seq})
    receipt = stage.embedded.service.submit(draft.signed(holder.key))
    return receipt.seq, made_id(holder, draft, "fin")


def _try_second(
    stage: Stage, holder: Actor, holding_id: str, offer_id: str, first: Quote
) -> Refused:
    """The same holding offered to a second financier, as a double seller would."""
    holding, offer = stage.get(Holding, holding_id), stage.get(Offer, offer_id)
    command = _acceptance(stage, holder, holding, offer, first)
    expect = {offer.id: offer.last_seq, holding.id: holding.last_seq}
    return stage.try_act(holder, command, **expect)


def _disburse(stage: Stage, financier: Actor, financing_id: str, terms: Quote) -> None:
    reference = f"advance {financing_id[-6:]}"
    stage.act(
        financier,
        InstructDisbursement(
            financing=financing_id, value_date=terms.value_date, reference=reference
        ),
    )
    stage.clock.advance_to(terms.value_date)
    financing = stage.get(Financing, financing_id)
    stage.act(
        stage.actors["bank"],
        AttestDisbursement(
            financing=financing_id,
            amount=financing.price,
            account=financing.account,
            paid_on=terms.value_date,
            reference=reference,
        ),
    )


def _redeem(stage: Stage, receivable: Receivable) -> int:
    """The obligor pays every holder on the payable day; a bank statement proves each payment."""
    payable = payable_on(_book(stage), receivable.due)
    stage.clock.advance_to(payable)
    found = stage.embedded.store.records.find(Holding, {"receivable": receivable.id})
    still_open = [holding for holding in found if holding.is_open]
    for number, holding in enumerate(still_open):
        holder = actor_of(stage, holding.holder)
        account = stage.account(holder, holding.amount.currency)
        stage.act(
            stage.actors["bank"],
            AttestPayment(
                holding=holding.id,
                payer=receivable.obligor,
                account=account,
                amount=holding.outstanding,
                value_date=payable,
                reference=f"statement {payable} line {number + 1}",
            ),
        )
    return len(still_open)
