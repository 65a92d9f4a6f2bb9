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


class AdoptRules(Struct, frozen=True, kw_only=True, gc=False):
    """Put another rules number in force, from the next entry on."""

    number: Annotated[int, Range(1, 10_000)]


Command = AdoptPolicy | AdoptRules
