"""The daily statement of an obligor: everything acknowledged in its name, signed by the log.

Whoever acknowledges in a company's name without its knowledge, with a stolen or a false key, is
found out by the company's own books the next morning. The file has two C2SP signed notes: the
checkpoint that it rests on, and the statement, whose text is a header and one line of canonical
JSON, so that neither can be taken for the other (docs/spec/receipt.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.chain.note import LARGEST_NOTE, open_note
from ledger.chain.trust import Opened, TrustPolicy
from ledger.dates import civil_date, instant_text
from ledger.errors import RefusalCode, Refused
from ledger.parties.state import Party
from ledger.policy.state import digits_of, ledger_of, today_of
from ledger.ports import Records, SignedHead
from ledger.receivables.records import Receivable
from ledger.reports.totals import Total, totals
from ledger.signing import STATEMENT

KIND = "acknowledged"
VERSION = 1
MOST_LISTED = 4_000
"""Receivables of a day that are named; the digest is over all of them."""
_FILE = {"acknowledged", "checkpoint"}
START = b'{"acknowledged":'
"""How the file begins."""


class Daily(Struct, frozen=True, kw_only=True, gc=False):
    """What an obligor acknowledged on `day`, and in all until the end of it.

    `receivables` are the ids of that day, ascending. What is outstanding is so at `head`.
    """

    origin: str
    head: SignedHead
    obligor: str
    day: date
    time_zone: str
    made_ms: int
    of_day: tuple[Total, ...]
    until: tuple[Total, ...]
    receivables: tuple[str, ...]

    def body(self, digits: Callable[[str], int | None]) -> str:
        """The text that is signed. Raises `Refused` (`bytes_too_large`)."""
        ids = "".join(f"{item}\n" for item in self.receivables)
        tree: dict[str, Any] = {
            "v": VERSION,
            "kind": KIND,
            "origin": self.origin,
            "size": self.head.size,
            "root": b64url_encode(self.head.root),
            "obligor": self.obligor,
            "day": self.day.isoformat(),
            "time_zone": self.time_zone,
            "made_at": instant_text(self.made_ms),
            "of_day": [_line(item, digits) for item in self.of_day],
            "until": [_line(item, digits) for item in self.until],
            "count": len(self.receivables),
            "receivables": list(self.receivables[:MOST_LISTED]),
            "receivables_digest": b64url_encode(hashlib.sha256(ids.encode()).digest()),
        }
        body = f"{STATEMENT}\n{canonical.encode(tree).decode()}\n"
        if len(body) > LARGEST_NOTE // 2:
            raise Refused(RefusalCode.BYTES_TOO_LARGE, "There is too much to say in one statement.")
        return body


def daily(records: Records, head: SignedHead, obligor: str, day: date, at_ms: int) -> Daily:
    """The statement of `obligor` for a civil day of the ledger's legal time zone, as of `head`.

    `at_ms` is the ledger's clock. Raises `Refused`: `record_not_found` where there is no such
    party, `field_invalid` for a day that has not begun.
    """
    book = Book(records)
    ledger = ledger_of(book)
    if book.get(Party, obligor) is None:
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no party {obligor}.")
    if day > today_of(book, at_ms):
        raise Refused(RefusalCode.FIELD_INVALID, f"{day} has not begun.", place="/query/day")
    until, of_day = [], []
    for item in book.find(Receivable, obligor=obligor):
        if item.acknowledged_ms is None:
            continue
        when = civil_date(item.acknowledged_ms, ledger.time_zone)
        if when <= day:
            until.append(item)
        if when == day:
            of_day.append(item)
    return Daily(
        origin=ledger.origin,
        head=head,
        obligor=obligor,
        day=day,
        time_zone=ledger.time_zone,
        made_ms=at_ms,
        of_day=totals(of_day),
        until=totals(until),
        receivables=tuple(sorted(item.id for item in of_day)),
    )


def statement_file(
    records: Records, statement: Daily, sign: Callable[[str], str], note: str
) -> bytes:
    """The file: the statement signed by `sign`, and the checkpoint `note` that it rests on."""
    signed = sign(statement.body(digits_of(Book(records))))
    return canonical.encode({"acknowledged": signed, "checkpoint": note}) + b"\n"


def read_statement_file(data: bytes, policy: TrustPolicy) -> tuple[Opened, Mapping[str, Any]]:
    """What such a file says to who trusts `policy`: its head, and the statement's fields.

    Raises `Refused`, whatever the bytes: as `TrustPolicy.open` and `open_note`; `quorum_not_met`;
    `receipt_malformed` for another form; `statement_differs` for one of another head.
    """
    tree = canonical.decode(data.removesuffix(b"\n"))
    if not isinstance(tree, dict) or tree.keys() != _FILE:
        raise _malformed("A daily statement is an object of a statement and a checkpoint.")
    texts = [tree["acknowledged"], tree["checkpoint"]]
    if not all(isinstance(text, str) for text in texts):
        raise _malformed("The statement or the checkpoint is not a text.")
    signed, note = texts
    opened = policy.open(note, note.partition("\n")[0])
    head = opened.checkpoint
    if not opened.witnessed:
        raise Refused(RefusalCode.QUORUM_NOT_MET, "The policy's witnesses did not cosign the head.")
    own = [key for key in policy.log_keys() if key.name == head.origin]
    header, _, line = open_note(signed, own).body.removesuffix("\n").partition("\n")
    fields = canonical.decode(line.encode()) if header == STATEMENT else None
    if not isinstance(fields, dict) or (fields.get("kind"), fields.get("v")) != (KIND, VERSION):
        raise _malformed("The signed text is no daily statement.")
    said = (fields.get("origin"), fields.get("size"), fields.get("root"))
    if said != (head.origin, head.size, b64url_encode(head.root)):
        raise Refused(
            RefusalCode.STATEMENT_DIFFERS, "The statement is about another head than the file's."
        )
    return opened, fields


def _line(item: Total, digits: Callable[[str], int | None]) -> dict[str, Any]:
    """A total without its obligor, who is the same in all of them."""
    return {name: value for name, value in item.tree(digits).items() if name != "obligor"}


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.RECEIPT_MALFORMED, detail)
