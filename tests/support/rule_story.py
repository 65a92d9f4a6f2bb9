"""A sandbox story in which every rule of the report has something to measure, gates open and shut.

`measured` tells what rules find on all of it: as things were, or with records, events and people
replaced as if they had been otherwise, since what a rule refuses is on no log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from api.defaults import default_calendar, default_policy
from api.drafting import new_jti
from ledger.alerts.commands import DispositionAlert, Verdict
from ledger.alerts.state import Alert
from ledger.book import Book, Judged
from ledger.burdens import commands as b
from ledger.burdens.records import Encumbrance
from ledger.chain.entry import Entry
from ledger.changes.commands import ProposeCancellation
from ledger.conduct import commands as d
from ledger.fees.commands import ChargeFee
from ledger.financing.records import Financing
from ledger.model.records import R, Reader
from ledger.notices import commands as n
from ledger.parties import commands as p
from ledger.parties.commands import Role
from ledger.parties.state import Recovery
from ledger.policy.commands import FeeLine, Gates
from ledger.quotas.commands import SetQuota
from ledger.receivables import commands as c
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.records import Holding, Receivable
from ledger.recourse.commands import DeclareDefault, DefaultGround, RecoverDebt, RecoverySource
from ledger.replay import replay
from ledger.reports.rules import BY_ID, Act, Measured
from ledger.store.records import temporary_records
from ledger.vocabulary import COMMANDS
from tests.support.sandbox import DAY, Sandbox, cny, digest, signing_key

SIZES = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)
HOUR = 3_600_000
FEES = (FeeLine(code="platform", bearer="holder", currency="CNY", ppm=1_000, most_minor=5_000),)
SHUT = Gates(
    invoice_status=True, registration=True, licences=("financier", "operator"), screening=True
)


def adopt(box: Sandbox, **changes: Any) -> None:
    """The default policy with these parts is in force."""
    calendar = default_calendar()
    policy = replace(default_policy(calendar), **changes)
    draft = box.desk("operator").draft(policy, documents=[calendar])
    box.service.submit(draft.signed(box.keys["operator"]))


def tell(box: Sandbox) -> None:
    """The whole story."""
    claims(box)
    circulation(box)
    sell(box, box.held(50_000_00))
    people(box)
    box.enrol("tax", (Role.DATA_PROVIDER,))
    licences(box)
    adopt(box, gates=SHUT, fees=FEES)
    gated(box)
    unpaid(box)


def claims(box: Sandbox) -> None:
    """Claims with and without declared sizes, with a clause, with retention; issued; in a quota."""
    pending = box.register(1_000_00)
    box.do("supplier", c.RequestAcknowledgement(receivable=pending.id))
    box.clock.advance(days=1)
    box.acknowledge(pending)
    for facts in ({}, {"tranche": c.Tranche.RETENTION, "late_ppm": 83}):
        claim = replace(box.registration(500_00, days=30), sizes=SIZES, clause="8.2", **facts)
        box.do("supplier", claim)
    for sizes in (SIZES, replace(SIZES, obligor=c.Size.PUBLIC)):
        claim = replace(box.registration(500_00, days=20), sizes=sizes, basis=c.Basis.DELIVERY)
        box.do("supplier", claim)
    box.sign_for(box.issue(700_00))
    core, supplier = box.party("core"), box.party("supplier")
    quota = SetQuota(obligor=core, creditor=supplier, currency="CNY", amount=cny(100_000_00))
    box.do("core", quota)
    box.held(200_00)


def circulation(box: Sandbox) -> None:
    """A holding is split, passed on, pledged, and the end of its claim proposed."""
    whole = box.held(900_00)
    part, other = box.split("supplier", whole, 600_00, 300_00)
    box.transfer("supplier", part, "second")
    pledge = b.ProposeEncumbrance(
        holding=other.id,
        secured_party=box.party("rival"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=box.clock.ms + DAY,
        amount=other.amount,
    )
    box.do("supplier", pledge)
    (security,) = box.all(Encumbrance)
    accept = b.AcceptEncumbrance(encumbrance=security.id, accepts=security.proposal)
    box.do("rival", accept, security, box.now(other))
    end = ProposeCancellation(
        receivable=box.held(30_00).receivable, document=digest("end"), lapses_ms=box.clock.ms + DAY
    )
    box.do("supplier", end)


def sell(box: Sandbox, holding: Holding) -> Financing:
    """A sale with an advance and a payment, all gates open."""
    financing = box.advance(box.sell("supplier", holding, box.offer(box.programme())))
    box.pay(box.now(holding), by="financier")
    return financing


def people(box: Sandbox) -> None:
    """Keys and people: a delegation, an approval rule of two, an obligor's key, a recovery."""
    box.enrol("house", (Role.SUPPLIER,), "bob", "eve")
    kid = box.keys["house/eve"].public.kid
    limited = p.DelegateKey(
        kid=kid,
        acts=("receivable.register",),
        until_ms=box.clock.ms + 99 * DAY,
        per_day=cny(1_000_00),
    )
    box.do("house", limited)
    by(box, "house", ["house/eve"], box.registration(400_00))
    box.do("house", p.SetApproval(tiers=(p.Tier(acts=("receivable.register",), persons=2),)))
    by(box, "house", ["house", "house/bob"], box.registration(400_00))
    for name in ("core", "second"):
        jti, label = new_jti(box.clock.ms), f"{name}/new"
        box.keys[label] = signing_key(label)
        new = box.desk(name).new_key(box.keys[label], "cat", jti)
        by(box, name, [name], p.BindKey(new=new), jti=jti)
    jti = new_jti(box.clock.ms)
    new = box.desk("bank").new_key(signing_key("house/late"), "ann", jti)
    two = box.desk("bank").new_key(signing_key("house/later"), "bob", jti)
    lost = p.OpenRecovery(party=box.party("house"), keys=(new, two), evidence=digest("lost"))
    by(box, "bank", ["bank"], lost, jti=jti)
    (recovery,) = box.all(Recovery)
    box.clock.advance(days=3)
    box.do("bank", p.CompleteRecovery(recovery=recovery.id))


