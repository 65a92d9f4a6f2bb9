"""Who may see what of an entry: its bytes, and which of the sealed fields beside it.

Auditors, regulators and who signed the command see all. The other side of a two-sided act sees
what it was told: all sealed fields, since each is about both; so does who was enrolled. The holder
of a part that a split made sees its own amount alone, since each part has its own salt. Whoever an
entry concerns in another way sees the entry, with its fields sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.auth import Caller
from api.mentions import ids_of
from api.visibility import RULES, concerns
from ledger.chain.entry import read_entry
from ledger.dates import instant_text
from ledger.envelope import Envelope, read_disclosure, read_envelope
from ledger.financing.state import Financing, Offer
from ledger.model.records import Reader, make_id
from ledger.parties.state import Party
from ledger.receivables.state import Holding, Receivable, Transfer
from ledger.store.log import SqlLog

_KINDS: Mapping[str, type[Any]] = {kind.PREFIX: kind for kind in RULES}

NAMED_IN = ("obligor", "creditor", "to", "payer")
"""Sealed fields that name the other side of an act."""

OTHER_SIDE: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "receivable.acknowledge": (Receivable, ("creditor", "obligor")),
    "receivable.sign_for": (Receivable, ("creditor", "obligor")),
    "holding.accept_transfer": (Transfer, ("assignor", "assignee")),
    "offer.accept": (Offer, ("financier",)),
    "financing.instruct": (Financing, ("financier", "holder")),
    "financing.receive": (Financing, ("financier", "holder")),
    "financing.attest": (Financing, ("financier", "holder")),
    "financing.fail": (Financing, ("financier", "holder")),
    "financing.release": (Financing, ("financier", "holder")),
    "payment.receive": (Holding, ("obligor",)),
    "payment.attest": (Holding, ("holder", "obligor")),
}
"""By kind of command: the record it names, and the fields of it that name the two sides."""


def disclosures_for(
    data: bytes, texts: Sequence[str], book: Reader, caller: Caller
) -> list[str] | None:
    """The disclosures of an entry that the caller may see; None when it may not see the entry."""
    envelope = read_envelope(read_entry(data).command, tuple(texts))
    if caller.sees_all or envelope.by == caller.party or _is_told(envelope, book, caller.party):
        return list(texts)
    if envelope.kind == "holding.split":
        own = _own_part(envelope, book, caller.party)
        if own is not None:
            return [text for text in texts if read_disclosure(text)[0] == own]
    mine = (
        concerns(record, book, caller.party)
        for record in _records(envelope, book)
        if not isinstance(record, Party)
    )
    return [] if any(mine) else None


def step_of(log: SqlLog, seq: int) -> dict[str, Any]:
    """What anybody may hear of an entry that concerns it: number, time, kind and signing party."""
    (data,) = log.entries(seq, seq + 1)
    entry = read_entry(data)
    envelope = read_envelope(entry.command)
    return {
        "seq": seq,
        "at": instant_text(entry.at_ms),
        "kind": envelope.kind,
        "by": envelope.by,
    }


def _is_told(envelope: Envelope, book: Reader, party: str) -> bool:
    """Whether the party is the other side of the act: named in it, or a side of its record."""
    if envelope.kind == "party.enrol":
        return make_id("pty", envelope.by, envelope.jti) == party
    body = envelope.payload["body"]
    for name in NAMED_IN:
        if _value(envelope, body.get(name)) == party:
            return True
    if envelope.kind not in OTHER_SIDE:
        return False
    kind, sides = OTHER_SIDE[envelope.kind]
    return any(
        getattr(record, side) == party
        for record in _records(envelope, book)
        if isinstance(record, kind)
        for side in sides
    )


def _own_part(envelope: Envelope, book: Reader, party: str) -> str | None:
    """The digest of the sealed amount of the part that the party holds."""
    for ordinal, child in enumerate(envelope.payload["body"]["children"]):
        part = book.get(Holding, make_id("hld", envelope.by, envelope.jti, ordinal))
        if part is not None and part.holder == party:
            return str(child["amount"]["sd"])
    return None


def _records(envelope: Envelope, book: Reader) -> list[Any]:
    """The records that the entry names or made, as they are now."""
    found = []
    for record_id in sorted(ids_of(envelope.tree["payload"])):
        kind = _KINDS.get(record_id.partition("_")[0])
        record = book.get(kind, record_id) if kind else None
        if record is not None:
            found.append(record)
    return found


def _value(envelope: Envelope, field: Any) -> Any:
    """What a sealed field of the body says."""
    digest = field.get("sd") if isinstance(field, dict) else None
    return envelope.disclosures.get(digest, ("", None))[1] if digest else None
