"""Which entries a pack needs: those of a holding's history, and those that make them verify.

A signature is verified with a key that some entry named, and a line of a manifest by the root that
another entry signed. Those entries have signatures of their own, and so on down to the genesis,
which is signed by the key that it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ledger.catalogue import changes_of, history_of
from ledger.chain.entry import read_entry
from ledger.envelope import Envelope, read_envelope
from ledger.evidence import EvidenceEntry, entry_for
from ledger.financing.records import Financing
from ledger.hands import sees_all
from ledger.model.records import make_id
from ledger.parties.state import Key, Party
from ledger.ports import EntryReader, Records

Read: TypeAlias = tuple[EvidenceEntry, Envelope]
"""An entry and its command, with what is disclosed of it."""


def closed(
    log: EntryReader, records: Records, history: Iterable[EvidenceEntry], asker: Party
) -> list[Read]:
    """`history` with the genesis and the entries that it rests on, as far as `asker` may read them.

    Of a key that signed, all entries about it are there: who vouched for it, and since when.
    """
    known = {entry.seq: entry for entry in history}
    found: dict[int, Read] = {}
    waiting = [*known, 0]
    while waiting:
        seq = waiting.pop()
        if seq not in found:
            entry = known.get(seq) or entry_for(log, records, seq, asker)
            envelope = read_envelope(read_entry(entry.data).command, entry.disclosures)
            found[seq] = entry, envelope
            waiting += _named_by(records, envelope)
    return [found[seq] for seq in sorted(found)]


def offers_taken(records: Records, holding: str, asker: Party) -> set[int]:
    """The entries that made the offers under which `asker` sold or bought the holding.

    The acceptance takes its recourse from the offer, so the offer belongs to the contract.
    """
    return {
        seq
        for made in records.find(Financing, {"holding": holding})
        if asker.id in (made.holder, made.financier) or sees_all(asker.roles)
        for seq in history_of(records, made.offer)[:1]
    }


def _named_by(records: Records, envelope: Envelope) -> list[int]:
    """The entries about the keys that signed a command, or the manifest that it stands under."""
    if envelope.manifest is not None:
        return history_of(records, make_id("man", envelope.by, envelope.manifest.jti))
    kids = [signature.kid for signature in envelope.signatures]
    keys = records.get(Key, kids)
    return [seq for kid in kids if kid in keys for seq in changes_of(records, keys[kid])]