def by(box: Sandbox, name: str, labels: Sequence[str], command: Any, jti: str = "") -> None:
    """The party gives a command signed with these keys."""
    draft = box.desk(name).draft(command, jti=jti or None)
    box.service.submit(draft.signed(*(box.keys[label] for label in labels)))


def licences(box: Sandbox) -> None:
    """Operator and financier have licences for a year, and no list names anybody."""
    for name in ("operator", "financier"):
        licence = d.RecordLicence(
            party=box.party(name),
            role=Role(name),
            number=f"L-{name}",
            authority="Authority",
            valid_from=box.today,
            valid_until=box.today + timedelta(days=365),
            evidence=digest("licence"),
        )
        box.do("regulator" if name == "operator" else "operator", licence)
    for name in ("core", "supplier", "financier", "rival", "second"):
        screening = d.ScreenParty(
            party=box.party(name),
            provider="lists",
            list_date=box.today,
            result=d.ScreeningResult.CLEAR,
            report=digest("report"),
        )
        box.do("operator" if name != "operator" else "regulator", screening)


def gated(box: Sandbox) -> None:
    """All gates shut: looked up, attested, cleared, sold, searched, filed, noticed, advanced.

    A second sale is paid when the tax office was not asked for days, and says that it is red.
    """
    box.do("core", n.DesignateReceiver(declaration=digest("declaration")))
    box.register(4_000_00, number="GS45")
    holding = box.held(4_000_00, number="GS-45")
    attest(box, holding, InvoiceStatus.NORMAL)
    box.keys["financier/bob"] = signing_key("financier/bob")
    jti = new_jti(box.clock.ms)
    new = box.desk("financier").new_key(box.keys["financier/bob"], "bob", jti)
    by(box, "financier", ["financier"], p.BindKey(new=new), jti=jti)
    for alert in box.all(Alert):
        said = DispositionAlert(alert=alert.id, verdict=Verdict.CLEARED, evidence=digest("review"))
        by(box, "financier", ["financier/bob"], said)
    box.clock.advance(ms=2 * HOUR)
    offer = box.offer(box.programme())
    financing = box.sell("supplier", holding, offer)
    register(box, financing)
    box.advance(financing)
    box.do("operator", ChargeFee(line="platform", base=financing.id, amount=cny(3_00)))
    box.clock.advance(days=3)
    box.pay(box.now(holding), by="financier")
    attest(box, holding, InvoiceStatus.RED)


