"""The witness itself: a request in, a cosignature or a refusal out."""

from __future__ import annotations

from collections.abc import Callable

from ledger.chain.note import Cosigner, NoteKey
from ledger.errors import Refused
from ledger.witness.conflicts import Conflicts
from ledger.witness.judging import LogKeys, Signed, check_follows, contradiction, open_signed
from ledger.witness.request import AddCheckpoint, parse_request
from ledger.witness.state import Cosigned, WitnessState


class Witness:
    """Cosigns the heads of `logs` that extend what it cosigned before. Safe for threads.

    `clock` gives seconds since 1970. A clock that is put back does not take the witness with it:
    of one log, no cosignature is older than the one before.
    """

    def __init__(
        self,
        logs: LogKeys,
        cosigner: Cosigner,
        state: WitnessState,
        conflicts: Conflicts,
        clock: Callable[[], int],
    ) -> None:
        self.logs, self.state, self.conflicts = logs, state, conflicts
        self._cosigner, self._clock = cosigner, clock

    @property
    def key(self) -> NoteKey:
        """What verifies the cosignatures."""
        return self._cosigner.key

    def add_checkpoint(self, body: bytes) -> str:
        """The cosignature line for the checkpoint of an `add-checkpoint` request.

        The head is in the state, on the disk, before this returns. Raises `Refused`: what
        `parse_request`, `open_signed` and `check_follows` raise; what `WitnessState.advance`
        raises. A head of the log that contradicts what was cosigned is kept before it is refused.
        """
        request = parse_request(body)
        new = open_signed(request.note, self.logs)
        kept = self.state.advance(new.head.origin, lambda known: self._next(known, new, request))
        return kept.note.removeprefix(new.note)

    def _next(self, known: Cosigned | None, new: Signed, request: AddCheckpoint) -> Cosigned:
        try:
            check_follows(known.head if known else None, new.head, request)
        except Refused as refused:
            if known is not None:
                found = contradiction(known.head, known.note, new, request.proof, refused)
                if found is not None:
                    self.conflicts.keep(found)
            raise
        time_s = max(self._clock(), known.time_s if known else 0)
        return Cosigned(new.head, new.note + self._cosigner.line(new.body, time_s), time_s)
