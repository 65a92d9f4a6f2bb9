"""The scrub: the whole log read and hashed again in the background, over and over.

Disks forget in silence. What was written is checked as it is written and the newest entries at
each start; the rest is read here, slowly, and the first bit that is not what was signed stops the
writer, while everybody who holds a receipt can still show what it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.tiles import TILE_WIDTH, TileId
from ledger.chain.tree import Frontier, leaf_hash
from ledger.errors import Halted, LedgerError, Unavailable
from ledger.ports import LogReader, SignedHead

PAUSE_S = 0.02
"""Between two pages of 256 entries: at most some 10,000 entries a second, beside all else."""
BUSY_S = 0.5
"""The same while commands wait: they come first, and at 500 entries a second it still ends."""
REST_S = 3_600.0
"""Between two readings of the whole log."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """How far the present reading is, and how many entries the last whole one covered."""

    done: int = 0
    whole: int = 0


class Scrub:
    """A thread that reads `log` again and calls `halt` with a reason at the first mismatch.

    `signed` gives the newest signed head: what is read must be the tree of that head. `waiting`
    says how many commands wait. Pauses are in seconds. Start it with `start`, end it with `close`.
    """

    def __init__(
        self,
        log: LogReader,
        signed: Callable[[], SignedHead],
        halt: Callable[[str], None],
        waiting: Callable[[], int] = lambda: 0,
        *,
        pause_s: float = PAUSE_S,
        rest_s: float = REST_S,
    ) -> None:
        self._log = log
        self._signed = signed
        self._halt = halt
        self._waiting = waiting
        self._pause_s = pause_s
        self._rest_s = rest_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="duebill-scrub", daemon=True)
        self.state = Scrubbed()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """Stop reading; waits for the page at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self.read_all()
            except Unavailable:
                pass  # busy or away: the next reading begins again
            except LedgerError as error:
                self._halt(f"reading the log again: {error}")
                return
            self._stop.wait(self._rest_s)

    def read_all(self) -> None:
        """Read the log once up to the signed head. Raises `Halted` at the first mismatch."""
        signed = self._signed()
        frontier = Frontier()
        for first in range(0, signed.size, TILE_WIDTH):
            width = min(TILE_WIDTH, signed.size - first)
            entries = self._log.entries(first, first + width)
            leaves = [leaf_hash(data) for data in entries]
            tile = TileId(0, first // TILE_WIDTH, width)
            if b"".join(leaves) != self._log.tile(tile):
                raise Halted(f"entries {first} to {first + width - 1} are not those of {tile.path}")
            frontier = frontier.extend(leaves)
            self.state = Scrubbed(frontier.size, self.state.whole)
            if self._stop.wait(max(self._pause_s, BUSY_S) if self._waiting() else self._pause_s):
                return
        if signed.size and frontier.root() != signed.root:
            raise Halted(f"the first {signed.size} entries are not those that were signed")
        self.state = Scrubbed(frontier.size, frontier.size)
