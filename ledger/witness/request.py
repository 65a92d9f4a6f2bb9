"""What a witness is sent (C2SP `tlog-witness`, `add-checkpoint`), and reading it.

The line ``old 20852014``, the hashes of a consistency proof in base64, one a line, an empty line,
and the checkpoint, which is a signed note.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from ledger.chain.note import LARGEST_NOTE, base64_decode
from ledger.chain.proof import LONGEST_PROOF
from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE
from ledger.errors import RefusalCode, Refused

SIZE_TYPE = "text/x.tlog.size"
"""The media type of the answer that says the size of the head cosigned last (status 409)."""
LARGEST_REQUEST = LARGEST_NOTE + 4_096
"""Most bytes of a request: a note of the largest size beside the longest proof."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: `note` is a checkpoint that grew from `old` leaves, as `proof` shows."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The request as it is sent."""
        hashes = "".join(f"{base64.b64encode(item).decode()}\n" for item in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note}"


def parse_request(data: bytes) -> AddCheckpoint:
    """The request of a body, with its note unread. Raises `Refused`.

    `bytes_too_large` beyond `LARGEST_REQUEST`; `witness_request_malformed` for anything but the
    one spelling, a size beyond 2^63 - 1, or more than 63 hashes.
    """
    if len(data) > LARGEST_REQUEST:
        raise Refused(
            RefusalCode.BYTES_TOO_LARGE, f"The request has more than {LARGEST_REQUEST} bytes."
        )
    try:
        head, blank, note = data.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise _malformed("The request is not UTF-8.") from None
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not blank or old is None or int(old[1]) > LARGEST_SIZE:
        raise _malformed("It is not an old size, a proof, an empty line and a checkpoint.")
    if len(lines) > LONGEST_PROOF:
        raise _malformed(f"The proof has more than {LONGEST_PROOF} hashes.")
    proof = tuple(base64_decode(line, RefusalCode.WITNESS_REQUEST_MALFORMED) for line in lines)
    if any(len(item) != HASH_BYTES for item in proof):
        raise _malformed("A line of the proof is not a hash of 32 bytes.")
    return AddCheckpoint(int(old[1]), proof, note)


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.WITNESS_REQUEST_MALFORMED, detail)
