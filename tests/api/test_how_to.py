"""The how-to pages work as they are written: their shell blocks run, one after another."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "import-invoices",
    "audit-the-chain",
    "sign-offline",
    "sign-with-two-people",
    "recover-a-key",
    "back-up-and-restore",
    "run-a-witness",
    "keep-the-log-key",
    "witnesses",
    "be-told",
)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_runs(page: str, tmp_path: Path) -> None:
    """Every `sh` block of the page, in a folder of its own, with `duebill` on the path."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    (tmp_path / "bin").mkdir()
    for name, words in (("duebill", "-m api.cli"), ("python", "")):
        command = tmp_path / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        command.chmod(0o755)
    place = {"PYTHONPATH": str(ROOT), "PATH": f"{command.parent}:{os.environ['PATH']}"}
    result = subprocess.run(
        ["/bin/sh", "-eu"],
        input="\n".join(blocks),
        cwd=tmp_path,
        env={**os.environ, **place, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
