"""What is kept of cosignatures: bounded, verified when read again, and never needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.feeding.kept import MOST_HEADS, Kept, Reader, with_cosignatures, witnessed_note
from tests.support.feeding import ORIGIN, FakeWitness, LogOfCounters, policy

LOG = LogOfCounters(1)
TWO = (FakeWitness("w1"), FakeWitness("w2"))


def kept(path: Path, quorum: int = 2, *asked: FakeWitness) -> Kept:
    """What the file at `path` keeps for a policy."""
    return Kept(path, Reader(ORIGIN, LOG.keys, policy(LOG.key, quorum, *(asked or TWO))))


def lines(size: int, *by: FakeWitness) -> dict[str, str]:
    """Cosignature lines over the head of a size."""
    body = LOG.at(size).note.partition("\n\n")[0] + "\n"
    return {item.name: item.cosigner.line(body, 1_700_000_000) for item in by}


def test_old_heads_are_let_go_but_for_the_witnessed_one(tmp_path: Path) -> None:
    """So many of the newest stay, and the newest with its quorum, however old."""
    path = tmp_path / "kept.json"
    first = kept(path)
    first.add(LOG.at(3), lines(3, *TWO))
    for size in range(4, 4 + MOST_HEADS + 10):
        first.add(LOG.at(size), lines(size, TWO[0]))
    for known in (first, kept(path)):
        assert known.witnessed is not None
        assert known.witnessed.head == LOG.at(3)
        assert known.over(LOG.at(3)).lines.keys() == {"w1", "w2"}
        assert known.over(LOG.at(4)).lines == {}
        assert known.over(LOG.at(4 + MOST_HEADS + 9)).lines.keys() == {"w1"}


def test_a_smaller_head_does_not_replace_the_witnessed_one(tmp_path: Path) -> None:
    """Late cosignatures over an older head are kept beside."""
    known = kept(tmp_path / "kept.json")
    known.add(LOG.at(9), lines(9, *TWO))
    known.add(LOG.at(5), lines(5, *TWO))
    assert known.witnessed is not None
    assert known.witnessed.head.size == 9


def test_who_is_no_longer_named_no_longer_counts(tmp_path: Path) -> None:
    """The policy file changed: lines of keys that it does not name are dropped when read again."""
    path = tmp_path / "kept.json"
    kept(path).add(LOG.at(5), lines(5, *TWO))
    known = kept(path, 2, TWO[0], FakeWitness("w3"))
    assert known.witnessed is None
    assert known.over(LOG.at(5)).lines.keys() == {"w1"}


def test_lines_are_shown_with_the_note_they_are_over(tmp_path: Path) -> None:
    """Exports and audits find them; over another text, or without the file, the note is alone."""
    path = tmp_path / "kept.json"
    assert (with_cosignatures(path, "note"), witnessed_note(path)) == ("note", None)
    said = lines(5, *TWO)
    kept(path).add(LOG.at(5), said)
    whole = LOG.at(5).note + said["w1"] + said["w2"]
    assert with_cosignatures(path, LOG.at(5).note) == whole
    assert with_cosignatures(path, whole) == whole
    assert with_cosignatures(path, LOG.at(6).note) == LOG.at(6).note
    assert witnessed_note(path) == whole


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"notes":7,"witnessed":7}', b"\xff"])
def test_a_damaged_file_says_nothing(tmp_path: Path, damage: bytes) -> None:
    """Whatever stands in it."""
    path = tmp_path / "kept.json"
    path.write_bytes(damage)
    assert (with_cosignatures(path, "note"), witnessed_note(path)) == ("note", None)
    assert kept(path).witnessed is None
