"""The world with a market in it: financiers, banks, accounts, and short ways to fund and pay."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger import book as routing
from ledger.dates import civil_date
from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing.acts import lapse
from ledger.financing.invariants import INVARIANTS as FINANCING
from ledger.financing.records import Financing, Offer, Programme, Request
from ledger.financing.terms import quote
from ledger.model.jwk import Jwk
from ledger.model.records import R, Signer
from ledger.money import Money
from ledger.parties.commands import Assurance, Role
from ledger.parties.events import AccountAdded, KeyBound, PartyEnrolled
from ledger.parties.state import Party
from ledger.receivables.commands import Recourse
from ledger.receivables.invariants import INVARIANTS as RECEIVABLES
from ledger.receivables.records import Holding, Receivable, Transfer
from ledger.recourse.invariants import INVARIANTS as RECOURSE
from ledger.settlement import commands as s
from ledger.settlement.invariants import INVARIANTS as SETTLEMENT
from tests.support.world import DAY, World, cny, digest, party

VALUE_DATE = date(2026, 1, 6)
MORE_ROLES = {
    "rival": (Role.FINANCIER,),
    "house": (Role.FINANCIER, Role.BANK),
    "clearer": (Role.BANK,),
}
PEOPLE = ("supplier", "second", "financier", "rival", "house")


def account(name: str, currency: str = "CNY") -> str:
    """The id of a party's account."""
    return f"acc_{name}_{currency}"


