"""`duebill demo`: the whole story on real documents, ending in an audit."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.commands.serve import run as serve_folder
from api.demo import checks, intake, story
from api.demo.stage import DrivenClock, Stage
from api.embedded import found, open_folder
from api.terminal import note, plain, say, say_json, show_table
from ledger.audit.findings import Report, Verdict
from ledger.documents.value import DocumentParty
from ledger.errors import RefusalCode, Refused
from ledger.keystore import write_key
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.policy.state import LEDGER, Ledger

ORIGIN = "demo.duebill.example/sandbox"
MARK = "made-by-duebill-demo"
MOST_FILES_SHOWN = 60

CAST = {
    "auditor": ("Public Accountants LLP", Role.AUDITOR),
    "bank": ("Demonstration Bank", Role.BANK),
    "financier-1": ("First Factoring Ltd", Role.FINANCIER),
    "financier-2": ("Second Capital Ltd", Role.FINANCIER),
    "tier-2": ("Second-Tier Workshop Ltd", Role.SUPPLIER),
}


@dataclass(slots=True)
class Bars:
    """Progress bars on standard error, one for each part of the work."""

    progress: Progress

    def bar(self, title: str) -> Any:
        """A function (done, of) that moves a new bar."""
        task = self.progress.add_task(title, total=None)
        return lambda done, of: self.progress.update(task, completed=done, total=of)

    def counter(self, title: str, of: int) -> Any:
        """A function (done) that moves a new bar."""
        move = self.bar(title)
        return lambda done: move(done, of)


def run(
    *,
    invoices: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder of documents.")
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", help="Where the ledger is made.")] = Path(
        "demo-ledger"
    ),
    serve: Annotated[bool, typer.Option("--serve", help="Leave the API up afterwards.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Register, acknowledge, split, transfer, finance, redeem and audit on a sandbox ledger.

    Reads invoices from a folder (our own samples by default), opens a fresh ledger with a driven
    clock, makes keys for every party it meets, and says file by file what happened.
    """
    documents = invoices or samples()
    _prepare(folder)
    started = time.monotonic()
    with _bars() as bars:
        figures = _play(documents, folder, bars, quiet=as_json)
    figures["seconds"] = round(time.monotonic() - started, 1)
    if as_json:
        say_json(figures)
    else:
        _close(figures, folder)
    if figures["verdicts"] != ["clean", "clean"] or not figures["tampering found"]:
        raise typer.Exit(1)
    if serve:
        serve_folder(folder=folder)


def samples() -> Path:
    """The sample documents: beside the package when installed, in docs/ in a checkout."""
    here = Path(__file__).resolve().parents[1]
    for place in (here / "samples", here.parent / "docs" / "samples"):
        if place.is_dir():
            return place
    raise Refused(RefusalCode.DOCUMENT_MISSING, "There are no samples here: give --invoices DIR.")


