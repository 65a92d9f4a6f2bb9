"""A whole sandbox ledger in a folder: parties with keys, a driven clock, short ways to act.

Every act goes the real way: drafted at the party's desk, signed with its key, through the service
into the store. (`tests.support.world` is the smaller world, of rules over dictionaries alone.)

    with open_sandbox(folder) as box:
        holding = box.held(100_00)
        first, second = box.split("supplier", holding, 60_00, 40_00)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.drafting import Desk, Draft, new_jti
from api.embedded import Embedded, found, open_folder
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.dates import civil_date, parse_instant
from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing.state import Financing, Offer, Programme
from ledger.financing.terms import Quote, quote
from ledger.keys import SigningKey
from ledger.model.records import R, Record
from ledger.money import Money
from ledger.parties.commands import AddAccount, Assurance, EnrolParty, Identifier, Role
from ledger.parties.events import PartyEnrolled
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, Receivable, Transfer
from ledger.service import Receipt, Service
from ledger.settlement import commands as s
from ledger.settlement.state import Payment
from ledger.store.sqlite import SqliteStore

ORIGIN = "sandbox.example/ledger"
START = parse_instant("2026-01-05T02:00:00.000Z")
DAY = 86_400_000
ROLES: dict[str, tuple[Role, ...]] = {
    "core": (Role.OBLIGOR,),
    "supplier": (Role.SUPPLIER,),
    "second": (Role.SUPPLIER,),
    "financier": (Role.FINANCIER,),
    "rival": (Role.FINANCIER,),
    "bank": (Role.BANK,),
    "auditor": (Role.AUDITOR,),
    "regulator": (Role.REGULATOR,),
}
"""Everybody but the operator, enrolled in this order; each has one key, of the person `ann`."""
TERMS = c.Terms(waiver_of_defences=True, consent_to_split=True, pay_to=c.PayTo.HOLDER)


def cny(minor: int) -> Money:
    """Chinese yuan in fen."""
    return Money(minor, "CNY")


def digest(text: str) -> str:
    """A SHA-256 digest in base64url."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def signing_key(name: str) -> SigningKey:
    """The same key for the same name in every run."""
    return SigningKey.from_seed(hashlib.sha256(f"key of {name}".encode()).digest())


@contextmanager
def open_sandbox(folder: Path) -> Iterator[Sandbox]:
    """A founded sandbox ledger in `folder` with all parties enrolled."""
    clock = Clock()
    with open_folder(folder, clock) as embedded:
        found(embedded, origin=ORIGIN, name="Operator", time_zone="Asia/Shanghai", sandbox=True)
        box = Sandbox(embedded, clock)
        for name, roles in ROLES.items():
            box.enrol(name, roles)
        yield box


class Clock:
    """The ledger's time, which only tests move."""

    def __init__(self) -> None:
        self.ms = START

    def __call__(self) -> int:
        """Milliseconds since 1970."""
        return self.ms

    def advance(self, *, days: int = 0, ms: int = 0) -> None:
        """Let time pass."""
        self.ms += days * DAY + ms


