"""The signatures in a pack, verified with nothing but what its own entries say.

A key counts from the entry on that named it, for the party that the entry bound it to. Whether it
was in force and enough people signed is a rule: for an audit, or whoever replays the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.base64url import b64url_decode
from ledger.chain.proof import verify_inclusion
from ledger.chain.tree import HASH_BYTES, leaf_hash
from ledger.envelope import Envelope, verify_signatures
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk
from ledger.model.jwk import jwks_in
from ledger.model.records import make_id


@dataclass(slots=True)
class Signers:
    """What the entries read so far have named: keys by kid, with their party, and manifests."""

    keys: dict[str, PublicKey] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)

    def take(self, envelope: Envelope) -> None:
        """Verify the next entry's command, then remember what it names. Raises `Refused`."""
        owner = make_id("pty", envelope.by, envelope.jti)
        party = owner if envelope.kind == "party.enrol" else envelope.by
        for key in map(from_jwk, jwks_in(envelope.payload["body"])):
            self.keys.setdefault(key.kid, key)
            self.owners.setdefault(key.kid, party)
        if envelope.manifest is None:
            self._check_signed(envelope)
        else:
            self._check_line(envelope)
        if envelope.kind == "manifest.sign":
            self.manifests[envelope.by, envelope.jti] = _root_of(envelope.payload["body"])

    def _check_signed(self, envelope: Envelope) -> None:
        verify_signatures(envelope, self.keys)
        for signature in envelope.signatures:
            if self.owners[signature.kid] != envelope.by:
                raise Refused(
                    RefusalCode.KEY_NOT_OF_PARTY,
                    f"The key {signature.kid} was bound to another party than {envelope.by}.",
                )

    def _check_line(self, envelope: Envelope) -> None:
        proof = envelope.manifest
        signed = self.manifests.get((envelope.by, proof.jti)) if proof else None
        if proof is None or signed is None:
            raise Refused(
                RefusalCode.MANIFEST_UNKNOWN, "No entry of the pack signs the line's manifest."
            )
        count, root = signed
        leaf = leaf_hash(b64url_decode(envelope.digest))
        try:
            verify_inclusion(proof.index, count, leaf, proof.path, root)
        except Refused as refused:
            raise Refused(RefusalCode.MANIFEST_PROOF_INVALID, refused.detail) from None


def check_signatures(envelopes: Iterable[Envelope]) -> Signers:
    """Verify all commands in the order of their entries. Raises `Refused` at the first that fails.

    Gives what the entries named.
    """
    signers = Signers()
    for envelope in envelopes:
        signers.take(envelope)
    return signers


def _root_of(body: Mapping[str, Any]) -> tuple[int, bytes]:
    count, root = body.get("count"), b64url_decode(body.get("root", ""))
    if type(count) is not int or len(root) != HASH_BYTES:
        raise Refused(RefusalCode.FIELD_INVALID, "The manifest has no count and root.")
    return count, root
