"""Four foreign verifiers at every size from 0 to 300, and at larger ones, up to 70,000 entries.

Two are packages of Python (`in_process.py`), one is Go's own library, one is npm's, both as
programs that read files (`growing.py`). Consistency is checked by three: npm's does not offer it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from ledger.chain.note import note_key
from tests.foreign.growing import Growing, Pairs, every_pair
from tests.foreign.in_process import VERIFIERS
from tests.foreign.tools import Run, by_go, by_node, record
from tests.ledger.chain.sample import LOG_NOTE_KEY, ORIGIN, WITNESS

pytestmark = pytest.mark.long

VKEY = LOG_NOTE_KEY.text()
SMALL, LARGE = 300, 70_000
BORDERS = (511, 512, 513, 65_279, 65_280, 65_281, 65_535, 65_536, 65_537, LARGE)
DRAWN, EACH = 40, 50
"""Larger sizes that are drawn, and indexes and earlier sizes of each of them."""
PROGRAMS: dict[str, Callable[[Path], Run]] = {"go": by_go, "node": by_node}


def drawn_pairs() -> Pairs:
    """Proofs at the borders of tiles and at sizes that are drawn, the same each time."""
    ink = Random(65_537)  # noqa: S311 - no secret
    sizes = sorted({*BORDERS, *(ink.randint(SMALL + 1, LARGE) for _ in range(DRAWN))})
    indexes = [(index, n) for n in sizes for index in {0, n - 1, *ink.sample(range(n), EACH)}]
    growths = [(old, n) for n in sizes for old in {1, n - 1, n, *ink.sample(range(1, n), EACH)}]
    return Pairs(sorted(indexes), sorted(growths))


CASES: dict[str, tuple[int, Callable[[], Pairs]]] = {
    "small": (SMALL, lambda: every_pair(SMALL)),
    "large": (LARGE, drawn_pairs),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case folder that is complete."""
    largest, pairs = CASES[request.param]
    folder = tmp_path_factory.mktemp("foreign") / str(request.param)
    return Growing(largest).write(folder, pairs())


def counted(folder: Path, name: str) -> int:
    """How many lines a file of the case has."""
    return len((folder / name).read_bytes().splitlines())


@dataclass(frozen=True)
class Program:
    """A foreign program, ready to run."""

    name: str
    run: Run


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Each of the programs."""
    return Program(request.param, PROGRAMS[request.param](tmp_path_factory.mktemp("built")))


def test_a_foreign_program_takes_everything(program: Program, case: Path) -> None:
    """Every head, entry and proof of the folder, and it says how many of each."""
    done = program.run(case)
    assert done.returncode == 0, done.stderr[-2_000:]
    said = json.loads(done.stdout)
    for name, count in said.items():
        if name != "entries":
            assert count == counted(case, f"{name}.ndjson"), name
    assert said["entries"] == CASES[case.name][0]
    assert {"heads", "inclusion"} <= said.keys()
    assert program.name == "node" or "consistency" in said
    record(case.name, program.name, said)


@pytest.mark.parametrize("name", VERIFIERS)
def test_a_foreign_package_takes_everything(name: str, case: Path) -> None:
    """Every head and proof of the folder, read from its files."""
    verifier = VERIFIERS[name]
    notes, leaves = {}, [entry.leaf for entry in Growing(CASES[case.name][0]).entries]
    for head in _lines(case, "heads"):
        notes[head["size"]] = head["note"]
        assert verifier.head(head["note"], VKEY)[1] == head["size"]
    said = {"heads": len(notes), "entries": len(leaves), "inclusion": 0, "consistency": 0}
    for item in _lines(case, "inclusion"):
        index = item["index"]
        proof = _hashes(item["proof"])
        verifier.inclusion(notes[item["size"]], VKEY, index, leaves[index], proof)
        said["inclusion"] += 1
    for item in _lines(case, "consistency"):
        proof = _hashes(item["proof"])
        verifier.consistency(notes[item["old"]], notes[item["new"]], VKEY, proof)
        said["consistency"] += 1
    assert said["inclusion"] == counted(case, "inclusion.ndjson")
    assert said["consistency"] == counted(case, "consistency.ndjson")
    record(case.name, name, said)


def test_a_foreign_reader_finds_every_root_in_the_tiles(case: Path) -> None:
    """The files of each size give `tlog-scales` the root that was signed."""
    reader = TilesReader(LocalBackend(case))
    for head in _lines(case, "heads"):
        reader.tile_cache.tiles.clear()
        reader.set_size(head["size"])
        signed = VERIFIERS["tlog-scales"].head(head["note"], VKEY)[2]
        assert reader.calculate_root_hash() == signed


def _lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{name}.ndjson").open("rb") as file:
        yield from map(json.loads, file)


def _hashes(texts: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


def _flip(path: str, mark: bytes, after: int = 0) -> Callable[[Path], None]:
    """Flips one bit of a file, `after` so many bytes behind the first `mark`."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[data.index(mark) + len(mark) + after] ^= 1
        (folder / path).write_bytes(data)

    return damage


def _other_key(folder: Path) -> None:
    (folder / "vkey").write_text(note_key(ORIGIN, WITNESS.signing_key.public).text(), "utf-8")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a proof": _flip("inclusion.ndjson", b'"proof": ["'),
    "a root": _flip("heads.ndjson", b"\\n9\\n"),
    "a signature": _flip("heads.ndjson", f"{ORIGIN} ".encode(), after=20),
    "a growth": _flip("consistency.ndjson", b'"proof": ["'),
    "a tile": _flip("tile/0/000.p/20", b""),
    "an entry": _flip("tile/entries/000.p/20", b"", after=50),
    "another key": _other_key,
}
UNSEEN = {("node", "a growth"), ("node", "a tile")}
"""What npm's package does not read."""


@pytest.mark.parametrize("name", DAMAGES)
def test_a_foreign_program_refuses_what_is_damaged(
    program: Program, name: str, tmp_path: Path
) -> None:
    """A program that took everything would be noticed: one bit, and it refuses the folder."""
    folder = Growing(20).write(tmp_path / "case", every_pair(20))
    assert program.run(folder).returncode == 0
    DAMAGES[name](folder)
    assert (program.run(folder).returncode == 0) is ((program.name, name) in UNSEEN)
