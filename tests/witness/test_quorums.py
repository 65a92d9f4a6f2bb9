"""The arithmetic of quorums in docs/how-to/run-a-witness.md, counted out."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from ledger.chain.note import Cosigner
from ledger.chain.trust import parse_trust
from ledger.keys import SigningKey
from tests.support.plain_log import PlainLog, digest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-a-witness.md"
_ROW = re.compile(r"^\| (\d) of (\d) \| (\d) \| (\d) \|", re.MULTILINE)
ROWS = [tuple(map(int, row)) for row in _ROW.findall(PAGE.read_text("utf-8"))]


def bears(least: int, count: int) -> int:
    """How many may be dishonest so that any two quorums share somebody honest, by trying all."""
    everybody = range(count)
    quorums = [set(item) for item in combinations(everybody, least)]
    for dishonest in range(count + 1):
        for liars in map(set, combinations(everybody, dishonest)):
            if any(not (one & other) - liars for one in quorums for other in quorums):
                return dishonest - 1
    raise AssertionError("with everybody dishonest no quorum has somebody honest")


@pytest.mark.parametrize(("least", "count", "dishonest", "away"), ROWS)
def test_the_table_is_right(least: int, count: int, dishonest: int, away: int) -> None:
    """Each row of the page says what counting all quorums says, and so does its formula."""
    assert (bears(least, count), count - least) == (dishonest, away)
    assert least >= (count + dishonest) // 2 + 1
    assert least < (count + dishonest + 1) // 2 + 1


def test_the_page_has_the_examples() -> None:
    """2 of 3, 3 of 3 and 3 of 4 are among the rows."""
    assert {(2, 3), (3, 3), (3, 4)} <= {(least, count) for least, count, *_ in ROWS}


def test_a_policy_counts_as_the_page_says() -> None:
    """A group of three of four is met by any three and by no two of them."""
    names = ["core", "financier", "auditor", "supplier"]
    lines = [f"log {PlainLog('log.example/plain', b'log').vkey}"]
    lines += [f"witness {name} {vkey(name)}" for name in [*names, "optional"]]
    policy = parse_trust("\n".join([*lines, f"group all4 3 {' '.join(names)}", "quorum all4", ""]))
    assert all(policy.met_by(some) for some in combinations(names, 3))
    assert not any(policy.met_by([*some, "optional"]) for some in combinations(names, 2))


def vkey(name: str) -> str:
    """The verifier key of a witness."""
    return Cosigner(name, SigningKey.from_seed(digest(name.encode()))).key.text()
