"""Mistakes in bytes, fields, envelopes and signatures: for each refusal one way to meet it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from api.drafting import Draft
from ledger import canonical, vocabulary
from ledger.base64url import b64url_encode
from ledger.envelope import line_of_manifest
from ledger.keys import SigningKey
from ledger.money import Money
from ledger.parties import commands as p
from ledger.policy.commands import AdoptRules
from ledger.receivables import commands as c
from tests.support import having as h
from tests.support.actors import DAY, Edit, Stage
from tests.support.founding import calendar, genesis, policy

Mistake = Callable[[Stage], object]
NOWHERE = "hld_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def bytes_of(data: bytes) -> Mistake:
    """Send these bytes."""
    return lambda s: s.send(data)


def payload_of(text: str) -> Mistake:
    """Send a command with this for a payload, and no signature."""
    command = {"payload": text, "signatures": []}
    return bytes_of(canonical.encode({"command": command}))


def _draft(s: Stage, name: str, command: vocabulary.Command) -> Draft:
    return s.desk_of(name).draft(command)


def _signed(s: Stage) -> tuple[dict[str, Any], SigningKey]:
    """A sound submission as a tree, and the key that signed it."""
    key = s.secrets[s.keys_of("first")[0].id]
    return json.loads(_draft(s, "first", h.claim(s)).signed(key)), key


def _other_signature(s: Stage) -> None:
    tree, key = _signed(s)
    tree["command"]["signatures"][0]["signature"] = b64url_encode(key.sign(b"another text"))
    s.send(canonical.encode(tree))


def _no_disclosure(s: Stage) -> None:
    tree, _ = _signed(s)
    tree["disclosures"].pop()
    s.send(canonical.encode(tree))


def _strange_disclosure(s: Stage) -> None:
    tree, _ = _signed(s)
    tree["disclosures"] += _draft(s, "first", h.claim(s)).disclosed[:1]
    s.send(canonical.encode(tree))


def edited(edit: Edit) -> Mistake:
    """Register a claim whose payload was changed before it was signed."""
    return lambda s: s.do("first", h.claim(s), edit=edit)


def _shifted(seconds: int) -> Edit:
    def edit(payload: dict[str, Any]) -> None:
        payload["iat"] += seconds
        payload["exp"] = payload["iat"] + 3600

    return edit


def _bad_day(payload: dict[str, Any]) -> None:
    payload["body"] = payload["body"] | {"due": "2026-02-30"}


def _three_decimals(s: Stage) -> None:
    s.do("first", h.claim(s), digits=lambda _: 3)


def _strange_currency(s: Stage) -> None:
    line = h.line(s, Money(1_000, "XTS"))
    s.do("first", h.claim(s, line), digits=lambda _: 2)


def _two_currencies(s: Stage) -> None:
    lines = [h.line(s, Money(1_000, currency)) for currency in ("CNY", "USD")]
    s.do("first", h.claim(s, *lines))


def _tier_without_currency(s: Stage) -> None:
    tier = p.Tier(acts=(), persons=1, from_minor=5)
    s.do("first", p.SetApproval(tiers=(tier,)))


def _unknown_calendar(s: Stage) -> None:
    s.do("operator", policy(calendar("2033-12-31")))


def _short_calendar(s: Stage) -> None:
    item = h.held(s, fresh=1)
    short, long = calendar(s.today.isoformat()), calendar()
    h.sure(s.do("operator", policy(short), documents=[short]))
    s.do(s.name_of(item.holder), h.wish(s, item))
    h.sure(s.do("operator", policy(long), documents=[long]))


def _same_jti(s: Stage) -> None:
    jti = h.sure(s.do("first", h.claim(s))).jti
    s.do("first", h.claim(s), jti=jti)


def _unknown_record(s: Stage) -> None:
    halves = (c.Child(amount=Money(100, "CNY")),) * 2
    s.do("first", c.SplitHolding(holding=NOWHERE, children=halves))


def _unknown_party(s: Stage) -> None:
    s.do("first", replace(h.claim(s), obligor=NOWHERE.replace("hld", "pty")))


def _stale(s: Stage) -> None:
    item = h.proposed(s)
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)

    def edit(payload: dict[str, Any]) -> None:
        payload["expect"] = {item.id: 0}

    s.do(s.name_of(item.creditor), command, item, edit=edit)


def _blind(s: Stage) -> None:
    item = h.proposed(s)
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)
    s.do(s.name_of(item.creditor), command)


def _other_proposal(s: Stage) -> None:
    item = h.proposed(s)
    command = c.SignForIssue(receivable=item.id, accepts=b64url_encode(bytes(32)))
    s.do(s.name_of(item.creditor), command, item)


def _line_without_manifest(s: Stage) -> None:
    draft = _draft(s, "first", h.claim(s))
    _, lines = s.desk_of("first").manifest([draft])
    s.send(lines[0])


def _line_of_nothing(s: Stage) -> None:
    said = h.sure(s.manifest("first", [h.claim(s)])[0])
    other = _draft(s, "first", h.claim(s))
    s.send(other.submission(line_of_manifest(other.payload, said.jti, 0, [])))


def _rule_on_manifest(s: Stage) -> None:
    s.manifest("first", [p.SetApproval(tiers=())])


def _unknown_key(s: Stage) -> None:
    s.do("first", h.claim(s), keys=[SigningKey.from_seed(s.random.randbytes(32))])


def _late_basis(s: Stage) -> None:
    claim = h.claim(s)
    s.do("first", replace(claim, basis_date=claim.due + timedelta(days=1)))


FORM: dict[str, Mistake] = {
    "bytes_too_large": bytes_of(b"x" * 1_000_001),
    "json_invalid": bytes_of(b"{"),
    "json_not_canonical": payload_of(b64url_encode(b"{ }")),
    "json_duplicate_key": bytes_of(b'{"a":1,"a":2}'),
    "json_number_forbidden": bytes_of(b'{"a":1.5}'),
    "json_text_forbidden": bytes_of(b'{"a":"\\ud800"}'),
    "json_too_deep": bytes_of(b"[" * 40 + b"]" * 40),
    "base64_invalid": payload_of("*"),
    "envelope_malformed": bytes_of(b'{"command":{"payload":"e30"}}'),
    "field_missing": bytes_of(b"{}"),
    "field_unknown": edited(lambda payload: payload.update(extra=1)),
    "field_invalid": _tier_without_currency,
    "signature_invalid": _other_signature,
    "key_unknown": _unknown_key,
    "disclosure_missing": _no_disclosure,
    "disclosure_does_not_fit": _strange_disclosure,
    "document_missing": _unknown_calendar,
    "record_not_found": _unknown_record,
    "amount_invalid": _three_decimals,
    "currency_unknown": _strange_currency,
    "currency_mismatch": _two_currencies,
    "date_invalid": edited(_bad_day),
    "dates_not_in_order": _late_basis,
    "calendar_does_not_cover": _short_calendar,
    "audience_is_another_ledger": edited(lambda payload: payload.update(aud="other.example")),
    "kind_unknown": edited(lambda payload: payload.update(kind="nothing.at_all")),
    "jti_is_spent": _same_jti,
    "not_yet_valid": edited(_shifted(600)),
    "expired": edited(_shifted(-2 * DAY // 1000)),
    "party_unknown": _unknown_party,
    "manifest_unknown": _line_without_manifest,
    "manifest_proof_invalid": _line_of_nothing,
    "not_on_manifests": _rule_on_manifest,
    "record_has_changed": _stale,
    "expect_missing": _blind,
    "accepted_digest_differs": _other_proposal,
    "ledger_is_open": lambda s: s.do("operator", genesis(s, s.new_key())),
    "rules_unknown": lambda s: s.do("operator", AdoptRules(number=2)),
}
"""By the name of the refusal that it meets."""
