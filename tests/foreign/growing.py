"""A log that grows, as foreign software is shown it: heads, proofs and tiles of any of its sizes.

Everything here is made by the code under test. `write` lays it out as files for programs in other
languages:

    vkey                the log's verifier key
    heads.ndjson        {"size", "note"}: the signed head of each size
    inclusion.ndjson    {"index", "size", "proof"}: base64 hashes
    consistency.ndjson  {"old", "new", "proof"}
    tile/…              the tiles of all these sizes, and the entry bundles of the largest
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.proof import Subtrees, TreeReader, consistency_proof, inclusion_proof
from ledger.chain.tiles import Edge, TileId, encode_bundle, tree_bundles, tree_tiles
from tests.ledger.chain.sample import LOG_KEY, LOG_NOTE_KEY, ORIGIN, sample_entries


@dataclass(frozen=True)
class Pairs:
    """Which proofs are asked for: (index, size) of inclusion, (old, new) of consistency."""

    inclusion: Sequence[tuple[int, int]]
    consistency: Sequence[tuple[int, int]]

    def sizes(self) -> list[int]:
        """All sizes that these need a head of, ascending."""
        grown = {size for pair in self.consistency for size in pair}
        return sorted(grown | {size for _, size in self.inclusion})


def every_pair(largest: int) -> Pairs:
    """Every index of every tree, and every earlier size of every size, up to `largest` leaves."""
    sizes = range(1, largest + 1)
    return Pairs(
        [(index, size) for size in sizes for index in range(size)],
        [(old, new) for new in sizes for old in range(1, new + 1)],
    )


class Growing:
    """The sample log when it has `size` entries, and at every size before."""

    def __init__(self, size: int) -> None:
        self.entries = sample_entries(size)
        edge, full = Edge().grow([entry.leaf for entry in self.entries])
        self._widest = {(tile.level, tile.index): data for tile, data in full}
        for tile in tree_tiles(size):
            self._widest.setdefault((tile.level, tile.index), edge.tile(tile.level))
        self._known: Subtrees = {}

    def tile(self, tile: TileId) -> bytes:
        """The bytes of a tile as wide as it is named."""
        return self._widest[tile.level, tile.index][: 32 * tile.width]

    @cache  # noqa: B019 - one log lives as long as the tests
    def root(self, size: int) -> bytes:
        """The root when there were `size` entries."""
        return TreeReader(size, self.tile, self._known).root()

    @cache  # noqa: B019 - one log lives as long as the tests
    def note(self, size: int) -> str:
        """The signed head of `size` entries."""
        return sign_checkpoint(Checkpoint(ORIGIN, size, self.root(size)), LOG_KEY)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof for an entry."""
        return list(inclusion_proof(self.tile, index, size, self._known))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log only grew."""
        return list(consistency_proof(self.tile, old, new))

    def write(self, folder: Path, pairs: Pairs) -> Path:
        """Everything for programs that read files, heads of size 0 and of the whole log too."""
        sizes = sorted({0, len(self.entries), *pairs.sizes()})
        folder.mkdir()
        (folder / "vkey").write_text(LOG_NOTE_KEY.text() + "\n", "utf-8")
        _lines(folder / "heads.ndjson", ({"size": n, "note": self.note(n)} for n in sizes))
        _lines(
            folder / "inclusion.ndjson",
            (
                {"index": index, "size": size, "proof": _texts(self.inclusion(index, size))}
                for index, size in pairs.inclusion
            ),
        )
        _lines(
            folder / "consistency.ndjson",
            (
                {"old": old, "new": new, "proof": _texts(self.consistency(old, new))}
                for old, new in pairs.consistency
            ),
        )
        for path, data in self._files(sizes):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    def _files(self, sizes: Iterable[int]) -> Iterator[tuple[str, bytes]]:
        for tile in sorted({tile for size in sizes for tile in tree_tiles(size)}):
            yield tile.path, self.tile(tile)
        for bundle in tree_bundles(len(self.entries)):
            first = bundle.index * 256
            held = self.entries[first : first + bundle.width]
            yield bundle.path, encode_bundle(entry.data for entry in held)


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(item).decode() for item in hashes]


def _lines(path: Path, trees: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(tree) + "\n" for tree in trees), "utf-8")
