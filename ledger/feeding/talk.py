"""Asking one witness for one cosignature: sizes, proofs and answers (C2SP `tlog-witness`)."""

from __future__ import annotations

import logging

from ledger.chain.note import NoteKey, note_body
from ledger.chain.proof import consistency_proof
from ledger.chain.trust import WitnessLine
from ledger.closing import Closing
from ledger.errors import Refused, Unavailable
from ledger.feeding.asking import Answer, cosignature_in, told_size
from ledger.feeding.kept import Kept, Reader
from ledger.feeding.outside import FedLog, Outside
from ledger.feeding.wire import Wire
from ledger.ports import SignedHead
from ledger.witness.request import AddCheckpoint
from ledger.witness.state import origin_hash

_log = logging.getLogger(__name__)

MOST_TRIES = 3
"""Requests for one cosignature: the witness may tell another size each time."""


class Behind(Exception):
    """The witness has cosigned a newer head of this log than the one it was asked for."""


class Talk(Closing):
    """Exchanges with one witness, for one thread. Close it, or use it as a context manager."""

    def __init__(
        self,
        line: WitnessLine,
        log: FedLog,
        kept: Kept,
        outside: Outside,
        reader: Reader,
        timeout_s: float,
    ) -> None:
        self._key: NoteKey = line.key
        self._log = log
        self._kept = kept
        self._outside = outside
        self._reader = reader
        self._wire = Wire(line.url, timeout_s)
        self._name = line.name

    def close(self) -> None:
        """Let go of the connection."""
        self._wire.close()

    def ask(self, head: SignedHead, now_s: int) -> str:
        """The witness's verified cosignature line over `head`, at `now_s` unix seconds.

        Raises `Behind`; `Unavailable` for what is no answer to that, `Refused` for a cosignature
        that does not count, `Halted` when the witness shows that this log contradicts itself.
        """
        old = self._kept.size_of(self._key)
        for _ in range(MOST_TRIES):
            if old > head.size:
                raise self._ahead(old)
            answer = self._wire.exchange("/add-checkpoint", self._request(old, head))
            if answer.status == 200:
                body = note_body(head.note)
                line = cosignature_in(answer, body, self._key, now_s)
                self._kept.learn(self._key, head.size)
                return line
            told = told_size(answer)
            if told is None or told == old:
                raise self._refused(answer)
            if told < old:
                _log.warning("witness %s had %d entries and says %d now", self._name, old, told)
            self._kept.learn(self._key, told)
            old = told
        raise Unavailable(f"{MOST_TRIES} times it told another size")

    def _request(self, old: int, head: SignedHead) -> bytes:
        """The request, with the proof for exactly these two sizes."""
        grown = 0 < old < head.size
        proof = consistency_proof(self._log.tile, old, head.size) if grown else ()
        return AddCheckpoint(old, proof, head.note).text().encode()

    def _ahead(self, told: int) -> Exception:
        """What it means that the witness has more than the head: one of ours, or none of ours."""
        if self._log.newest().size >= told:
            return Behind(told)
        self._kept.learn(self._key, 0)  # should it have been mistaken, it is asked anew
        self._hold_against()
        return Unavailable(f"it says that it has {told} entries, and shows no head of so many")

    def _refused(self, answer: Answer) -> Exception:
        """A refusal: where it is about what the witness knows, it is asked to show that."""
        if answer.status in (409, 422):
            self._hold_against()
        said = answer.body[:80].decode("ascii", "replace").strip()
        return Unavailable(f"it answers {answer.status} {said!r}")

    def _hold_against(self) -> None:
        """Hold the head that the witness has cosigned against the log. Raises `Halted`.

        Witnesses show it at ``<sha256 of the origin>/checkpoint``; one that does not proves
        nothing.
        """
        answer = self._wire.exchange(f"/{origin_hash(self._reader.origin)}/checkpoint")
        if answer.status != 200:
            return
        note = answer.body.decode("utf-8", "surrogateescape")
        try:
            checkpoint, _ = self._reader.read(note)
        except Refused:
            return
        self._outside.check(checkpoint, note, f"from witness {self._name}")
