"""What a receivable begins with: who would owe whom what, and which invoices say so."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ledger.money import Money
from ledger.receivables.commands import Basis, Document, Sizes, Tranche


class Use(Struct, frozen=True, kw_only=True, gc=False):
    """So much of an invoice belongs to a receivable."""

    invoice: str
    amount: Money


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """Who would owe whom what, since and until when. `face` is the sum of `uses`.

    `issued` is the civil date of the entry, `due` the contract's day before any roll, `proposal`
    the digest of the proposing payload. `statutory_due` is the day by which the law in force at
    the entry wants it paid, `late_ppm` the daily late interest that is agreed; None: none.
    """

    creditor: str
    obligor: str
    face: Money
    uses: tuple[Use, ...]
    issued: date
    due: date
    basis: Basis
    basis_date: date
    contract: str | None
    proposal: str
    documents: tuple[Document, ...] = ()
    sizes: Sizes | None = None
    tranche: Tranche = Tranche.PRINCIPAL
    clause: str | None = None
    long_term_reason: str | None = None
    late_ppm: int | None = None
    statutory_due: date | None = None
