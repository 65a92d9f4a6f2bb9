"""A ledger in a folder as the target of commands, written by this process alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from api.asked import Asked, Format
from api.embedded import Embedded, open_folder
from api.importing import ImportRow, judge_rows
from api.keyaccess import KeyAccess
from api.packing import make_pack, own
from api.places import Place, is_ledger
from api.receipts import whole_receipt
from api.reporting import acknowledged_file, due_report, write_rules
from api.resolving import resolver
from api.sheet.page import sheet
from api.target import Verdict, now_ms
from api.terminal import error_tree
from ledger.book import Book
from ledger.chain.receipt import State
from ledger.dates import civil_date
from ledger.documents.value import DocumentParty
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.model.codec import WireForm, write
from ledger.parties.state import TakenIdentifier
from ledger.policy.state import POLICY, Policy, digits_of
from ledger.service import Receipt

GROUP = 500
"""Submissions of one commit."""


@contextmanager
def open_ledger(
    folder: Path,
    access: KeyAccess,
    *,
    keep_reading: bool = False,
    place: Place | None = None,
) -> Iterator[Embedded]:
    """The ledger in a folder. Raises `Refused` (`ledger_not_open`) where there is none.

    `access`, `keep_reading` and `place` as in `open_folder`.
    """
    if place is None and not is_ledger(folder):
        raise Refused(RefusalCode.LEDGER_NOT_OPEN, f"There is no ledger in {folder}.")
    with open_folder(
        folder, now_ms, keep_reading=keep_reading, place=place, access=access
    ) as embedded:
        yield embedded


class FolderTarget:
    """`api.target.Target` over an open folder."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._ledger = embedded.ledger
        self._records = embedded.store.records
        self._resolve = resolver(self._records)
        policy = self._records.get(Policy, (POLICY,)).get(POLICY)
        self._digits = {item.code: item.digits for item in policy.currencies} if policy else {}

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._ledger.origin

    def digits(self, currency: str) -> int | None:
        """The minor digits by the policy in force."""
        return self._digits.get(currency)

    def today(self) -> date:
        """The civil date in the ledger's legal time zone."""
        return civil_date(self._embedded.clock(), self._ledger.time_zone)

    def party(self, named: str) -> str:
        """The party of an id or of ``scheme:value``. Raises `Refused` (`party_unknown`)."""
        if ":" not in named:
            return named
        taken = self._records.get(TakenIdentifier, (named,)).get(named)
        if taken is None:
            raise Refused(RefusalCode.PARTY_UNKNOWN, f"No party is enrolled as {named}.")
        return taken.party

    def resolve(self, named: DocumentParty) -> str | None:
        """The enrolled party that a document means, or None."""
        return self._resolve(named)

    def record(self, collection: str, kind: type[Any], record_id: str) -> Mapping[str, Any] | None:
        """The record of now, whole: who has the folder sees all of it."""
        record = self._records.get(kind, (record_id,)).get(record_id)
        return None if record is None else write(record, WireForm(self._digits.get, {}))

    def judge(self, rows: Sequence[ImportRow], party: str) -> list[ImportRow]:
        """The rows judged by the rules over the records of now."""
        return judge_rows(Book(self._records), rows, party, self._embedded.clock())

    def send(self, submissions: Sequence[bytes], progress: Callable[[int], None]) -> list[Verdict]:
        """A verdict for each, group by group."""
        verdicts: list[Verdict] = []
        for start in range(0, len(submissions), GROUP):
            group = submissions[start : start + GROUP]
            verdicts += map(_verdict, self._embedded.service.submit_many(group))
            progress(len(verdicts))
        return verdicts

    def witnessed(self, seq: int, seconds: float) -> bool:
        """Never: who writes into a folder asks no witnesses."""
        return False

    def receipt(self, seq: int, state: State = State.INCLUDED) -> bytes:
        """The receipt file of an entry under the newest signed head."""
        return whole_receipt(self._embedded.store, self._embedded.service.proof(seq), seq)

    def pack(self, holding: str, party: str, recipient: str | None, *, html: bool = False) -> bytes:
        """The pack of a holding as of the last commit, or its sheet."""
        pack = make_pack(self._embedded, holding, party, recipient)
        return sheet(own(self._embedded, pack)) if html else pack.data()

    def acknowledged(self, obligor: str, day: date | None) -> bytes:
        """The statement as of the last commit."""
        return acknowledged_file(self._embedded, obligor, day)

    def due(self, party: str, day: date | None) -> Mapping[str, Any]:
        """What falls due for a party from a day on (None: today), as JSON."""
        with self._embedded.store.reading() as view:
            book = Book(view.records)
            report = due_report(view, book, self._embedded.clock(), party, day)
            return report.tree(digits_of(book))

    def rules(self, asked: Asked, form: Format) -> bytes:
        """The report as of now."""
        with StringIO(newline="") as file:
            write_rules(self._embedded.store, asked, form, file)
            return file.getvalue().encode()


def _verdict(answer: Receipt | LedgerError) -> Verdict:
    if isinstance(answer, LedgerError):
        return Verdict(None, error=error_tree(answer))
    return Verdict(answer.seq, answer.repeated)
