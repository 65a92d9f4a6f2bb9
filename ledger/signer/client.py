"""`LogSigner` whose keys are in another process, reached over a Unix socket.

The answer is verified like anybody's: what does not carry the asked signatures over the very body
that was sent is not taken.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.checkpoint import parse_checkpoint
from ledger.chain.note import NoteKey, open_note
from ledger.errors import Halted, LedgerError, Refused, Unavailable
from ledger.keys import PublicKey, from_jwk
from ledger.signer.wire import HALTED, Message, receive, send
from ledger.signing import KeyChange, Prove

T = TypeVar("T")

SECONDS = 5.0
"""How long an answer may take before the signer counts as away."""
ATTEMPTS = 3
"""So often is a proof sent again because another process had a head signed meanwhile."""


class SocketSigner:
    """Asks the signer at the socket `path`; it is away when an answer takes `seconds`."""

    def __init__(self, path: Path, seconds: float = SECONDS) -> None:
        self._path = path
        self._seconds = seconds
        self._old = 0

    def held(self) -> Sequence[PublicKey]:
        """The public keys that the signer has now."""
        answer = self._ask({"op": "keys"})
        return self._read(lambda: [from_jwk(jwk) for jwk in answer["keys"]])

    def sign(self, body: str, by: Sequence[NoteKey], prove: Prove | None = None) -> str:
        """The note over `body`; the proof is made from the head that the signer knows."""
        size = 0 if prove is None else parse_checkpoint(body).size
        for _ in range(ATTEMPTS):
            old = self._old
            proof = prove(old) if prove is not None and 0 < old < size else ()
            answer = self._ask(
                {
                    "op": "sign",
                    "body": body,
                    "by": [key.key.kid for key in by],
                    "old": old,
                    "proof": [b64url_encode(item) for item in proof],
                }
            )
            if "note" in answer:
                note = self._read(partial(self._verified, answer["note"], body, by))
                self._old = size or old
                return note
            self._old = self._size(answer)
        raise Unavailable("The signer asks for ever other proofs.")

    def endorse(self, change: KeyChange) -> tuple[bytes, bytes]:
        """The signatures of the new and of the old key over the statement."""
        request = {
            "op": "endorse",
            "origin": change.origin,
            "party": change.party,
            "jti": change.jti,
            "kid": change.kid,
            "old": change.old,
        }
        answer = self._ask(request)
        new, old = self._read(lambda: [b64url_decode(text) for text in answer["signatures"]])
        return new, old

    def _verified(self, note: str, body: str, by: Sequence[NoteKey]) -> str:
        opened = open_note(note, by)
        if opened.body != body or opened.signed_by != frozenset(by):
            raise ValueError("the note is not the one that was asked for")
        return note

    def _size(self, answer: Message) -> int:
        size = answer.get("old")
        if type(size) is not int or size < 0:
            raise self._strange(ValueError("neither a note nor a size"))
        return size

    def _ask(self, request: Message) -> Message:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self._seconds)
                connection.connect(str(self._path))
                send(connection, request)
                answer = receive(connection, self._seconds)
        except OSError as error:
            reason = error.strerror or error
            raise Unavailable(f"The log's signer at {self._path} is away: {reason}.") from None
        except Refused as refused:
            raise self._strange(refused) from None
        refusal = answer.get("error")
        if isinstance(refusal, dict):
            said = f"The log's signer will not sign: {refusal.get('detail')}"
            raise Halted(said) if refusal.get("kind") == HALTED else Unavailable(said)
        return answer

    def _read(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except (LedgerError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._strange(error) from None

    def _strange(self, error: Exception) -> Unavailable:
        return Unavailable(f"The log's signer at {self._path} answers strangely: {error}.")
