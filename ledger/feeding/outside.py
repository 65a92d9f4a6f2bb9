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
from ledger.chain.contradiction import compare_heads, grown_from
from ledger.chain.note import NoteKey
from ledger.chain.proof import Subtrees, TreeReader
from ledger.chain.tiles import ReadTile
from ledger.errors import Halted, Refused
from ledger.ports import SignedHead

_log = logging.getLogger(__name__)

KeepEvidence = Callable[[bytes], None]
"""Keeps an evidence file (docs/spec/evidence.md)."""


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
    """Holds heads that come from outside against the log.

    `log_keys` gives the keys that sign its head of a size.
    """

    log: FedLog
    log_keys: Callable[[int], list[NoteKey]]
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
            self.keep(self._evidence(theirs, note, signed))
        except (OSError, Refused) as error:
            _log.error("evidence cannot be kept: %s; the note is\n%s", error, note)
        raise Halted(reason)

    def _evidence(self, theirs: Checkpoint, note: str, ours: SignedHead) -> bytes:
        """Both notes, theirs as the one that was known before.

        That it is another history is shown from our tiles, unless theirs is the larger one.
        """
        keys = {*self.log_keys(theirs.size), *self.log_keys(ours.size)}
        mine = Checkpoint(theirs.origin, ours.size, ours.root)
        grown = grown_from(self.log.tile, theirs.size, mine) if theirs.size < mine.size else None
        return compare_heads(note, ours.note, keys, grown).data()

    def _root(self, size: int) -> bytes:
        return TreeReader(size, self.log.tile, self.log.subtrees).root()
