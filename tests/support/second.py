"""Both verifiers asked the same: what each says of an export, by entry and level."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from api.keyfiles import read_trust
from api.verifier import duebill_verify
from ledger.audit.findings import Level
from ledger.audit.folder import FolderSource
from ledger.audit.run import audit
from ledger.store.records import temporary_records

Said: TypeAlias = tuple[int | None, str] | None
"""The entry and the level of the first fault; None where there is none."""


def first_says(folder: Path, policy: Path, level: Level = Level.SIGNATURES) -> Said:
    """What our audit names first."""
    source, trust = FolderSource(folder), read_trust(policy)
    findings = audit(source, temporary_records, level=level, trust=trust).findings
    return (findings[0].seq, findings[0].level.value) if findings else None


def second_says(folder: Path, policy: Path) -> Said:
    """What the single file names first."""
    trusted = duebill_verify.Policy(policy.read_bytes())
    faults = duebill_verify.Export(folder, trusted).faults()
    return faults[0][:2] if faults else None


def level_of_both(said: Said) -> Said:
    """What is said on the levels that both verifiers have: rules are the first one's alone."""
    return None if said and said[1] == "rules" else said
