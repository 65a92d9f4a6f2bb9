"""From invoice files to commands, row by row: what would be registered, and why the rest would not.

Planning reads and judges, and sends nothing: whoever signs sees first what each row becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import TypeAlias

from msgspec.structs import asdict

from ledger.dates import add_days
from ledger.documents.read import read
from ledger.documents.register import registrability
from ledger.documents.value import Digits, DocumentParty, InvoiceDocument, ReadResult
from ledger.errors import RefusalCode, Refused
from ledger.model import codec
from ledger.model.records import Reader, Signer, need
from ledger.money import Money
from ledger.parties.state import Party
from ledger.receivables.commands import (
    Basis,
    InvoiceFacts,
    InvoiceLine,
    PayTo,
    ProposeIssue,
    RegisterReceivable,
    Size,
    Sizes,
    Terms,
    Tranche,
)
from ledger.receivables.invoices import unique_key
from ledger.routing import decide

Registration: TypeAlias = RegisterReceivable | ProposeIssue
ISSUE_TERMS = Terms(waiver_of_defences=False, consent_to_split=True, pay_to=PayTo.HOLDER)
"""What an obligor binds itself to in an issue when it says nothing else."""
Resolve: TypeAlias = Callable[[DocumentParty], str | None]
"""The enrolled party that a document means, or None."""


class Mode(Enum):
    """Who imports: the seller registers (登记), or the buyer proposes to issue (开立)."""

    REGISTER = "register"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Stated:
    """What the signer says and no invoice does.

    `due` goes before the document's own day; `days` after issue is a debt due where neither the
    signer nor the document names a day. The payment period runs from `basis_date` on the ground
    of `basis`; where no date is given, from the delivery that the document states, else from its
    issue. `terms` are the obligor's, for issues; the rest is as in `RegisterReceivable`, and
    `reason` goes with long terms.
    """

    due: date | None = None
    days: int | None = None
    basis: Basis = Basis.DELIVERY
    basis_date: date | None = None
    terms: Terms = ISSUE_TERMS
    sizes: Sizes | None = None
    tranche: Tranche = Tranche.PRINCIPAL
    clause: str | None = None
    reason: str | None = None
    late_ppm: int | None = None

    def begins(self, document: InvoiceDocument) -> date:
        """The day on which the payment period of a document begins."""
        stated = document.delivered if self.basis is Basis.DELIVERY else None
        return self.basis_date or stated or document.issue_date

    def due_of(self, document: InvoiceDocument) -> date | None:
        """The day on which the signer says the document is due, or None."""
        if self.due is None and document.due_date is None and self.days is not None:
            return add_days(document.issue_date, self.days)
        return self.due


def sizes_of(text: str) -> Sizes:
    """The two size classes of ``CREDITOR:OBLIGOR``. Raises `Refused` (`field_invalid`)."""
    creditor, _, obligor = text.partition(":")
    known = {size.value for size in Size}
    if not {creditor, obligor} <= known:
        raise Refused(
            RefusalCode.FIELD_INVALID,
            f"{text[:40]!r} is not CREDITOR:OBLIGOR, each one of {', '.join(sorted(known))}.",
            place="sizes",
        )
    return Sizes(creditor=Size(creditor), obligor=Size(obligor))


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One invoice of a file: the command it becomes, or every reason why it becomes none.

    `place` is ``row 7`` in a table (rows count from 1, the header included), else "". `document`
    is None where the row cannot be read.
    """

    file: str
    place: str
    document: InvoiceDocument | None
    command: Registration | None
    refusals: tuple[Refused, ...]


def plan_import(
    data: bytes,
    name: str,
    *,
    party: str,
    resolve: Resolve,
    digits: Digits,
    due: date | None = None,
    stated: Stated | None = None,
    mode: Mode = Mode.REGISTER,
    columns: Mapping[str, str] | None = None,
    today: date | None = None,
) -> list[ImportRow]:
    """Every invoice of a file as a row, in the file's order; never raises `Refused`.

    `party` imports, as seller or (`Mode.ISSUE`) as buyer. `today` is the ledger's civil date,
    without which nothing is judged against it. `due` is short for ``Stated(due=due)``.
    """
    results = read(data, name=name, digits=digits, columns=columns)
    facts = stated or Stated(due=due)
    return plan_rows(results, party=party, resolve=resolve, stated=facts, mode=mode, today=today)


def plan_rows(
    results: Sequence[ReadResult],
    *,
    party: str,
    resolve: Resolve,
    stated: Stated,
    mode: Mode = Mode.REGISTER,
    today: date | None = None,
) -> list[ImportRow]:
    """As `plan_import`, of invoices that were read already."""
    rows = [_row(result, party, stated, mode, resolve, today) for result in results]
    return mark_repeats(rows, party)


