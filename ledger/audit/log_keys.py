"""With which keys the log signs, as its own entries say: from genesis through every change.

A change counts only if the new key and the one before signed its statement. So whoever believes
the first key can follow to the last, and a head must carry the signature of every key that signs
at its size: one that was stolen after it had been retired signs nothing that is believed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledger.audit.findings import Collector, Level
from ledger.base64url import b64url_decode
from ledger.chain.note import NoteKey, note_key, open_note
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.keys import from_jwk
from ledger.parties.log_keys import log_key_message

ROTATE, RETIRE = "log_key.rotate", "log_key.retire"
KINDS = frozenset({ROTATE, RETIRE})
"""The commands that change the log's keys."""

Act = tuple[int, Mapping[str, Any]]
"""An entry of one of `KINDS`, by its number and payload."""

_ODD = (LedgerError, LookupError, TypeError, AttributeError, ValueError)
"""What reading an open field raises that has not its form."""


@dataclass(frozen=True, slots=True)
class Period:
    """`key` signs the heads whose last entry is from `since` on and before `until` (None: ever)."""

    key: NoteKey
    since: int
    until: int | None = None

    def signs(self, size: int) -> bool:
        """Whether the head of `size` entries is signed with it."""
        return self.since < size and (self.until is None or size <= self.until)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """All keys of a log, oldest first; none where the genesis names none."""

    periods: tuple[Period, ...] = ()

    def all(self) -> list[NoteKey]:
        """Every key that the log ever had."""
        return [period.key for period in self.periods]

    def at(self, size: int) -> list[NoteKey]:
        """The keys that sign the head of `size` entries."""
        return [period.key for period in self.periods if period.signs(size)]

    def gone(self, keys: Iterable[NoteKey], size: int) -> str:
        """A sentence for who trusts only keys that sign no more at `size`; else no text."""
        known = {period.key: period for period in self.periods}
        trusted = [known[key] for key in keys if key in known]
        ended = [period for period in trusted if period.until is not None and period.until < size]
        if not ended or len(ended) < len(trusted):
            return ""
        last = ended[-1]
        after = self.periods[self.periods.index(last) + 1]
        return (
            f"Entry {last.until} retired the trusted key {last.key.key.kid}; entry {after.since}"
            f" names the log's new one, {after.key.text()}, with the signatures of both."
        )


def follow(first: NoteKey | None, acts: Sequence[Act], found: Collector) -> LogKeys:
    """The keys from the genesis key `first` on; a change that nobody may rely on is a finding."""
    keys = LogKeys((Period(first, 0),) if first else ())
    for seq, payload in acts if first else ():
        try:
            keys = _changed(keys, seq, payload)
        except _ODD as error:
            found.caught(Level.MERKLE, error, seq)
            return keys
    return keys


def check_signed(note: str, keys: Sequence[NoteKey], size: int, found: Collector) -> None:
    """That each of `keys`, those of the log at this size, signed its head."""
    try:
        signed_by = open_note(note, keys).signed_by if keys else frozenset[NoteKey]()
    except Refused as refused:
        found.caught(Level.MERKLE, refused, None, "checkpoint")
        return
    for key in keys:
        if key not in signed_by:
            detail = f"By its entries the log signs {size} of them with {key.text()}, too."
            found.add(Level.MERKLE, "log_key_missing", detail, None, "checkpoint")


def _changed(keys: LogKeys, seq: int, payload: Mapping[str, Any]) -> LogKeys:
    body = payload["body"]
    *older, last = [period for period in keys.periods if period.signs(seq)]
    if payload["kind"] == RETIRE:
        leaving = [period for period in older if period.key.key.kid == body["kid"]]
        if not leaving:
            raise Refused(RefusalCode.LOG_KEY_IS_NOT_LEAVING, "The retired key is not leaving.")
        periods = (replace(p, until=seq) if p in leaving else p for p in keys.periods)
        return LogKeys(tuple(periods))
    if older:
        raise Refused(RefusalCode.LOG_KEY_IS_CHANGING, "The log signs with two keys already.")
    new = from_jwk(body["key"])
    message = log_key_message(
        payload["aud"], payload["by"], payload["jti"], new.kid, last.key.key.kid
    )
    for key, name in ((new, "possession"), (last.key.key, "endorsement")):
        key.verify(message, b64url_decode(body[name]))
    return LogKeys((*keys.periods, Period(note_key(last.key.name, new), seq)))
