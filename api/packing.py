"""Packs of an open ledger: built from one moment of it, signed by its log."""

from __future__ import annotations

from api.embedded import Embedded
from ledger.chain.trust import trust_in
from ledger.packs.build import certificate_pack, evidence_pack
from ledger.packs.form import Pack
from ledger.packs.verify import VerifiedPack, verify_pack


def make_pack(embedded: Embedded, holding: str, asker: str, recipient: str | None) -> Pack:
    """The evidence pack of a holding for the party `asker`, or its certificate for `recipient`.

    Raises as `evidence_pack`, `certificate_pack`, `Embedded.moment` and `Embedded.sign_statement`.
    """
    with embedded.moment() as moment:
        if recipient is None:
            return evidence_pack(moment, holding, asker, embedded.sign_statement)
        return certificate_pack(moment, holding, asker, recipient, embedded.sign_statement)


def own(embedded: Embedded, pack: Pack) -> VerifiedPack:
    """The pack as whoever trusts this log's key will find it: what is handed out verifies."""
    return verify_pack(pack.data(), trust_in(embedded.log_keys()))
