"""Intake: a folder of documents, the parties they name, and what of it is registered.

Documents are taken in the order of their issue dates, in windows within which nothing falls due:
the clock stands at the window's last issue date, each seller signs one manifest for what it
registers there, and each obligor one for what it acknowledges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from api.defaults import DIGITS
from api.demo.stage import WEAK_SCHEMES, Actor, Stage, made_id
from api.importing import ImportRow, Stated, plan_rows
from ledger.documents.party import same_party
from ledger.documents.read import read
from ledger.documents.value import DocumentParty, InvoiceDocument, ReadResult
from ledger.errors import LedgerError, Refused
from ledger.model.records import make_id
from ledger.parties.commands import Role
from ledger.receivables.commands import Acknowledge, PayTo, RegisterReceivable, Terms
from ledger.receivables.records import Receivable

CARRIERS = frozenset({".xml", ".pdf", ".csv", ".xlsx"})
DAYS_WITHOUT_DUE_DATE = 30
"""What the signer says where a document names no due date."""
TERMS = Terms(waiver_of_defences=True, consent_to_split=True, pay_to=PayTo.HOLDER)


@dataclass(slots=True)
class Found:
    """Parties that documents name, each once, with the roles they need."""

    parties: dict[str, tuple[DocumentParty, frozenset[Role]]] = field(default_factory=dict)
    _by_identifier: dict[tuple[str, str], str] = field(default_factory=dict)
    _by_name: dict[str, dict[str, None]] = field(default_factory=dict)

    def label(self, party: DocumentParty, role: Role | None = None) -> str:
        """The label of a party, in the form of an id; with `role` it will need that role."""
        label = self._known(party) or make_id("pty", "label", str(len(self.parties)))
        first, roles = self.parties.get(label, (party, frozenset()))
        self.parties[label] = (first, roles | {role} if role else roles)
        for identifier in party.identifiers:
            if identifier[0] not in WEAK_SCHEMES:
                self._by_identifier.setdefault(identifier, label)
        if party.name:
            names = self._by_name.setdefault(_folded(party.name), {})
            names[label] = None
        return label

    def _known(self, party: DocumentParty) -> str | None:
        for identifier in party.identifiers:
            if identifier in self._by_identifier:
                return self._by_identifier[identifier]
        for label in self._by_name.get(_folded(party.name), {}):
            if same_party(self.parties[label][0], party):
                return label
        return None


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class FileReport:
    """What became of one file, or of the rows of one table."""

    name: str
    registered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    first_refusal: str = ""

    def refuse(self, refused: Refused) -> None:
        """Count one document or row that is not registered."""
        self.refused[refused.code.value] += 1
        self.first_refusal = self.first_refusal or str(refused)


@dataclass(frozen=True, slots=True)
class Intake:
    """The result: per file what happened, and the ids of what was acknowledged."""

    files: Sequence[FileReport]
    acknowledged: Sequence[str]
    documents: int

    def refusals(self) -> Counter[str]:
        """How many documents and rows per refusal code."""
        total: Counter[str] = Counter()
        for item in self.files:
            total += item.refused
        return total


def read_folder(folder: Path, progress: Callable[[int, int], None]) -> list[tuple[Path, bytes]]:
    """The documents below a folder, by name. Raises `OSError` where they cannot be read."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in CARRIERS)
    files = []
    for number, path in enumerate(paths, start=1):
        files.append((path, path.read_bytes()))
        progress(number, len(paths))
    return files


@dataclass(frozen=True, slots=True)
class _Planned:
    """A row that is sound by itself: who registers it, against whom, when it is issued and due."""

    row: ImportRow
    seller: str
    obligor: str
    issued: date
    due: date
    report: FileReport


def plan(
    folder: Path, files: Sequence[tuple[Path, bytes]], progress: Callable[[int, int], None]
) -> tuple[list[FileReport], list[_Planned], Found]:
    """Every document judged by itself; the parties it takes to register the sound ones."""
    found, reports, planned = Found(), [], []
    for number, (path, data) in enumerate(files, start=1):
        report = FileReport(str(path.relative_to(folder)))
        reports.append(report)
        for seller, results in _by_seller(data, path.name, found).items():
            for row in _plan_rows(results, seller, found):
                if isinstance(row.command, RegisterReceivable) and row.document is not None:
                    planned.append(_planned(row, row.command, row.document, report, found))
                elif row.refusals:
                    report.refuse(row.refusals[0])
        progress(number, len(files))
    return reports, planned, found


