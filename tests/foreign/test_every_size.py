"""Foreign software takes whatever the log says at every size from 0 to 64.

Two packages of other authors open each signed head, check every inclusion and every consistency
proof under it, and a third reading of the tiles computes root and proofs again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tlog_scales.reader import TilesReader

from ledger.chain.tiles import BundleId, TileId, encode_bundle, parse_path
from tests.foreign.growing import Growing
from tests.foreign.in_process import REFUSALS, VERIFIERS, Verifier
from tests.ledger.chain.sample import LOG_NOTE_KEY, ORIGIN, WITNESS, naive_mth

VKEY = LOG_NOTE_KEY.text()
LOG = Growing(64)
LEAVES = [entry.leaf for entry in LOG.entries]
verifiers = pytest.mark.parametrize("verifier", VERIFIERS.values(), ids=VERIFIERS.keys())


@verifiers
@pytest.mark.parametrize("size", range(65))
def test_the_signed_head_of_every_size_is_taken(verifier: Verifier, size: int) -> None:
    """Origin, size and root are those of the tree as RFC 6962 defines it, size 0 included."""
    assert verifier.head(LOG.note(size), VKEY) == (ORIGIN, size, naive_mth(LEAVES[:size]))


@verifiers
@pytest.mark.parametrize("size", range(1, 65))
def test_every_entry_of_every_size_is_proven(verifier: Verifier, size: int) -> None:
    """Each index, under the signed head of that size."""
    for index in range(size):
        proof = LOG.inclusion(index, size)
        verifier.inclusion(LOG.note(size), VKEY, index, LEAVES[index], proof)


@verifiers
@pytest.mark.parametrize("new", range(1, 65))
def test_every_growth_is_proven(verifier: Verifier, new: int) -> None:
    """Each earlier signed head is proven to be the beginning of each later one."""
    for old in range(1, new + 1):
        verifier.consistency(LOG.note(old), LOG.note(new), VKEY, LOG.consistency(old, new))


class Tiles:
    """The files of one size for the foreign reader."""

    def __init__(self, size: int) -> None:
        self.size = size

    def get(self, *path: str) -> bytes | None:
        """The file at `path`, exactly as wide as it is asked for, or None."""
        if path == ("checkpoint",):
            return LOG.note(self.size).encode()
        named = parse_path("/".join(path))
        last = (named.index * 256 + named.width) * 256 ** getattr(named, "level", 0)
        if last > self.size:
            return None
        if isinstance(named, TileId):
            return LOG.tile(named)
        assert isinstance(named, BundleId)
        return encode_bundle(entry.data for entry in LOG.entries[: named.width])


@pytest.mark.parametrize("size", range(65))
def test_the_tiles_of_every_size_give_root_entries_and_proofs(size: int) -> None:
    """From the files alone a foreign reader gets the signed root, each entry and all our proofs."""
    reader = TilesReader(Tiles(size))
    head = reader.get_checkpoint()
    assert head.size == size
    assert reader.calculate_root_hash() == head.root_hash == LOG.root(size)
    for index in range(size):
        assert reader.get_entry(index) == LOG.entries[index].data
        assert reader.get_inclusion_proof(index, size).node_hashes == LOG.inclusion(index, size)
        grown = reader.get_consistency_proof(index + 1, size).node_hashes
        assert grown == LOG.consistency(index + 1, size)


def refuses(act: Callable[[], object]) -> bool:
    """Whether the foreign software refuses."""
    try:
        act()
    except REFUSALS:
        return True
    return False


@verifiers
def test_they_refuse_what_is_false(verifier: Verifier) -> None:
    """The same calls fail for a changed head, another leaf, another size or a damaged proof.

    So a verifier that takes everything would be noticed.
    """
    note, proof = LOG.note(64), LOG.inclusion(5, 64)
    growth = LOG.consistency(40, 64)
    broken = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
    assert refuses(lambda: verifier.head(note.replace("\n64\n", "\n65\n"), VKEY))
    assert refuses(lambda: verifier.head(note, WITNESS.key.text()))
    assert refuses(lambda: verifier.inclusion(note, VKEY, 5, LEAVES[6], proof))
    assert refuses(lambda: verifier.inclusion(note, VKEY, 6, LEAVES[5], proof))
    assert refuses(lambda: verifier.inclusion(note, VKEY, 5, LEAVES[5], broken))
    assert refuses(lambda: verifier.inclusion(LOG.note(63), VKEY, 5, LEAVES[5], proof))
    assert refuses(lambda: verifier.consistency(LOG.note(39), note, VKEY, growth))
    assert refuses(lambda: verifier.consistency(LOG.note(40), LOG.note(63), VKEY, growth))
    assert refuses(lambda: verifier.consistency(LOG.note(40), note, VKEY, growth[:-1]))
