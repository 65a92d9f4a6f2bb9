"""Reminders: once a day, what falls due or is overdue, and what to take out of the registry.

To each contact that wants them, of what its party owes and is owed. After a standstill everything
whose day has passed meanwhile is told once, together.
"""

from __future__ import annotations

from datetime import date, timedelta

from api.embedded import Embedded
from api.reporting import instants
from api.telling.due_words import due_subject, due_texts
from api.telling.outbox import Message, Outbox, address_tag
from ledger import canonical
from ledger.book import Book
from ledger.dates import civil_date
from ledger.errors import Refused, Unavailable
from ledger.parties.commands import Notice
from ledger.parties.records import Contact
from ledger.policy.state import digits_of
from ledger.refusals.language import Language
from ledger.reports.due import Due, reminders

MOST_LISTED = 1_000
"""Debts that a message lists one by one; its counts and sums are over all of them."""

_REMINDERS = "reminders"


def write_reminders(embedded: Embedded, outbox: Outbox) -> None:
    """The reminders of today, unless they were written.

    A party for which they cannot be computed (a calendar that ends) holds up no other: that
    is said by `Unavailable` at the end. Raises `OSError`.
    """
    at_ms, ledger = embedded.clock(), embedded.ledger
    today = civil_date(at_ms, ledger.time_zone)
    since = outbox.last_day(_REMINDERS)
    if since is None:  # what was before the first start was never promised
        since = today - timedelta(days=1)
    if since >= today:
        return
    outbox.check_room()
    failed = ""
    with embedded.store.reading() as view:
        book, when = Book(view.records), instants(view)
        for contact in list(view.records.scan(Contact)):
            addresses = contact.addresses(Notice.REMINDERS, at_ms)
            if not addresses:
                continue
            try:
                report = reminders(book, contact.id, since, today, at_ms, when)
            except Refused as refused:
                failed = f"no reminder for {contact.id}: {refused.detail}"
                continue
            for address in () if report.is_empty else addresses:
                outbox.put(_message(book, ledger.origin, report, address, today))
    outbox.set_day(_REMINDERS, today)
    if failed:
        raise Unavailable(failed)


def _message(book: Book, origin: str, report: Due, address: str, today: date) -> Message:
    name = f"{today.isoformat()}-due-{report.party}-{address_tag(address)}"
    digits = digits_of(book)
    texts = due_texts(report, digits)
    body = {
        "v": 1,
        "kind": Notice.REMINDERS.value,
        "id": name,
        "origin": origin,
        **report.tree(digits, MOST_LISTED),
        "text": {language.value: texts[language] for language in Language},
    }
    text = "\n\n".join(texts[language] for language in Language)
    return Message(name, address, due_subject(report), canonical.encode(body).decode(), text)
