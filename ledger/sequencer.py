"""The one that puts commands in order: judged commands in, durable entries under a signed head out.

The order of a group is the design, and each step says what a crash there leaves behind:

1. judge and link in memory            nothing is written
2. commit entries, tiles and records   wholly there or wholly not; not yet acknowledged
3. re-read and re-hash what was written  a bit that flipped on the way stops the writer
4. sign the checkpoint                 nothing is known outside
5. swap it into the head store         from here on this head may never be contradicted
6. answer                              the caller's retry gets the same receipt

Several processes may share one store: each holds its turn for steps 1 and 2 only. Whoever finds
entries of another takes them in first, and signs what the other committed and did not sign.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from msgspec import Struct

from ledger.book import Book, Judged
from ledger.chain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.chain.entry import Entry, Head, follow, make_entry, read_entry
from ledger.chain.note import note_key
from ledger.chain.proof import Subtrees, TreeReader
from ledger.chain.tiles import Edge
from ledger.chain.tree import EMPTY_ROOT, Frontier, leaf_hash
from ledger.envelope import Envelope
from ledger.errors import (
    Failed,
    Halted,
    LedgerError,
    OutcomeUnknown,
    RefusalCode,
    Refused,
    Repeated,
    Unavailable,
)
from ledger.keys import SigningKey, from_jwk
from ledger.model.codec import write
from ledger.parties.commands import OpenLedger
from ledger.policy.state import LEDGER, Ledger
from ledger.ports import Batch, HeadStore, SignedHead, Store, Turn
from ledger.vocabulary import Event

CHECKED_AT_START = 1_000
"""So many of the last entries are read and hashed again before anything is written."""

NOTHING_SIGNED = SignedHead(0, EMPTY_ROOT, "")
"""The signed head before genesis."""

_log = logging.getLogger(__name__)


class Receipt(Struct, frozen=True, gc=False):
    """What the caller gets: where the entry stands and the signed head it is under.

    `events` are what followed; a repeated command gets its first place again, without events.
    """

    seq: int
    leaf: bytes
    checkpoint: str
    events: tuple[Event, ...]
    repeated: bool = False


Answer = Receipt | LedgerError


class _Taken(Struct, frozen=True, gc=False):
    """A command of the group that became an entry."""

    envelope: Envelope
    judged: Judged
    entry: Entry


class Sequencer:
    """Appends to one store, a group at a time. For one thread.

    `clock` gives milliseconds since 1970; an entry's time is never before its predecessor's.
    Opening re-checks what was written but not signed, and raises `Halted` when the store is
    behind or beside the head that was signed last (a restored backup, most often).
    """

    def __init__(
        self, store: Store, heads: HeadStore, log_key: SigningKey, clock: Callable[[], int]
    ) -> None:
        self.store = store
        self.heads = heads
        self.log_key = log_key
        self.book = Book(store.records)
        self.signed = NOTHING_SIGNED
        """The newest signed head. Before genesis its size is 0 and its note empty."""
        self._clock = clock
        self._head = Head()
        self._edge = Edge()
        self._in_doubt = False
        self._recover()

    def run(self, envelopes: Sequence[Envelope | LedgerError]) -> list[Answer]:
        """The answers to a group of commands in their order, committed once.

        A refused command touches no other. Raises `Halted`, and `Unavailable` when no turn can
        be had; any other failure is the answer of each command that it leaves in doubt.
        """
        try:
            with self.store.turn() as turn:
                self._take_in(turn)
                taken, answers, resting = self._judge(envelopes)
                failure = self._commit(taken) if taken else None
            if taken and failure is None:
                failure = self._sign([item.entry for item in taken])
        except BaseException:
            self.book.forget()
            self._in_doubt = True
            raise
        if failure is not None:
            self.book.forget()
            for place in resting:
                answers[place] = failure
        return [self._answer(item) for item in answers]

    def _take_in(self, turn: Turn) -> None:
        """What others appended since this one looked last."""
        if self._in_doubt:
            self.book.forget()
            self._recover()
        if turn.size == self._head.size:
            return
        if turn.size < self._head.size:
            raise Halted(f"the log has {turn.size} entries and had {self._head.size} before")
        self.book.evict(turn.moved(self._head.size))
        leaves = []
        for data in self.store.entries(self._head.size, turn.size):
            entry = read_entry(data)
            self._head = follow(self._head, entry)
            leaves.append(entry.leaf)
        self._edge, _ = self._edge.grow(leaves)
        self.signed = self.heads.read() or self.signed
        if self.signed.size < self._head.size:
            self._publish()
        elif self.signed.root != self._head.frontier.root():
            raise Halted(f"the first {self._head.size} entries are not those that were signed")

    def _judge(
        self, envelopes: Sequence[Envelope | LedgerError]
    ) -> tuple[list[_Taken], list[_Taken | LedgerError], list[int]]:
        """Step 1: what was taken, all answers, and those that mean nothing if the group is lost."""
        at_ms = max(self._clock(), self._head.at_ms)
        head = self._head
        self.book.prefetch(item for item in envelopes if isinstance(item, Envelope))
        taken: list[_Taken] = []
        answers: list[_Taken | LedgerError] = []
        resting: list[int] = []
        for place, envelope in enumerate(envelopes):
            if isinstance(envelope, LedgerError):
                answers.append(envelope)
                continue
            try:
                item = self._take(envelope, head, at_ms)
            except (Refused, Repeated, Failed) as refusal:
                if taken and not (isinstance(refusal, Repeated) and refusal.seq < self._head.size):
                    resting.append(place)
                answers.append(refusal)
                continue
            # The frontier is brought up to date once, for the whole group.
            head = Head(head.size + 1, item.entry.leaf, at_ms, head.frontier)
            taken.append(item)
            resting.append(place)
            answers.append(item)
        return taken, answers, resting

    def _take(self, envelope: Envelope, head: Head, at_ms: int) -> _Taken:
        try:
            judged = self.book.judge(
                envelope, at_ms, head.size, signatures_verified=envelope.verified
            )
            if isinstance(judged.command, OpenLedger):
                self._check_log_key(judged.command)
            entry = make_entry(
                head, at_ms, judged.rules, envelope.tree, judged.effects, envelope.text
            )
        except LedgerError:
            self.book.drop()
            raise
        except Exception as error:
            self.book.drop()
            _log.exception("a rule failed on %s", envelope.kind)
            raise Failed from error
        self.book.keep()
        return _Taken(envelope, judged, entry)

    def _check_log_key(self, command: OpenLedger) -> None:
        if from_jwk(write(command.log_key)) != self.log_key.public:
            raise Refused(
                RefusalCode.KEY_UNKNOWN,
                "The genesis names another log key than this ledger signs with.",
                place="/body/log_key",
            )

    def _commit(self, taken: Sequence[_Taken]) -> LedgerError | None:
        """Step 2. Returns the failure that all commands of the group share, or None."""
        leaves = [item.entry.leaf for item in taken]
        last = taken[-1].entry
        frontier = self._head.frontier.extend(leaves)
        head = Head(last.seq + 1, last.leaf, last.at_ms, frontier)
        edge, tiles = self._edge.grow(leaves)
        batch = Batch(
            entries=[item.entry for item in taken],
            tiles=tiles,
            disclosures=[
                (item.entry.seq, digest, text)
                for item in taken
                for digest, text in zip(
                    item.envelope.disclosures, item.envelope.disclosed, strict=True
                )
            ],
            documents={
                digest: data for item in taken for digest, data in item.envelope.documents.items()
            },
            records=self.book.changed(),
            head=head,
        )
        self._in_doubt = True  # until all is done: else the next group reads again what is there
        try:
            self.store.commit(batch)
        except (Unavailable, OutcomeUnknown) as failure:
            return failure
        self._head, self._edge = head, edge
        self.book.saved()
        return None

    def _sign(self, entries: Sequence[Entry]) -> LedgerError | None:
        """Steps 3 to 5. The entries are there: nobody may hear that nothing happened."""
        try:
            self._check_written(entries)
            self._publish()
        except (OSError, Unavailable, OutcomeUnknown) as error:
            return OutcomeUnknown(f"the signed head could not be kept: {error}")
        self._in_doubt = False
        return None

    def _check_written(self, entries: Sequence[Entry]) -> None:
        first = entries[0].seq
        written = list(self.store.entries(first, first + len(entries)))
        if [leaf_hash(data) for data in written] != [entry.leaf for entry in entries]:
            raise Halted(f"the entries after {first} were not stored as they were written")

    def _publish(self) -> None:
        """Steps 4 and 5. Ed25519 is deterministic: signing again after a crash changes nothing."""
        root = self._head.frontier.root()
        note = sign_checkpoint(Checkpoint(self._origin(), self._head.size, root), self.log_key)
        signed = SignedHead(self._head.size, root, note)
        there = self.heads.swap(self.signed, signed)
        if there.size > self._head.size and _root(self.store, there.size) != there.root:
            raise Halted(f"another head of {there.size} entries was signed meanwhile")
        self.signed = there

    def _origin(self) -> str:
        ledger = self.book.get(Ledger, LEDGER)
        if ledger is None:
            raise Halted("the log has entries and no genesis")
        return ledger.origin

    def _answer(self, item: _Taken | LedgerError) -> Answer:
        if isinstance(item, _Taken):
            return Receipt(item.entry.seq, item.entry.leaf, self.signed.note, item.judged.events)
        if isinstance(item, Repeated):
            try:
                (data,) = self.store.entries(item.seq, item.seq + 1)
            except Unavailable as failure:
                return failure  # this answer alone: what the others hear is durable already
            return Receipt(item.seq, leaf_hash(data), self.signed.note, (), repeated=True)
        return item

    def _recover(self) -> None:
        """Load the head; sign what was committed and not signed; never contradict what was."""
        try:
            self._load()
        except Refused as refused:
            raise Halted(f"what is stored is damaged: {refused.detail}") from None
        if self._head.size > self.signed.size:
            self._publish()
        self._in_doubt = False

    def _load(self) -> None:
        signed = self.heads.read()
        size = self.store.size()
        if signed is None:
            if size:
                raise Halted(
                    "the head store is missing while the log has entries: restore it, or audit"
                    " against the newest checkpoint that anybody holds"
                )
            signed = self.heads.swap(None, NOTHING_SIGNED)
        if size < signed.size:
            raise Halted(
                f"entries {size} to {signed.size - 1} are missing: {signed.size} were signed, and"
                " the log ends before them (was an old backup restored?). Nothing is signed until"
                " they are back: restore a newer backup, or this one with --entries of any copy"
                " of the log or --receipts of those who hold them. If they are lost, leave this"
                " log as it is and open another that names it (init --predecessor)"
            )
        known: Subtrees = {}
        if _root(self.store, signed.size, known) != signed.root:
            raise Halted(f"the first {signed.size} entries are not those that were signed")
        start = max(0, signed.size - CHECKED_AT_START)
        head = head_at(self.store, start, known)
        for data in self.store.entries(start, size):
            head = follow(head, read_entry(data))
        if head.size != size or _root(self.store, size, known) != head.frontier.root():
            raise Halted(f"the entries after {start} are not those that were hashed")
        self._head, self.signed = head, signed
        self._edge = Edge.load(size, self.store.tile)
        if signed.size:
            self._check_note(signed)

    def _check_note(self, signed: SignedHead) -> None:
        """The kept note is of this very head, and by the key that signs here."""
        key = note_key(self._origin(), self.log_key.public)
        try:
            said = open_checkpoint(signed.note, key.name, [key])
        except Refused as refused:
            raise Halted(f"the last head was not signed with this log key: {refused}") from None
        if (said.size, said.root) != (signed.size, signed.root):
            raise Halted("the note in the head store is of another head than its size and root")


def _root(store: Store, size: int, known: Subtrees | None = None) -> bytes:
    return TreeReader(size, store.tile, {} if known is None else known).root()


def head_at(store: Store, size: int, known: Subtrees) -> Head:
    """The head after the first `size` entries, from the last of them and the tiles.

    Raises `Halted` when that entry is not the one that was hashed, `Refused` when it is none.
    """
    if size == 0:
        return Head()
    last = read_entry(next(store.entries(size - 1, size), b""))
    tree, hashes, start = TreeReader(size, store.tile, known), [], 0
    if tree.range_root(size - 1, size) != last.leaf:
        raise Halted(f"entry {size - 1} is not the one that was hashed")
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            hashes.append(tree.range_root(start, start + (1 << bit)))
            start += 1 << bit
    return Head(size, last.leaf, last.at_ms, Frontier(size, tuple(hashes)))
