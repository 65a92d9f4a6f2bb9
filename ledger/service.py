"""The one write path: commands in, durable entries under a signed checkpoint out.

The order of a group is the design, and each step says what a crash there leaves behind:

1. judge and link in memory            nothing is written
2. commit entries, tiles and records   wholly there or wholly not; not yet acknowledged
3. re-read and re-hash what was written  a bit that flipped on the way stops the writer
4. sign the checkpoint                 nothing is known outside
5. swap it into the head store         from here on this head may never be contradicted
6. answer                              the caller's retry gets the same receipt
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.book import Book, Judged
from ledger.chain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.chain.entry import Entry, Head, follow, make_entry, read_entry
from ledger.chain.note import note_key
from ledger.chain.proof import TreeReader, inclusion_proof
from ledger.chain.receipt import Receipt as ProofText
from ledger.chain.tiles import Edge
from ledger.chain.tree import EMPTY_ROOT, Frontier, leaf_hash
from ledger.envelope import Envelope, read_submission
from ledger.errors import (
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
from ledger.ports import Batch, HeadStore, SignedHead, Store
from ledger.vocabulary import Event


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the caller gets: where the entry stands and the signed head it is under.

    `events` are what followed; a repeated command gets its first place again, without events.
    """

    seq: int
    leaf: bytes
    checkpoint: str
    events: tuple[Event, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """A command of the group that became an entry."""

    envelope: Envelope
    judged: Judged
    entry: Entry


class Service:
    """The writer of one ledger. One per store; safe to call from many threads.

    `clock` gives milliseconds since 1970; an entry's time is never before its predecessor's.
    Opening re-checks what was written but not signed, and raises `Halted` when the store is
    behind or beside the head that was signed last (a restored backup, most often).
    """

    def __init__(
        self, store: Store, heads: HeadStore, log_key: SigningKey, clock: Callable[[], int]
    ) -> None:
        self.store = store
        self._heads = heads
        self._log_key = log_key
        self._clock = clock
        self._lock = threading.Lock()
        self._halted: str | None = None
        self._book = Book(store.records)
        self._head = Head()
        self._edge = Edge()
        self._signed = SignedHead(0, EMPTY_ROOT, "")
        self._in_doubt = False
        self._recover()

    @property
    def signed(self) -> SignedHead:
        """The newest signed head. Before genesis its size is 0 and its note empty."""
        return self._signed

    @property
    def halted(self) -> str | None:
        """Why nothing is written any more, or None."""
        return self._halted

    def submit(self, submission: bytes) -> Receipt:
        """One command in, its receipt out. Raises what went wrong, as `LedgerError`."""
        (answer,) = self.submit_many([submission])
        if isinstance(answer, LedgerError):
            raise answer
        return answer

    def submit_many(self, submissions: Sequence[bytes]) -> list[Receipt | LedgerError]:
        """A group of commands in order, committed once; each has its own answer.

        A refused command touches no other. `OutcomeUnknown` means: ask again with the same bytes.
        """
        envelopes = [_read(submission) for submission in submissions]  # nobody waits for this
        with self._lock:
            if self._halted:
                raise Halted(self._halted)
            try:
                if self._in_doubt:
                    self._recover()
                return self._run(envelopes)
            except BaseException as error:
                self._book.forget()
                if isinstance(error, Halted):
                    self._halted = str(error)
                raise

    def proof(self, seq: int) -> str:
        """The tlog-proof text of entry `seq` under the newest signed head. Raises `Refused`."""
        signed = self.signed
        if not 0 <= seq < signed.size:
            raise Refused(
                RefusalCode.RECORD_NOT_FOUND, f"There is no entry {seq} in {signed.size} entries."
            )
        hashes = inclusion_proof(self.store.tile, seq, signed.size)
        return ProofText(seq, hashes, signed.note).text()

    def _run(self, envelopes: Sequence[Envelope | Refused]) -> list[Receipt | LedgerError]:
        at_ms = max(self._clock(), self._head.at_ms)
        old = self._head.size
        head = self._head
        taken: list[_Taken] = []
        answers: list[_Taken | LedgerError] = []
        resting: list[int] = []  # places of answers that mean nothing if the group is lost
        for place, envelope in enumerate(envelopes):
            if isinstance(envelope, Refused):
                answers.append(envelope)
                continue
            try:
                item = self._take(envelope, head, at_ms)
            except (Refused, Repeated) as refusal:
                if taken and not (isinstance(refusal, Repeated) and refusal.seq < old):
                    resting.append(place)
                answers.append(refusal)
                continue
            head = follow(head, item.entry)
            taken.append(item)
            resting.append(place)
            answers.append(item)
        if taken:
            failure = self._write(taken, head)
            if failure is None:
                self._book.saved()
            else:
                self._book.forget()
                for place in resting:
                    answers[place] = failure
        return [self._answer(item) for item in answers]

    def _take(self, envelope: Envelope, head: Head, at_ms: int) -> _Taken:
        judged = self._book.judge(envelope, at_ms, head.size)
        try:
            if isinstance(judged.command, OpenLedger):
                self._check_log_key(judged.command)
            entry = make_entry(head, at_ms, judged.rules, envelope.tree, judged.effects)
        except Refused:
            self._book.drop()
            raise
        self._book.keep()
        return _Taken(envelope, judged, entry)

    def _check_log_key(self, command: OpenLedger) -> None:
        if from_jwk(write(command.log_key)) != self._log_key.public:
            raise Refused(
                RefusalCode.KEY_UNKNOWN,
                "The genesis names another log key than this ledger signs with.",
                place="/body/log_key",
            )

    def _write(self, taken: Sequence[_Taken], head: Head) -> LedgerError | None:
        """Steps 2 to 5. Returns the failure that all commands of the group share, or None."""
        edge, tiles = self._edge.grow([item.entry.leaf for item in taken])
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
                digest: data
                for item in taken
                for digest, data in item.envelope.documents.items()
                if self.store.records.document(digest) is None
            },
            records=self._book.changed(),
            head=head,
        )
        self._in_doubt = True  # until all is done: else the next call reads again what is there
        try:
            self.store.commit(batch)
        except (Unavailable, OutcomeUnknown) as failure:
            return failure
        old = self._head
        self._head, self._edge = head, edge
        try:
            self._check_written(old, [item.entry for item in taken])
            self._publish()
        except (OSError, Unavailable, OutcomeUnknown) as error:
            # The entries are there and will be signed: nobody may hear that nothing happened.
            return OutcomeUnknown(f"the signed head could not be kept: {error}")
        self._in_doubt = False
        return None

    def _check_written(self, old: Head, entries: Sequence[Entry]) -> None:
        written = list(self.store.entries(old.size, old.size + len(entries)))
        if [leaf_hash(data) for data in written] != [entry.leaf for entry in entries]:
            raise Halted(f"the entries after {old.size} were not stored as they were written")

    def _publish(self) -> None:
        """Steps 4 and 5. Ed25519 is deterministic: signing again after a crash changes nothing."""
        root = self._head.frontier.root()
        note = sign_checkpoint(Checkpoint(self._origin(), self._head.size, root), self._log_key)
        signed = SignedHead(self._head.size, root, note)
        self._heads.swap(self._signed, signed)
        self._signed = signed

    def _origin(self) -> str:
        ledger = self._book.get(Ledger, LEDGER)
        if ledger is None:
            raise Halted("the log has entries and no genesis")
        return ledger.origin

    def _answer(self, item: _Taken | LedgerError) -> Receipt | LedgerError:
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
        if self._head.size > self._signed.size:
            self._publish()
        self._in_doubt = False

    def _load(self) -> None:
        signed = self._heads.read()
        size = self.store.size()
        if signed is None:
            if size:
                raise Halted(
                    "the head store is missing while the log has entries: restore it, or audit"
                    " against the newest checkpoint that anybody holds"
                )
            signed = SignedHead(0, EMPTY_ROOT, "")
            self._heads.swap(None, signed)
        if size < signed.size:
            raise Halted(
                f"the log has {size} entries and {signed.size} were signed: was an old backup"
                " restored? Restore a newer one; nothing is signed until then"
            )
        if TreeReader(signed.size, self.store.tile).root() != signed.root:
            raise Halted(f"the first {signed.size} entries are not those that were signed")
        head = self._head_at(signed.size)
        for data in self.store.entries(signed.size, size):
            head = follow(head, read_entry(data))
        if head.size != size or TreeReader(size, self.store.tile).root() != head.frontier.root():
            raise Halted(f"the entries after {signed.size} are not those that were hashed")
        self._head, self._signed = head, signed
        self._edge = Edge.load(size, self.store.tile)
        if signed.size:
            self._check_note(signed)

    def _check_note(self, signed: SignedHead) -> None:
        """The kept note is of this very head, and by the key that signs here."""
        key = note_key(self._origin(), self._log_key.public)
        try:
            said = open_checkpoint(signed.note, key.name, [key])
        except Refused as refused:
            raise Halted(f"the last head was not signed with this log key: {refused}") from None
        if (said.size, said.root) != (signed.size, signed.root):
            raise Halted("the note in the head store is of another head than its size and root")

    def _head_at(self, size: int) -> Head:
        if size == 0:
            return Head()
        last = read_entry(next(self.store.entries(size - 1, size), b""))
        tree, hashes, start = TreeReader(size, self.store.tile), [], 0
        if tree.range_root(size - 1, size) != last.leaf:
            raise Halted(f"entry {size - 1} is not the one that was hashed")
        for bit in reversed(range(size.bit_length())):
            if size >> bit & 1:
                hashes.append(tree.range_root(start, start + (1 << bit)))
                start += 1 << bit
        return Head(size, last.leaf, last.at_ms, Frontier(size, tuple(hashes)))


def _read(submission: bytes) -> Envelope | Refused:
    """The envelope of a submission, or why it is none."""
    try:
        return read_submission(submission)
    except Refused as refusal:
        return refusal
