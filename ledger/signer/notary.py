"""What a signer process will sign, and what it never will.

It believes nobody. A head must extend the last one that it signed, which it remembers on its own
disk before the signature leaves; whoever asks has to prove it. So a ledger that was restored from
an old backup, copied, or taken over gets no second history signed with this key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.chain.note import note_key
from ledger.chain.proof import verify_consistency
from ledger.errors import Halted, LedgerError, RefusalCode, Refused, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.signer.wire import HALTED, REFUSED, Message, refusal
from ledger.signing import BACKUP, KeyChange, KeySigner, LogText, read_text


class Notary:
    """The keys, and the last head that was signed with them. For one thread.

    `journal` is the durable cell of that head: its note is the text of the checkpoint, unsigned.
    """

    def __init__(self, keys: KeySigner, journal: HeadStore) -> None:
        self._keys = keys
        self._journal = journal

    def answer(self, request: Message) -> Message:
        """The answer to any message. Never raises, whatever it is."""
        try:
            return self._answer(request)
        except Halted as halted:
            return refusal(HALTED, str(halted))
        except Refused as refused:
            return refusal(REFUSED, refused.detail)
        except LedgerError as error:
            return refusal(REFUSED, str(error))

    def _answer(self, request: Message) -> Message:
        match request.get("op"):
            case "keys":
                return {"keys": [key.jwk() for key in self._keys.held()]}
            case "sign":
                return self._sign(request)
            case "endorse":
                return self._endorse(request)
            case _:
                raise _malformed("There is no such op.")

    def _sign(self, request: Message) -> Message:
        body, by = _text(request, "body"), _texts(request, "by")
        text = read_text(body)
        held = {key.kid: key for key in self._keys.held()}
        if not by or len(set(by)) != len(by) or not set(by) <= held.keys():
            raise Unavailable(f"Not each of these keys is here, once: {', '.join(by)}.")
        keys = [note_key(text.head.origin, held[kid]) for kid in by]
        if text.header:
            self._check_text(text)
        else:
            wanted = self._take_head(text.head, request)
            if wanted is not None:
                return {"old": wanted}
        return {"note": self._keys.sign(body, keys)}

    def _take_head(self, head: Checkpoint, request: Message) -> int | None:
        """Remember a head that may be signed, or say from which size it must be proven."""
        if head.size == 0:
            raise Halted("A log is signed from its genesis on.")
        signed = self._journal.read()
        if signed is not None:
            last = parse_checkpoint(signed.note)
            if head.origin != last.origin:
                raise Halted(f"This key signs for {last.origin}, not for {head.origin[:100]}.")
            if head.size < last.size or (head.size == last.size and head.root != last.root):
                raise Halted(f"Another head of {last.size} entries was signed before.")
            if head.size > last.size:
                if request.get("old") != last.size:
                    return last.size
                _check_growth(last, head, _texts(request, "proof"))
        if signed is None or head.size > signed.size:
            self._journal.swap(signed, SignedHead(head.size, head.root, head.body))
        return None

    def _check_text(self, text: LogText) -> None:
        """A manifest or a statement is about a head that was signed here.

        A manifest brings the checkpoint that was signed; the first one may begin the journal.
        """
        head = text.head
        if text.header == BACKUP:
            keys = [note_key(head.origin, key) for key in self._keys.held()]
            note = _text(text.tree, "checkpoint")
            if open_checkpoint(note, head.origin, keys) != head:
                raise Halted("The manifest is about another head than the checkpoint in it.")
        signed = self._journal.read()
        if signed is None and text.header == BACKUP:
            signed = self._journal.swap(None, SignedHead(head.size, head.root, head.body))
        if signed is None:
            raise Unavailable("No head was signed here yet.")
        last = parse_checkpoint(signed.note)
        beyond = head.size > last.size or (head.size == last.size and head.root != last.root)
        if head.origin != last.origin or beyond:
            raise Halted("The text is about a head that was not signed here.")

    def _endorse(self, request: Message) -> Message:
        names = ("origin", "party", "jti", "kid", "old")
        change = KeyChange(*(_text(request, name) for name in names))
        signed = self._journal.read()
        if signed is None or parse_checkpoint(signed.note).origin != change.origin:
            raise Halted("The key signs for another log.")
        return {"signatures": [b64url_encode(item) for item in self._keys.endorse(change)]}


def _check_growth(last: Checkpoint, head: Checkpoint, proof: list[str]) -> None:
    hashes = [b64url_decode(text) for text in proof]
    try:
        verify_consistency(last.size, last.root, head.size, head.root, hashes)
    except Refused as refused:
        raise Halted(
            f"It is not proven that the head extends the signed one: {refused.detail}"
        ) from None


def _text(tree: Mapping[str, Any], name: str) -> str:
    value = tree.get(name)
    if not isinstance(value, str):
        raise _malformed(f"The field {name} is no text.")
    return value


def _texts(tree: Mapping[str, Any], name: str) -> list[str]:
    items = tree.get(name)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _malformed(f"The field {name} is no list of texts.")
    return items


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.FIELD_INVALID, detail)
