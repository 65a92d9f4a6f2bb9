"""What an audit may do beyond its report: judge time stamps, and cosign the head it found clean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from api.client import Client
from api.witnessing.folder import open_witness
from ledger.audit.findings import Collector, Level, Report, Verdict
from ledger.audit.stamps import Stamped, check_stamps
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import note_body
from ledger.chain.proof import consistency_proof
from ledger.chain.tiles import ReadTile
from ledger.chain.trust import TrustPolicy
from ledger.dates import instant_text
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.stamping import Stamps, read_roots
from ledger.witness.judging import log_keys
from ledger.witness.request import AddCheckpoint
from ledger.witness.state import origin_hash


@dataclass(frozen=True, slots=True)
class Cosigning:
    """Who cosigns: the witness in `folder`, with `password_file` for its key.

    The cosigned checkpoint is written to `out`, and sent to the server `send`.
    """

    folder: Path
    password_file: Path | None = None
    out: Path | None = None
    send: Client | None = None


@dataclass(slots=True)
class Beyond:
    """What came of an audit beyond its report; `trouble` is why there is no cosignature."""

    stamps: list[Stamped] = field(default_factory=list)
    cosigned: str = ""
    taken: list[str] = field(default_factory=list)
    trouble: LedgerError | None = None

    def tree(self) -> dict[str, Any]:
        """As JSON."""
        stamps = [{"size": item.size, "at": _instant(item)} for item in self.stamps]
        return {"stamps": stamps, "cosigned": self.cosigned or None, "taken": self.taken}

    def lines(self) -> list[str]:
        """As sentences."""
        said = []
        if self.stamps:
            newest = self.stamps[-1]
            said.append(
                f"time stamps that hold: {len(self.stamps)}; the newest over {newest.size} entries"
                f" at {_instant(newest)}"
            )
        if self.cosigned:
            said.append(f"cosigned, and taken by the log for {', '.join(self.taken) or 'nobody'}")
        return said


def go_beyond(
    report: Report,
    source: str,
    read: ReadTile,
    *,
    trust: TrustPolicy | None,
    roots: Path | None,
    by: Cosigning | None,
    clock: Callable[[], int],
) -> tuple[Report, Beyond]:
    """The report with what is wrong with the time stamps, and what was done after it.

    With `roots` the stamps are judged; with `by` and a policy file a clean head is cosigned.
    """
    beyond = Beyond()
    if roots is not None:
        report, beyond.stamps = with_stamps(report, source, read, roots)
    if by is None or trust is None or report.verdict is not Verdict.CLEAN:
        return report, beyond
    try:
        beyond.cosigned = cosign(report, read, trust, by, clock)
        if by.out is not None:
            by.out.write_text(beyond.cosigned, encoding="utf-8")
        if by.send:
            beyond.taken = by.send.cosign(beyond.cosigned)
    except LedgerError as error:
        beyond.trouble = error
    return report, beyond


def with_stamps(
    report: Report, source: str, read: ReadTile, roots: Path
) -> tuple[Report, list[Stamped]]:
    """The report with what is wrong with the stamps beside the log, and the stamps that hold.

    `source` is the folder of an export or of a ledger. Raises `Refused` (`certificate_invalid`) for
    a file of roots that is none.
    """
    trusted = read_roots(roots)
    folder = Path(source.removeprefix("sqlite:///"))
    stamps = Stamps(folder if folder.is_dir() else folder.parent)
    found = Collector()
    try:
        held = check_stamps(stamps, _head(report), read, trusted, found)
    except LedgerError as error:  # the log has no head that stamps could be over
        found.caught(Level.MERKLE, error)
        held = []
    return replace(report, findings=[*report.findings, *found.findings]), held


def cosign(
    report: Report, read: ReadTile, trust: TrustPolicy, by: Cosigning, clock: Callable[[], int]
) -> str:
    """The audited checkpoint, cosigned: *consistent with all I saw, and I replayed the rules*.

    Only after a clean verdict at the level of rules, under the auditor's own policy file, and only
    over a head that extends what this key cosigned before: what it cosigns is kept first, as in
    any witness. `clock` gives unix seconds. Raises `Refused` (`audit_not_clean`, and what
    `Witness.add_checkpoint` raises), `Unavailable` while another process has the folder.
    """
    if report.verdict is not Verdict.CLEAN or report.level is not Level.RULES:
        raise Refused(
            RefusalCode.AUDIT_NOT_CLEAN,
            f"The verdict is {report.verdict.value} at level {report.level.value}.",
        )
    head = _head(report)
    hashed = origin_hash(head.origin)
    keys = log_keys(trust.log_keys())
    with open_witness(by.folder, keys, clock, by.password_file) as witness:
        known = witness.state.latest(hashed)
        old = known.head.size if known else 0
        proof = consistency_proof(read, old, head.size) if 0 < old < head.size else ()
        witness.add_checkpoint(AddCheckpoint(old, proof, report.checkpoint).text().encode())
        kept = witness.state.latest(hashed)
    if kept is None:
        raise Refused(RefusalCode.WITNESS_STATE_LOST, "What was cosigned is not in the state.")
    return kept.note


def _instant(stamped: Stamped) -> str:
    return instant_text(int(stamped.at.timestamp() * 1000))


def _head(report: Report) -> Checkpoint:
    """The audited head."""
    return parse_checkpoint(note_body(report.checkpoint))
