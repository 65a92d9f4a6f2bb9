"""What every store must do, whatever is behind it: inherit `StoreContract` and give a store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from ledger.chain.tiles import Edge, TileId
from ledger.errors import Halted
from ledger.parties.commands import Role
from ledger.parties.state import Party, Spent, TakenIdentifier
from ledger.ports import Batch, SignedHead, Store
from ledger.store.heads import MemoryHeadStore
from ledger.store.log import digest_of
from tests.ledger.store.sample import Writer, partial_tile, spent_of

TEXTS = ("WyJhIiwiYiIsMV0", "WyJhIiwiYyIsMl0")


class StoreContract:
    """Tests over the fixtures `store` (empty, fresh) and `heads` (the head store it was given)."""

    @pytest.fixture
    def heads(self) -> MemoryHeadStore:
        """The head store of the store under test."""
        return MemoryHeadStore()

    @pytest.fixture
    def store(self, heads: MemoryHeadStore) -> Iterator[Store]:
        """The store under test."""
        raise NotImplementedError

    def test_an_empty_store(self, store: Store) -> None:
        """A new store has no entry, no record and no checkpoint."""
        assert store.size() == 0
        assert list(store.entries(0, 10)) == []
        assert store.documents() == {}
        assert store.disclosures(0, 10) == {}
        assert store.checkpoint() is None
        assert list(store.records.scan(Spent)) == []

    def test_what_was_committed_is_read_back(self, store: Store) -> None:
        """Entries, disclosures, documents and records of a batch are there, byte for byte."""
        document = b"a calendar"
        writer = Writer()
        store.commit(writer.batch(2))
        store.commit(writer.batch(3, disclosures=TEXTS, documents={digest_of(document): document}))
        assert store.size() == 5
        assert list(store.entries(0, 5)) == [entry.data for entry in writer.entries]
        assert list(store.entries(3, 99)) == [entry.data for entry in writer.entries[3:]]
        assert {seq: set(texts) for seq, texts in store.disclosures(0, 5).items()} == {
            2: set(TEXTS)
        }
        assert store.disclosures(3, 5) == {}
        assert store.documents() == {digest_of(document): document}
        assert store.records.document(digest_of(document)) == document
        assert store.records.document("another") is None
        assert list(store.records.scan(Spent)) == [spent_of(seq) for seq in range(5)]

    def test_a_document_may_come_again(self, store: Store) -> None:
        """Two commands may carry one document; it is kept once."""
        writer, documents = Writer(), {digest_of(b"x"): b"x"}
        store.commit(writer.batch(1, documents=documents))
        store.commit(writer.batch(1, documents=documents))
        assert store.documents() == documents

    def test_many_entries_are_read_in_order(self, store: Store) -> None:
        """A range longer than what is read at once comes whole and in order."""
        writer = Writer()
        store.commit(writer.batch(2500))
        assert list(store.entries(7, 2499)) == [entry.data for entry in writer.entries[7:2499]]

    def test_tiles(self, store: Store) -> None:
        """Full tiles come as stored, partial ones are derived, what is not covered is refused."""
        writer = Writer()
        tiles: dict[TileId, bytes] = {}
        for count in (200, 200, 200):
            batch = writer.batch(count)
            tiles.update(batch.tiles)
            store.commit(batch)
        assert set(tiles) == {TileId(0, 0), TileId(0, 1)}
        for tile, data in tiles.items():
            assert store.tile(tile) == data
        assert store.tile(TileId(0, 0, 5)) == tiles[TileId(0, 0)][: 5 * 32]
        partial, data = partial_tile(writer.entries)
        assert store.tile(partial) == data
        assert store.tile(TileId(1, 0, 2)) == writer.edge.tile(1)
        assert Edge.load(600, store.tile) == writer.edge
        for tile in (TileId(0, 2), TileId(0, 2, 89), TileId(0, 9, 1), TileId(1, 0, 3)):
            with pytest.raises(Halted):
                store.tile(tile)

    def test_get_find_and_scan(self, store: Store) -> None:
        """Records are found by ids, by declared indexes, and all of them, in order of id."""
        taken = [TakenIdentifier(id=f"lei:{at:04}", party=f"p{at % 3}") for at in range(1000)]
        parties = [
            Party(id=f"p{at}", natural=at > 1, roles=(Role.SUPPLIER,), evidence="e")
            for at in range(3)
        ]
        store.commit(Writer().batch(1, records=[*reversed(taken), *parties]))
        ids = [record.id for record in taken]
        assert store.records.get(TakenIdentifier, [*ids, *ids, "none"]) == {
            record.id: record for record in taken
        }
        assert store.records.get(TakenIdentifier, []) == {}
        assert store.records.find(TakenIdentifier, {"party": "p1"}) == taken[1::3]
        assert store.records.find(TakenIdentifier, {"party": "p9"}) == []
        assert list(store.records.scan(TakenIdentifier)) == taken
        assert list(store.records.scan(Party)) == parties

    def test_find_needs_an_index(self, store: Store) -> None:
        """A search that no index answers is a mistake, not a slow success."""
        with pytest.raises(ValueError, match="no index"):
            store.records.find(TakenIdentifier, {"last_seq": 1})

    def test_records_are_replaced(self, store: Store) -> None:
        """The newest state of a record stands in place of the older one."""
        writer, old = Writer(), spent_of(0)
        new = msgspec.structs.replace(old, payload="other", last_seq=1)
        store.commit(writer.batch(1, records=[old]))
        store.commit(writer.batch(1, records=[old, new]))
        assert list(store.records.scan(Spent)) == [new]

    @pytest.mark.parametrize("skip", [0, 2])
    def test_entries_must_go_on_where_the_log_ends(self, store: Store, skip: int) -> None:
        """Neither an entry that is there already nor one after a gap is stored."""
        writer = Writer()
        first = writer.batch(1)
        store.commit(first)
        writer.batch(skip)
        wrong = first if skip == 0 else writer.batch(1)
        with pytest.raises(Halted):
            store.commit(wrong)
        assert store.size() == 1
        assert list(store.records.scan(Spent)) == [spent_of(0)]

    def test_a_batch_is_written_whole_or_not_at_all(self, store: Store) -> None:
        """When one row of a batch cannot be stored, no other is."""
        writer = Writer()
        store.commit(writer.batch(1))
        batch = writer.batch(2, disclosures=[TEXTS[0], TEXTS[0]])
        with pytest.raises(Halted):
            store.commit(batch)
        assert store.size() == 1
        assert store.disclosures(0, 9) == {}
        assert list(store.records.scan(Spent)) == [spent_of(0)]
        store.commit(replace(batch, disclosures=[(1, digest_of(TEXTS[0].encode()), TEXTS[0])]))
        assert store.size() == 3

    def test_records_alone_may_be_committed(self, store: Store) -> None:
        """A batch without entries is one, too."""
        store.commit(Batch([], [], [], {}, [spent_of(7)]))
        assert store.records.get(Spent, [spent_of(7).id]) == {spent_of(7).id: spent_of(7)}

    def test_the_checkpoint_is_that_of_the_head_store(
        self, store: Store, heads: MemoryHeadStore
    ) -> None:
        """The newest checkpoint is the note that was signed last."""
        heads.swap(None, SignedHead(1, bytes(32), "a note\n"))
        assert store.checkpoint() == "a note\n"

    def test_readers_see_only_what_is_committed(self, store: Store) -> None:
        """While batches of ten are written, no reader in another thread ever sees part of one."""
        writer, seen, done = Writer(), set(), threading.Event()

        def read() -> None:
            while True:
                last = done.is_set()
                seen.add(store.size() % 10)
                seen.add(len(list(store.records.scan(Spent))) % 10)
                if last:
                    return

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(30):
            store.commit(writer.batch(10))
        done.set()
        for reader in readers:
            reader.join()
        assert seen == {0}
        assert store.size() == 300
