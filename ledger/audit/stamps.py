"""The time stamps beside a log: each over a head of this very log, judged as of its own instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from ledger.audit.findings import Collector, Level
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.contradiction import grown_from
from ledger.chain.note import note_body
from ledger.chain.tiles import ReadTile
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.stamping import FOLDER, TOKEN, Stamps, read_stamp


@dataclass(frozen=True, slots=True)
class Stamped:
    """A head of the log that was there at an instant (UTC)."""

    size: int
    at: datetime


def check_stamps(
    stamps: Stamps,
    head: Checkpoint,
    read: ReadTile,
    roots: Sequence[x509.Certificate],
    found: Collector,
) -> list[Stamped]:
    """The stamps that hold; what is wrong with the others goes to `found`. Never raises.

    `head` is the head that was audited and `read` gives the tiles under it. A stamp holds when it
    is over a note of this log, with the root that the log has at its size, and verifies under
    `roots` as of its instant. The log's own signature in the note proves nothing more.
    """
    held = []
    for size in stamps.sizes():
        try:
            held.append(Stamped(size, _check(stamps, size, head, read, roots)))
        except (LedgerError, OSError) as error:
            found.caught(Level.MERKLE, error, None, f"{FOLDER}/{size}{TOKEN}")
    return held


def _check(
    stamps: Stamps,
    size: int,
    head: Checkpoint,
    read: ReadTile,
    roots: Sequence[x509.Certificate],
) -> datetime:
    stamp = stamps.read(size)
    stamped = parse_checkpoint(note_body(stamp.note))
    if stamped.origin != head.origin:
        raise Refused(RefusalCode.CHECKPOINT_OF_OTHER_LOG, "The stamp is over another log's head.")
    grown = grown_from(read, size, head) if size <= head.size else None
    if stamped.size != size or grown is None or grown.root != stamped.root:
        raise Refused(
            RefusalCode.TIMESTAMP_INVALID, f"The log has another root at {stamped.size} entries."
        )
    return read_stamp(stamp.data, stamp.note, roots=roots)