def attest(box: Sandbox, holding: Holding, status: InvoiceStatus) -> None:
    """The tax office says this of the invoice of a holding."""
    (use,) = box.get(Receivable, holding.receivable).uses
    command = c.AttestInvoiceStatus(
        invoice=use.invoice,
        status=status,
        provider="tax-office",
        provided_ms=box.clock.ms,
        response=digest("answer"),
    )
    box.do("tax", command)


def register(box: Sandbox, financing: Financing) -> None:
    """The financier searches, files an hour later, and gives notice; another hour passes."""
    search = n.RecordSearch(
        registry_code="zhongdeng",
        creditor=financing.holder,
        searched_ms=box.clock.ms,
        result=digest("result"),
    )
    box.do("financier", search)
    box.clock.advance(ms=HOUR)
    filing = n.RecordFiling(
        registry_code="zhongdeng",
        number="ZD-1",
        kind=n.InterestKind.FACTORING,
        grantor=financing.holder,
        filed_ms=box.clock.ms,
        expires_ms=box.clock.ms + 365 * DAY,
        description=digest("description"),
        certificate=digest("certificate"),
    )
    box.do("financier", filing)
    account = box.account("financier")
    notice = n.GiveNotice(
        holding=financing.holding,
        basis=financing.id,
        assignee=financing.financier,
        account=account,
        vouchers=(digest("contract"),),
    )
    box.do("financier", notice)
    box.clock.advance(ms=HOUR)


def unpaid(box: Sandbox) -> None:
    """A debt is a hundred days late: its holder calls it in default, and a guarantor pays."""
    holding = box.held(60_00, days=30)
    box.clock.advance(days=130)
    box.do("supplier", DeclareDefault(holding=holding.id, ground=DefaultGround.OVERDUE))
    paid = RecoverDebt(
        holding=holding.id,
        source=RecoverySource.GUARANTOR,
        payer=box.party("rival"),
        amount=cny(10_00),
        value_date=box.today,
        reference="guarantee",
    )
    box.do("supplier", paid)


# -- measuring -------------------------------------------------------------------------------------
Change = Callable[[Any, str], Any]
"""From a record (None: there is none) and its id to what a rule is to see in its place."""


@dataclass(slots=True)
class Otherwise:
    """What is replaced: records by kind, fields of events by kind, whether anybody signed."""

    records: Mapping[type[Any], Change] = field(default_factory=dict)
    events: Mapping[type[Any], Change] = field(default_factory=dict)
    nobody: bool = False

    def act(self, act: Act) -> Act:
        """The act with its events, and those who signed it, replaced."""
        events = tuple(
            self.events[type(event)](event, "") if type(event) in self.events else event
            for event in act.events
        )
        by_whom = replace(act.by, persons=frozenset()) if self.nobody else act.by
        return replace(act, events=events, by=by_whom)


class Over:
    """A reader in which records are as `Otherwise` has them."""

    def __init__(self, book: Reader, records: Mapping[type[Any], Change]) -> None:
        self.book, self.records = book, records

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, replaced."""
        found = self.book.get(kind, record_id)
        changed: R | None = self.records[kind](found, record_id) if kind in self.records else found
        return changed

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records of this key, each replaced."""
        found = self.book.find(kind, **key)
        if kind not in self.records:
            return found
        return [self.records[kind](item, item.id) for item in found]

    def document(self, name: str) -> bytes | None:
        """The rule document, as it is."""
        return self.book.document(name)


def measured(box: Sandbox, plan: Mapping[str, Otherwise]) -> dict[str, list[Measured]]:
    """What each rule of the plan finds on the whole log, in its order, were things as it says."""
    found: dict[str, list[Measured]] = {name: [] for name in plan}

    def watch(book: Book, entry: Entry, judged: Judged) -> None:
        kind = kind_of(judged.command)
        act = Act(entry.seq, entry.at_ms, kind, judged.command, judged.signer, judged.events)
        if entry.seq > 1:
            for name, otherwise in plan.items():
                over, told = Over(book, otherwise.records), otherwise.act(act)
                for what in (told.command, *told.events):
                    if type(what) in BY_ID[name].on:
                        found[name] += BY_ID[name].measure(over, told, what)

    with temporary_records() as scratch:
        scratch.put((), box.store.documents())
        replay(box.store, scratch, watch=watch)
    return found


_KINDS = {command: kind for (kind, _), command in COMMANDS.items()}


def kind_of(command: Any) -> str:
    """The wire name of a command; of the genesis none."""
    return _KINDS.get(type(command), "")
