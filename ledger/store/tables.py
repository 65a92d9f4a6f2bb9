"""Every table of a ledger database, and what each is worth.

*log*: what happened; append-only, never derived. *derived*: follows from the log, can be dropped
and replayed. *volatile*: may be lost; influences no decision.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Column, LargeBinary, Table, Text
from sqlmodel import Field

from ledger.store.images import IMAGES, Base, Whole


class EntryRow(Base, table=True):
    """An entry's bytes under its sequence number, with its RFC 6962 leaf hash (32 bytes)."""

    __tablename__ = "entry"
    seq: int = Field(sa_column=Column(Whole, primary_key=True, autoincrement=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TileRow(Base, table=True):
    """A full hash tile: 256 hashes, 8,192 bytes. Partial tiles are derived when asked for."""

    __tablename__ = "tile"
    level: int = Field(sa_column=Column(Whole, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(Whole, primary_key=True, autoincrement=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DisclosureRow(Base, table=True):
    """A disclosure that came with entry `seq`, under the base64url SHA-256 of its text."""

    __tablename__ = "disclosure"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}
    seq: int = Field(sa_column=Column(Whole, primary_key=True, autoincrement=False))
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    text: str = Field(sa_column=Column(Text, nullable=False))


class DocumentRow(Base, table=True):
    """A rule document under its base64url SHA-256."""

    __tablename__ = "document"
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PendingRow(Base, table=True):
    """A half-signed command that waits outside the log: `text` as sent, for `party` to sign on."""

    __tablename__ = "pending"
    id: str = Field(sa_column=Column(Text, primary_key=True))
    party: str = Field(sa_column=Column(Text, nullable=False, index=True))
    payload: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_ms: int = Field(sa_column=Column(Whole, nullable=False))


METADATA = Base.metadata
ENTRY: Table = METADATA.tables["entry"]
TILE: Table = METADATA.tables["tile"]
DISCLOSURE: Table = METADATA.tables["disclosure"]
DOCUMENT: Table = METADATA.tables["document"]
PENDING: Table = METADATA.tables["pending"]

LOG_TABLES = (ENTRY, TILE, DISCLOSURE, DOCUMENT)
DERIVED_TABLES = tuple(image.table for image in IMAGES.values())

TABLES: dict[str, str] = {
    **{table.name: "log" for table in LOG_TABLES},
    **{table.name: "derived" for table in DERIVED_TABLES},
    PENDING.name: "volatile",
}
"""What each table is worth: `log`, `derived` or `volatile`."""
