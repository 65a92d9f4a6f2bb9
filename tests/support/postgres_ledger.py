"""Ledgers of the fault campaigns with their database on a server of the tests."""

from __future__ import annotations

from pathlib import Path

from api.places import Place, write_place
from tests.support.postgres import Cluster, new_schema


def in_schema(folder: Path, server: Cluster) -> Path:
    """A folder whose ledger will be in a new schema, with its head in a file beside the folder."""
    folder.mkdir(parents=True)
    heads = folder.with_name(f"{folder.name}-head.json")
    write_place(folder, Place(new_schema(server), f"file://{heads}"))
    return folder
