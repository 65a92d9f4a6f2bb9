"""The door for writing: many callers, one queue, groups committed one after the other.

What needs no order is done before there is one: two threads have envelopes read and their
signatures verified (`ledger.checking`) while the sequencer commits the group before. One thread
then takes whatever waits, up to a bound, and commits it as one group; no timer is needed, since a
group forms while the last one is written. The queue is bounded: what does not fit hears so at once
and may come again.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from ledger.chain.proof import Subtrees, inclusion_proof
from ledger.chain.receipt import Receipt as ProofText
from ledger.checking import MOST_KEYS, Checker
from ledger.closing import Closing
from ledger.envelope import Envelope
from ledger.errors import (
    Halted,
    LedgerError,
    OutcomeUnknown,
    Overloaded,
    RefusalCode,
    Refused,
    Unavailable,
)
from ledger.keys import PublicKey
from ledger.parties.state import Key
from ledger.ports import NOTHING_SIGNED, HeadStore, SignedHead, Store
from ledger.sequencer import Answer, Receipt, Sequencer
from ledger.signing import LogSigner

__all__ = ["Answer", "Limits", "Receipt", "Service"]

PART = 32
"""Commands that a checking thread takes at a time; a longer call is taken in several parts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait, how much one group takes, how many threads check envelopes.

    `waiting` and `waiting_bytes` bound memory; `wait_s` bounds how long, in seconds, a command that
    is let in should wait at the rate of late. One group may always wait. With `apart` each thread
    that checks has a second interpreter do it when much comes: where there is another processor.
    """

    waiting: int = 4_096
    waiting_bytes: int = 64 * 1024 * 1024
    wait_s: float = 2.0
    group: int = 512
    checkers: int = 2
    apart: bool = (os.cpu_count() or 1) > 1


def _certain() -> Future[list[Answer]]:
    """A future that nobody can cancel: what was handed in is decided, whoever still listens."""
    future: Future[list[Answer]] = Future()
    future.set_running_or_notify_cancel()
    return future


@dataclass(slots=True)
class _Call:
    """One caller's commands, answered together when the last is."""

    size: int
    parts: int
    future: Future[list[Answer]] = field(default_factory=_certain)
    answers: list[Answer] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def answered(self, answers: Sequence[Answer], failure: BaseException | None) -> None:
        """The next answers, in order; with the last the caller hears.

        A failure of some parts is the answer of their commands: the others may be in the log.
        """
        self.answers += answers
        if failure is not None:
            self.failures.append(failure)
        if len(self.answers) < self.size:
            return
        if len(self.failures) == self.parts:
            self.future.set_exception(self.failures[0])
        else:
            self.future.set_result(self.answers)


@dataclass(slots=True)
class _Part:
    """Some commands of a call; `envelopes` is None until a thread has checked them."""

    call: _Call
    submissions: Sequence[bytes]
    envelopes: list[Envelope | LedgerError] | None = None

    @property
    def bytes(self) -> int:
        """How many bytes wait here."""
        return sum(map(len, self.submissions))


