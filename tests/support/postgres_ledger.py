"""Ledgers of the fault campaigns with their database on a server of the tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from api.places import Place, write_place
from ledger.chain.entry import read_entry
from ledger.chain.tiles import TILE_WIDTH, TileId
from ledger.ports import NOTHING_SIGNED, Batch
from ledger.store.head_urls import opened_heads
from ledger.store.heads import FileHeadStore
from ledger.store.images import IMAGES
from ledger.store.log import digest_of
from ledger.store.postgres import PostgresStore
from ledger.store.sqlite import SqliteStore
from tests.support.faults_load import Load
from tests.support.postgres import Cluster, new_schema


def in_schema(folder: Path, server: Cluster) -> Path:
    """A folder whose ledger will be in a new schema, with its head in a file beside the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = folder.with_name(f"{folder.name}-head.json")
    write_place(folder, Place(new_schema(server), f"file://{heads}"))
    return folder


def in_postgres(load: Load, folder: Path, server: Cluster, cell: str = "") -> Load:
    """The same load, on a copy of its ledger in `folder` that has its database on the server.

    Its signed head is in the file there, or at the URL `cell`.
    """
    load.copy(folder)
    for chunk in load.template.parent.glob(f"{load.template.name}-*.ndjson"):
        number = chunk.name.removeprefix(load.template.name)
        folder.with_name(f"{folder.name}{number}").symlink_to(chunk)
    heads, url = FileHeadStore(folder / "head.json"), new_schema(server)
    with SqliteStore(folder / "ledger.db", heads) as file, PostgresStore(url, heads) as store:
        store.commit(_all_of(file))
    (folder / "ledger.db").unlink()
    if cell:
        with opened_heads(cell, url) as there:
            there.swap(None, heads.read() or NOTHING_SIGNED)
        (folder / "head.json").unlink()
    write_place(folder, Place(url, cell or f"file://{folder}/head.json"))
    return replace(load, template=folder)


def _all_of(store: SqliteStore) -> Batch:
    """Everything in a store, as if it were written at once."""
    size = store.size()
    full = [TileId(0, index) for index in range(size // TILE_WIDTH)]
    assert len(full) < TILE_WIDTH
    return Batch(
        entries=[read_entry(data) for data in store.entries(0, size)],
        tiles=[(tile, store.tile(tile)) for tile in full],
        disclosures=[
            (seq, digest_of(text.encode()), text)
            for seq, texts in store.disclosures(0, size).items()
            for text in texts
        ],
        documents=store.documents(),
        records=[record for kind in IMAGES for record in store.records.scan(kind)],
    )
