"""Faults that real logs and libraries had, each with its own tests: `test_trap_<number>_…`.

The list is the project's memory of what went wrong elsewhere. A trap without a test is not one
that we are out of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.tidy import sources

TRAPS = {
    1: "two proof paths that can disagree",
    2: "origin or size of a checkpoint not compared",
    3: "an index at or beyond the size",
    4: "a consistency proof from size 0",
    5: "a key of small order, which signs everything",
    6: "two base64 texts of the same bytes",
    7: "two names of one signature algorithm",
    8: "a proof for another size than that of its checkpoint",
    9: "an auditor's state that is saved before the scan is finished",
    10: "the byte order of a cosignature's time",
    11: "a time stamp's certificates judged as of now",
    12: "a bit that flips between hash and store",
    13: "a restored backup that signs a fork",
    14: "an entry that no bundle can hold",
    15: "another spelling of a tile's path",
    16: "a hash that changes with a library",
    17: "two empty texts that count as equal hashes",
}

_NAME = re.compile(r"def test_trap_0*([0-9]+)_\w+\(")


def named(texts: Mapping[str, str]) -> dict[int, set[str]]:
    """The traps that have a test, and the files where they have it."""
    found: dict[int, set[str]] = {}
    for path, text in texts.items():
        for number in _NAME.findall(text):
            found.setdefault(int(number), set()).add(path)
    return found


def test_every_trap_has_a_test() -> None:
    """All seventeen, and no test names a trap that is not on the list."""
    assert sorted(named(sources("tests"))) == sorted(TRAPS)


def test_a_trap_without_a_test_is_found() -> None:
    """Planted: two spellings of a number, and a function that only looks like one."""
    text = "def test_trap_07_a(): ...\ndef test_trap_12_b(x): ...\ndef trap_3_c(): ..."
    assert named({"x.py": text}) == {7: {"x.py"}, 12: {"x.py"}}