class Sandbox:
    """The ledger with its parties: `parties` and `keys` by the names of `ROLES` and `operator`."""

    def __init__(self, embedded: Embedded, clock: Clock) -> None:
        self.embedded = embedded
        self.clock = clock
        operator, operator_key = embedded.operator()
        self.parties = {"operator": operator.party}
        self.keys = {"operator": operator_key}
        self._count = 0

    @property
    def service(self) -> Service:
        """The writer."""
        return self.embedded.service

    @property
    def store(self) -> SqliteStore:
        """The store, whose records tests may read."""
        return self.embedded.store

    @property
    def today(self) -> date:
        """The ledger's civil date."""
        return civil_date(self.clock.ms, "Asia/Shanghai")

    # -- parties and commands ------------------------------------------------------------------
    def party(self, name: str) -> str:
        """The id of a party."""
        return self.parties[name]

    def desk(self, name: str) -> Desk:
        """Where the party drafts."""
        return self.embedded.desk(self.parties[name])

    def enrol(self, name: str, roles: tuple[Role, ...], *persons: str) -> str:
        """A new party; its first person (``ann``) has the key `keys[name]`, a further one, such
        as ``bob``, has `keys["name/bob"]`. Returns the party's id.
        """
        desk, jti = self.desk("operator"), new_jti(self.clock.ms)
        people = {"ann": name, **{person: f"{name}/{person}" for person in persons}}
        for label in people.values():
            self.keys[label] = signing_key(label)
        command = EnrolParty(
            natural=False,
            roles=roles,
            keys=tuple(
                desk.new_key(self.keys[label], person, jti) for person, label in people.items()
            ),
            evidence=digest(f"evidence of {name}"),
            country="CN",
            name=f"{name.title()} Ltd",
            identifiers=(Identifier(scheme="test", value=name.upper()),),
        )
        receipt = self.service.submit(desk.draft(command, jti=jti).signed(self.keys["operator"]))
        self.parties[name] = _event(receipt, PartyEnrolled).party
        return self.parties[name]

    def draft(self, name: str, command: vocabulary.Command, *seen: Record) -> Draft:
        """The party's unsigned command; `seen` are the records that it expects unchanged."""
        expect = {record.id: record.last_seq for record in seen}
        return self.desk(name).draft(command, expect=expect)

    def signed(self, name: str, command: vocabulary.Command, *seen: Record) -> bytes:
        """The party's signed submission, not yet sent."""
        return self.draft(name, command, *seen).signed(self.keys[name])

    def do(self, name: str, command: vocabulary.Command, *seen: Record) -> Receipt:
        """The party gives a command, signed with its first key. Raises what the service raises."""
        return self.service.submit(self.signed(name, command, *seen))

    # -- records -------------------------------------------------------------------------------
    def now(self, record: R) -> R:
        """The record as it is now."""
        return self.get(type(record), record.id)

    def get(self, kind: type[R], record_id: str) -> R:
        """The record of this id; it must be there."""
        return self.store.records.get(kind, (record_id,))[record_id]

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, by id."""
        return list(self.store.records.scan(kind))

    # -- receivables ---------------------------------------------------------------------------
    def line(self, amount: int, number: str = "") -> c.InvoiceLine:
        """A line for a fresh invoice, used whole."""
        self._count += 1
        facts = c.InvoiceFacts(
            number=number or f"INV-{self._count:05}",
            issued=self.today - timedelta(days=3),
            gross=cny(amount),
        )
        return c.InvoiceLine(facts=facts, used=cny(amount))

    def registration(
        self, amount: int, *, number: str = "", obligor: str = "core", days: int = 90
    ) -> c.RegisterReceivable:
        """The command that registers a claim on `obligor`, due in `days`."""
        return c.RegisterReceivable(
            obligor=self.parties[obligor],
            invoices=(self.line(amount, number),),
            due=self.today + timedelta(days=days),
            basis=c.Basis.ACCEPTANCE,
            basis_date=self.today - timedelta(days=2),
        )

    def register(self, amount: int = 100_00, *, by: str = "supplier", **facts: Any) -> Receivable:
        """A registered receivable of `by`; `facts` as in `registration`."""
        receipt = self.do(by, self.registration(amount, **facts))
        return self.get(Receivable, _id(receipt, "receivable"))

    def issue(self, amount: int = 100_00, *, to: str = "supplier", days: int = 90) -> Receivable:
        """A receivable that the core enterprise proposes to issue to `to`."""
        command = c.ProposeIssue(
            creditor=self.parties[to],
            invoices=(self.line(amount),),
            due=self.today + timedelta(days=days),
            basis=c.Basis.ACCEPTANCE,
            basis_date=self.today - timedelta(days=2),
            terms=TERMS,
        )
        return self.get(Receivable, _id(self.do("core", command), "receivable"))

    def sign_for(self, receivable: Receivable, *, by: str = "supplier") -> Holding:
        """The creditor's holding once it signed for a proposed issue."""
        seen = self.now(receivable)
        command = c.SignForIssue(receivable=seen.id, accepts=seen.proposal)
        return self.get(Holding, _id(self.do(by, command, seen), "holding"))

    def acknowledge(
        self, receivable: Receivable, *, by: str = "core", terms: c.Terms = TERMS
    ) -> Holding:
        """The creditor's holding once the obligor acknowledged the whole face."""
        seen = self.now(receivable)
        command = c.Acknowledge(
            receivable=seen.id, accepts=seen.proposal, amount=seen.face, due=seen.due, terms=terms
        )
        return self.get(Holding, _id(self.do(by, command, seen), "holding"))

    def held(self, amount: int = 100_00, *, by: str = "supplier", **facts: Any) -> Holding:
        """A holding of `by`, from an acknowledged receivable of its own."""
        return self.acknowledge(self.register(amount, by=by, **facts))

    def split(self, by: str, holding: Holding, *amounts: int) -> list[Holding]:
        """The children of a holding, in the order of `amounts`."""
        children = tuple(c.Child(amount=cny(amount)) for amount in amounts)
        self.do(by, c.SplitHolding(holding=holding.id, children=children))
        found = self.store.records.find(Holding, {"receivable": holding.receivable})
        return sorted(
            (item for item in found if item.parent == holding.id), key=lambda item: item.ordinal
        )

    def propose(
        self,
        by: str,
        holding: Holding,
        to: str,
        *,
        price: int | None = None,
        days: int = 1,
        recourse: c.Recourse = c.Recourse.NONE,
    ) -> Transfer:
        """A proposed transfer of a holding, open for `days`."""
        command = c.ProposeTransfer(
            holding=holding.id,
            to=self.parties[to],
            base_trade=digest("trade"),
            recourse=recourse,
            discharges_underlying=c.DischargesUnderlying.ON_TRANSFER,
            lapses_ms=self.clock.ms + days * DAY,
            consideration=None if price is None else cny(price),
        )
        return self.get(Transfer, _id(self.do(by, command), "transfer"))

    def accept(self, by: str, transfer: Transfer) -> Holding:
        """The holding once its transfer is accepted."""
        command = c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
        self.do(by, command, self.now(transfer))
        return self.get(Holding, transfer.holding)

    def transfer(self, by: str, holding: Holding, to: str, **terms: Any) -> Holding:
        """The holding in the hands of `to`, proposed and accepted."""
        return self.accept(to, self.propose(by, holding, to, **terms))

    # -- financing and payment -----------------------------------------------------------------
    def programme(
        self, by: str = "financier", *obligors: str, total: int = 10_000_000
    ) -> Programme:
        """A programme of `by` over debts of `obligors` (none named: anybody's)."""
        command = f.OpenProgramme(
            name=f"Programme of {by}",
            currency="CNY",
            minimum_assurance=Assurance.OPERATOR_VOUCHED,
            obligors=tuple(self.parties[name] for name in obligors),
            limit_obligor=cny(total),
            limit_total=cny(total),
            max_tenor_days=365,
        )
        return self.get(Programme, _id(self.do(by, command), "programme"))

    def offer(
        self, programme: Programme, *, rate_ppm: int = 43_500, by: str = "financier"
    ) -> Offer:
        """A standing offer under a programme, without recourse, for 30 days."""
        command = f.MakeOffer(
            programme=programme.id,
            rate_ppm=rate_ppm,
            valid_until_ms=self.clock.ms + 30 * DAY,
            recourse=c.Recourse.NONE,
        )
        return self.get(Offer, _id(self.do(by, command), "offer"))

    def account(self, by: str) -> str:
        """The id of a fresh account of a party."""
        self._count += 1
        command = AddAccount(number=f"6222-{self._count:08}", bank="Test Bank", currency="CNY")
        return _id(self.do(by, command), "account")

    def quote(self, holding: Holding, offer: Offer) -> Quote:
        """What the offer pays for the holding today."""
        book = Book(self.store.records)
        return quote(book, self.now(holding), self.now(offer), self.today, self.clock.ms)

    def sell(self, by: str, holding: Holding, offer: Offer) -> Financing:
        """The accepted financing of a holding, on today's value date."""
        command = f.AcceptOffer(
            holding=holding.id,
            offer=offer.id,
            accepts=offer.proposal,
            value_date=self.today,
            account=self.account(by),
            price=self.quote(holding, offer).price,
        )
        receipt = self.do(by, command, self.now(holding), self.now(offer))
        return self.get(Financing, _id(receipt, "financing"))

    def advance(
        self, financing: Financing, *, by: str = "financier", to: str = "supplier"
    ) -> Financing:
        """The financing once its advance was instructed and received: title has moved."""
        reference = f"ADV-{financing.id[-6:]}"
        instruct = f.InstructDisbursement(
            financing=financing.id, value_date=self.today, reference=reference
        )
        self.do(by, instruct)
        receive = f.ConfirmReceipt(
            financing=financing.id, amount=financing.price, paid_on=self.today
        )
        self.do(to, receive)
        return self.now(financing)

    def pay(self, holding: Holding, *, by: str) -> Payment:
        """The proven payment of all that is outstanding, by the holder's receipt."""
        command = s.ReceivePayment(
            holding=holding.id,
            amount=self.now(holding).outstanding,
            value_date=self.today,
            reference=f"PAY-{holding.id[-6:]}",
        )
        return self.get(Payment, _id(self.do(by, command), "payment"))


def _event(receipt: Receipt, kind: type[Any]) -> Any:
    """The one event of a kind."""
    (event,) = (event for event in receipt.events if isinstance(event, kind))
    return event


def _id(receipt: Receipt, field: str) -> str:
    """What the last event that has the field says in it: the id of what was made."""
    events = [event for event in receipt.events if hasattr(event, field)]
    return str(getattr(events[-1], field))


def refusal(act: Callable[[], object]) -> str:
    """The wire name of the code with which `act` is refused; fails when it is not."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code.value
