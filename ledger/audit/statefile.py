"""The file in which an auditor keeps what it knew: one SQLite file, changed in one transaction.

The records of the replay, the tiles of the tree, keys and manifests by their names, and one row
that says up to which signed head. Everything an audit learns is written in one transaction that is
committed only when everything was found clean: an audit that finds something, fails or is killed
leaves the file as it was. It is the auditor's own file, and holds what sealed fields disclose:
nobody else may read it, and nobody else's should be trusted.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from ledger.audit.findings import Level
from ledger.audit.known import Known, Line, Manifest, NamedKey, read_known, unusable
from ledger.base64url import b64url_encode
from ledger.chain.tiles import TileId
from ledger.chain.trust import TrustPolicy
from ledger.errors import Halted, Refused, Unavailable
from ledger.keys import from_jwk
from ledger.store.lock import sync_folder
from ledger.store.records import WritableRecords, create_scratch, scratch_shape
from ledger.store.sqlite import connect_file
from ledger.vocabulary import field_classes_digest

APPLICATION_ID = 0x44754175
"""``DuAu``, in the header of the file (`PRAGMA application_id`)."""

_SETTINGS = {
    "journal_mode": "DELETE",  # a crash leaves the old content, by the journal that lies beside it
    "synchronous": "EXTRA",  # nor does a power cut bring the journal back
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    "busy_timeout": "0",
    "cache_size": "-65536",  # KiB
    "mmap_size": "0",
}
_TABLES = """
CREATE TABLE audit_known (one INTEGER PRIMARY KEY CHECK (one = 1), data BLOB NOT NULL);
CREATE TABLE audit_tile (level INTEGER NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (level, position));
CREATE TABLE audit_key (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, seq INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE audit_manifest (by TEXT NOT NULL, jti TEXT NOT NULL, lines INTEGER NOT NULL,
  root TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (by, jti)) WITHOUT ROWID;
CREATE TABLE audit_tally (number INTEGER PRIMARY KEY, entries INTEGER NOT NULL)
"""


class StateFile:
    """An open state, inside its transaction: `known` is what an earlier audit kept, if any.

    `records` are those of the replay, to go on with. What is put here counts once `keep` was
    called. Raises `Refused` (`audit_state_unusable`) where the file is damaged.
    """

    def __init__(self, driver: sqlite3.Connection, known: Known | None, build: str) -> None:
        self.known = known
        self.build = build
        """Which program judges now."""
        self.kept = False
        """Whether this audit was kept."""
        self._driver = driver
        self.records = WritableRecords(self._lend)  # damage of the records is the state's
        self.damage = ""
        """What was wrong with the file when it was read or written, in a sentence."""

    def key(self, kid: str) -> NamedKey | None:
        """The key of this id that entries up to `known` named."""
        row = self._row("SELECT jwk, seq FROM audit_key WHERE kid = ?", kid)
        return None if row is None else (from_jwk(json.loads(row[0])), row[1])

    def manifest(self, line: Line) -> Manifest | None:
        """The manifest of this party and jti that such an entry signed."""
        asked = "SELECT lines, root, seq FROM audit_manifest WHERE by = ? AND jti = ?"
        row = self._row(asked, *line)
        return None if row is None else (row[0], row[1], row[2])

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile of the tree: a full one as kept, a partial one of the edge."""
        asked = "SELECT data FROM audit_tile WHERE level = ? AND position = ?"
        row = self._row(asked, tile.level, tile.index)
        if row is not None:
            return bytes(row[0])
        return b"" if self.known is None else self.known.edge.tile(tile.level)

    def put_tiles(self, tiles: Iterable[tuple[TileId, bytes]]) -> None:
        """Keep full tiles."""
        rows = [(tile.level, tile.index, data) for tile, data in tiles]
        with self._lend() as driver:
            driver.executemany("INSERT OR REPLACE INTO audit_tile VALUES (?, ?, ?)", rows)

    def tally(self) -> Mapping[int, int]:
        """On how many entries up to `known` each invariant was checked, by its number."""
        with self._lend() as driver:
            return dict(driver.execute("SELECT number, entries FROM audit_tally").fetchall())

    def keep(
        self,
        known: Known,
        keys: Mapping[str, NamedKey],
        manifests: Mapping[Line, Manifest],
        tally: Mapping[int, int],
    ) -> None:
        """From here on `known` is what counts, with the keys and manifests that are new: commit.

        `tally` is counted over the whole log, and takes the place of what was there.

        Raises `Unavailable` when that cannot be written; then what counted before still does.
        """
        try:
            self._driver.executemany(
                "INSERT OR IGNORE INTO audit_key VALUES (?, ?, ?)",
                [(kid, json.dumps(key.jwk()), seq) for kid, (key, seq) in keys.items()],
            )
            self._driver.executemany(
                "INSERT OR IGNORE INTO audit_manifest VALUES (?, ?, ?, ?, ?)",
                [(*line, *manifest) for line, manifest in manifests.items()],
            )
            self._driver.executemany(
                "REPLACE INTO audit_tally VALUES (?, ?)", sorted(tally.items())
            )
            self._driver.execute("REPLACE INTO audit_known VALUES (1, ?)", (known.data(),))
            self._commit()
        except sqlite3.Error as error:
            raise Unavailable(f"The state cannot be written: {error}.") from None
        self.known, self.kept = known, True

    def _commit(self) -> None:
        self._driver.execute("COMMIT")

    def _row(self, asked: str, *values: str | int) -> tuple[Any, ...] | None:
        with self._lend() as driver:
            row: tuple[Any, ...] | None = driver.execute(asked, values).fetchone()
            return row

    @contextmanager
    def _lend(self) -> Iterator[sqlite3.Connection]:
        """For one read or write. What goes wrong is remembered: it is no fault of the log."""
        try:
            yield self._driver
        except (sqlite3.Error, Halted) as error:
            self.damage = self.damage or str(error)
            raise unusable(f"It is damaged: {error}.") from None


@contextmanager
def open_state(
    path: Path, version: str, level: Level, trust: TrustPolicy | None = None
) -> Iterator[StateFile]:
    """The state at `path`, begun if there is none; nothing of it changes unless it is kept.

    `version` is that of the program, `level` the one to audit at, `trust` the auditor's policy.
    Raises `Unavailable` when it cannot be opened or another audit has it; `Refused`
    (`audit_state_unusable`) when it is no state of this program and level or of a log that `trust`
    does not name, or damaged, also where that turned out only while it was used: what an audit
    then said is not to be believed.
    """
    if level.depth < Level.MERKLE.depth:
        raise unusable("The level structure has no signed head to remember: name a deeper one.")
    is_new = _prepare(path)
    try:
        with _opening_errors():
            driver = connect_file(path, "mode=rw", _SETTINGS)
        with closing(driver):
            with _opening_errors():
                known = _begin(driver)
            state = StateFile(driver, known, build_of(version))
            if state.known is not None:
                check_fits(state.known, state.build, level, trust)
            try:
                yield state
            finally:
                with suppress(sqlite3.Error):  # SQLite has done so itself after some errors
                    if driver.in_transaction:
                        driver.execute("ROLLBACK")
            is_new = is_new and not state.kept
            if state.damage:
                raise unusable(f"It is damaged: {state.damage}.")
    finally:
        if is_new:
            path.unlink(missing_ok=True)  # nothing was kept, and nothing was there


def build_of(version: str) -> str:
    """What must be the same for the records of one audit to serve the next.

    The program's version, the shape of its records, and the fields of its commands.
    """
    shape = "\n".join([*scratch_shape(), field_classes_digest()])
    return f"{version} {b64url_encode(hashlib.sha256(shape.encode()).digest())}"


def check_fits(known: Known, build: str, level: Level, trust: TrustPolicy | None) -> None:
    """Raises `Refused` (`audit_state_unusable`) unless an audit can go on from `known`."""
    if known.build != build:
        raise unusable("Another release made it, whose rules or records may differ.")
    if known.level is not level:
        raise unusable(f"It is of level {known.level.value}, and {level.value} is asked for.")
    if trust is not None:
        origin = known.checkpoint.origin
        try:
            trust.open(known.note, origin)
        except Refused:
            raise unusable(
                f"It is of the log {origin[:100]!r}, under a key that your policy does not name."
            ) from None


def _prepare(path: Path) -> bool:
    """Make the file if it is not there, for its owner alone; whether it holds nothing yet."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise Unavailable(f"The state {path} is not a file.")
            if found.st_mode & 0o077:
                os.fchmod(file, 0o600)
        finally:
            os.close(file)
        sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"The state {path} cannot be opened: {error.strerror}.") from None
    return found.st_size == 0


@contextmanager
def _opening_errors() -> Iterator[None]:
    """Errors of SQLite as ours, up to where it is known what the file holds."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise Unavailable(
                "Another audit goes on with this state: wait until it ends."
            ) from None
        raise unusable(f"It cannot be read: {error}.") from None
    except sqlite3.Error as error:
        raise unusable(f"It is damaged: {error}.") from None


def _begin(driver: sqlite3.Connection) -> Known | None:
    """Begin the transaction; what is kept there, or None in a new file, whose tables are made."""
    driver.execute("BEGIN IMMEDIATE")
    (application,) = driver.execute("PRAGMA application_id").fetchone()
    (tables,) = driver.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables and not application:
        _create(driver)
        return None
    if application != APPLICATION_ID:
        raise unusable("It is a file of another program.")
    row = driver.execute("SELECT data FROM audit_known").fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise unusable("It is damaged: it does not say what was known.")
    return read_known(row[0])


def _create(driver: sqlite3.Connection) -> None:
    create_scratch(driver)
    for statement in _TABLES.split(";"):
        driver.execute(statement)
    driver.execute(f"PRAGMA application_id = {APPLICATION_ID}")
