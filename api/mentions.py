"""Which entries speak of which record: an index in memory that follows the log.

Ids of records are open in every payload, so this reads what everybody with the entries can read.
It is filled on first use and then follows; a restart loses nothing but the time to fill it.
"""

from __future__ import annotations

import json
import re
import threading
from array import array
from collections.abc import Iterable

from ledger.base64url import b64url_decode
from ledger.chain.entry import read_entry
from ledger.model.records import make_id
from ledger.store.log import SqlLog

_ID = re.compile(r'"([a-z]{3}_[a-z2-7]{26})"')
_MADE = {
    "receivable.register": "rcv",
    "receivable.issue": "rcv",
    "holding.propose_transfer": "trf",
    "programme.open": "prg",
    "financing.request": "req",
    "offer.make": "off",
    "offer.accept": "fin",
}
"""The record that a command of this kind makes and therefore cannot name."""


class Mentions:
    """Entry numbers by record id. Safe for threads."""

    def __init__(self) -> None:
        self._seqs: dict[str, array[int]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def of(self, ids: Iterable[str], log: SqlLog) -> list[int]:
        """The entries of `log` that name or make one of `ids`, in order."""
        size = log.size()
        with self._lock:
            for data in log.entries(self._size, size):
                self._add(data)
            self._size = max(size, self._size)
            found = {seq for record_id in ids for seq in self._seqs.get(record_id, ())}
        return sorted(seq for seq in found if seq < size)

    def _add(self, data: bytes) -> None:
        entry = read_entry(data)
        for record_id in ids_of(entry.command["payload"]):
            self._seqs.setdefault(record_id, array("q")).append(entry.seq)


def ids_of(payload: str) -> set[str]:
    """The ids of records that a payload (base64url JSON) names, and of the one it makes."""
    text = b64url_decode(payload).decode()
    tree = json.loads(text)
    ids = set(_ID.findall(text))
    prefix = _MADE.get(tree["kind"])
    return ids | ({make_id(prefix, tree["by"], tree["jti"])} if prefix else set())
