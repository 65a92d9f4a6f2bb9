"""The signatures in a pack, verified with nothing but what its own entries say.

A key counts from the entry on that named it, for the party that the entry bound it to. Whether it
was in force and enough people signed is a rule: for an audit, or whoever replays the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.envelope import Envelope, ManifestProof, verify_signatures
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey
from ledger.model.jwk import keys_in
from ledger.model.records import make_id
from ledger.parties.commands import SignManifest
from ledger.parties.standing import check_line, manifest_in


@dataclass(slots=True)
class _Signers:
    """What the entries read so far have named: keys by kid, with their party, and manifests."""

    keys: dict[str, PublicKey] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    manifests: dict[tuple[str, str], SignManifest] = field(default_factory=dict)

    def take(self, envelope: Envelope) -> None:
        """Verify the next entry's command, then remember what it names. Raises `Refused`."""
        owner = make_id("pty", envelope.by, envelope.jti)
        party = owner if envelope.kind == "party.enrol" else envelope.by
        for key in keys_in(envelope.payload["body"]):
            self.keys.setdefault(key.kid, key)
            self.owners.setdefault(key.kid, party)
        if envelope.manifest is None:
            self._check_signed(envelope)
        else:
            self._check_line(envelope, envelope.manifest)
        manifest = manifest_in(envelope.payload)
        if manifest is not None:
            self.manifests.setdefault((envelope.by, envelope.jti), manifest)

    def _check_signed(self, envelope: Envelope) -> None:
        verify_signatures(envelope, self.keys)
        for signature in envelope.signatures:
            if self.owners[signature.kid] != envelope.by:
                raise Refused(
                    RefusalCode.KEY_NOT_OF_PARTY,
                    f"The key {signature.kid} was bound to another party than {envelope.by}.",
                )

    def _check_line(self, envelope: Envelope, proof: ManifestProof) -> None:
        manifest = self.manifests.get((envelope.by, proof.jti))
        if manifest is None:
            raise Refused(
                RefusalCode.MANIFEST_UNKNOWN, "No entry of the pack signs the line's manifest."
            )
        check_line(manifest, envelope.digest, proof.index, proof.path)


def check_signatures(envelopes: Iterable[Envelope]) -> None:
    """Verify all commands, in the order of their entries. Raises `Refused` at the first fault."""
    signers = _Signers()
    for envelope in envelopes:
        signers.take(envelope)