class Service(Closing):
    """The writer of one ledger. Safe to call from many threads; one per process and store.

    `clock` gives milliseconds since 1970. Opening raises `Halted` as `Sequencer` says; with
    `keep_reading` it opens all the same, halted, for those who only read. Close it, or use it as a
    context manager: what waits then is still written.
    """

    def __init__(
        self,
        store: Store,
        heads: HeadStore,
        signer: LogSigner,
        clock: Callable[[], int],
        limits: Limits | None = None,
        *,
        keep_reading: bool = False,
    ) -> None:
        self.store = store
        self.limits = limits or Limits()
        self._halted: str | None = None
        self._sequencer: Sequencer | None = None
        self._last = NOTHING_SIGNED
        self.heads = heads
        try:
            self._sequencer = Sequencer(store, heads, signer, clock)
        except Halted as halted:
            if not keep_reading:
                raise
            self._halted = str(halted)
            with suppress(LedgerError):
                self._last = heads.read() or NOTHING_SIGNED
        self._closing = False
        self._keys: dict[str, PublicKey] = {}
        self._found_keys: list[PublicKey] = []
        self._lock = threading.Lock()
        self._unchecked: deque[_Part] = deque()
        self._ordered: deque[_Part] = deque()
        self._to_check = threading.Condition(self._lock)
        self._to_write = threading.Condition(self._lock)
        self.news = threading.Event()
        """Set after each group: there may be a new signed head. Who waits for it clears it."""
        self.subtrees: Subtrees = {}
        """What proofs of this log have in common."""
        self._waiting = 0
        self._waiting_bytes = 0
        self._seconds_each = 0.0
        self._threads: list[threading.Thread] = []

    @property
    def signed(self) -> SignedHead:
        """The newest signed head, even of a damaged ledger. Before genesis its size is 0."""
        return self._sequencer.signed if self._sequencer else self._last

    @property
    def sequencer(self) -> Sequencer:
        """What orders and writes. Raises `Halted` where the ledger could not be opened."""
        if self._sequencer is None:
            raise Halted(self._halted)
        return self._sequencer

    @property
    def halted(self) -> str | None:
        """Why nothing is written any more, or None."""
        return self._halted

    @property
    def waiting(self) -> int:
        """How many commands wait or are being written."""
        return self._waiting

    def halt(self, reason: str) -> None:
        """Write nothing any more: somebody found that the store is damaged."""
        self._halted = self._halted or reason

    def submit(self, submission: bytes) -> Receipt:
        """One command in, its receipt out. Raises what went wrong, as `LedgerError`."""
        (answer,) = self.submit_many([submission])
        if isinstance(answer, LedgerError):
            raise answer
        return answer

    def submit_many(self, submissions: Sequence[bytes]) -> list[Answer]:
        """Commands in order, each with its own answer; waits for them. Raises as `offer`.

        A refused command touches no other. `OutcomeUnknown` means: ask again with the same bytes.
        """
        return self.offer(submissions).result() if submissions else []

    def offer(self, submissions: Sequence[bytes]) -> Future[list[Answer]]:
        """As `submit_many`, without waiting: the answers come by the future.

        Raises `Overloaded` when too much waits already, `Halted` when nothing is written any
        more, `Unavailable` while closing.
        """
        starts = range(0, len(submissions), PART)
        call = _Call(len(submissions), len(starts))
        parts = [_Part(call, submissions[start : start + PART]) for start in starts]
        weight = sum(part.bytes for part in parts)
        with self._lock:
            self._admit(len(submissions), weight)
            self._waiting += len(submissions)
            self._waiting_bytes += weight
            self._unchecked += parts
            self._ordered += parts
            self._start()
            self._to_check.notify(len(parts))
        return call.future

    def close(self) -> None:
        """Take no more, write what waits, and end the threads. A second time does nothing."""
        with self._lock:
            self._closing = True
            self._to_check.notify_all()
            self._to_write.notify_all()
        for thread in self._threads:
            thread.join()

    def newest(self, size: int) -> SignedHead:
        """The newest signed head; looked up only if the known one has fewer than `size` entries.

        Another process of this ledger may have signed it. Without its head store the known one.
        """
        known = self.signed
        if known.size < size:
            with suppress(Unavailable):
                return self.heads.read() or known
        return known

    def kept_head(self) -> SignedHead:
        """The newest head that any process of this ledger signed, as the head store has it.

        Raises `Unavailable` or `Halted` where it cannot be read.
        """
        return self.heads.read() or NOTHING_SIGNED

    def proof(self, seq: int, head: SignedHead | None = None) -> str:
        """The tlog-proof text of entry `seq` under the signed `head`, else under the newest.

        Raises `Refused`, and `Halted` where the ledger could not be opened.
        """
        if self._sequencer is None:
            raise Halted(self._halted)
        signed = head or self.newest(seq + 1)
        if not 0 <= seq < signed.size:
            raise Refused(
                RefusalCode.RECORD_NOT_FOUND, f"There is no entry {seq} in {signed.size} entries."
            )
        hashes = inclusion_proof(self.store.tile, seq, signed.size, self.subtrees)
        return ProofText(seq, hashes, signed.note).text()

    def _admit(self, count: int, weight: int) -> None:
        if self._halted:
            raise Halted(self._halted)
        if self._closing:
            raise Unavailable("The ledger is closing: nothing more is taken.")
        limits = self.limits
        after = self._waiting + count
        if self._waiting and (
            after > limits.waiting
            or self._waiting_bytes + weight > limits.waiting_bytes
            or (after > limits.group and after * self._seconds_each > limits.wait_s)
        ):
            raise Overloaded(f"{self._waiting} commands wait already: nothing was looked at.")

    def _start(self) -> None:
        """The threads, when the first command comes."""
        if self._threads:
            return
        work = [("duebill-check", self._check)] * self.limits.checkers
        for name, target in [*work, ("duebill-write", self._write)]:
            thread = threading.Thread(target=target, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _check(self) -> None:
        """A checking thread: parts in the order in which they came, several of them at once."""
        with Checker(self._key, self._found_keys, apart=self.limits.apart) as checker:
            while parts := self._next_unchecked():
                envelopes = iter(
                    checker.check([item for part in parts for item in part.submissions])
                )
                with self._lock:
                    for part in parts:
                        part.envelopes = list(islice(envelopes, len(part.submissions)))
                    self._to_write.notify()

    def _next_unchecked(self) -> list[_Part]:
        """What waits longest, up to `PART` commands; nothing when all is over."""
        with self._lock:
            while not self._unchecked:
                if self._closing:
                    return []
                self._to_check.wait()
            parts = [self._unchecked.popleft()]
            count = len(parts[0].submissions)
            while self._unchecked and count + len(self._unchecked[0].submissions) <= PART:
                parts.append(self._unchecked.popleft())
                count += len(parts[-1].submissions)
            return parts

    def _key(self, kid: str) -> PublicKey | None:
        """The public key of this name, once it is bound; the name is its hash, so it stays true."""
        key = self._keys.get(kid)
        if key is None:
            record = self.store.records.get(Key, (kid,)).get(kid)
            if record is None:
                return None
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            key = self._keys[kid] = record.public()
            if len(self._found_keys) < MOST_KEYS:
                self._found_keys.append(key)
        return key

    def _write(self) -> None:
        """The writing thread: group after group, until all is written after closing."""
        while group := self._next_group():
            commands = [item for part in group for item in part.envelopes or ()]
            failure: BaseException | None = None
            began = time.monotonic()
            try:
                answers = self._run(commands)
            except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it
                failure = error
                known = error if isinstance(error, LedgerError) else OutcomeUnknown(str(error))
                answers = [known] * len(commands)
            self._release(group, (time.monotonic() - began) / len(commands))
            self.news.set()
            at = 0
            for part in group:
                end = at + len(part.submissions)
                part.call.answered(answers[at:end], failure)
                at = end

    def _run(self, commands: Sequence[Envelope | LedgerError]) -> list[Answer]:
        if self._halted:
            raise Halted(self._halted)
        try:
            return self.sequencer.run(commands)
        except Halted as halted:
            self.halt(str(halted))
            raise

    def _next_group(self) -> list[_Part]:
        """What waits at the front and is checked, up to a group; nothing when all is over."""
        with self._lock:
            while not self._ordered or self._ordered[0].envelopes is None:
                if self._closing and not self._ordered:
                    return []
                self._to_write.wait()
            group: list[_Part] = []
            count = 0
            while self._ordered and self._ordered[0].envelopes is not None:
                count += len(self._ordered[0].submissions)
                if group and count > self.limits.group:
                    break
                group.append(self._ordered.popleft())
            return group

    def _release(self, group: Sequence[_Part], seconds_each: float) -> None:
        """These wait no more, and each took so long; the older groups count half as much."""
        with self._lock:
            self._seconds_each = (self._seconds_each + seconds_each) / 2
            for part in group:
                self._waiting -= len(part.submissions)
                self._waiting_bytes -= part.bytes
