"""Makes timestamps.json: stamps of an authority whose certificate lived for a minute.

Such a stamp can be made at one time only, so the file is kept. Run it with an empty folder:
``python -m tests.vectors.make_timestamps FOLDER``.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import timedelta
from pathlib import Path

from ledger.stamping import make_query
from tests.support.feeding import LogOfCounters
from tests.support.timestamping import Authority

FILE = Path(__file__).with_name("timestamps.json")
LIVES = {
    "valid then": (timedelta(hours=-1), timedelta(minutes=1)),
    "expired then": (timedelta(hours=-2), timedelta(hours=-1)),
    "not yet valid then": (timedelta(days=365), timedelta(days=730)),
}
"""When the authority's certificate is valid, from the instant of the stamp."""


def main(folder: Path) -> None:
    """Stamp one note three times."""
    note = LogOfCounters(5).head.note
    cases = []
    for name, (since, until) in LIVES.items():
        authority = Authority(folder / name.replace(" ", "-"), since, until)
        data = authority.answer(make_query(note).as_bytes())
        cases.append(
            {
                "name": name,
                "roots": authority.roots.read_text("ascii"),
                "stamp": base64.b64encode(data).decode(),
                "until": authority.certificate.not_valid_after_utc.isoformat(),
            }
        )
    FILE.write_text(json.dumps({"cases": cases, "note": note}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