class Market(World):
    """A world where the core enterprise's keys are vouched for and everybody has accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.kids: dict[str, str] = {}
        self.book.apply(_enrolled(name, roles) for name, roles in MORE_ROLES.items())
        self.book.apply(_account(name, code) for name in PEOPLE for code in ("CNY", "USD"))
        self.attest_key("core", Assurance.OPERATOR_VOUCHED)
        self.attest_key("other_core", Assurance.CA_CERTIFIED)

    @property
    def today(self) -> date:
        """The civil date of the ledger."""
        return civil_date(self.at_ms, "Asia/Shanghai")

    def signer(self, name: str, *expects: str) -> Signer:
        """As in `World`, with the roles that the book knows and the newest key of the party."""
        self.count += 1
        jti = f"jti-{self.count}"
        enrolled = self.get(Party, party(name))
        return Signer(
            party=enrolled.id,
            jti=jti,
            payload=digest(jti),
            origin="test.example/ledger",
            roles=frozenset(role.value for role in enrolled.roles),
            persons=frozenset({self.person}),
            kids=frozenset({self.kids.get(name, "kid")}),
            expects=frozenset(expects),
        )

    def do(self, name: str, command: Any, *expects: str) -> tuple[Any, ...]:
        """`name` gives the command, whichever module it is for."""
        events = routing.decide(self.book, command, self.signer(name, *expects), self.at_ms)
        self.book.apply(events)
        return events

    def get(self, kind: type[R], record_id: str) -> R:
        """A record as it is now."""
        found = self.book.get(kind, record_id)
        assert found is not None
        return found

    def attest_key(self, name: str, assurance: Assurance) -> None:
        """The party has one key more, of this assurance, and signs with it from now on."""
        self.count += 1
        self.kids[name] = f"kid-{self.count}"
        self.book.apply(
            [
                KeyBound(
                    kid=self.kids[name],
                    party=party(name),
                    person="ann",
                    key=Jwk(crv="Ed25519", kty="OKP", x=digest(name)),
                    assurance=assurance,
                    evidence=digest(name),
                    from_ms=0,
                )
            ]
        )

    def open_programme(self, by: str = "financier", **changes: Any) -> Programme:
        """A programme, wide open unless said otherwise."""
        (opened,) = self.do(by, replace(programme(), **changes))
        return self.get(Programme, opened.programme)

    def make_offer(self, by: str = "financier", **changes: Any) -> Offer:
        """A standing offer at 3.6 % a year; under a new programme unless one is named."""
        if "programme" not in changes:
            changes["programme"] = self.open_programme(by).id
        command = offer("", self.at_ms + 30 * DAY)
        (made,) = self.do(by, replace(command, **changes))
        return self.get(Offer, made.offer)

    def acceptance(self, holding: Holding, offer: Offer, /, **changes: Any) -> f.AcceptOffer:
        """The command that accepts, at the quoted price where there is a quote."""
        value_date = changes.get("value_date", max(VALUE_DATE, self.today))
        try:
            price = quote(self.book, holding, offer, value_date, self.at_ms).price
        except Refused:
            price = cny(1)
        command = f.AcceptOffer(
            holding=holding.id,
            offer=offer.id,
            accepts=offer.proposal,
            value_date=value_date,
            account=account(self.name_of(holding.holder)),
            price=price,
        )
        return replace(command, **changes)

    def accept_offer(self, holding: Holding, offer: Offer, **changes: Any) -> Financing:
        """The financing, once the holder has accepted."""
        command = self.acceptance(holding, offer, **changes)
        events = self.do(self.name_of(holding.holder), command, holding.id, offer.id)
        return self.get(Financing, events[-1].financing)

    def accepted(self, amount: int = 100_00) -> Financing:
        """A financing of a new holding of the supplier, under a new offer."""
        return self.accept_offer(self.held(amount), self.make_offer())

    def instruct(self, financing: Financing) -> Financing:
        """The financing, once instructed."""
        self.do(self.name_of(financing.financier), instruct(financing))
        return self.get(Financing, financing.id)

    def instructed(self, amount: int = 100_00) -> Financing:
        """A new financing, instructed."""
        return self.instruct(self.accepted(amount))

    def confirm(self, financing: Financing) -> Financing:
        """The financing, once the seller has confirmed the money."""
        self.do(self.name_of(financing.holder), self.receipt(financing))
        return self.get(Financing, financing.id)

    def active(self, amount: int = 100_00) -> Financing:
        """A new financing whose title has moved."""
        return self.confirm(self.instructed(amount))

    def receipt(self, financing: Financing, /, **changes: Any) -> f.ConfirmReceipt:
        """The command by which the seller confirms the money."""
        command = f.ConfirmReceipt(
            financing=financing.id, amount=financing.price, paid_on=self.today
        )
        return replace(command, **changes)

    def statement(self, financing: Financing, /, **changes: Any) -> f.AttestDisbursement:
        """The command by which a bank attests the money."""
        command = f.AttestDisbursement(
            financing=financing.id,
            amount=financing.price,
            account=financing.account,
            paid_on=self.today,
            reference="line 1",
        )
        return replace(command, **changes)

    def payment(self, holding: Holding, amount: int) -> s.ReceivePayment:
        """The command by which the holder has been paid."""
        return s.ReceivePayment(
            holding=holding.id, amount=cny(amount), value_date=self.today, reference="mine"
        )

    def credit(self, holding: Holding, amount: int, /, **changes: Any) -> s.AttestPayment:
        """The command by which a bank attests that the holder has been paid."""
        command = s.AttestPayment(
            holding=holding.id,
            payer=holding.obligor,
            account=account(self.name_of(holding.holder)),
            amount=cny(amount),
            value_date=self.today,
            reference="line 1",
        )
        return replace(command, **changes)

    def taken_back(self, payment: str, /, **changes: Any) -> s.ReversePayment:
        """The command by which whoever proved a payment says that its money went back."""
        command = s.ReversePayment(
            payment=payment,
            reason=s.ReturnReason.RECALLED,
            value_date=self.today,
            reference=f"back {payment[-4:]}",
        )
        return replace(command, **changes)

    def name_of(self, party_id: str) -> str:
        """The name of a party."""
        return str(self.get(Party, party_id).name)

    def holding_of(self, financing: Financing) -> Holding:
        """The holding of a financing as it is now."""
        return self.holding(financing.holding)

    def request(self, record_id: str) -> Request:
        """A request as it is now."""
        return self.get(Request, record_id)

    def tick(self) -> int:
        """State all that time has ended, as the operator would; how much that was."""
        count = 0
        for kind in (Transfer, Receivable, Financing):
            for item in self.book.all(kind):
                try:
                    events = lapse(self.book, item.id, self.at_ms)
                except Refused:
                    continue
                self.book.apply(events)
                count += 1
        return count

    def findings(self) -> list[str]:
        """What contradicts any invariant of the four modules."""
        checks = (*RECEIVABLES, *FINANCING, *SETTLEMENT, *RECOURSE)
        return [finding for check in checks for finding in check(self.book)]


def programme() -> f.OpenProgramme:
    """The command that opens a programme, wide open."""
    return f.OpenProgramme(
        name="Suppliers of all",
        currency="CNY",
        minimum_assurance=Assurance.OPERATOR_VOUCHED,
        obligors=(),
        limit_obligor=cny(10_000_00),
        limit_total=cny(10_000_00),
        max_tenor_days=360,
    )


def offer(programme_id: str, valid_until_ms: int) -> f.MakeOffer:
    """The command that makes an offer at 3.6 % a year, without recourse."""
    return f.MakeOffer(
        programme=programme_id,
        rate_ppm=36_000,
        valid_until_ms=valid_until_ms,
        recourse=Recourse.NONE,
    )


def instruct(financing: Financing) -> f.InstructDisbursement:
    """The command that instructs the advance."""
    return f.InstructDisbursement(
        financing=financing.id, value_date=financing.value_date, reference="pain.001 7"
    )


def astray(market: Market, holding: Holding, amount: int = 1_00) -> s.ReportMisdirected:
    """The report that money for a holding reached the second supplier."""
    return s.ReportMisdirected(
        holding=holding.id,
        payee=party("second"),
        amount=cny(amount),
        value_date=market.today,
        reference="astray",
    )


def usd(minor: int) -> Money:
    """US dollars in cents."""
    return Money(minor, "USD")


def _enrolled(name: str, roles: tuple[Role, ...]) -> PartyEnrolled:
    return PartyEnrolled(
        party=party(name),
        natural=False,
        roles=roles,
        evidence=digest(name),
        country="CN",
        name=name,
        identifiers=(),
        person_name=None,
        person_identifier=None,
        token=None,
    )


def _account(name: str, currency: str) -> AccountAdded:
    return AccountAdded(
        account=account(name, currency),
        party=party(name),
        number=f"number of {name}",
        bank="Bank",
        currency=currency,
    )
