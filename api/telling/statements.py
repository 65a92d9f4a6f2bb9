"""The daily statements: each obligor is told what was acknowledged in its name the day before."""

from __future__ import annotations

from datetime import timedelta

from api.embedded import Embedded
from api.reporting import acknowledged_file
from api.telling.outbox import MOST_DAYS, Message, Outbox, address_tag, between
from ledger.dates import civil_date
from ledger.parties.commands import Notice, Role
from ledger.parties.records import Contact, Party

_STATEMENT = "daily-statement"


def write_statements(embedded: Embedded, outbox: Outbox) -> None:
    """The statements of all days that are over and not written yet, a day at a time.

    Raises `OSError`, and as `acknowledged_file`.
    """
    at_ms = embedded.clock()
    yesterday = civil_date(at_ms, embedded.ledger.time_zone) - timedelta(days=1)
    last = outbox.last_day(_STATEMENT)
    if last is None:  # what was before the first start was never promised
        last = yesterday - timedelta(days=1)
    for day in between(max(last, yesterday - timedelta(days=MOST_DAYS)), yesterday):
        outbox.check_room()
        for contact in _contacts(embedded):
            body = acknowledged_file(embedded, contact.id, day).decode()
            for address in contact.addresses(Notice.DAILY_STATEMENT, at_ms):
                name = f"{day.isoformat()}-{contact.id}-{address_tag(address)}"
                subject = f"Acknowledged on {day.isoformat()} in the name of {contact.id}"
                outbox.put(Message(name, address, subject, body))
        outbox.set_day(_STATEMENT, day)


def _contacts(embedded: Embedded) -> list[Contact]:
    """Those of obligors that want their statement."""
    with embedded.store.reading() as view:
        wanted = [
            item for item in view.records.scan(Contact) if Notice.DAILY_STATEMENT in item.notices
        ]
        parties = view.records.get(Party, [item.id for item in wanted])
    return [item for item in wanted if parties[item.id].has(Role.OBLIGOR)]