def _by_seller(data: bytes, name: str, found: Found) -> dict[str, list[ReadResult]]:
    """The invoices of a file by the label of their seller; those that cannot be read under ""."""
    groups: dict[str, list[ReadResult]] = {}
    for result in read(data, name=name, digits=DIGITS.get):
        outcome = result.outcome
        label = "" if isinstance(outcome, Refused) else found.label(outcome.seller)
        groups.setdefault(label, []).append(result)
    return groups


def _plan_rows(results: Sequence[ReadResult], seller: str, found: Found) -> list[ImportRow]:
    stated = Stated(days=DAYS_WITHOUT_DUE_DATE)
    return plan_rows(results, party=seller, resolve=found.label, stated=stated)


def _planned(
    row: ImportRow,
    command: RegisterReceivable,
    document: InvoiceDocument,
    report: FileReport,
    found: Found,
) -> _Planned:
    seller = found.label(document.seller, Role.SUPPLIER)
    obligor = found.label(document.buyer, Role.OBLIGOR)
    return _Planned(row, seller, obligor, document.issue_date, command.due, report)


def windows(planned: Iterable[_Planned]) -> list[list[_Planned]]:
    """The rows by issue date, cut so that within a window nothing falls due."""
    cut: list[list[_Planned]] = []
    earliest_due = date.min
    for item in sorted(planned, key=lambda item: (item.issued, item.row.file, item.row.place)):
        if not cut or item.issued > earliest_due:
            cut.append([])
            earliest_due = date.max
        cut[-1].append(item)
        earliest_due = min(earliest_due, item.due)
    return cut


def take_in(
    stage: Stage,
    reports: Sequence[FileReport],
    planned: Sequence[_Planned],
    progress: Callable[[int, int], None],
) -> Intake:
    """Register and acknowledge what is planned, window by window."""
    acknowledged: list[str] = []
    done = 0
    for window in windows(planned):
        stage.clock.advance_to(max(item.issued for item in window))
        registered: list[tuple[str, str]] = []
        for seller in sorted({item.seller for item in window}):
            own = [item for item in window if item.seller == seller]
            registered += _register(stage, seller, own)
        for obligor in sorted({label for label, _ in registered}):
            ids = [record_id for label, record_id in registered if label == obligor]
            acknowledged += _acknowledge(stage, stage.actors[obligor], ids)
        done += len(window)
        progress(done, len(planned))
    return Intake(reports, acknowledged, sum(_count(report) for report in reports))


def _count(report: FileReport) -> int:
    return report.registered + sum(report.refused.values())


def _register(stage: Stage, seller: str, items: Sequence[_Planned]) -> list[tuple[str, str]]:
    """One manifest of a seller; the (obligor, receivable id) of each line that was taken."""
    actor = stage.actors[seller]
    drafts, kept = [], []
    for item in items:
        command = item.row.command
        if isinstance(command, RegisterReceivable):
            obligor = stage.actors[item.obligor].id
            drafts.append(actor.draft(replace(command, obligor=obligor)))
            kept.append(item)
    taken = []
    answers = stage.send_signed(actor, drafts)
    for item, draft, answer in zip(kept, drafts, answers, strict=True):
        if isinstance(answer, Refused):
            answer.file = item.row.file
            item.report.refuse(answer)
        elif isinstance(answer, LedgerError):
            raise answer
        else:
            item.report.registered += 1
            taken.append((item.obligor, made_id(actor, draft, "rcv")))
    return taken


def _acknowledge(stage: Stage, obligor: Actor, ids: Sequence[str]) -> list[str]:
    """The obligor signs one manifest that acknowledges these receivables in full."""
    records: Mapping[str, Receivable] = stage.embedded.store.records.get(Receivable, ids)
    drafts = [
        obligor.draft(
            Acknowledge(
                receivable=record.id,
                accepts=record.proposal,
                amount=record.face,
                due=record.due,
                terms=TERMS,
            ),
            **{record.id: record.last_seq},
        )
        for record in (records[record_id] for record_id in ids)
    ]
    for answer in stage.send_signed(obligor, drafts):
        if isinstance(answer, LedgerError):
            raise answer
    return list(ids)
