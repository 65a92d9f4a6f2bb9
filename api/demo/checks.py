"""What a stranger would check: a receipt offline, the whole log, and one byte changed on a copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from api.demo.stage import Stage
from api.keyfiles import read_trust
from api.sources import open_source
from api.verifying import verifier_file
from ledger.audit.findings import Report
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.receipt import verify_receipt
from ledger.chain.tiles import TILE_WIDTH, tree_bundles
from ledger.store.records import temporary_records


def check_receipt(stage: Stage, seq: int) -> tuple[Checkpoint, str]:
    """Verify an entry's receipt with nothing but its bytes and the log key. Raises `Refused`."""
    proof = stage.embedded.service.proof(seq)
    (entry,) = stage.embedded.store.entries(seq, seq + 1)
    origin = stage.embedded.ledger.origin
    return verify_receipt(proof, entry, origin, stage.embedded.log_keys()), proof


def export(stage: Stage, folder: Path) -> int:
    """Write the log as files; returns its size."""
    keys = stage.embedded.log_keys()
    return export_log(stage.embedded.store, folder, keys, verifier_file())


def audit_all(folder: Path, exported: Path, progress: Callable[[int], None]) -> list[Report]:
    """Audit the database and the export under the policy that was exported."""
    trust = read_trust(exported / "policy")
    reports = []
    for place in (folder / "ledger.db", exported):
        with open_source(str(place)) as source:
            reports.append(audit(source, temporary_records, trust=trust, jobs=2, progress=progress))
    return reports


def tamper(exported: Path, seq: int) -> Report:
    """Change one byte of entry `seq` on a copy of the export, and audit the copy."""
    trust = read_trust(exported / "policy")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(exported, copy)
        size = FolderSource(copy).size()
        bundle = next(item for item in tree_bundles(size) if item.index == seq // TILE_WIDTH)
        data = bytearray((copy / bundle.path).read_bytes())
        entries = list(FolderSource(copy).entries(bundle.index * TILE_WIDTH, seq + 1))
        start = sum(2 + len(entry) for entry in entries[:-1]) + 2
        # A letter inside the signed payload: the entry stays an entry in form.
        at = start + entries[-1].index(b'"payload":"') + len(b'"payload":"') + 40
        data[at] = ord("A") if data[at] != ord("A") else ord("B")
        (copy / bundle.path).write_bytes(bytes(data))
        return audit(FolderSource(copy), temporary_records, trust=trust)
