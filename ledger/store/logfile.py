"""The log tables of a SQLite ledger file, raw, by the standard library alone.

An audit that reads a file in several processes starts each for a few seconds' work: three
statements are all it needs there, and loading more than them would cost more than it reads.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote

from ledger.errors import Halted, Unavailable

Row: TypeAlias = tuple[Any, ...]

LARGEST_NUMBER = 2**63 - 1
"""SQL knows 64-bit numbers only."""

_ENTRIES = "SELECT seq, data, leaf FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq"
_DISCLOSURES = (
    "SELECT seq, digest, text FROM disclosure WHERE seq BETWEEN ? AND ? ORDER BY seq, digest"
)
_TILE = "SELECT data FROM tile WHERE level = ? AND position = ?"


class RawLog(ABC):
    """Entries, disclosures and tiles as they stand in their rows, of whichever database."""

    def entry_rows(self, start: int, stop: int) -> list[Row]:
        """The rows of entries start … stop-1 as (seq, data, leaf), in order; of any type."""
        return self._all(_ENTRIES, _within(start, stop))

    def disclosure_rows(self, start: int, stop: int) -> list[Row]:
        """The rows kept for them as (seq, digest, text), in that order; of any type."""
        return self._all(_DISCLOSURES, _within(start, stop))

    def tile_row(self, level: int, index: int) -> Row | None:
        """The row of a full tile as (data,), of any type; None where there is none."""
        return next(iter(self._all(_TILE, (level, index))), None)

    @abstractmethod
    def _all(self, statement: str, values: tuple[int, int]) -> list[Row]:
        """All rows of a statement that has ``?`` where the two values belong."""


class Opening(Protocol):
    """How another process comes to the log tables. Can be pickled, compared and hashed."""

    def open(self) -> AbstractContextManager[RawLog]:
        """The log tables. Raises when they are gone."""
        ...


class LogFile(RawLog):
    """The log tables of a file over an open connection.

    Raises `Halted` when the file is damaged so that SQLite gives up, `Unavailable` when it is busy.
    """

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def _all(self, statement: str, values: tuple[int, int]) -> list[Row]:
        lenient = self._driver.text_factory
        self._driver.text_factory = str  # at half the cost; it raises for what is no UTF-8
        try:
            return self._driver.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            self._driver.text_factory = lenient
            return self._all_of_any_kind(statement, values)
        except sqlite3.DatabaseError as error:
            raise Halted(f"The database is damaged: {error}.") from None
        finally:
            self._driver.text_factory = lenient

    def _all_of_any_kind(self, statement: str, values: tuple[int, int]) -> list[Row]:
        try:
            return self._driver.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            raise Unavailable(f"The ledger cannot be read now: {error}.") from None
        except sqlite3.DatabaseError as error:
            raise Halted(f"The database is damaged: {error}.") from None


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger file, how SQLite is to open it (`query` of its URI, PRAGMA `settings`), and its
    `state` where it is closed and so may not change.
    """

    path: Path
    query: str
    settings: tuple[tuple[str, str], ...]
    state: tuple[int, int, int] | None = None

    def connect(self) -> sqlite3.Connection:
        """A connection without implicit transactions, for any thread. Raises `sqlite3.Error`."""
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?{self.query}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for name, value in self.settings:
                connection.execute(f"PRAGMA {name} = {value}").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        # A damaged text must arrive, and differ from every sound one, rather than stop the reading.
        connection.text_factory = methodcaller("decode", "utf-8", "surrogateescape")
        return connection

    @contextmanager
    def open(self) -> Iterator[LogFile]:
        """The log once more, for another process; not of the same moment.

        What was committed when the place was made is there, and more may be.
        """
        with closing(self.connect()) as connection:
            yield LogFile(connection)


def _within(start: int, stop: int) -> tuple[int, int]:
    return min(start, LARGEST_NUMBER), min(stop - 1, LARGEST_NUMBER)
