"""What the operator may ask about the rules in force."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from ledger.model.kinds import Code, Currency, Digest, Length, Plain, Range


class CurrencyDigits(Struct, frozen=True, kw_only=True, gc=False):
    """A currency that amounts may be in, and its minor digits (ISO 4217)."""

    code: Currency
    digits: Annotated[int, Range(0, 4)]


class IdentifierRule(Struct, frozen=True, kw_only=True, gc=False):
    """How identifiers of one scheme look: a pattern for the whole text and a check-digit rule.

    `check` is ``none``, ``gb32100`` (USCC, mod 31), ``mod97`` (LEI and others, ISO 7064) or
    ``ean`` (GLN, mod 10).
    """

    scheme: Code
    pattern: Annotated[str, Plain(120)]
    check: Code


class Caps(Struct, frozen=True, kw_only=True, gc=False):
    """Upper bounds: how many, how far, how long."""

    children: Annotated[int, Range(2, 100)]
    """Children of one split."""
    open_holdings: Annotated[int, Range(1, 1000)]
    """Open holdings of one receivable."""
    hops: Annotated[int, Range(1, 40)]
    """Transfers from the creditor to the present holder."""
    term_months: Annotated[int, Range(1, 60)]
    """Months from issue to unadjusted due date (77号 article 11: one year)."""
    smallest_split_minor: Annotated[int, Range(1, 10**12)]
    """Minor units of the smallest child."""
    soft_term_months: Annotated[int, Range(1, 60)]
    """Months from issue to unadjusted due date over which a reason is needed (77号 article 11)."""


class Clocks(Struct, frozen=True, kw_only=True, gc=False):
    """Periods after which something lapses or takes effect."""

    issue_days: Annotated[int, Range(1, 90)]
    """A proposed issue that nobody signs for."""
    acknowledge_days: Annotated[int, Range(1, 90)]
    """From the creditor's request to the overdue acknowledgement (支付条例 article 16: 30)."""
    transfer_days: Annotated[int, Range(1, 90)]
    """A proposed transfer that nobody answers, at most."""
    lock_days: Annotated[int, Range(1, 90)]
    """An accepted financing that nobody instructs."""
    obligor_key_hours: Annotated[int, Range(0, 240)]
    """Until a key added for an obligor takes effect."""
    recovery_hours: Annotated[int, Range(1, 720)]
    """In which the old keys of a party may veto the recovery of its keys."""
    status_hours: Annotated[int, Range(1, 240)]
    """How old an invoice's attested status may be where a financing rests on it."""
    search_hours: Annotated[int, Range(1, 240)]
    """How old a search of the registry may be at instruction."""
    discharge_days: Annotated[int, Range(1, 60)]
    """Business days after a financing's end within which its filing is discharged."""
    suspend_days: Annotated[int, Range(0, 366)]
    """Days after its payable day until a debt in no dispute suspends its obligor (77号 15)."""
    default_days: Annotated[int, Range(0, 3650)]
    """Days after its payable day until a debt in no dispute may be called in default."""
    remind_days: Annotated[tuple[Annotated[int, Range(1, 366)], ...], Length(0, 10)]
    """Days before maturity on which the obligor is reminded, latest first."""


class Statute(Struct, frozen=True, kw_only=True, gc=False):
    """Payment law for small and medium creditors (支付条例 articles 9, 10 and 17)."""

    large_days: Annotated[int, Range(1, 366)]
    """Days from the basis date until a large enterprise pays."""
    public_days: Annotated[int, Range(1, 366)]
    """Days from the basis date until a public body pays."""
    late_ppm: Annotated[int, Range(0, 10_000)]
    """Late interest in millionths per day, where nothing is agreed: 500 is 0.05 %."""
    late_floor_ppm: Annotated[int, Range(0, 10_000)]
    """The least that may be agreed with a small or medium creditor, in millionths per day."""


class Gates(Struct, frozen=True, kw_only=True, gc=False):
    """What must be on record before money moves; a gate that is not named stands open."""

    invoice_status: bool = False
    """The tax status of each invoice, attested within `status_hours` before an acceptance."""
    registration: bool = False
    """A registry search, a filing and the notice's arrival before an advance is instructed."""
    licences: Annotated[tuple[Code, ...], Length(0, 2)] = ()
    """Roles that act only under a licence in force: ``financier``, ``operator``."""
    screening: bool = False
    """A screening without a hit of every party to a new contract."""


class FeeLine(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the published fee schedule: `ppm` of the base, at most `most_minor`.

    `bearer` is ``holder``, ``financier`` or ``obligor``.
    """

    code: Code
    bearer: Code
    currency: Currency
    ppm: Annotated[int, Range(0, 1_000_000)]
    most_minor: Annotated[int, Range(0, 2**53 - 1)]


class AdoptPolicy(Struct, frozen=True, kw_only=True, gc=False):
    """Put a policy in force, from the next entry on. The calendar is a rule document."""

    currencies: Annotated[tuple[CurrencyDigits, ...], Length(1, 200)]
    identifiers: Annotated[tuple[IdentifierRule, ...], Length(0, 40)]
    calendar: Digest
    roll: Code
    rounding: Code
    caps: Caps
    clocks: Clocks
    certificate_roots: Annotated[tuple[Digest, ...], Length(0, 20)] = ()
    """Authorities whose certificates bind keys: each root, DER, is a rule document."""
    statute: Statute | None = None
    """The payment law that applies; none: neither statutory days nor late interest."""
    gates: Gates = Gates()
    fees: Annotated[tuple[FeeLine, ...], Length(0, 40)] = ()
    """All that a platform or financier may charge besides discount and interest."""


class AdoptRules(Struct, frozen=True, kw_only=True, gc=False):
    """Put another rules number in force, from the next entry on."""

    number: Annotated[int, Range(1, 10_000)]


Command = AdoptPolicy | AdoptRules
