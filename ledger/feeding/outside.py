"""What heads from outside prove against the log itself.

A head that this log's own key signed, and that is no beginning of the log as it stands, proves
that entries were lost or that another history was signed: a restored backup, most often. It is
kept as evidence, and nothing is signed any more. What a witness merely says proves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.proof import Subtrees, TreeReader
from ledger.chain.tiles import ReadTile
from ledger.errors import Halted
from ledger.ports import SignedHead

_log = logging.getLogger(__name__)

KeepEvidence = Callable[[str, str], None]
"""Keeps two notes that contradict each other: theirs, and ours."""


@dataclass(frozen=True, slots=True)
class FedLog:
    """The log as its feeder needs it.

    `signed` is the newest head that this process knows; `newest` the one that any process of the
    ledger signed last (raises `Unavailable`, `Halted`). `halt` stops the writer, with a reason.
    """

    signed: Callable[[], SignedHead]
    newest: Callable[[], SignedHead]
    tile: ReadTile
    subtrees: Subtrees
    halt: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outside:
    """Holds heads that come from outside against the log."""

    log: FedLog
    keep: KeepEvidence

    def check(self, theirs: Checkpoint, note: str, whence: str) -> None:
        """Raises `Halted`, and has the writer halted, when the head is none of this log's.

        `theirs` was read from `note`, which a key of this log signed; `whence` says where it comes
        from. Raises `Unavailable` when that cannot be judged now.
        """
        signed = self.log.newest()  # after theirs came: what it shows was signed before
        if theirs.size > signed.size:
            what = f"a head of {theirs.size} entries was signed, and the log has {signed.size}"
        elif self._root(theirs.size) != theirs.root:
            what = f"another head of {theirs.size} entries was signed"
        else:
            return
        reason = f"{what} ({whence}): was an old backup restored? See the folder evidence"
        self.log.halt(reason)
        _log.error("%s", reason)
        try:
            self.keep(note, signed.note)
        except OSError as error:
            _log.error("evidence cannot be kept: %s; the note is\n%s", error, note)
        raise Halted(reason)

    def _root(self, size: int) -> bytes:
        return TreeReader(size, self.log.tile, self.log.subtrees).root()
