"""A process that serves one ledger as `duebill serve` does, until it is terminated.

Usage: python -m api.bench.child_ledger FOLDER. It prints its port.
"""

from __future__ import annotations

import sys
from pathlib import Path

from api.app import create_app
from api.bench.child_plain import serve
from api.bench.load import opened
from api.process import settle_in
from api.settings import Settings

if __name__ == "__main__":
    with opened(Path(sys.argv[1])) as embedded, embedded.scrubbing() as scrub:
        settle_in()
        serve(create_app(embedded, Settings(folder=embedded.folder), scrub))
