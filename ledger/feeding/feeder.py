"""The feeder: every new signed head goes to the witnesses, and no write ever waits for them.

One head is out at a time, the newest: a *round*. All witnesses are asked for the same head, each
by its own thread; else under load each would cosign another one and no head would meet the
quorum. A round ends when its head meets the quorum, or when no witness that counts is still at
it. What was signed meanwhile is left out but for the newest. A witness that fails rests, longer
each time, and joins the round that is then on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace

from ledger.chain.trust import WitnessLine
from ledger.closing import Closing
from ledger.errors import Halted, LedgerError, Overloaded, RefusalCode, Refused
from ledger.feeding.kept import CosignedHead, Kept, Reader
from ledger.feeding.outside import FedLog, Outside
from ledger.feeding.talk import Behind, Talk
from ledger.ports import NOTHING_SIGNED, SignedHead

_log = logging.getLogger(__name__)
MOST_WAITING = 1_000
"""Callers that may wait for witnesses at a time."""
CLOSING_S = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long, in seconds.

    Rounds begin `interval_s` apart at least; an answer has `timeout_s`; who fails rests from
    `interval_s` on, twice as long each time, `rest_s` at most; after `alarm_s` without a quorum
    the operator hears of it. Another process of the ledger is noticed within `look_s`.
    """

    interval_s: float = 1.0
    timeout_s: float = 10.0
    rest_s: float = 120.0
    alarm_s: float = 600.0
    look_s: float = 1.0


@dataclass(frozen=True, slots=True)
class WitnessHealth:
    """How a witness is: the size it cosigned last and when (unix seconds), its failures.

    `needed` says whether the quorum can count it, `latency_s` how long its last answer took,
    `failing` why the last exchange failed ("" after a success).
    """

    name: str
    needed: bool
    size: int = 0
    succeeded_at: float = 0.0
    failures: int = 0
    latency_s: float = 0.0
    failing: str = ""


@dataclass(slots=True)
class _Desk:
    """What a witness's thread and the rounds know of each other."""

    state: WitnessHealth
    answered: int = 0
    tried: int = 0
    in_a_row: int = 0
    not_before: float = 0.0


