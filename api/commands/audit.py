"""`duebill audit`: the whole log read again, rules included."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from api.auditing import Beyond, Cosigning, go_beyond
from api.client import Client
from api.keyfiles import key_of, read_trust
from api.options import Json, PasswordFile
from api.sources import open_source
from api.target import now_ms
from api.terminal import progress, say, say_json
from api.whole import whole_lines
from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.run import audit
from ledger.audit.source import Source
from ledger.audit.statefile import open_state
from ledger.audit.witnesses import SKEW_S
from ledger.chain.trust import NO_QUORUM, TrustPolicy
from ledger.errors import LedgerError
from ledger.keys import SigningKey
from ledger.store.records import temporary_records

MOST_SHOWN = 50
"""Findings printed one by one; --json has them all."""

Policy: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="The log key you trust (tlog-policy).")
]
Jobs: TypeAlias = Annotated[
    int | None, typer.Option(min=1, max=64, help="Processes; else as many as cores.")
]
Auditor: TypeAlias = Annotated[
    str, typer.Option("--as", help="With a URL: the auditing party's id.")
]
Key: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, help="With a URL: the auditing party's key.")
]
State: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="What this audit knows is kept here; the next reads only what is new."),
]
Evidence: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Where evidence of a fork or rollback goes; else STATE.evidence."),
]
Skew: TypeAlias = Annotated[
    int, typer.Option(min=0, max=86_400, help="Seconds an entry may be later than a cosignature.")
]
Heads: TypeAlias = Annotated[
    str, typer.Option(help="With postgresql://…: the head store, file:///… or postgresql://…")
]
Roots: TypeAlias = Annotated[
    Path | None,
    typer.Option(exists=True, help="Judge its time stamps, too, under these roots (PEM)."),
]
Cosign: TypeAlias = Annotated[
    Path | None,
    typer.Option(exists=True, metavar="DIR", help="If clean, cosign as the witness of DIR."),
]
Cosigned: TypeAlias = Annotated[
    Path | None, typer.Option(help="With --cosign: write the cosigned checkpoint there.")
]
Send: TypeAlias = Annotated[
    str, typer.Option(metavar="URL", help="With --cosign: send it to the log's server.")
]


def run(
    source: Annotated[str, typer.Argument(help="URL, export folder, ledger folder, database.")],
    *,
    level: Annotated[Level, typer.Option(help="How deep to look.")] = Level.RULES,
    policy: Policy = None,
    jobs: Jobs = None,
    party: Auditor = "",
    key: Key = None,
    state: State = None,
    evidence: Evidence = None,
    skew: Skew = SKEW_S,
    heads: Heads = "",
    tsa_roots: Roots = None,
    cosign: Cosign = None,
    password_file: PasswordFile = None,
    cosigned: Cosigned = None,
    send: Send = "",
    as_json: Json = False,
) -> None:
    """Audit a whole log: form, tree, signatures, and every business rule replayed.

    Exit 0 only for `clean`. What lacks disclosures is `not checkable`, never clean. Without
    --policy the log's own word for its key is taken, and the report says so.

    With --state the first run begins a file, and each later run audits what was added since; the
    file changes only after a clean verdict.

    With --cosign a clean verdict at level rules is cosigned: the head is consistent with all that
    this key saw, and its rules were replayed. The folder is one of duebill witness init, for this
    alone; the policy file must be the auditor's own.
    """
    if evidence is not None and state is None:
        raise typer.BadParameter("Evidence needs what was known before: name --state, too.")
    if cosign and (policy is None or level is not Level.RULES):
        raise typer.BadParameter("To cosign takes --policy, and the level rules.")
    if cosign is None and (cosigned or send):
        raise typer.BadParameter("There is no cosignature to write or send: name --cosign, too.")
    if tsa_roots is not None and "://" in source.removeprefix("sqlite:///"):
        raise typer.BadParameter("Time stamps are read beside an export or ledger: name a folder.")
    trust = read_trust(policy) if policy else None
    signer = key_of(key, password_file)
    by = Cosigning(cosign, password_file, cosigned, _server(send)) if cosign else None
    with (
        open_state(state, version("duebill"), level, trust) if state else nullcontext() as kept,
        _opening(source, party, signer, heads, trust) as opened,
        progress("auditing", _size(opened)) as tell,
    ):
        report = audit(
            opened,
            temporary_records,
            level=level,
            trust=trust,
            skew_s=skew,
            jobs=jobs or os.cpu_count() or 1,
            progress=tell,
            state=kept,
        )
        report, beyond = go_beyond(
            report, source, opened.tile, trust=trust, roots=tsa_roots, by=by, clock=_now_s
        )
    _end(report, beyond, _kept(report, state, evidence), as_json=as_json)


def _server(url: str) -> Client | None:
    """Who takes the cosignature; wrong usage before anything is read, not after it is signed."""
    try:
        return Client(url) if url else None
    except ValueError as error:
        raise typer.BadParameter(f"--send: {error}.") from None


def _opening(
    source: str, party: str, signer: SigningKey | None, heads: str, trust: TrustPolicy | None
) -> AbstractContextManager[Source]:
    """The log; a server's is one that the policy names, under a head with the quorum it wants."""
    origins = [key.name for key in trust.log_keys()] if trust else []
    witnessed = trust is not None and trust.quorum != NO_QUORUM
    return open_source(source, party, signer, origins, heads, witnessed=witnessed)


