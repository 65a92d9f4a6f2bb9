"""Standing: whether those who signed may speak for the party, at this place in the order.

A signature is judged by the key's standing at the entry's own sequence number. Each signature
counts for one person; how many different people an act needs is the party's approval rule. What
is signed under a manifest is judged as if those who signed the manifest had signed the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.base64url import b64url_decode
from ledger.chain.proof import verify_inclusion
from ledger.chain.tree import leaf_hash
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, make_id, refuse_if
from ledger.money import Stake, Unbounded
from ledger.parties.commands import SignManifest, Tier
from ledger.parties.state import ApprovalRule, Key, Manifest


def persons_of(book: Reader, party: str, kids: Sequence[str], at_ms: int) -> frozenset[str]:
    """The people of `party` who signed with `kids`. Raises `Refused` for a key that may not sign.

    One person may not sign twice: a second signature would look like a second opinion.
    """
    persons: list[str] = []
    for kid in kids:
        key = book.get(Key, kid)
        if key is None or key.party != party:
            raise Refused(
                RefusalCode.KEY_NOT_OF_PARTY, f"The key {kid} does not belong to {party}."
            )
        refuse_if(
            not key.in_force(at_ms),
            RefusalCode.KEY_NOT_IN_FORCE,
            f"The key {kid} is not in force at this time.",
        )
        persons.append(key.person)
    refuse_if(
        len(set(persons)) != len(persons),
        RefusalCode.SIGNATURE_NOT_NEEDED,
        "One person signed twice.",
    )
    return frozenset(persons)


GUARDS = frozenset(
    {
        "account.add",
        "approval.set",
        "key.bind",
        "key.delegate",
        "party.set_contact",
        "recovery.complete",
        "recovery.open",
    }
)
"""Acts that set a rule aside: where money goes, another rule, another name on one's own key or
instead of one that was lost, and who hears of all that."""

ANYBODY = frozenset({"recovery.veto"})
"""Acts that one person is always enough for: they move nothing and must not come too late."""


PAIRS = frozenset({"debt.write_off", "debt.reverse_write_off"})
"""Acts that nobody does alone, whatever the party's rule says."""


def persons_needed(book: Reader, party: str, act: str, stake: Stake | None) -> int:
    """How many different people the party's approval rule wants for `act` over `stake`.

    What could set the rule aside (`GUARDS`) needs as many as the strictest of all its tiers;
    `PAIRS` need two at least.
    """
    if act in ANYBODY:
        return 1
    rule = book.get(ApprovalRule, party)
    needed = [
        tier.persons
        for tier in (rule.tiers if rule else ())
        if act in GUARDS or _is_for(tier, act, stake)
    ]
    return max([2 if act in PAIRS else 1, *needed])


def _is_for(tier: Tier, act: str, stake: Stake | None) -> bool:
    if tier.acts and act not in tier.acts:
        return False
    if tier.from_minor == 0:
        return True
    if stake is None:
        return False
    if isinstance(stake, Unbounded):
        return True
    # A tier in another currency cannot be compared, so it counts: more eyes, never fewer.
    return tier.currency != stake.currency or stake.minor >= tier.from_minor


def check_approval(persons: frozenset[str], needed: int, act: str, *, exact: bool = True) -> None:
    """Raises `Refused` unless exactly (under a manifest: at least) `needed` people signed."""
    refuse_if(
        len(persons) < needed,
        RefusalCode.APPROVALS_MISSING,
        f"{act} needs {needed} people and {len(persons)} signed.",
    )
    refuse_if(
        exact and len(persons) > needed,
        RefusalCode.SIGNATURE_NOT_NEEDED,
        f"{act} needs {needed} people and {len(persons)} signed.",
    )


def manifest_of(book: Reader, party: str, jti: str) -> Manifest:
    """The party's manifest that spent `jti`. Raises `Refused` (`manifest_unknown`)."""
    manifest = book.get(Manifest, make_id("man", party, jti))
    if manifest is None:
        raise Refused(
            RefusalCode.MANIFEST_UNKNOWN, f"{party} has signed no manifest with jti {jti}."
        )
    return manifest


def manifest_in(payload: Mapping[str, Any]) -> SignManifest | None:
    """The manifest that a payload signs, as its open fields have it; None if it signs none."""
    if payload["kind"] != "manifest.sign":
        return None
    root, count = payload["body"].get("root"), payload["body"].get("count")
    if not isinstance(root, str) or type(count) is not int:
        return None
    return SignManifest(root=root, count=count)


def check_line(
    manifest: Manifest | SignManifest, payload: str, index: int, path: Sequence[bytes]
) -> None:
    """Raises `Refused` unless the payload's digest stands at `index` under the manifest's root."""
    try:
        verify_inclusion(
            index,
            manifest.count,
            leaf_hash(b64url_decode(payload)),
            list(path),
            b64url_decode(manifest.root),
        )
    except Refused:
        raise Refused(
            RefusalCode.MANIFEST_PROOF_INVALID,
            f"This command is not line {index} of the signed manifest.",
        ) from None
