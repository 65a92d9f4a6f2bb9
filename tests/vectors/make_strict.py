"""Writes the vectors of what libraries are lax about: cosignatures, quorums, and strict.json.

Run `python -m tests.vectors.make_strict` from the root of the project. Keys, messages and
signatures are hex; notes and policy files are text. A case with `valid` false must be refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.note import Cosigner, NoteSigner, sign_note
from ledger.chain.tree import mth
from ledger.chain.trust import Group, LogLine, TrustPolicy, WitnessLine
from ledger.codepoints import unassigned_ranges
from ledger.keys import SMALL_ORDER_Y, SigningKey
from tests.vectors.make_chain import LEAVES, LOG_KEY, ORIGIN

FOLDER = Path(__file__).parent
TIME = 1_767_323_100
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point of Ed25519: RFC 8032 calls it L."""
PRIME = 2**255 - 19
HEAD = Checkpoint(ORIGIN, 8, mth(LEAVES))
NOTE = sign_checkpoint(HEAD, LOG_KEY)
WITNESSES = {
    name: Cosigner(f"{name}.example", SigningKey.from_seed(bytes([number] * 32)))
    for number, name in enumerate(("bank", "core", "auditor"), start=1)
}


def line(name: str, time_s: int = TIME) -> str:
    """A cosignature under the head."""
    return WITNESSES[name].line(HEAD.body, time_s)


def turned(text: str) -> str:
    """The line with the bytes of its time in the other order."""
    start, _, encoded = text.rstrip("\n").rpartition(" ")
    data = base64.b64decode(encoded)
    return f"{start} {base64.b64encode(data[:4] + data[4:12][::-1] + data[12:]).decode()}\n"


def late() -> str:
    """A cosignature whose signature verifies, of a time that no reader may take."""
    witness, time_s = WITNESSES["bank"], 2**63
    signed = witness.signing_key.sign(f"cosignature/v1\ntime {time_s}\n{HEAD.body}".encode())
    data = witness.key.key_id + time_s.to_bytes(8, "big") + signed
    return f"— {witness.name} {base64.b64encode(data).decode()}\n"


def stray(text: str) -> str:
    """The line in another base64 of the same bytes: its last letter has bits that nothing reads."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    start, end = text[:-4], text[-3:]
    assert end == "==\n"
    return start + letters[letters.index(text[-4]) + 1] + end


def cosignatures() -> dict[str, Any]:
    """A policy of two out of three, the head under it, and what must not be believed."""
    log = LogLine(NoteSigner(ORIGIN, LOG_KEY).key, f"https://{ORIGIN}")
    lines = tuple(WitnessLine(name, item.key) for name, item in WITNESSES.items())
    two = TrustPolicy((log,), lines, {"two": Group(2, tuple(WITNESSES))}, "two")
    stranger = Cosigner("stranger.example", SigningKey.from_seed(bytes(32)))
    as_log = sign_note(HEAD.body, [NoteSigner("bank.example", WITNESSES["bank"].signing_key)])
    other = Checkpoint(ORIGIN, 7, mth(LEAVES[:7]))
    return {
        "policy": two.text(),
        "origin": ORIGIN,
        "size": HEAD.size,
        "root": HEAD.root.hex(),
        "heads": [
            _head(NOTE + line("bank") + line("core", TIME + 7), bank=TIME, core=TIME + 7),
            _head(NOTE + line("core") + stranger.line(HEAD.body, TIME), core=TIME),
            _head(NOTE + line("bank", TIME + 9) + line("bank"), bank=TIME),
            _head(NOTE + as_log.partition("\n\n")[2]),
            _head(NOTE),
            _refused("no line of the log", f"{HEAD.body}\n" + line("bank") + line("core")),
            _refused("the time turned round", NOTE + turned(line("bank"))),
            _refused("of another head", NOTE + WITNESSES["bank"].line(other.body, TIME)),
            _refused("a time of 2^63", NOTE + late()),
            _refused("stray bits in base64", NOTE + stray(line("bank"))),
        ],
        "policies": [
            {"valid": False, "why": why, "text": text}
            for why, text in (
                ("no quorum line", two.text().replace("quorum two\n", "")),
                ("a quorum of nobody", two.text().replace("quorum two", "quorum three")),
                ("more than there are", two.text().replace("group two 2", "group two 4")),
                ("a name taken twice", two.text().replace("witness core", "witness bank")),
                ("a log's key for a witness", f"witness w {log.key.text()}\n{two.text()}"),
                ("another key id", two.text().replace(log.key.key_id.hex(), "00000000")),
            )
        ],
    }


def strict() -> dict[str, Any]:
    """Ed25519 and base64url as readers must take them, and the code points of Unicode 14.0."""
    key, message = LOG_KEY, b"message"
    signature = key.sign(message)
    scalar = int.from_bytes(signature[32:], "little")
    small = [_little(y) for y in sorted(SMALL_ORDER_Y)]
    identity = _little(1)
    return {
        "ed25519": {
            "small_order": [
                (raw[:31] + bytes([raw[31] | sign])).hex() for raw in small for sign in (0, 0x80)
            ],
            "signatures": [
                _signed(key.public.raw, message, signature, "", valid=True),
                _signed(key.public.raw, message, signature[:32] + _little(scalar + ORDER), "S + L"),
                _signed(identity, message, identity + bytes(32), "a key that signs everything"),
                _signed(key.public.raw, message, identity + signature[32:], "R of small order"),
                _signed(
                    key.public.raw, message, _little(PRIME + 3) + signature[32:], "y of R >= p"
                ),
                _signed(key.public.raw, message, signature[:63], "63 bytes"),
            ],
        },
        "base64url": {
            "valid": [
                {"text": b64url_encode(data), "bytes": data.hex()}
                for data in (b"", b"\0", b"\xff\xef", b"\xfb\xff\xfe")
            ],
            "refused": ["AA==", "AB", "AAB", "A", "+/A", "A A", "AA\n", "AA.", "ＡＡ"],
        },
        "unicode": "14.0.0",
        "unassigned": [[first, last] for first, last in unassigned_ranges()],
    }


def _little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def _head(note: str, **cosigned: int) -> dict[str, Any]:
    return {"valid": True, "witnessed": len(cosigned) >= 2, "cosigned": cosigned, "note": note}


def _refused(why: str, note: str) -> dict[str, Any]:
    return {"valid": False, "why": why, "note": note}


def _signed(
    key: bytes, message: bytes, signature: bytes, why: str, *, valid: bool = False
) -> dict[str, Any]:
    said = {} if valid else {"why": why}
    texts = {"public": key.hex(), "message": message.hex(), "signature": signature.hex()}
    return {"valid": valid, **said, **texts}


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "cosignatures": cosignatures,
    "strict": strict,
}


def render(name: str) -> str:
    """The text of one vector file."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in VECTORS:
        (FOLDER / f"{each}.json").write_text(render(each), encoding="utf-8")
