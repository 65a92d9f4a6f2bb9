"""The readers of docs/spec/readers take the vectors, every case as it says, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.tools import run, tool
from tests.tidy import ROOT

pytestmark = pytest.mark.long

READERS = ROOT / "docs/spec/readers"
VECTORS = ROOT / "tests/vectors"


def in_javascript(folder: Path, cache: Path) -> Any:
    """The end of the reader in JavaScript."""
    return run([tool("node"), str(READERS / "verify.mjs"), str(folder)])


def in_go(folder: Path, cache: Path) -> Any:
    """The end of the reader in Go."""
    words = [tool("go"), "run", str(READERS / "verify.go"), str(folder)]
    return run(words, more={"GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(cache)})


readers = pytest.mark.parametrize("reader", [in_javascript, in_go])


def cases(name: str, *lists: str) -> int:
    """How many cases these lists of a vector file have."""
    tree = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return sum(len(tree[each]) for each in lists)


@readers
def test_every_case_of_the_vectors_holds(
    reader: Callable[[Path, Path], Any], tmp_path: Path
) -> None:
    """None is left out: the reader counts as many as the files have."""
    done = reader(VECTORS, tmp_path)
    assert done.returncode == 0, done.stderr
    strict = json.loads((VECTORS / "strict.json").read_text("utf-8"))
    assert json.loads(done.stdout) == {
        "canonical": cases("canonical", "canonical", "refused"),
        "base64url": sum(map(len, strict["base64url"].values())),
        "ed25519": len(strict["ed25519"]["signatures"]),
        "inclusion": cases("proofs", "inclusion"),
        "consistency": cases("proofs", "consistency"),
        "heads": cases("notes", "checkpoints"),
        "cosigned": cases("cosignatures", "heads"),
        "receipts": cases("entries", "entries"),
        "entries": cases("entries", "refused"),
        "commands": 3,
    }


MARKS = {
    "proofs": '"root": "',
    "notes": '"checkpoints": [',
    "cosignatures": '"heads": [',
    "entries": '"receipt": "',
    "commands": 'signature\\":\\"',
}
"""Behind these, in the files of these names, stands what a reader must look at."""


@readers
@pytest.mark.parametrize("name", MARKS)
def test_a_changed_vector_is_noticed(
    reader: Callable[[Path, Path], Any], name: str, tmp_path: Path
) -> None:
    """One letter of a hash, a signature or an entry is another: the reader says no."""
    folder = tmp_path / "vectors"
    shutil.copytree(VECTORS, folder, ignore=shutil.ignore_patterns("*.py", "go", "__pycache__"))
    text = (folder / f"{name}.json").read_text("utf-8")
    at = text.index(MARKS[name])
    at = text.index("vectors ", at) + 30 if name in {"notes", "cosignatures"} else at + 40
    other = "2" if text[at] == "1" else "1"
    (folder / f"{name}.json").write_text(text[:at] + other + text[at + 1 :], "utf-8")
    assert reader(folder, tmp_path / "cache").returncode != 0
