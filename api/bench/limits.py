"""What the machine can do at best: signatures, hashes, commits and forced writes, and no ledger.

Each function does a bounded piece of work and returns how fast or how long it was. They use the
same libraries and the same settings as the ledger does.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.bench.market import Market
from ledger.base64url import b64url_decode
from ledger.store import schema
from ledger.store.lock import sync_folder

HEAD_BYTES = 400
"""About what a head file holds."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature of a submission with the very bytes it is over."""

    key: Ed25519PublicKey
    signature: bytes
    message: bytes


def signed_messages(market: Market, submissions: Sequence[bytes]) -> list[Signed]:
    """The signatures of `submissions`, by keys of `market`."""
    actors = [
        market.operator,
        *market.obligors,
        *market.banks,
        *market.suppliers,
        *market.financiers,
    ]
    keys = {
        actor.key.public.kid: Ed25519PublicKey.from_public_bytes(actor.key.public.raw)
        for actor in actors
    }
    found = []
    for submission in submissions:
        command = json.loads(submission)["command"]
        for item in command["signatures"]:
            header = json.loads(b64url_decode(item["protected"]))
            message = f"{item['protected']}.{command['payload']}".encode()
            found.append(Signed(keys[header["kid"]], b64url_decode(item["signature"]), message))
    return found


def verify_rate(signed: Sequence[Signed], threads: int = 2) -> float:
    """Signatures verified per second by `threads` threads, each with a part of `signed`."""
    parts = [signed[start::threads] for start in range(threads)]

    def verify(part: Sequence[Signed]) -> None:
        for item in part:
            item.key.verify(item.signature, item.message)

    start = time.perf_counter()
    in_threads([partial(verify, part) for part in parts])
    return len(signed) / (time.perf_counter() - start)


def commit_seconds(folder: Path, rows: Sequence[bytes]) -> float:
    """Mean seconds of a transaction of one row in SQLite with the ledger's own settings."""
    path = folder / "limit.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        schema.configure(connection, schema.WRITER)
        connection.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        start = time.perf_counter()
        for seq, data in enumerate(rows):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO row VALUES (?, ?)", (seq, data))
            connection.execute("COMMIT")
        seconds = time.perf_counter() - start
    path.unlink()
    return seconds / len(rows)


def head_seconds(folder: Path, times: int) -> float:
    """Mean seconds of replacing a small file durably: write, fsync, rename, fsync the folder."""
    path, new = folder / "limit.head", folder / "limit.head.new"
    start = time.perf_counter()
    for _ in range(times):
        with new.open("wb") as file:
            file.write(bytes(HEAD_BYTES))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        sync_folder(folder)
    seconds = time.perf_counter() - start
    path.unlink()
    return seconds / times


def fsync_seconds(folder: Path, data: bytes, times: int) -> float:
    """Median seconds of adding `data` to a file and forcing it to the disk."""
    path, seconds = folder / "limit.sync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            start = time.perf_counter()
            file.write(data)
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(seconds)


def scan_rate(database: Path) -> float:
    """Entries per second that one core can read out of SQLite and hash twice."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        start, count = time.perf_counter(), 0
        for (data,) in connection.execute("SELECT data FROM entry ORDER BY seq"):
            hashlib.sha256(hashlib.sha256(b"\0" + data).digest() + data[:64]).digest()
            count += 1
        return count / (time.perf_counter() - start)


def in_threads(work: Sequence[Callable[[], None]]) -> None:
    """Run each in a thread of its own, all at once; raises the first error."""
    errors: list[BaseException] = []

    def guarded(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - it is raised below, in the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(run,)) for run in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
