"""A process that audits one ledger, so that its memory is the audit's own.

Usage: python -m api.bench.child_audit FOLDER LEVEL JOBS
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from api.sources import open_source
from ledger.audit.findings import Level, Verdict
from ledger.audit.run import audit
from ledger.errors import Halted
from ledger.store.records import temporary_records


def audited(folder: Path, level: Level, jobs: int) -> dict[str, float]:
    """Seconds, entries and peak memory (bytes, helping processes included) of an audit.

    Raises `Halted` with the first finding unless it is clean.
    """
    start = time.perf_counter()
    with open_source(str(folder)) as source:
        report = audit(source, temporary_records, level=level, jobs=jobs)
    seconds = time.perf_counter() - start
    if report.verdict is not Verdict.CLEAN:
        raise Halted(f"The ledger of the bench is not clean: {report.findings[:1]}")
    own, helper = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "entries": report.size,
        "seconds": seconds,
        "bytes": 1024 * (own + (jobs - 1) * helper),
    }


if __name__ == "__main__":
    _folder, _level, _jobs = sys.argv[1:]
    print(json.dumps(audited(Path(_folder), Level(_level), int(_jobs))))  # noqa: T201 - the answer that the parent reads
