"""A small world of receivables: enrolled parties, a policy in force, and short ways to act."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.dates import parse_instant
from ledger.errors import Refused
from ledger.model.jwk import Jwk
from ledger.model.records import Signer, make_id
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.parties.events import PartyEnrolled
from ledger.policy.commands import AdoptPolicy, Caps, Clocks, CurrencyDigits
from ledger.policy.events import LedgerOpened, PolicyAdopted
from ledger.receivables import commands as c
from ledger.receivables.decide import decide
from ledger.receivables.records import Holding, Invoice, Receivable, Transfer
from tests.support.memory_book import MemoryBook

ORIGIN = "test.example/ledger"
NOW = parse_instant("2026-01-05T02:00:00.000Z")
TODAY = date(2026, 1, 5)
DAY = 86_400_000
ROLES = {
    "operator": (Role.OPERATOR,),
    "core": (Role.OBLIGOR,),
    "other_core": (Role.OBLIGOR, Role.SUPPLIER),
    "supplier": (Role.SUPPLIER,),
    "second": (Role.SUPPLIER,),
    "financier": (Role.FINANCIER,),
    "bank": (Role.BANK,),
    "auditor": (Role.AUDITOR,),
    "tax": (Role.DATA_PROVIDER,),
}
TERMS = c.Terms(waiver_of_defences=True, consent_to_split=True, pay_to=c.PayTo.HOLDER)
CALENDAR = canonical.encode(
    {
        "id": "test-2026",
        "first": "2025-01-01",
        "last": "2027-12-31",
        "holidays": ["2026-05-01"],
        "working_weekends": [],
        "weekend": [6, 7],
    }
)


def cny(minor: int) -> Money:
    """Chinese yuan in fen."""
    return Money(minor, "CNY")


def digest(text: str) -> str:
    """A SHA-256 digest in base64url."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def party(name: str) -> str:
    """The id of a party of this world."""
    return make_id("pty", ORIGIN, name)


def line(number: str = "INV-1", used: int = 100_00, **facts: Any) -> c.InvoiceLine:
    """An invoice line; gross is what is used unless said otherwise."""
    known = {"issued": date(2026, 1, 2), "gross": cny(used)}
    return c.InvoiceLine(facts=c.InvoiceFacts(number=number, **(known | facts)), used=cny(used))


class World:
    """A ledger with parties and a policy, at an instant that tests move."""

    def __init__(self) -> None:
        self.book = MemoryBook()
        self.at_ms = NOW
        self.count = 0
        self.person = "ann"
        self.book.documents[digest("calendar")] = CALENDAR
        self.book.apply((_opened(),))
        self.book.apply((PolicyAdopted(policy=policy()),))
        self.book.apply(_enrolled(name, roles) for name, roles in ROLES.items())

    def signer(self, name: str, *expects: str) -> Signer:
        """The party signs its next command, having seen the records in `expects`."""
        self.count += 1
        jti = f"jti-{self.count}"
        return Signer(
            party=party(name),
            jti=jti,
            payload=digest(jti),
            origin=ORIGIN,
            roles=frozenset(role.value for role in ROLES[name]),
            persons=frozenset({self.person}),
            kids=frozenset({"kid"}),
            expects=frozenset(expects),
        )

    def do(self, name: str, command: c.Command, *expects: str) -> tuple[Any, ...]:
        """`name` gives the command; it is decided and applied as one entry."""
        events = decide(self.book, command, self.signer(name, *expects), self.at_ms)
        self.book.apply(events)
        return events

    def register(self, *lines: c.InvoiceLine, by: str = "supplier", **changes: Any) -> Receivable:
        """A receivable of `by` on the core enterprise, registered."""
        command = register(*(lines or (line(),)))
        return self._receivable(self.do(by, replace(command, **changes))[-1])

    def issue(self, *lines: c.InvoiceLine, **changes: Any) -> Receivable:
        """A receivable that the core enterprise proposes to issue to the supplier."""
        command = issue(*(lines or (line(),)))
        return self._receivable(self.do("core", replace(command, **changes))[-1])

    def acknowledge(
        self,
        receivable: Receivable,
        amount: int | None = None,
        terms: c.Terms = TERMS,
        by: str = "core",
    ) -> Holding:
        """The creditor's holding, once the core enterprise (or `by`) has acknowledged."""
        command = c.Acknowledge(
            receivable=receivable.id,
            accepts=receivable.proposal,
            amount=receivable.face if amount is None else cny(amount),
            due=receivable.due,
            terms=terms,
        )
        return self.holding(self.do(by, command, receivable.id)[-1].holding)

    def held(self, amount: int = 100_00, terms: c.Terms = TERMS) -> Holding:
        """A holding of the supplier, from a receivable of its own."""
        number = f"HELD-{self.count}"
        return self.acknowledge(self.register(line(number, amount)), terms=terms)

    def split(self, by: str, holding: Holding, *amounts: int) -> list[Holding]:
        """The children of a holding."""
        self.do(by, split(holding, *amounts))
        return sorted(
            (item for item in self.book.all(Holding) if item.parent == holding.id),
            key=lambda item: item.ordinal,
        )

    def propose(self, by: str, holding: Holding, to: str, **changes: Any) -> Transfer:
        """A proposed transfer."""
        command = propose(holding, to, self.at_ms + DAY)
        proposed = self.do(by, replace(command, **changes))[-1]
        return self.transfer(proposed.transfer)

    def accept(self, by: str, transfer: Transfer) -> Holding:
        """The holding once its transfer is accepted."""
        command = c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal)
        self.do(by, command, transfer.id)
        return self.holding(transfer.holding)

    def receivable(self, record_id: str) -> Receivable:
        """The receivable as it is now."""
        return self.book.records[(Receivable, record_id)]

    def holding(self, record_id: str) -> Holding:
        """The holding as it is now."""
        return self.book.records[(Holding, record_id)]

    def transfer(self, record_id: str) -> Transfer:
        """The transfer as it is now."""
        return self.book.records[(Transfer, record_id)]

    def invoice(self, number: str = "INV-1") -> Invoice:
        """The invoice of this number as it is now."""
        (found,) = (item for item in self.book.all(Invoice) if item.number == number)
        return found

    def _receivable(self, event: Any) -> Receivable:
        return self.receivable(event.receivable)


