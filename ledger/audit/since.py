"""An audit that goes on: the log as it is shown now against what was known of it.

Three things are told apart: a log that was extended, one that went back (a smaller head of the
same history), and one that was forked (a head that is not of the history that was audited). For
the last two there are two signed heads, and what is known of the tree makes the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.audit.findings import Collector, Level
from ledger.audit.known import Known
from ledger.audit.log import Log, own_keys_of
from ledger.audit.part import Part
from ledger.audit.source import PAGE, Source
from ledger.audit.statefile import StateFile
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.contradiction import Contradiction, Relation, compare_heads, grown_from, in_order
from ledger.chain.note import NoteKey
from ledger.chain.tiles import TILE_LEVEL_BITS, TILE_WIDTH, Edge, ReadTile, TileId, tile_hashes
from ledger.chain.tree import HASH_BYTES
from ledger.chain.trust import TrustPolicy
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.invariants.tally import Tally

_OF_OTHER = RefusalCode.CHECKPOINT_OF_OTHER_LOG
_SAYS = {
    Relation.ROLLBACK: ("log_went_back", "The log shows a smaller head than it did before"),
    Relation.FORK: ("log_forked", "The log signed two heads of which neither extends the other"),
    Relation.UNPROVEN: ("growth_unproven", "The log does not show that its head extends the known"),
}


@dataclass(slots=True)
class Since:
    """The state of an audit that goes on, or begins to keep one."""

    state: StateFile
    level: Level
    trust: TrustPolicy | None
    evidence: bytes = field(default=b"", init=False)
    """The evidence file, if the log contradicts what was known."""
    tally: Tally = field(init=False)
    """What was counted of the invariants, to go on with."""
    rewritten: bool = field(default=False, init=False)
    """Whether an entry that was audited before is another now."""

    def __post_init__(self) -> None:
        known = self.known
        self.tally = Tally(self.state.tally(), known.size if known else 0)

    @property
    def known(self) -> Known | None:
        """What an earlier audit kept."""
        return self.state.known

    def went_back(self, source: Source, found: Collector) -> Checkpoint | None:
        """The signed head, if it is smaller than the known one, or another of its size.

        Then nothing else can be judged: what is known is of another log than the one shown.
        """
        known = self.known
        shown = self._contradiction(source, found)
        if known is None or shown is None or shown.shown.size > known.size:
            return None
        if shown.relation is Relation.SAME:
            return None
        self._say(source, shown, found)
        return shown.shown

    def forked(self, source: Source, log: Log, found: Collector) -> None:
        """Whether a larger head is of another history: asked where the entries do not make it."""
        shown = self._contradiction(source, found, log)
        if shown is None or shown.shown.size < log.known_size:
            return
        signed = shown.shown.size, shown.shown.root
        if not self.rewritten and signed == (log.size, log.root):
            return  # what is known, and the entries behind it, are what was signed
        if shown.relation in _SAYS:
            self._say(source, shown, found)

    def take(self, part: Part, found: Collector) -> None:
        """Keep the full tiles of a part; what is read again must be what was audited before."""
        self._check_old(part, found)
        tiles = enumerate(part.tiles_made, start=part.start // PAGE)
        self.state.put_tiles((TileId(0, index), data) for index, data in tiles)

    def keep(self, log: Log, note: str) -> None:
        """Keep what this audit knows, which found nothing wrong. Raises `Unavailable`."""
        edge, full = log.edge.grow(log.full_pages)
        self.state.put_tiles((TileId(tile.level + 1, tile.index), data) for tile, data in full)
        known = Known(
            level=self.level,
            note=note,
            genesis=log.genesis,
            edge=Edge(log.size, (b"".join(log.rest), *edge.levels)),
            page_leaf=log.page_leaf,
            page_ms=log.page_ms,
            keys=tuple(key.text() for key in self._keys(log)),
            build=self.state.build,
            log_keys=tuple(log.log_keys),
        )
        self.state.keep(known, log.keys, log.manifests, self.tally.kept())

    def _check_old(self, part: Part, found: Collector) -> None:
        known = self.known
        if known is None or part.start != known.head.size:
            return
        now = part.tiles_made[0] if part.tiles_made else b"".join(part.rest)
        for at in range(0, min(len(known.rest), len(now)), HASH_BYTES):
            if now[at : at + HASH_BYTES] != known.rest[at : at + HASH_BYTES]:
                seq = part.start + at // HASH_BYTES
                detail = f"Entry {seq} is not the one that was audited before."
                found.add(Level.STRUCTURE, "entry_rewritten", detail, seq)
                self.rewritten = True
                return

    def _contradiction(
        self, source: Source, found: Collector, grown: Log | None = None
    ) -> Contradiction | None:
        """What the head that is shown is to the known one; None where it is no signed head.

        A larger one is compared by the tiles of the source, if the log was read meanwhile.
        """
        known = self.known
        if known is None:
            return None
        keys = self._keys(grown or Log.after(known, None, 0))
        try:
            note = source.checkpoint() or ""
            shown = compare_heads(known.note, note, keys)
            smaller, larger = in_order(shown.kept, shown.shown)
            read = self.state.tile if larger is shown.kept else source.tile
            if smaller.size == larger.size or (larger is shown.shown and not grown):
                return shown
            proof = grown_from(read, smaller.size, larger)
            return compare_heads(known.note, note, keys, proof)
        except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
            of_other = isinstance(error, Refused) and error.code is _OF_OTHER
            if of_other and not grown:
                found.caught(Level.MERKLE, error, None, "checkpoint")
            return None  # what is wrong with the signed head the level merkle says

    def _keys(self, log: Log) -> Sequence[NoteKey]:
        return self.trust.log_keys() if self.trust else own_keys_of(log).all()

    def _say(self, source: Source, shown: Contradiction, found: Collector) -> None:
        code, sentence = _SAYS[shown.relation]
        sizes = f"{shown.kept.size} entries were known, {shown.shown.size} are shown"
        seq: int | None = None
        if shown.relation is Relation.ROLLBACK:
            seq = shown.shown.size
        elif shown.relation is Relation.FORK:
            kept, other = shown.kept.size, shown.shown.size
            seq = first_difference(self.state.tile, kept, source.tile, other)
        found.add(Level.MERKLE, code, f"{sentence}: {sizes}.", seq, "checkpoint")
        self.evidence = shown.data()


def first_difference(
    ours: ReadTile, our_size: int, theirs: ReadTile, their_size: int
) -> int | None:
    """The first leaf at which two trees differ, below the smaller size, by one tile a level.

    None where they do not, or where a tile cannot be read.
    """
    start, narrowed = 0, False
    size = min(our_size, their_size)
    for level in range((size.bit_length() - 1) // TILE_LEVEL_BITS, -1, -1):
        shift = TILE_LEVEL_BITS * level
        index = (start >> shift) // TILE_WIDTH
        try:
            one = _hashes(ours, level, index, our_size)
            other = _hashes(theirs, level, index, their_size)
        except (LedgerError, OSError, ValueError, LookupError):
            return None
        shared = min(TILE_WIDTH, (size >> shift) - index * TILE_WIDTH)
        at = next((at for at in range(shared) if one[at] != other[at]), None)
        if at is None and narrowed:
            return None  # the tiles do not fit each other
        narrowed = at is not None
        start += (shared if at is None else at) << shift
    return start if narrowed else None


def _hashes(read: ReadTile, level: int, index: int, size: int) -> list[bytes]:
    width = min(TILE_WIDTH, (size >> (TILE_LEVEL_BITS * level)) - index * TILE_WIDTH)
    if width < 1:
        return []
    tile = TileId(level, index, width)
    return tile_hashes(tile, read(tile))
