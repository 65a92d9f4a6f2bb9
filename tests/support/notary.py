"""A signer's mind and its socket, and what it can be asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import note_key
from ledger.chain.proof import consistency_proof
from ledger.chain.tiles import TileId
from ledger.chain.tree import EMPTY_ROOT, leaf_hash, mth
from ledger.signer.notary import Notary
from ledger.signer.server import SignerServer
from ledger.signing import KeySigner
from ledger.store.heads import MemoryHeadStore
from tests.support.desk import ORIGIN, key_of
from tests.support.waiting import PATIENCE_S

KEY, NEXT = key_of("log"), key_of("next")
NOTE_KEY = note_key(ORIGIN, KEY.public)
LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def head(size: int, leaves: Sequence[bytes] = LEAVES, origin: str = ORIGIN) -> Checkpoint:
    """The head of the first `size` of some leaves."""
    return Checkpoint(origin, size, mth(leaves[:size]) if size else EMPTY_ROOT)


def proof(old: int, new: int, leaves: Sequence[bytes] = LEAVES) -> list[str]:
    """That the head of `new` leaves extends that of `old`, as it travels."""

    def read(tile: TileId) -> bytes:
        return b"".join(leaves[tile.index * 256 :][: tile.width])

    return [b64url_encode(item) for item in consistency_proof(read, old, new)]


def ask(body: str, old: int = 0, proven: Sequence[str] = (), by: Any = None) -> dict[str, Any]:
    """A request to sign."""
    kids = [KEY.public.kid] if by is None else by
    return {"op": "sign", "body": body, "by": kids, "old": old, "proof": list(proven)}


def notary() -> Notary:
    """A signer's mind, which has signed nothing yet."""
    return Notary(KeySigner([KEY, NEXT]), MemoryHeadStore())


def kind(answer: dict[str, Any]) -> str:
    """What an answer is: ``note``, ``old``, or why there is none."""
    if "error" in answer:
        assert set(answer["error"]) == {"detail", "kind"}
        return str(answer["error"]["kind"])
    (name,) = answer
    return str(name)


@contextmanager
def listening(folder: Path, **how: Any) -> Iterator[SignerServer]:
    """A signer in this process, at ``s`` in `folder`."""
    how = {"begin": True, "seconds": PATIENCE_S} | how
    with SignerServer(folder, folder / "s", **how) as opened:
        thread = threading.Thread(target=opened.serve)
        thread.start()
        try:
            yield opened
        finally:
            opened.close()
            thread.join()