def register(*lines: c.InvoiceLine) -> c.RegisterReceivable:
    """The command that registers a receivable on the core enterprise."""
    return c.RegisterReceivable(
        obligor=party("core"),
        invoices=lines,
        due=date(2026, 4, 30),
        basis=c.Basis.ACCEPTANCE,
        basis_date=date(2026, 1, 3),
    )


def issue(*lines: c.InvoiceLine) -> c.ProposeIssue:
    """The command that proposes an issue to the supplier."""
    return c.ProposeIssue(
        creditor=party("supplier"),
        invoices=lines,
        due=date(2026, 4, 30),
        basis=c.Basis.ACCEPTANCE,
        basis_date=date(2026, 1, 3),
        terms=TERMS,
    )


def split(holding: Holding, *amounts: int) -> c.SplitHolding:
    """The command that splits a holding."""
    children = tuple(c.Child(amount=cny(amount)) for amount in amounts)
    return c.SplitHolding(holding=holding.id, children=children)


def propose(holding: Holding, to: str, lapses_ms: int) -> c.ProposeTransfer:
    """The command that proposes a transfer."""
    return c.ProposeTransfer(
        holding=holding.id,
        to=party(to),
        base_trade=digest("contract"),
        recourse=c.Recourse.NONE,
        discharges_underlying=c.DischargesUnderlying.ON_TRANSFER,
        lapses_ms=lapses_ms,
    )


def policy() -> AdoptPolicy:
    """A policy with caps that a test can reach."""
    return AdoptPolicy(
        currencies=(
            CurrencyDigits(code="CNY", digits=2),
            CurrencyDigits(code="USD", digits=2),
        ),
        identifiers=(),
        calendar=digest("calendar"),
        roll="following",
        rounding="half_up",
        caps=Caps(
            children=4,
            open_holdings=6,
            hops=3,
            term_months=12,
            smallest_split_minor=100,
            soft_term_months=12,
        ),
        clocks=Clocks(
            issue_days=10,
            acknowledge_days=30,
            transfer_days=5,
            lock_days=3,
            obligor_key_hours=72,
            recovery_hours=72,
            status_hours=24,
            search_hours=24,
            discharge_days=10,
            suspend_days=30,
            default_days=90,
            remind_days=(30, 7, 1),
        ),
    )


def _opened() -> LedgerOpened:
    return LedgerOpened(
        log_key=Jwk(crv="Ed25519", kty="OKP", x=digest("log key")),
        origin=ORIGIN,
        operator=party("operator"),
        suite="SHA-256+Ed25519",
        time_zone="Asia/Shanghai",
        sandbox=True,
        rules=1,
        predecessor=None,
    )


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


def refusal(act: Callable[..., object], *arguments: object) -> str:
    """The wire name of the code with which `act` is refused; fails when it is not."""
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code.value
