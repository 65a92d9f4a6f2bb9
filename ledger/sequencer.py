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
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.entry import Entry, Head, follow, make_entry, read_entry
from ledger.chain.proof import Subtrees, TreeReader, consistency_proof
from ledger.chain.tiles import Edge
from ledger.chain.tree import leaf_hash
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
from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.jwk import Jwk
from ledger.parties.commands import OpenLedger, RotateLogKey
from ledger.policy.state import ledger_of
from ledger.ports import NOTHING_SIGNED, Batch, HeadStore, SignedHead, Store, Turn
from ledger.signing import LogSigner, log_note_keys
from ledger.vocabulary import Event

CHECKED_AT_START = 1_000
"""So many of the last entries are read and hashed again before anything is written."""

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

    `signer` has the log's keys; which of them sign, the entries say. `clock` gives milliseconds
    since 1970; an entry's time is never before its predecessor's.
    Opening re-checks what was written but not signed, and raises `Halted` when the store is
    behind or beside the head that was signed last (a restored backup, most often).
    """

    def __init__(
        self, store: Store, heads: HeadStore, signer: LogSigner, clock: Callable[[], int]
    ) -> None:
        self.store = store
        self.heads = heads
        self.signer = signer
        self.book = Book(store.records)
        self.signed = NOTHING_SIGNED
        """The newest signed head. Before genesis its size is 0 and its note empty."""
        self._clock = clock
        self._head = Head()
        self._edge = Edge()
        self._in_doubt = False
        self._at_hand: frozenset[PublicKey] = frozenset()
        self._open()

    def run(self, envelopes: Sequence[Envelope | LedgerError]) -> list[Answer]:
        """The answers to a group of commands in their order, committed once.

        A refused command touches no other. Raises `Halted`, and `Unavailable` when no turn can
        be had, or the signer is away while entries wait for it; any other failure is the answer of
        each command that it leaves in doubt.
        """
        try:
            with self.store.turn() as turn:
                self._take_in(turn)
                self._check_keys()
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
            match judged.command:
                case OpenLedger():
                    self._check_new_key(judged.command.log_key, "/body/log_key")
                case RotateLogKey():
                    self._check_new_key(judged.command.key, "/body/key")
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

    def _check_new_key(self, jwk: Jwk, place: str) -> None:
        """An entry that could not be signed is not written."""
        if from_jwk(write(jwk)) not in self.signer.held():
            raise Refused(
                RefusalCode.KEY_UNKNOWN,
                "The command names a log key that this ledger cannot sign with.",
                place=place,
            )

    def _check_keys(self) -> None:
        """That the signer has the keys which the entries ask for; asked only when they changed."""
        size = self._head.size
        asked = frozenset(ledger_of(self.book).keys_at(size) if size else ())
        if not asked <= self._at_hand:
            for key in asked - set(self.signer.held()):
                raise Halted(f"the log signs with a key that is not here: {key.kid}")
            self._at_hand = asked

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
        signed = self._sign_head()
        there = self.heads.swap(self.signed, signed)
        if there.size > self._head.size and _root(self.store, there.size) != there.root:
            raise Halted(f"another head of {there.size} entries was signed meanwhile")
        self.signed = there

    def _sign_head(self) -> SignedHead:
        """This head signed, or the one that another process had signed past it."""
        size, root = self._head.size, self._head.frontier.root()
        ledger = ledger_of(self.book)
        try:
            note = self.signer.sign(
                Checkpoint(ledger.origin, size, root).body,
                log_note_keys(ledger, size),
                lambda old: consistency_proof(self.store.tile, old, size),
            )
        except Halted:
            # Who is past us in good order has published this head, and its entries are there.
            there, here = self.heads.read() or NOTHING_SIGNED, self.store.size()
            overtaken = size < here and size <= there.size <= here
            if not overtaken or _root(self.store, there.size) != there.root:
                raise
            return there
        return SignedHead(size, root, note)

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

    def _open(self) -> None:
        """As `_recover`; but what a signer has to sign can wait while it is away.

        It is asked for the last head again: one that remembers more halts this writer now.
        """
        self._load()
        try:
            self._check_keys()
            if 0 < self._head.size == self.signed.size:
                self._sign_head()
            self._catch_up()
        except Unavailable as failure:
            self._in_doubt = True
            _log.warning("nothing can be signed now: %s", failure)

    def _recover(self) -> None:
        """Load the head; sign what was committed and not signed; never contradict what was."""
        self._load()
        self._catch_up()

    def _catch_up(self) -> None:
        if self._head.size > self.signed.size:
            self._publish()
        self._in_doubt = False

    def _load(self) -> None:
        try:
            self._read()
        except Refused as refused:
            raise Halted(f"what is stored is damaged: {refused.detail}") from None

    def _read(self) -> None:
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
        head = _head_at(self.store, start, known)
        for data in self.store.entries(start, size):
            head = follow(head, read_entry(data))
        if head.size != size or _root(self.store, size, known) != head.frontier.root():
            raise Halted(f"the entries after {start} are not those that were hashed")
        self._head, self.signed = head, signed
        self._edge = Edge.load(size, self.store.tile)
        if signed.size:
            self._check_note(signed)

    def _check_note(self, signed: SignedHead) -> None:
        """The kept note is of this very head, and by a key that signed at its size."""
        ledger = ledger_of(self.book)
        try:
            said = open_checkpoint(signed.note, ledger.origin, log_note_keys(ledger, signed.size))
        except Refused as refused:
            raise Halted(f"the last head was not signed with the log's key: {refused}") from None
        if (said.size, said.root) != (signed.size, signed.root):
            raise Halted("the note in the head store is of another head than its size and root")


def _root(store: Store, size: int, known: Subtrees | None = None) -> bytes:
    return TreeReader(size, store.tile, {} if known is None else known).root()


def _head_at(store: Store, size: int, known: Subtrees) -> Head:
    """The head after the first `size` entries, from the last of them and the tiles.

    Raises `Halted` when that entry is not the one that was hashed, `Refused` when it is none.
    """
    if size == 0:
        return Head()
    last = read_entry(next(store.entries(size - 1, size), b""))
    tree = TreeReader(size, store.tile, known)
    if tree.range_root(size - 1, size) != last.leaf:
        raise Halted(f"entry {size - 1} is not the one that was hashed")
    return Head(size, last.leaf, last.at_ms, tree.frontier())
