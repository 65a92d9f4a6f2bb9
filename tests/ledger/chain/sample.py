"""A small log for the tests: the same bytes each time, and its tree told naively.

The hashes of trees and tiles are taken from the definitions in RFC 6962 and tlog-tiles, word for
word and with `hashlib` alone, so that they can judge the code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.entry import Entry, Head, follow, make_entry
from ledger.chain.note import Cosigner, NoteSigner, note_key
from ledger.chain.proof import inclusion_proof
from ledger.chain.receipt import Receipt
from ledger.chain.tiles import ReadTile, TileId
from ledger.keys import SigningKey

ORIGIN = "ledger.example/2026"
LOG_KEY = SigningKey.from_seed(bytes(range(32)))
LOG_NOTE_KEY = note_key(ORIGIN, LOG_KEY.public)
WITNESS = NoteSigner("witness.example", SigningKey.from_seed(bytes(range(32, 64))))
COSIGNER = Cosigner("witness.example", SigningKey.from_seed(bytes(range(64, 96))))
FIRST_AT_MS = 1_767_323_045_678  # 2026-01-02T03:04:05.678Z

CLASSIC_INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight leaves on which tree implementations have been compared since RFC 6962."""


def sha256(*parts: bytes) -> bytes:
    """SHA-256 over the parts, joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def naive_mth(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash over leaf hashes as RFC 6962 section 2.1 defines it."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return sha256(b"\x01", naive_mth(leaves[:cut]), naive_mth(leaves[cut:]))


def naive_tile(leaves: Sequence[bytes], tile: TileId) -> bytes:
    """The bytes of a tile as tlog-tiles defines it: MTH(D[(n*256+i)*256^l : (n*256+i+1)*256^l])."""
    span = 256**tile.level
    first = tile.index * 256
    starts = [(first + at) * span for at in range(tile.width)]
    return b"".join(naive_mth(leaves[start : start + span]) for start in starts)


def naive_reader(leaves: Sequence[bytes]) -> ReadTile:
    """Reads any tile of the tree over `leaves`."""
    return lambda tile: naive_tile(leaves, tile)


def numbered_leaves(count: int) -> list[bytes]:
    """Leaf hashes that differ."""
    return [sha256(b"\x00", b"leaf %d" % number) for number in range(count)]


def sample_entries(count: int) -> list[Entry]:
    """The first entries of the sample log: same command, new number, one second apart."""
    head, entries = Head(), []
    for number in range(count):
        command = {"payload": f"command {number}", "signatures": []}
        effects = sha256(b"effects of %d" % number)
        entry = make_entry(head, FIRST_AT_MS + 1000 * number, 1, command, effects)
        head = follow(head, entry)
        entries.append(entry)
    return entries


def sample_checkpoint(entries: Sequence[Entry]) -> Checkpoint:
    """The head of the sample log after `entries`."""
    return Checkpoint(ORIGIN, len(entries), naive_mth([entry.leaf for entry in entries]))


def sample_receipt(entries: Sequence[Entry], index: int) -> Receipt:
    """The receipt for one of `entries` under the head after all of them."""
    leaves = [entry.leaf for entry in entries]
    proof = inclusion_proof(naive_reader(leaves), index, len(leaves))
    return Receipt(index, proof, sign_checkpoint(sample_checkpoint(entries), LOG_KEY))