def mark_repeats(rows: Sequence[ImportRow], party: str) -> list[ImportRow]:
    """The rows, each invoice once: the second row of one is refused (`invoice_is_named_twice`)."""
    first: dict[str, ImportRow] = {}
    marked = []
    for row in rows:
        if row.command is not None:
            key = _key(row.command, party)
            before = first.setdefault(key, row)
            if before is not row:
                where = " ".join(part for part in (before.file, before.place) if part)
                refusal = Refused(
                    RefusalCode.INVOICE_IS_NAMED_TWICE,
                    f"{where} states this invoice, too.",
                    place=_within(row.place, "number"),
                    file=row.file,
                )
                marked.append(replace(row, command=None, refusals=(refusal,)))
                continue
        marked.append(row)
    return marked


def judge_rows(book: Reader, rows: Sequence[ImportRow], party: str, at_ms: int) -> list[ImportRow]:
    """The rows, each judged by the ledger's own rules as they stand now; nothing is changed.

    Raises `Refused` (`record_not_found`) when `party` is not enrolled.
    """
    roles = frozenset(role.value for role in need(book, Party, party, "").roles)
    judged = []
    for number, row in enumerate(rows):
        signer = Signer(
            party=party,
            jti=f"preview-{number}",
            payload="",
            origin="",
            roles=roles,
            persons=frozenset(),
            kids=frozenset(),
        )
        try:
            if row.command is not None:
                decide(book, row.command, signer, at_ms)
            judged.append(row)
        except Refused as refused:
            judged.append(replace(row, command=None, refusals=(_placed(refused, row),)))
    return judged


def _row(
    result: ReadResult,
    party: str,
    stated: Stated,
    mode: Mode,
    resolve: Resolve,
    today: date | None,
) -> ImportRow:
    place = "" if result.row is None else f"row {result.row}"
    document = result.outcome
    if isinstance(document, Refused):
        return ImportRow(result.file, place, None, None, (document,))
    row = ImportRow(result.file, place, document, None, ())
    refusals = registrability(document, due=stated.due_of(document), today=today)
    try:
        if not refusals:
            return replace(row, command=_command(document, party, stated, mode, resolve))
    except Refused as refused:
        refusals = (refused,)
    return replace(row, refusals=tuple(_placed(refused, row) for refused in refusals))


def _command(
    document: InvoiceDocument, party: str, stated: Stated, mode: Mode, resolve: Resolve
) -> Registration:
    """The command of a registrable document. Raises `Refused`."""
    sides = {"seller": document.seller, "buyer": document.buyer}
    own, other = ("seller", "buyer") if mode is Mode.REGISTER else ("buyer", "seller")
    if resolve(sides[own]) != party:
        raise Refused(
            RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
            f"The {own}, {sides[own].name!r}, is not the party that imports.",
            place=own,
        )
    counterparty = resolve(sides[other])
    if counterparty is None:
        raise Refused(
            RefusalCode.PARTY_UNKNOWN,
            f"The {other}, {sides[other].name!r}, is no enrolled party by identifier or name.",
            place=other,
        )
    due = stated.due_of(document) or document.due_date
    if due is None:
        raise Refused(RefusalCode.DUE_DATE_MISSING, "No due date is stated.", place="due date")
    command: Registration = RegisterReceivable(
        obligor=counterparty,
        invoices=(_line(document),),
        due=due,
        basis=stated.basis,
        basis_date=stated.begins(document),
        contract=document.contract or None,
        sizes=stated.sizes,
        tranche=stated.tranche,
        clause=stated.clause,
        long_term_reason=stated.reason,
        late_ppm=stated.late_ppm,
    )
    if mode is Mode.ISSUE:
        command = ProposeIssue(
            creditor=counterparty,
            terms=stated.terms,
            **{name: value for name, value in asdict(command).items() if name != "obligor"},
        )
    # The codec checks what a field may be: the drafter hears it now and not after signing.
    return codec.read(type(command), codec.write(command))


def _line(document: InvoiceDocument) -> InvoiceLine:
    """The whole amount due. Rounding above gross less prepaid (BT-114) is no part of the claim."""
    amounts = document.amounts
    facts = InvoiceFacts(
        number=document.number,
        issued=document.issue_date,
        gross=amounts.gross,
        code=document.code,
        prepaid=amounts.prepaid if amounts.prepaid.minor else None,
        type=document.type_code or None,
    )
    used: Money = min(amounts.payable, amounts.gross - amounts.prepaid)
    return InvoiceLine(facts=facts, used=used)


def _key(command: Registration, party: str) -> str:
    seller = party if isinstance(command, RegisterReceivable) else command.creditor
    facts = command.invoices[0].facts
    return unique_key(seller, facts.number, facts.code)


def _placed(refused: Refused, row: ImportRow) -> Refused:
    """The refusal with the row and file it is about."""
    place = _within(row.place, refused.place)
    return Refused(refused.code, refused.detail, place=place, file=row.file)


def _within(outer: str, inner: str) -> str:
    return ", ".join(part for part in (outer, inner) if part)