def _kept(report: Report, state: Path | None, evidence: Path | None) -> Path | None:
    """Where the evidence was written, beside the state if nowhere else; None if there is none."""
    if state is None or not report.evidence:
        return None
    return write_evidence(evidence or state.with_name(f"{state.name}.evidence"), report.evidence)


def _end(report: Report, beyond: Beyond, evidence: Path | None, *, as_json: bool) -> None:
    """Print everything; the exit status is 0 for a clean log, and a cosignature if one was due."""
    if as_json:
        say_json({**report_tree(report, evidence), **beyond.tree()})
    else:
        _tell(report, evidence)
        for line in beyond.lines():
            say(f"  {line}")
    if beyond.trouble is not None:
        raise beyond.trouble
    if report.verdict is not Verdict.CLEAN:
        raise typer.Exit(1)


def _now_s() -> int:
    return now_ms() // 1_000


def write_evidence(path: Path, data: bytes) -> Path:
    """Write an evidence file, beside one that is there already; returns where. Raises `OSError`."""
    number, place = 1, path
    while place.exists() and place.read_bytes() != data:
        number += 1
        place = path.with_name(f"{path.name}.{number}")
    place.write_bytes(data)
    return place


def report_tree(report: Report, evidence: Path | None = None) -> dict[str, Any]:
    """A report as JSON; `evidence` is where the evidence file is."""
    return {
        "verdict": report.verdict.value,
        "level": report.level.value,
        "size": report.size,
        "since": report.since,
        "root": report.root,
        "evidence": str(evidence) if evidence else None,
        "trust": report.trust,
        "first_bad_entry": report.first_bad_entry,
        "not_checkable": report.not_checkable,
        "compared_records": report.compared_records,
        "findings": [
            {
                "seq": item.seq,
                "level": item.level.value,
                "code": item.code,
                "detail": item.detail,
                "place": item.place,
            }
            for item in report.findings
        ],
        "invariants": [line.tree() for line in report.invariants],
        "acknowledged": [item.tree(report.digits.get) for item in report.acknowledged],
    }


def _size(source: Source) -> int | None:
    """How far the bar goes; None where the source does not say."""
    try:
        return source.size()
    except (LedgerError, OSError):
        return None


def _tell(report: Report, evidence: Path | None) -> None:
    known = f", {report.since} of them known before" if report.since else ""
    say(f"{report.verdict.value}: {report.size} entries{known}, level {report.level.value}")
    if report.verdict is Verdict.NOT_CHECKABLE:
        say(f"  {report.not_checkable} entries lack disclosures: their rules were not replayed")
    if report.first_bad_entry is not None:
        say(f"  first bad entry: {report.first_bad_entry}")
    for item in report.findings[:MOST_SHOWN]:
        where = "the log" if item.seq is None else f"entry {item.seq}"
        say(f"  {where}: {item.code} ({item.level.value}): {item.detail} {item.place}".rstrip())
    if len(report.findings) > MOST_SHOWN:
        say(f"  and {len(report.findings) - MOST_SHOWN} more; --json lists them")
    if evidence is not None:
        say(f"  evidence: {evidence}; keep it, and show it to the other parties")
    if report.compared_records:
        say(f"  {report.compared_records} derived records equal the replay")
    for line in whole_lines(report):
        say(f"  {line}")
    source = "your policy file" if report.trust == "policy" else "the log itself (no --policy)"
    say(f"  root {report.root}; the log's key comes from {source}")
