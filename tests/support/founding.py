"""How every simulated ledger begins: genesis, a policy with caps in reach, parties, accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from api.drafting import Desk, jwk_of
from ledger import canonical, vocabulary
from ledger.base64url import b64url_encode
from ledger.chain.entry import LARGEST_ENTRY
from ledger.keys import SigningKey
from ledger.parties import commands as p
from ledger.parties.commands import Role
from ledger.parties.decide import SUITE
from ledger.policy.commands import (
    AdoptPolicy,
    Caps,
    Clocks,
    CurrencyDigits,
    FeeLine,
    Gates,
    IdentifierRule,
    Statute,
)
from ledger.policy.state import RULES_NUMBER
from tests.support.actors import DIGITS, ORIGIN, Make, Said, Stage, digest
from tests.support.authority import Authority

PARTIES: dict[str, tuple[tuple[Role, ...], tuple[str, ...]]] = {
    "core": ((Role.OBLIGOR,), ("ann", "bob")),
    "other": ((Role.OBLIGOR, Role.SUPPLIER), ("ann",)),
    "first": ((Role.SUPPLIER,), ("ann",)),
    "second": ((Role.SUPPLIER,), ("ann", "bob", "cat")),
    "third": ((Role.SUPPLIER,), ("ann",)),
    "fund": ((Role.FINANCIER,), ("ann", "bob")),
    "house": ((Role.FINANCIER, Role.BANK), ("ann", "bob")),
    "bank": ((Role.BANK,), ("ann",)),
    "auditor": ((Role.AUDITOR,), ("ann",)),
    "tax": ((Role.DATA_PROVIDER,), ("ann",)),
}
"""Everybody but the operator: roles, and people, of whom each has a key."""
OBLIGORS = ("core", "other")
SUPPLIERS = ("first", "second", "third")
FINANCIERS = ("fund", "house")
TWO_PEOPLE = p.Tier(
    acts=("receivable.acknowledge", "receivable.issue"),
    persons=2,
    from_minor=50_000,
    currency="CNY",
)
"""The approval rule of the core enterprise."""


SCHEDULE = tuple(
    FeeLine(code=f"{bearer}-{code}", bearer=bearer, currency=code, ppm=20_000, most_minor=500)
    for bearer in ("holder", "obligor")
    for code in ("CNY", "USD")
)
"""Two per cent, and five at most, of whoever bears it."""
AUTHORITY = Authority("Stage Root")
ROOT = AUTHORITY.root()
"""Whose certificates bind keys here."""


def calendar(last: str = "2040-12-31") -> bytes:
    """A calendar with weekends and one holiday a year."""
    years = range(2026, int(last[:4]) + 1)
    return canonical.encode(
        {
            "first": "2025-01-01",
            "holidays": [f"{year}-01-28" for year in years if f"{year}-01-28" <= last],
            "id": f"stage-{last}",
            "last": last,
            "weekend": [6, 7],
            "working_weekends": [],
        }
    )


def policy(
    document: bytes,
    rounding: str = "half_up",
    roll: str = "following",
    *,
    registration: bool = False,
) -> AdoptPolicy:
    """A policy whose caps a short history reaches."""
    currencies = (CurrencyDigits(code=code, digits=digits) for code, digits in DIGITS.items())
    return AdoptPolicy(
        currencies=tuple(currencies),
        identifiers=(IdentifierRule(scheme="test", pattern="[0-9A-Z]{1,40}", check="none"),),
        calendar=digest_of(document),
        roll=roll,
        rounding=rounding,
        caps=Caps(
            children=4,
            open_holdings=6,
            hops=3,
            term_months=12,
            smallest_split_minor=100,
            soft_term_months=6,
        ),
        clocks=Clocks(
            issue_days=10,
            acknowledge_days=30,
            transfer_days=5,
            lock_days=4,
            obligor_key_hours=24,
            recovery_hours=72,
            status_hours=24,
            search_hours=24,
            discharge_days=10,
            suspend_days=366,
            default_days=1,
            remind_days=(30, 7, 1),
        ),
        gates=Gates(registration=registration),
        certificate_roots=(b64url_encode(hashlib.sha256(ROOT).digest()),),
        fees=SCHEDULE,
        statute=Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83),
    )


def digest_of(document: bytes) -> str:
    """The name of a rule document."""
    return digest(document.decode())


def genesis(stage: Stage, key: SigningKey, *, sandbox: bool = True, zone: str = "") -> Make:
    """The command that opens the ledger."""

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.OpenLedger(
            origin=ORIGIN,
            suite=SUITE,
            time_zone=zone or "Asia/Shanghai",
            sandbox=sandbox,
            rules=RULES_NUMBER,
            field_classes=vocabulary.field_classes_digest(),
            largest_entry=LARGEST_ENTRY,
            log_key=jwk_of(stage.log_key),
            operator_key=desk.new_key(key, "ann", jti),
            operator_name="Operator",
        )

    return make


def open_ledger(stage: Stage, *, sandbox: bool = True) -> Said:
    """Genesis."""
    key = stage.new_key()
    make = genesis(stage, key, sandbox=sandbox)
    return stage.do("operator", make, keys=[key], jti=stage.jti)


def enrolment(
    stage: Stage, name: str, roles: Sequence[Role], people: Sequence[str], number: str = ""
) -> Make:
    """The command that enrols a legal entity with fresh keys."""
    keys = [(stage.new_key(), person) for person in people]

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.EnrolParty(
            natural=False,
            roles=tuple(roles),
            keys=tuple(desk.new_key(key, person, jti) for key, person in keys),
            evidence=digest(f"evidence of {name}"),
            country="CN",
            name=f"{name.title()} Ltd",
            identifiers=(
                p.Identifier(scheme="test", value=number or name.upper().replace("-", "")),
            ),
        )

    return make


def enrol(stage: Stage, name: str, roles: Sequence[Role], people: Sequence[str]) -> Said:
    """A new party under this name."""
    said = stage.do("operator", enrolment(stage, name, roles, people))
    if said.taken:
        stage.parties[name] = said.id("pty")
    return said


def found(stage: Stage, *, sandbox: bool = True) -> None:
    """A ledger on which everybody can act."""
    document = calendar()
    said = [] if stage.service.signed.size else [open_ledger(stage, sandbox=sandbox)]
    said.append(stage.do("operator", policy(document), documents=[document, ROOT]))
    said += [enrol(stage, name, *how) for name, how in PARTIES.items()]
    for name in (*OBLIGORS, *SUPPLIERS, *FINANCIERS):
        for currency in DIGITS:
            account = p.AddAccount(number=f"{name} {currency}", bank="Bank", currency=currency)
            said.append(stage.do(name, account))
    said.append(stage.do("core", p.SetApproval(tiers=(TWO_PEOPLE,))))
    assert all(item.taken for item in said), [item.answer for item in said]
