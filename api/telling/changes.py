"""Key changes and recoveries: told entry by entry, in their order, from where the last look ended.

What is to be told stands with each entry (`Tidings`), so nothing is lost by a crash: the messages
of an entry are written first, and then that it has been gone through. A message has the same name
whenever it is written. There is one for each party, notice and address; it says all that the
entry did.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from api.embedded import Embedded
from api.reporting import instants
from api.telling.outbox import MOST_DAYS, URGENT, Message, Outbox, address_tag
from api.telling.words import Change, change_subject, change_texts
from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.canonical import Tree
from ledger.catalogue import touch_id
from ledger.chain.entry import read_entry
from ledger.chain.tree import leaf_hash
from ledger.dates import instant_text
from ledger.envelope import read_envelope
from ledger.parties.commands import Notice
from ledger.parties.records import Tiding, Tidings
from ledger.policy.state import ledger_of
from ledger.refusals.language import Language
from ledger.store.sqlite import View

PAGE = 500
"""Entries that are looked at together."""
DAY_MS = 86_400_000

_CHANGES = "changes"


def write_changes(embedded: Embedded, outbox: Outbox) -> None:
    """The messages about all entries that were not gone through yet.

    Where no earlier look is known, or it was at another log (an older backup was restored), only
    what is younger than `MOST_DAYS` is told. Raises `OSError`.
    """
    with embedded.store.reading() as view:
        start = _start(view, outbox, embedded.clock())
        size = view.size()
    for first in range(start, size, PAGE):
        with embedded.store.reading() as view:
            _write_page(view, outbox, first, min(first + PAGE, size))


def _start(view: View, outbox: Outbox, now_ms: int) -> int:
    """The first entry that has not been gone through."""
    before = outbox.entries(_CHANGES)
    if before is not None and before[0] <= view.size() and _leaf(view, before[0]) == before[1]:
        return before[0]
    oldest_ms = now_ms - MOST_DAYS * DAY_MS
    return bisect_left(range(view.size()), oldest_ms, key=instants(view))


def _leaf(view: View, size: int) -> str:
    """The leaf hash of the last of so many entries; a dash where there is none."""
    if size < 1:
        return "-"
    (data,) = view.entries(size - 1, size)
    return b64url_encode(leaf_hash(data))


def _write_page(view: View, outbox: Outbox, first: int, stop: int) -> None:
    book = Book(view.records)
    found = view.records.get(Tidings, map(touch_id, range(first, stop)))
    for seq in range(first, stop):
        if touch_id(seq) in found:
            for message in _messages(view, book, seq, found[touch_id(seq)]):
                outbox.put(message)
            outbox.set_entries(_CHANGES, seq + 1, _leaf(view, seq + 1))
    outbox.set_entries(_CHANGES, stop, _leaf(view, stop))


def _messages(view: View, book: Book, seq: int, tidings: Tidings) -> Iterator[Message]:
    (data,) = view.entries(seq, seq + 1)
    entry = read_entry(data)
    envelope = read_envelope(entry.command, view.disclosures(seq, seq + 1).get(seq, ()))
    ledger = ledger_of(book)
    mails: defaultdict[tuple[str, Notice, str], list[Tiding]] = defaultdict(list)
    for item in tidings.items:
        for address in item.addresses:
            mails[item.party, item.notice, address].append(item)
    for (party, notice, address), items in mails.items():
        change = Change(
            origin=ledger.origin,
            zone=ledger.time_zone,
            seq=seq,
            leaf=b64url_encode(entry.leaf),
            at_ms=entry.at_ms,
            by=envelope.by,
            kids=tuple(item.kid for item in envelope.signatures),
            party=party,
            notice=notice,
            items=tuple(items),
        )
        yield _message(book, change, address)


def _message(book: Book, change: Change, address: str) -> Message:
    tag = address_tag(address)
    entry = f"{URGENT}{touch_id(change.seq)}-{change.leaf[:8]}"
    name = f"{entry}-{change.party}-{change.notice.value}-{tag}"
    texts = change_texts(book, change)
    events: list[Tree] = [
        {"what": item.what.value, "subject": item.subject}
        | ({} if item.when_ms is None else {"when": instant_text(item.when_ms)})
        for item in change.items
    ]
    body: dict[str, Tree] = {
        "v": 1,
        "kind": change.notice.value,
        "id": name,
        "origin": change.origin,
        "party": change.party,
        "entry": {"seq": change.seq, "leaf": change.leaf, "at": instant_text(change.at_ms)},
        "by": change.by,
        "keys": list(change.kids),
        "events": events,
        "text": {language.value: texts[language] for language in Language},
    }
    text = "\n\n".join(texts[language] for language in Language)
    return Message(name, address, change_subject(change), canonical.encode(body).decode(), text)
