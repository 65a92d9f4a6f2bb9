"""Packs of an open ledger: built from one moment of it, signed by its log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from api.embedded import Embedded
from ledger.chain.trust import trust_in
from ledger.feeding.kept import CosignedHead
from ledger.packs.build import certificate_pack, evidence_pack
from ledger.packs.form import Pack
from ledger.packs.verify import VerifiedPack, verify_pack
from ledger.ports import SignedHead


def make_pack(
    embedded: Embedded,
    holding: str,
    asker: str,
    recipient: str | None,
    over: Callable[[SignedHead], CosignedHead] = CosignedHead,
) -> Pack:
    """The evidence pack of a holding for the party `asker`, or its certificate for `recipient`.

    `over` gives a head with the cosignatures that are known. Raises as `evidence_pack`,
    `certificate_pack`, `Embedded.moment` and `Embedded.sign_statement`.
    """
    with embedded.moment() as signed:
        moment = replace(signed, head=replace(signed.head, note=over(signed.head).note))
        if recipient is None:
            return evidence_pack(moment, holding, asker, embedded.sign_statement)
        return certificate_pack(moment, holding, asker, recipient, embedded.sign_statement)


def own(embedded: Embedded, pack: Pack) -> VerifiedPack:
    """The pack as whoever trusts this log's key will find it: what is handed out verifies."""
    return verify_pack(pack.data(), trust_in(embedded.log_keys()))
