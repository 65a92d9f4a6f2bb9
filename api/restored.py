"""What a restore says: complete to where, or what is missing and whom to ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.commands.audit import report_tree
from api.terminal import say
from ledger.audit.findings import Report
from ledger.backup.outside import Holder, Outside
from ledger.backup.restoring import Restored, Verdict
from ledger.dates import instant_text
from ledger.envelope import read_envelope

OWN_WORD = "backup"
"""The trust of who named no policy file: the key is from the backup itself."""
MOST_SHOWN = 20
"""Receipts, parties and findings printed; --json has them all."""


def restored_tree(
    found: Restored, ignored: Sequence[tuple[str, str]], trust: str
) -> dict[str, Any]:
    """The answer as JSON: `ignored` are (source, reason), `trust` where the log's key is from."""
    return {
        "verdict": found.verdict.value,
        "origin": found.manifest.head.origin,
        "size": found.size,
        "root": found.root.hex(),
        "backup": {
            "size": found.manifest.head.size,
            "made_at": instant_text(found.manifest.made_ms),
        },
        "trust": trust,
        "folder": None if found.folder is None else str(found.folder),
        "newest": {"source": found.newest.source, "size": found.newest.head.size},
        "contradictions": list(found.contradictions),
        "missing": {
            "count": len(found.missing),
            "first": found.missing[0] if found.missing else None,
            "last": found.missing[-1] if found.missing else None,
        },
        "not_shown": found.doubt,
        "receipts": [_receipt_tree(item) for item in found.receipts],
        "ask": [_holder_tree(holder) for holder in found.ask],
        "ignored": [{"source": source, "reason": reason} for source, reason in ignored],
        "replayed": found.replayed,
        "audit": report_tree(found.report),
    }


def _receipt_tree(item: Outside) -> dict[str, Any]:
    envelope = read_envelope(item.entry.command) if item.entry else None
    return {
        "seq": item.index,
        "source": item.source,
        "kind": envelope.kind if envelope else None,
        "by": envelope.by if envelope else None,
    }


def _holder_tree(holder: Holder) -> dict[str, Any]:
    return {
        "party": holder.party.id,
        "name": holder.party.name,
        "roles": [role.value for role in holder.party.roles],
        "entries": holder.entries,
        "last_seq": holder.last_seq,
    }


def tell_restored(found: Restored, trust: str) -> None:
    """The answer in words."""
    match found.verdict:
        case Verdict.COMPLETE:
            say(f"complete to {found.size}: nothing that was shown from outside is missing")
        case Verdict.INCOMPLETE:
            first, last = found.missing[0], found.missing[-1]
            say(f"incomplete: restored to {found.size}, entries {first}..{last} are missing")
            _tell_missing(found)
        case Verdict.CONTRADICTED:
            say("contradicted: what was kept outside is not of the log in the backup")
            for sentence in found.contradictions[:MOST_SHOWN]:
                say(f"  {sentence}")
        case Verdict.FINDINGS:
            say("findings: the backup is as it was made, and what was backed up is not sound")
    if found.replayed:
        say(f"  {found.replayed} records in it were not as the entries leave them: made again")
    _tell_audit(found.report)
    say(f"  newest outside head: {found.newest.head.size} entries, from {found.newest.source}")
    if trust == OWN_WORD:
        say("  the trust is the backup's own: name the log's key from elsewhere with --policy")
    say(f"  the ledger is in {found.folder}" if found.folder else "  nothing was left behind")


def _tell_missing(found: Restored) -> None:
    shown = f"it is not shown ({found.doubt})" if found.doubt else "it is proven"
    say(f"  that the newest outside head only adds to the backup: {shown}")
    for item in found.receipts[:MOST_SHOWN]:
        tree = _receipt_tree(item)
        what = f"{tree['kind']} by {tree['by']}" if item.entry else "the entry itself is not in it"
        say(f"  entry {tree['seq']}: a receipt is in {item.source}: {what}")
    say("  receipts for the missing entries are held by who signed them; ask first:")
    for holder in found.ask[:MOST_SHOWN]:
        signed = f"signed {holder.entries} of the last entries, {holder.last_seq} the latest"
        may = signed if holder.entries else "may have exported the log"
        say(f"    {holder.party.id} {holder.party.name or ''}: {may}")
    say(
        "  bring them with --receipts, or another copy of the log with --entries, and restore again"
    )


def _tell_audit(report: Report) -> None:
    equal = f", {report.compared_records} derived records equal the replay"
    say(f"  audited: {report.verdict.value}, {report.size} entries{equal}")
    for item in report.findings[:MOST_SHOWN]:
        where = "the log" if item.seq is None else f"entry {item.seq}"
        say(f"    {where}: {item.code} ({item.level.value}): {item.detail} {item.place}".rstrip())
    say(f"  root {report.root}")
