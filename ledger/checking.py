"""What needs no order: submissions read, and their signatures verified, before they are judged.

A key's name is its hash, so whether a signature verifies cannot depend on the place in the log.
Large numbers are read by a second interpreter: checking is most of the work of an append, and
here it would wait for the thread that writes, and that one for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ledger.closing import Closing
from ledger.envelope import Envelope, read_submission, verify_signatures
from ledger.errors import Failed, LedgerError, Refused
from ledger.helper import Helper, help_out
from ledger.keys import PublicKey

APART_FROM = 8
"""So many submissions at a time are worth the way to the second interpreter."""
BUSY = 256
"""After so many submissions that came together it is worth starting."""
LONGEST_S = 10.0
"""Seconds after which a second interpreter that does not answer is given up."""
MOST_KEYS = 65_536
"""Public keys kept for checking; a second interpreter is told of no more."""
_WORDS = "from ledger.checking import read_for_others; read_for_others()"

_log = logging.getLogger(__name__)

KeyOf = Callable[[str], PublicKey | None]
"""Gives the bound key of a name, or None. May raise `LedgerError` where it cannot be looked up."""


class Checker(Closing):
    """Reads submissions, for one thread; with `apart` a second interpreter does, once many wait."""

    def __init__(
        self, key_of: KeyOf, found: Sequence[PublicKey] = (), *, apart: bool = False
    ) -> None:
        """`found` grows by each key that `key_of` has looked up: the second interpreter is told."""
        self._key_of = key_of
        self._found = found
        self._apart = apart
        self._helper: Helper | None = None
        self._came_together = 0
        self._told = 0

    def check(self, submissions: Sequence[bytes]) -> list[Envelope | LedgerError]:
        """Each submission's envelope, `verified` if all its signatures are; or what is wrong."""
        if self._apart and len(submissions) >= APART_FROM:
            self._came_together += len(submissions)
            found = self._ask(submissions) if self._came_together >= BUSY else None
            if found is not None:
                return [self._verified(item) for item in found]
        return [read_one(submission, self._key_of) for submission in submissions]

    def close(self) -> None:
        """End the second interpreter."""
        if self._helper is not None:
            self._helper.close()
            self._helper = None

    def _ask(self, submissions: Sequence[bytes]) -> list[Envelope | LedgerError] | None:
        """What the second interpreter reads; None where there is none yet, or none any more."""
        try:
            if self._helper is None:
                self._helper = Helper(_WORDS, patience=2, heard=True, longest_s=LONGEST_S)
            if not self._helper.ready:
                return None
            news = self._found[self._told : MOST_KEYS]
            self._told += len(news)
            read: list[Envelope | LedgerError] = self._helper.ask((news, submissions))
        except Exception:  # noqa: BLE001 - whatever it is, what was asked is done here
            _log.exception("the interpreter that checks submissions is gone; they are checked here")
            self._apart = False
            self.close()
            return None
        return read

    def _verified(self, item: Envelope | LedgerError) -> Envelope | LedgerError:
        """The same, verified here if it was not there for want of a key, which is found then."""
        if isinstance(item, LedgerError) or item.verified:
            return item
        return _verify(item, self._key_of)


def read_one(submission: bytes, key_of: KeyOf) -> Envelope | LedgerError:
    """The envelope of a submission, with its signatures verified if they are sound."""
    try:
        envelope = read_submission(submission)
    except Refused as refusal:
        return refusal
    except Exception:  # noqa: BLE001 - whoever waits must hear of it
        _log.exception("a submission of %d bytes could not be read", len(submission))
        return Failed()
    return _verify(envelope, key_of)


def _verify(envelope: Envelope, key_of: KeyOf) -> Envelope:
    """The envelope, `verified` if all its signatures are, by keys that can be looked up."""
    try:
        keys = {signature.kid: key_of(signature.kid) for signature in envelope.signatures}
        known = {kid: key for kid, key in keys.items() if key is not None}
        if not envelope.signatures or len(known) < len(keys):
            return envelope
        verify_signatures(envelope, known)
    except LedgerError:
        pass  # the rules say so at their own place among the objections
    except Exception:  # noqa: BLE001 - the rules verify again, and answer for a fault there
        _log.exception("a signature could not be verified")
    else:
        return replace(envelope, verified=True)
    return envelope


def read_for_others() -> None:
    """Read what is asked, with the keys that come along: the life of the second interpreter."""
    keys: dict[str, PublicKey] = {}

    def answer(
        request: tuple[Sequence[PublicKey], Sequence[bytes]],
    ) -> list[Envelope | LedgerError]:
        news, submissions = request
        keys.update((key.kid, key) for key in news)
        return [read_one(submission, keys.get) for submission in submissions]

    help_out(answer)
