"""Our feeder and witnesses that others wrote: they understand each other, whoever is ahead."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.chain.note import open_note
from ledger.chain.trust import WitnessLine
from tests.foreign.witnesses import Witness, aics_witness, witness_log
from tests.ledger.chain.sample import LOG_KEY, ORIGIN
from tests.support.feeding import LogOfCounters, feed, reached


@dataclass(frozen=True)
class Foreign:
    """A foreign witness as the feeder's policy file names it."""

    witness: Witness

    def line(self) -> WitnessLine:
        """Its line."""
        return WitnessLine("foreign", self.witness.key, self.witness.url)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(lambda _: witness_log(), id="witness-log"),
        pytest.param(aics_witness, id="aics-witness", marks=pytest.mark.long),
    ],
)
def test_the_feeder_and_a_foreign_witness(
    start: Callable[[Path], AbstractContextManager[Witness]], tmp_path: Path
) -> None:
    """From nothing, across a full tile, and by a feeder that knows nothing of what it has."""
    log = LogOfCounters(3, key=LOG_KEY, origin=ORIGIN)
    with start(tmp_path) as witness:
        with feed(log, 1, Foreign(witness)) as feeder:
            for growth in (0, 1, 200, 400):
                size = log.grow(growth).size
                note = reached(feeder, size)
                assert open_note(note, [witness.key]).cosigned
        log.grow(7)
        with feed(log, 1, Foreign(witness)) as feeder:
            reached(feeder, 611)
        assert log.halted == []
