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
    helper = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "entries": report.size,
        "seconds": seconds,
        "bytes": 1024 * (_own_peak() + (jobs - 1) * helper),
    }


def _own_peak() -> int:
    """Peak memory of this process in KiB: by Linux's account of the program that runs now.

    What `getrusage` says of a process begins with the memory of the one that started it.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


if __name__ == "__main__":
    _folder, _level, _jobs = sys.argv[1:]
    print(json.dumps(audited(Path(_folder), Level(_level), int(_jobs))))  # noqa: T201 - the answer that the parent reads
