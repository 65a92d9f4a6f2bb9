"""`duebill audit --state` and `duebill compare`, as an auditor types them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.support.audit_on import beginning
from tests.support.cli import answer, duebill, refused
from tests.support.long_log import LongLog, long_log

SIZE = 600
LEVEL = ("--level", "signatures", "--jobs", "1")


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


def audit(source: Path, state: Path, *more: str | Path, status: int = 0) -> dict[str, object]:
    """What an audit says that goes on."""
    words = ("audit", source, "--policy", source / "policy", "--state", state, *LEVEL, *more)
    said: dict[str, object] = answer(*words, status=status)
    return said


def test_an_auditor_comes_back(log: LongLog, tmp_path: Path) -> None:
    """The second run begins where the first ended; its words say so."""
    state = tmp_path / "state"
    said = audit(beginning(log, 300).write(tmp_path / "old"), state)
    assert (said["verdict"], said["since"], said["evidence"]) == ("clean", 0, None)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    new = log.write(tmp_path / "new")
    words = ("audit", new, "--policy", new / "policy", "--state", state, *LEVEL)
    assert "600 entries, 300 of them known before" in duebill(*words).stdout
    assert refused(*words[:-2], "--level", "merkle") == "audit_state_unusable"
    duebill("audit", new, "--evidence", tmp_path / "evidence", status=2)


def test_a_fork_leaves_evidence_that_stands_alone(log: LongLog, tmp_path: Path) -> None:
    """It lies beside the state, or where it is asked for; a second one replaces none."""
    state, policy = tmp_path / "state", tmp_path / "log" / "policy"
    audit(log.write(tmp_path / "log"), state)
    for number, (name, at) in enumerate((("one", 100), ("two", 500))):
        fork = log.rewritten(at, effects=bytes(32)).write(tmp_path / name)
        said = audit(fork, state, status=1)
        due = tmp_path / ("state.evidence" if not number else f"state.evidence.{number + 1}")
        assert (said["evidence"], said["first_bad_entry"]) == (str(due), at)
        found = answer("compare", due, "--policy", policy, status=1)
        assert (found["relation"], [head["size"] for head in found["heads"]]) == (
            "fork",
            [SIZE, SIZE],
        )
    said = audit(fork, state, "--evidence", tmp_path / "named", status=1)
    assert said["evidence"] == str(tmp_path / "named")
    back = audit(beginning(log, 300).write(tmp_path / "back"), state, status=1)
    found = answer("compare", Path(str(back["evidence"])), "--policy", policy, status=1)
    assert found["relation"] == "rollback"


def test_two_heads_are_compared(log: LongLog, tmp_path: Path) -> None:
    """Exports by their tiles, checkpoints alone where they are of one size."""
    old, new = beginning(log, 300).write(tmp_path / "old"), log.write(tmp_path / "new")
    fork = log.rewritten(100, effects=bytes(32)).write(tmp_path / "fork")
    policy, evidence = ("--policy", new / "policy"), tmp_path / "evidence"
    for one, other, relation in (
        (new, new / "checkpoint", "same"),
        (old, new, "extends"),
        (new, old, "extends"),
    ):
        assert answer("compare", one, other, *policy)["relation"] == relation
    for one, other in ((old, fork), (fork, old), (new / "checkpoint", fork / "checkpoint")):
        said = answer("compare", one, other, *policy, "--evidence", evidence, status=1)
        assert said["relation"] == "fork"
        assert "fork" in duebill("compare", evidence, *policy, status=1).stdout
        assert "duebill compare" in duebill("receipt", evidence, *policy, status=1).stderr
    # A checkpoint away from its tiles, and one of another size: nothing shows what they are.
    alone = tmp_path / "alone"
    alone.write_bytes((new / "checkpoint").read_bytes())
    said = answer("compare", old / "checkpoint", alone, *policy, status=1)
    assert said["relation"] == "cannot tell"
    assert refused("compare", new / "policy", new, *policy) == "checkpoint_malformed"