class Feeder(Closing):
    """Feeds the witnesses of the operator's policy. Start it with `start`; close it.

    `news` is set by whoever signs; `kept` is where cosignatures stay; `clock` gives unix seconds.
    """

    def __init__(
        self,
        log: FedLog,
        reader: Reader,
        kept: Kept,
        outside: Outside,
        news: threading.Event,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.policy = reader.policy
        self.reader = reader
        self.outside = outside
        self.pace = pace or Pace()
        self._log = log
        self._kept = kept
        self._news = news
        self._clock = clock
        self._change = threading.Condition()
        self._closing = threading.Event()
        self._round = NOTHING_SIGNED
        self._since: float | None = None
        self._alarmed = False
        needed = self.policy.needed()
        fed = [line for line in self.policy.witnesses if line.url]
        self._waiting: dict[Future[None], int] = {}
        self._desks = {
            line.name: _Desk(WitnessHealth(line.name, line.name in needed, kept.size_of(line.key)))
            for line in fed
        }
        self._threads = [threading.Thread(target=self._conduct, name="duebill-feed", daemon=True)]
        self._threads += [
            threading.Thread(
                target=self._feed, args=[line], name=f"duebill-feed {line.name}", daemon=True
            )
            for line in fed
        ]

    # -- what others may ask ---------------------------------------------------------------------
    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop asking; exchanges at hand are not waited for longer than a second."""
        self._closing.set()
        self._news.set()
        with self._change:
            self._change.notify_all()
        until = time.monotonic() + CLOSING_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def over(self, head: SignedHead) -> CosignedHead:
        """A signed head with the cosignatures it has."""
        return self._kept.over(head)

    def witnessed(self) -> CosignedHead | None:
        """The newest head that meets the quorum, or None before the first."""
        if self.policy.met_by(()):
            newest = self._log.signed()
            return self._kept.over(newest) if newest.size else None
        return self._kept.witnessed

    @property
    def unwitnessed_since(self) -> float | None:
        """Since when (unix seconds) the newest head has no quorum; None while it has."""
        return self._since

    def states(self) -> list[WitnessHealth]:
        """How each witness that is asked is, in the order of the policy file."""
        with self._change:
            return [desk.state for desk in self._desks.values()]

    def has(self, size: int) -> bool:
        """Whether a head of at least `size` entries meets the quorum."""
        best = self.witnessed()
        return best is not None and best.head.size >= size

    def when(self, size: int) -> Future[None]:
        """Done once a head of at least `size` entries meets the quorum. Cancel it to give up.

        Raises `Overloaded` when too many wait already.
        """
        future: Future[None] = Future()
        with self._change:
            if self.has(size):
                future.set_result(None)
                return future
            if len(self._waiting) >= MOST_WAITING:
                raise Overloaded(f"{MOST_WAITING} callers wait for witnesses already.")
            self._waiting[future] = size
        future.add_done_callback(lambda done: self._waiting.pop(done, None))
        return future

    def take(self, note: str) -> list[str]:
        """Take in cosignatures that somebody sends: the names of the witnesses that are in it.

        Only lines of the policy's keys, over a head that this log signed. Raises `Refused`, and
        `Halted` when the head contradicts the log.
        """
        checkpoint, said = self.reader.read(note)
        if not said.lines:
            raise Refused(
                RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY,
                "The note has no cosignature of a witness that this log's policy names.",
            )
        self.outside.check(checkpoint, note, "a note that was sent")
        self._keep(said.head, said.lines)
        return sorted(said.lines)

    # -- rounds ----------------------------------------------------------------------------------
    def _conduct(self) -> None:
        """The thread that begins rounds."""
        recalled = False
        while not self._closing.is_set():
            try:
                if not recalled:
                    self._recall()
                    recalled = True
                newest = self._log.newest()
            except Exception as error:  # noqa: BLE001 - rounds go on once it is known again
                _log.warning("the newest head is not known: %s", error)
                newest = self._round
            if newest.size > self._round.size:
                self._begin(newest)
                with self._change:
                    self._change.wait_for(self._settled, self.pace.timeout_s * 2)
                self._closing.wait(self.pace.interval_s)
            self._watch()
            self._news.wait(self.pace.look_s)
            self._news.clear()

    def _recall(self) -> None:
        """What was cosigned before the restart must be in the log still.

        Raises `Unavailable` while that cannot be judged; what is found has stopped the writer.
        """
        largest = self._kept.largest
        if largest is not None:
            with suppress(Halted, Refused):
                checkpoint, said = self.reader.read(largest.note)
                self.outside.check(checkpoint, said.note, "what was kept of the witnesses")

    def _begin(self, newest: SignedHead) -> None:
        has = self._kept.over(newest).lines
        with self._change:
            self._round = newest
            for name, desk in self._desks.items():
                if name in has:
                    desk.answered = desk.tried = newest.size
            self._note_quorum()
            self._change.notify_all()
        self._tell()

    def _settled(self) -> bool:
        """Whether the round is over: nobody who counts is still at it, or it has its quorum."""
        if self._closing.is_set() or self.policy.met_by(self._kept.over(self._round).lines):
            return True
        return all(
            desk.tried >= self._round.size or desk.not_before > time.monotonic()
            for desk in self._desks.values()
            if desk.state.needed
        )

    def _note_quorum(self) -> None:
        """Since when the newest head lacks its quorum. With the lock."""
        if self.policy.met_by(self._kept.over(self._round).lines):
            if self._alarmed:
                _log.warning("the newest head has its quorum of witnesses again")
            self._since, self._alarmed = None, False
        elif self._since is None:
            self._since = self._clock()

    def _watch(self) -> None:
        """The alarm, once, when witnesses are away for too long."""
        since = self._since
        if since is not None and not self._alarmed and self._clock() - since > self.pace.alarm_s:
            self._alarmed = True
            failing = [f"{item.name}: {item.failing}" for item in self.states() if item.failing]
            _log.error(
                "no quorum of witnesses for %d seconds; %s",
                self._clock() - since,
                "; ".join(failing) or "none of them fails",
            )

    # -- one witness -----------------------------------------------------------------------------
    def _feed(self, line: WitnessLine) -> None:
        """The thread of one witness."""
        desk, timeout_s = self._desks[line.name], self.pace.timeout_s
        with Talk(line, self._log, self._kept, self.outside, self.reader, timeout_s) as talk:
            while head := self._next(desk):
                began = time.monotonic()
                try:
                    cosignature = talk.ask(head, int(self._clock()))
                    self._keep(head, {line.name: cosignature})
                except Behind:
                    self._done(desk, head, desk.state)  # it has a newer head: the next round's
                except Exception as error:  # noqa: BLE001 - whatever a witness does, others go on
                    if not isinstance(error, LedgerError):
                        _log.exception("asking witness %s failed", line.name)
                    self._fail(desk, head, error)
                else:
                    self._succeed(desk, head, time.monotonic() - began)

    def _next(self, desk: _Desk) -> SignedHead | None:
        """The head to ask for, once there is one and the witness may be asked; None at the end."""
        with self._change:
            while not self._closing.is_set():
                pause = desk.not_before - time.monotonic()
                due = self._round.size > desk.answered
                if due and pause <= 0:
                    return self._round
                self._change.wait(pause if due else None)
            return None

    def _succeed(self, desk: _Desk, head: SignedHead, seconds: float) -> None:
        desk.in_a_row = 0
        state = replace(
            desk.state,
            size=head.size,
            succeeded_at=self._clock(),
            latency_s=seconds,
            failing="",
        )
        self._done(desk, head, state)

    def _fail(self, desk: _Desk, head: SignedHead, error: Exception) -> None:
        failures = desk.state.failures + 1
        why = error.detail if isinstance(error, Refused) else str(error)
        state = replace(desk.state, failures=failures, failing=why[:300])
        with self._change:
            rest = min(self.pace.rest_s, self.pace.interval_s * 2 ** min(desk.in_a_row, 20))
            desk.in_a_row += 1
            desk.not_before = time.monotonic() + rest
            desk.tried = head.size
            desk.state = state
            self._change.notify_all()
        if desk.in_a_row == 1:
            _log.warning("witness %s fails: %s", desk.state.name, why)

    def _done(self, desk: _Desk, head: SignedHead, state: WitnessHealth) -> None:
        with self._change:
            desk.answered = desk.tried = max(desk.answered, head.size)
            desk.state = state
            self._change.notify_all()

    def _keep(self, head: SignedHead, lines: Mapping[str, str]) -> None:
        try:
            self._kept.add(head, lines)
        except OSError as error:  # it is known in memory: a restart asks again
            _log.warning("cosignatures cannot be kept: %s", error)
        with self._change:
            self._note_quorum()
            self._change.notify_all()
        self._tell()

    def _tell(self) -> None:
        """Those who waited for what there is now hear of it."""
        with self._change:
            reached = [future for future, size in self._waiting.items() if self.has(size)]
        for future in reached:
            if future.set_running_or_notify_cancel():
                future.set_result(None)
