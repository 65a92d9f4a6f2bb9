"""How a pack is made: one consistent read, one signed head of just its size, one statement.

Entries, disclosures and facts are all of the same moment, and every proof is made for the size of
the head that travels with it. The log's key is nowhere here: `sign` is a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.book import Book
from ledger.catalogue import history_of
from ledger.chain.note import LARGEST_NOTE
from ledger.chain.proof import Subtrees, inclusion_proof
from ledger.errors import RefusalCode, Refused
from ledger.evidence import EvidenceEntry, entry_for, evidence_of
from ledger.packs.certificate import certified, locked_for
from ledger.packs.closure import Read, closed, offers_taken
from ledger.packs.facts import Asked, facts_of
from ledger.packs.form import Pack, PackEntry
from ledger.packs.statement import LONGEST_RECIPIENT, PackKind, Statement, disclosed_digest
from ledger.parties.state import Party
from ledger.policy.state import ledger_of
from ledger.ports import EntryReader, Records, SignedHead
from ledger.receivables.records import Holding, Receivable


class View(EntryReader, Protocol):
    """The log and its records as of one commit."""

    @property
    def records(self) -> Records:
        """The derived records of that commit."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A consistent read with the signed `head` of just its size, at `at_ms` by the clock."""

    view: View
    head: SignedHead
    at_ms: int
    subtrees: Subtrees


def evidence_pack(moment: Moment, holding: str, asker: str, sign: Callable[[str], str]) -> Pack:
    """All that the party `asker` may show of a holding.

    `sign` gives the log's signed note over a text. Raises `Refused` (`record_not_found`) where the
    holding does not concern the asker.
    """
    asked, entries = _asked(moment, holding, asker)
    return _packed(moment, asked, entries, PackKind.EVIDENCE, "", {}, sign)


def certificate_pack(
    moment: Moment, holding: str, asker: str, recipient: str, sign: Callable[[str], str]
) -> Pack:
    """The certificate of a locked holding for `recipient`, a bank that need not be a party here.

    Raises as `evidence_pack` and `ledger.packs.certificate.locked_for`; `field_invalid` for a
    recipient without a name.
    """
    if not recipient.strip() or len(recipient) > LONGEST_RECIPIENT:
        raise Refused(
            RefusalCode.FIELD_INVALID,
            f"The recipient is a name of 1 to {LONGEST_RECIPIENT} characters.",
            place="/recipient",
        )
    asked, entries = _asked(moment, holding, asker)
    more = {"certificate": certified(asked, locked_for(asked))}
    return _packed(moment, asked, entries, PackKind.CERTIFICATE, recipient, more, sign)


def _asked(moment: Moment, holding_id: str, asker_id: str) -> tuple[Asked, list[Read]]:
    view, records = moment.view, moment.view.records
    book = Book(records)
    asker, holding = book.get(Party, asker_id), book.get(Holding, holding_id)
    receivable = book.get(Receivable, holding.receivable) if holding else None
    if asker is None or holding is None or receivable is None:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no holding {holding_id}.")
    history = evidence_of(view, records, holding_id, asker)
    known = {entry.seq for entry in history}
    offers = sorted(offers_taken(records, holding_id, asker) - known)
    history += [entry_for(view, records, seq, asker) for seq in offers]
    entries = closed(view, records, history, asker)
    return Asked(records, book, holding, receivable, asker, moment.at_ms), entries


def _packed(
    moment: Moment,
    asked: Asked,
    entries: Sequence[Read],
    kind: PackKind,
    recipient: str,
    more: dict[str, Any],
    sign: Callable[[str], str],
) -> Pack:
    head = moment.head
    packed = tuple(_proven(moment, entry) for entry, _ in entries)
    statement = Statement(
        kind,
        ledger_of(asked.book).origin,
        head.size,
        head.root,
        asked.holding.id,
        asked.asker.id,
        recipient,
        asked.at_ms,
        tuple(entry.seq for entry, _ in entries),
        disclosed_digest(packed),
        _moved_by(asked),
        facts_of(asked, [envelope for _, envelope in entries]) | more,
    )
    body = statement.body()
    if len(body) > LARGEST_NOTE // 2:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, "There is too much to say in one statement.")
    return Pack(head.note, packed, sign(body))


def _proven(moment: Moment, entry: EvidenceEntry) -> PackEntry:
    proof = inclusion_proof(moment.view.tile, entry.seq, moment.head.size, moment.subtrees)
    return PackEntry(entry.data, entry.disclosures, proof)


def _moved_by(asked: Asked) -> tuple[str, ...]:
    """The ids by which a later act says that it changes the holding, its debt or its invoices."""
    holding = asked.holding
    ids = {holding.id, holding.receivable, *(use.invoice for use in asked.receivable.uses)}
    ids |= {holding.pending} if holding.pending else set()
    return tuple(sorted(record for record in ids if history_of(asked.records, record)))
