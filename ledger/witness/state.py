"""What a witness must never forget: the head of each log that it cosigned last.

Key and state are one object. A witness that forgot, or went back, cosigns a fork without noticing;
so the state names its key, opens for no other, and is never made where there should be one. Each
head is kept as the note that was given out, and our own cosignature on it shows that it is whole.

The file is replaced in SQLite transactions with a rollback journal that is durable to the last
step (`synchronous=EXTRA`: its removal, too), and held by one process at a time.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, open_note, parse_note_key
from ledger.closing import Closing
from ledger.errors import Halted, OutcomeUnknown, RefusalCode, Refused, Unavailable
from ledger.keys import PublicKey
from ledger.store.lock import LockFile, sync_folder

_SCHEMA = """
CREATE TABLE witness (one INTEGER PRIMARY KEY CHECK (one = 1), key TEXT NOT NULL) STRICT;
CREATE TABLE head (
  hash TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER head_grows BEFORE UPDATE ON head
WHEN NEW.hash <> OLD.hash OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a cosigned head never goes back'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'a cosigned head is never forgotten'); END;
"""
_PARTS = "SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL"
_SETTINGS = ("PRAGMA journal_mode=DELETE", "PRAGMA synchronous=EXTRA", "PRAGMA trusted_schema=OFF")
_READ = "SELECT note FROM head WHERE hash = ?"
_WRITE = """
INSERT INTO head (hash, size, root, note) VALUES (?, ?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note
"""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A head as it was cosigned: the `note` has the lines of the log and then ours, of `time_s`."""

    head: Checkpoint
    note: str
    time_s: int


def origin_hash(origin: str) -> str:
    """The name of a log in paths: SHA-256 of its origin, lower-case hex."""
    return hashlib.sha256(origin.encode()).hexdigest()


def make_state(path: Path, key: NoteKey) -> None:
    """Make the empty state of a key that has never cosigned anything.

    Raises `Refused` (`folder_not_empty`) when there is a file, `Unavailable` when there cannot be.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        with contextlib.closing(_connect(path)) as driver:
            driver.executescript(f"BEGIN;{_SCHEMA}")
            driver.execute("INSERT INTO witness (one, key) VALUES (1, ?)", (key.text(),))
            driver.execute("COMMIT")
        sync_folder(path.parent)
    except FileExistsError:
        raise Refused(
            RefusalCode.FOLDER_NOT_EMPTY, "There is a state already.", file=str(path)
        ) from None
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"The state {path} cannot be made: {error}.") from None


class WitnessState(Closing):
    """The state at `path` of the witness with this `public` key. Safe for threads.

    `make_state` made it; `key` is the public key with the name that it was made for. Close it, or
    use it as a context manager. Raises `Unavailable` when another process has it; `Refused`
    (`witness_state_lost`) when it is not there, damaged, or of another key.
    """

    def __init__(self, path: Path, public: PublicKey) -> None:
        self._path = path
        self._busy = threading.Lock()
        self._broken = ""
        self._driver: sqlite3.Connection | None = None
        if not path.is_file():
            raise self._lost("is not there")
        self._lock = LockFile(path.with_name(f"{path.name}.lock"), f"The witness state {path}")
        try:
            self._driver = _connect(path)
            self.key = self._check(self._driver, public)
        except sqlite3.OperationalError as error:
            self.close()
            raise Unavailable(f"The state {path} cannot be opened: {error}.") from None
        except sqlite3.Error as error:
            self.close()
            raise self._lost(f"is damaged: {error}") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file, then let another process in."""
        with self._busy:
            if self._driver is not None:
                self._driver.close()
                self._driver = None
            self._lock.close()

    def latest(self, hashed: str) -> Cosigned | None:
        """The head cosigned last of the log with this `origin_hash`; None before the first.

        Raises `Halted` when the file cannot be believed, `Unavailable` when it is closed.
        """
        with self._busy, self._trouble():
            return self._read(hashed)

    def sizes(self) -> dict[str, int]:
        """How many entries the head cosigned last has, by origin hash."""
        with self._busy, self._trouble():
            return dict(self._open().execute("SELECT hash, size FROM head"))

    def advance(self, origin: str, decide: Callable[[Cosigned | None], Cosigned]) -> Cosigned:
        """Put what `decide` makes of the head cosigned last in its place; one at a time.

        When it returns, the new head is on the disk. What `decide` raises leaves everything as it
        was, and so does a failure: what is given out was kept before. Raises `Halted` when the file
        cannot be believed; `Unavailable` when there is no room; `OutcomeUnknown` when a write
        failed, and `Halted` from then on.
        """
        hashed = origin_hash(origin)
        with self._busy, self._trouble():
            driver = self._open()
            driver.execute("BEGIN IMMEDIATE")
            try:
                known = self._read(hashed)
                new = decide(known)
                if new != known:
                    head = new.head
                    driver.execute(_WRITE, (hashed, head.size, head.root, new.note))
                driver.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    driver.execute("ROLLBACK")
                raise
            return new

    def _read(self, hashed: str) -> Cosigned | None:
        row = self._open().execute(_READ, (hashed,)).fetchone()
        if row is None:
            return None
        try:
            opened = open_note(row[0], [self.key])
            head = parse_checkpoint(opened.body, allow_extensions=True)
        except Refused as refused:
            raise self._doubt(refused.detail) from None
        if origin_hash(head.origin) != hashed:
            raise self._doubt("A head is of another log.")
        return Cosigned(head, row[0], opened.cosigned[self.key])

    def _open(self) -> sqlite3.Connection:
        if self._broken:
            raise Halted(f"The witness state cannot be believed: {self._broken}")
        if self._driver is None:
            raise Unavailable("The witness is stopping.")
        return self._driver

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise Unavailable("There is no room for the state of the witness.") from None
            self._broken = f"{error}."
            raise OutcomeUnknown(f"The state may not be durable: {error}.") from None

    def _doubt(self, detail: str) -> Halted:
        self._broken = detail
        return Halted(f"The witness state cannot be believed: {detail}")

    def _check(self, driver: sqlite3.Connection, public: PublicKey) -> NoteKey:
        whole = driver.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        if not whole or driver.execute(_PARTS).fetchone()[0] != _SCHEMA.count("CREATE "):
            raise self._lost("is damaged")
        (text,) = driver.execute("SELECT key FROM witness").fetchone() or ("nobody",)
        try:
            key = parse_note_key(text)
        except Refused:
            raise self._lost("names no key") from None
        if key.key != public:
            raise self._lost(f"is that of {text}, not of this key")
        return key

    def _lost(self, what: str) -> Refused:
        return Refused(
            RefusalCode.WITNESS_STATE_LOST,
            f"The state of this witness {what}.",
            file=str(self._path),
        )


def _connect(path: Path) -> sqlite3.Connection:
    driver = sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for setting in _SETTINGS:
            driver.execute(setting)
    except BaseException:
        driver.close()
        raise
    return driver