def _prepare(folder: Path) -> None:
    """An empty folder, or one that an earlier demonstration made: that is made anew."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise Refused(
                RefusalCode.FOLDER_NOT_EMPTY, f"{folder} is not empty and not of a demonstration."
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


@contextmanager
def _bars() -> Iterator[Bars]:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        yield Bars(progress)


def _play(documents: Path, folder: Path, bars: Bars, *, quiet: bool) -> dict[str, Any]:
    tell = note if quiet else say
    files = intake.read_folder(documents, bars.bar("reading"))
    reports, planned, parties = intake.plan(documents, files, bars.bar("judging documents"))
    if not planned:
        raise Refused(RefusalCode.DOCUMENT_MISSING, "No document here can be registered.")
    clock = DrivenClock(min(item.issued for item in planned) - timedelta(days=1))
    with open_folder(folder, clock) as embedded:
        found(
            embedded, origin=ORIGIN, name="Demonstration Operator", time_zone="Asia/Shanghai",
            sandbox=True,
        )  # fmt: skip
        stage = Stage(embedded, clock)
        cast = {
            label: (DocumentParty(name, (), ""), frozenset({role}))
            for label, (name, role) in CAST.items()
        }
        stage.enrol({"bank": cast.pop("bank")}, attest=False)
        needed = {label: item for label, item in parties.parties.items() if item[1]}
        stage.enrol(cast | needed)
        keep_keys(stage, folder)
        result = intake.take_in(stage, reports, planned, bars.bar("registering, acknowledging"))
        _show_files(result, tell)
        told = story.tell(stage, result, lambda line: tell(f"  {line}"))
        checkpoint, proof = checks.check_receipt(stage, told.contract_seq)
        (folder / "contract.tlog-proof").write_text(proof, encoding="utf-8")
        tell(f"  receipt of entry {told.contract_seq} verified offline under {checkpoint.size}")
        exported = folder / "export"
        size = checks.export(stage, exported)
        audits = checks.audit_all(folder, exported, bars.counter("auditing", size))
        broken = checks.tamper(exported, told.contract_seq)
        tell(f"  one byte changed on a copy: found at entry {broken.first_bad_entry}")
        return _figures(stage, result, told, audits, broken)


def keep_keys(stage: Stage, folder: Path) -> None:
    """Leave every party's key behind, so that one can go on in its name: it is a sandbox."""
    parties = []
    for actor in sorted(stage.actors.values(), key=lambda actor: actor.id):
        path = folder / "keys" / f"{actor.id}.pem"
        write_key(path, actor.key)
        roles = [role.value for role in stage.get(Party, actor.id).roles]
        parties.append(
            {"id": actor.id, "name": actor.name, "roles": roles, "key": f"keys/{path.name}"}
        )
    text = json.dumps(parties, indent=1, ensure_ascii=False)
    (folder / "parties.json").write_text(text + "\n", encoding="utf-8")


def _show_files(result: intake.Intake, tell: Any) -> None:
    for report in result.files[:MOST_FILES_SHOWN]:
        refused = sum(report.refused.values())
        tell(plain(f"{report.name}: {report.registered} registered, {refused} not"))
        if refused:
            tell(plain(f"    {report.first_refusal}"))
    if len(result.files) > MOST_FILES_SHOWN:
        tell(f"… and {len(result.files) - MOST_FILES_SHOWN} more files (all with --json)")


def _figures(
    stage: Stage,
    result: intake.Intake,
    told: story.Story,
    audits: list[Report],
    broken: Report,
) -> dict[str, Any]:
    signed = stage.embedded.service.signed
    text = story.Amounts(stage)
    return {
        "documents": result.documents,
        "registered": sum(report.registered for report in result.files),
        "acknowledged": len(result.acknowledged),
        "refused": dict(result.refusals().most_common()),
        "parties": sum(1 for _ in stage.embedded.store.records.scan(Party)),
        "entries": signed.size,
        "root": signed.root.hex(),
        "receivable": told.receivable,
        "financing": told.financing,
        "face financed": text(told.quote.face),
        "price": text(told.quote.price),
        "second financier": told.refusal.code.value,
        "holdings redeemed": told.redeemed,
        "verdicts": [report.verdict.value for report in audits],
        "records compared": audits[0].compared_records,
        "tampering found": broken.verdict is Verdict.FINDINGS
        and broken.first_bad_entry == told.contract_seq,
        "tampered entry": told.contract_seq,
        "files": [
            {"name": item.name, "registered": item.registered, "refused": dict(item.refused)}
            for item in result.files
        ],
        "sandbox": stage.get(Ledger, LEDGER).sandbox,
    }


def _close(figures: dict[str, Any], folder: Path) -> None:
    shown = {key: value for key, value in figures.items() if key not in ("files", "refused")}
    rows = [[key, str(value)] for key, value in shown.items()]
    rows += [[f"refused: {code}", str(count)] for code, count in figures["refused"].items()]
    say("")
    show_table(["figure", "value"], rows)
    say(f"\nThe ledger is in {folder}; the log as files in {folder / 'export'}.")
    say(f"Its parties with their keys stand in {folder / 'parties.json'}.")
    say(f"Audit it again: duebill audit {folder / 'export'} --policy {folder / 'export/policy'}")
