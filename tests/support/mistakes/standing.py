"""Mistakes about who may sign what, and about enrolling: for each refusal one way to meet it."""

from __future__ import annotations

from api.drafting import Desk
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.money import Money
from ledger.parties import commands as p
from ledger.parties.commands import Role
from ledger.parties.state import Key
from ledger.policy.state import LEDGER, Ledger
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts import bind
from tests.support.acts.parties import certificate, log_key_change, log_key_rotated
from tests.support.authority import Authority
from tests.support.founding import SUPPLIERS, enrol, enrolment, genesis, open_ledger
from tests.support.mistakes.form import Mistake


def _small_order_key(s: Stage) -> None:
    jwk = p.Jwk(crv="Ed25519", kty="OKP", x=b64url_encode(bytes([1]) + bytes(31)))
    s.do("first", p.BindKey(new=p.NewKey(key=jwk, person="ann", possession="A" * 86)))


def _foreign_key(s: Stage) -> None:
    s.do("first", h.claim(s), keys=[s.secrets[s.keys_of("second")[0].id]])


def _key_of_tomorrow(s: Stage) -> None:
    key = bind(s, "core", "ann")
    s.do("core", h.issue(s, h.line(s, Money(1_000, "CNY"))), keys=[s.secrets[key.id]])


def _alone(s: Stage) -> None:
    issue = h.issue(s, h.line(s, Money(60_000, "CNY")))
    s.do("core", issue, keys=[s.secrets[s.keys_of("core")[0].id]])


def _two_for_one(s: Stage) -> None:
    kids = {key.person: key.id for key in s.keys_of("second")}
    revoke = p.RevokeKey(kid=kids["cat"], reason="lost")
    s.do("second", revoke, keys=[s.secrets[kids["ann"]], s.secrets[kids["bob"]]])


def _stranger_enrols(s: Stage) -> None:
    s.do("first", enrolment(s, "nobody", [Role.SUPPLIER], ["ann"]))


def _stolen_possession(s: Stage) -> None:
    key, other = s.new_key(), "01890a5d-ac96-774b-bcce-b302099a8057"

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.BindKey(new=desk.new_key(key, "ann", other))

    s.do("first", make)


def _bound_key(s: Stage) -> None:
    key = s.secrets[s.keys_of("second")[0].id]

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.BindKey(new=desk.new_key(key, "ann", jti))

    s.do("first", make)


def _taken_number(s: Stage) -> None:
    s.do("operator", enrolment(s, "double", [Role.SUPPLIER], ["ann"], number="CORE"))


def _half_a_person(s: Stage) -> None:
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.EnrolParty(
            natural=True,
            roles=(Role.SUPPLIER,),
            keys=(desk.new_key(key, "ann", jti),),
            evidence=digest("none"),
        )

    s.do("operator", make)


def _own_word(s: Stage) -> None:
    kid = s.keys_of("bank")[0].id
    s.do("bank", p.AttestKey(kid=kid, evidence=digest("mine"), account="DE02"))


def _uncertified(s: Stage) -> tuple[str, Key]:
    """A supplier and a key of its own that no authority has certified yet."""
    found = ((name, key) for name in SUPPLIERS for key in s.keys_of(name))
    for name, key in found:
        if key.assurance is not p.Assurance.CA_CERTIFIED:
            return name, key
    name = f"uncertified-{s.next()}"
    h.sure(enrol(s, name, [Role.SUPPLIER], ["ann"]))
    return name, s.keys_of(name)[0]


def _forged_certificate(s: Stage) -> None:
    name, key = _uncertified(s)
    forger = Authority("Forger", bytes(32))
    s.do(name, p.CertifyKey(kid=key.id, chain=(certificate(key, name.upper(), forger),)))


def _anothers_certificate(s: Stage) -> None:
    name, key = _uncertified(s)
    s.do(name, p.CertifyKey(kid=key.id, chain=(certificate(key, "SOMEBODY"),)))


def _too_many_people(s: Stage) -> None:
    s.do("first", p.SetApproval(tiers=(p.Tier(acts=(), persons=4),)))


def _log_key_changed_twice(s: Stage) -> None:
    log_key_rotated(s)
    s.do("operator", log_key_change(s))


def _newest_log_key_retired(s: Stage) -> None:
    s.do("operator", p.RetireLogKey(kid=s.get(Ledger, LEDGER).log_keys[-1].kid))


STANDING: dict[str, Mistake] = {
    "log_key_is_changing": _log_key_changed_twice,
    "log_key_is_not_leaving": _newest_log_key_retired,
    "key_unsafe": _small_order_key,
    "key_not_of_party": _foreign_key,
    "key_not_in_force": _key_of_tomorrow,
    "approvals_missing": _alone,
    "signature_not_needed": _two_for_one,
    "role_missing": _stranger_enrols,
    "possession_not_proven": _stolen_possession,
    "key_is_bound": _bound_key,
    "identifier_is_taken": _taken_number,
    "party_not_complete": _half_a_person,
    "assurance_not_raised": _own_word,
    "certificate_invalid": _forged_certificate,
    "certificate_names_another": _anothers_certificate,
    "approval_rule_unreachable": _too_many_people,
}
"""By the name of the refusal that it meets."""


def _before_genesis(s: Stage) -> None:
    key = s.new_key()
    s.do("operator", p.SetApproval(tiers=()), keys=[key])


def _nowhere(s: Stage) -> None:
    key = s.new_key()
    s.do("operator", genesis(s, key, zone="Mars/Olympus"), keys=[key], jti=s.jti)


def _before_policy(s: Stage) -> None:
    h.sure(open_ledger(s))
    s.do("operator", enrolment(s, "early", [Role.SUPPLIER], ["ann"]))


EMPTY: dict[str, Mistake] = {
    "ledger_not_open": _before_genesis,
    "zone_unknown": _nowhere,
    "policy_missing": _before_policy,
}
"""Those that need an empty ledger."""


def _unruly_number(s: Stage) -> None:
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.EnrolParty(
            natural=False,
            roles=(Role.SUPPLIER,),
            keys=(desk.new_key(key, "ann", jti),),
            evidence=digest("none"),
            name="Unruly Ltd",
            identifiers=(p.Identifier(scheme="lei", value="1"),),
        )

    s.do("operator", make)


REAL: dict[str, Mistake] = {"identifier_invalid": _unruly_number}
"""Those that only a ledger refuses that is no sandbox."""
