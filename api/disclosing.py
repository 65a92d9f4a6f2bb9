"""What a caller may see of an entry: its bytes where it concerns the caller, and disclosures.

Who may see which sealed field is `ledger.evidence`'s to say. Whoever an entry concerns in another
way, because it changed a record that concerns it, sees the entry with its fields sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.auth import Caller
from api.site import Sight
from api.visibility import RULES, concerns
from ledger.catalogue import Touch, history_of, touch_id
from ledger.chain.entry import read_entry
from ledger.dates import instant_text
from ledger.envelope import read_disclosure, read_envelope
from ledger.evidence import visible_digests
from ledger.parties.state import Party

_KINDS: dict[str, type[Any]] = {kind.PREFIX: kind for kind in RULES}


def disclosures_for(
    sight: Sight, seq: int, data: bytes, texts: Sequence[str], caller: Caller
) -> list[str] | None:
    """The disclosures of an entry that the caller may see; None when it may not see the entry."""
    asker = sight.book.get(Party, caller.party)
    if asker is None:
        return None
    envelope = read_envelope(read_entry(data).command, tuple(texts))
    shown = visible_digests(envelope, sight.view.records, asker)
    kept = [text for text in texts if read_disclosure(text)[0] in shown]
    if kept or caller.sees_all or envelope.by == caller.party or _touches(sight, seq, caller):
        return kept
    return None


def entries_about(sight: Sight, ids: set[str]) -> list[int]:
    """The entries that changed one of these records, in order."""
    return sorted({seq for record in ids for seq in history_of(sight.view.records, record)})


def step_of(sight: Sight, seq: int) -> dict[str, Any]:
    """What anybody may hear of an entry that concerns it: number, time, kind and signing party."""
    (data,) = sight.view.entries(seq, seq + 1)
    entry = read_entry(data)
    envelope = read_envelope(entry.command)
    return {
        "seq": seq,
        "at": instant_text(entry.at_ms),
        "kind": envelope.kind,
        "by": envelope.by,
    }


def _touches(sight: Sight, seq: int, caller: Caller) -> bool:
    """Whether the entry changed a record, other than a party's, that concerns the caller."""
    touch = sight.book.get(Touch, touch_id(seq))
    for record_id in touch.before() if touch else ():
        kind = _KINDS.get(record_id.partition("_")[0])
        record = sight.book.get(kind, record_id) if kind and kind is not Party else None
        if record is not None and concerns(record, sight.book, caller.party):
            return True
    return False
