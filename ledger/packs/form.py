"""The bytes of a pack: one canonical JSON object, and nothing that could be otherwise.

    {"checkpoint", "entries": [{"disclosures", "entry", "proof"}…], "statement", "v": 1}

Every bit counts: bytes that are not the canonical form of what they say are refused, as is base64
in another spelling, a disclosure out of its order, or a field too many.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from ledger import canonical
from ledger.canonical import Tree
from ledger.chain.note import base64_decode
from ledger.chain.proof import LONGEST_PROOF
from ledger.chain.tree import HASH_BYTES
from ledger.envelope import read_disclosure
from ledger.errors import RefusalCode, Refused

VERSION = 1
LARGEST_PACK = 64 * 1024 * 1024
"""Bytes of a pack that is read: some thousand entries with all their disclosures."""

_PACK = frozenset({"checkpoint", "entries", "statement", "v"})
_ENTRY = frozenset({"disclosures", "entry", "proof"})


@dataclass(frozen=True, slots=True)
class PackEntry:
    """An entry's bytes, the disclosures shown with it in digest order, its inclusion proof."""

    data: bytes
    disclosures: tuple[str, ...]
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The parts of a pack, nothing of it verified: that is for `ledger.packs.verify`.

    `checkpoint` and `statement` are signed notes, `entries` are by sequence number.
    """

    checkpoint: str
    entries: tuple[PackEntry, ...]
    statement: str

    def data(self) -> bytes:
        """The pack as a file."""
        entries: list[Tree] = [
            {
                "disclosures": list(entry.disclosures),
                "entry": _b64(entry.data),
                "proof": [_b64(item) for item in entry.proof],
            }
            for entry in self.entries
        ]
        return canonical.encode(
            {
                "checkpoint": self.checkpoint,
                "entries": entries,
                "statement": self.statement,
                "v": VERSION,
            }
        )


def read_pack(data: bytes) -> Pack:
    """The parts of the pack in `data`. Raises `Refused`, whatever the bytes."""
    if len(data) > LARGEST_PACK:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A pack has at most {LARGEST_PACK} bytes.")
    tree = canonical.decode(data)
    if not isinstance(tree, dict) or tree.keys() != _PACK:
        raise malformed(f"A pack is an object of exactly {', '.join(sorted(_PACK))}.")
    if type(tree["v"]) is not int or tree["v"] != VERSION:
        raise malformed(f"The version of the pack is not {VERSION}.", "/v")
    entries = tree["entries"]
    if not isinstance(entries, list) or not entries:
        raise malformed("A pack has a list of entries.", "/entries")
    return Pack(
        _text(tree, "checkpoint"),
        tuple(_entry(item, f"/entries/{at}") for at, item in enumerate(entries)),
        _text(tree, "statement"),
    )


def read_texts(tree: Any, place: str, code: RefusalCode) -> tuple[str, ...]:
    """Disclosure texts as they are kept: in digest order, none twice. Raises `Refused(code)`."""
    if not isinstance(tree, list) or not all(isinstance(text, str) for text in tree):
        raise Refused(code, "The disclosures are not a list of texts.", place=place)
    digests = [read_disclosure(text)[0] for text in tree]
    if digests != sorted(set(digests)):
        raise Refused(code, "The disclosures are not in the order of their digests.", place=place)
    return tuple(tree)


def malformed(detail: str, place: str = "") -> Refused:
    """The refusal of what is no pack."""
    return Refused(RefusalCode.PACK_MALFORMED, detail, place=place)


def _entry(tree: Any, place: str) -> PackEntry:
    if not isinstance(tree, dict) or tree.keys() != _ENTRY:
        raise malformed(f"An entry is an object of exactly {', '.join(sorted(_ENTRY))}.", place)
    proof = tree["proof"]
    if not isinstance(proof, list) or len(proof) > LONGEST_PROOF:
        raise malformed(f"A proof is a list of at most {LONGEST_PROOF} hashes.", f"{place}/proof")
    hashes = tuple(_bytes(item, f"{place}/proof") for item in proof)
    if any(len(item) != HASH_BYTES for item in hashes):
        raise malformed("A hash of the proof is not 32 bytes long.", f"{place}/proof")
    texts = read_texts(tree["disclosures"], f"{place}/disclosures", RefusalCode.PACK_MALFORMED)
    return PackEntry(_bytes(tree["entry"], f"{place}/entry"), texts, hashes)


def _text(tree: Any, name: str) -> str:
    text = tree[name]
    if not isinstance(text, str):
        raise malformed("The field is not a text.", f"/{name}")
    return text


def _bytes(tree: Any, place: str) -> bytes:
    if not isinstance(tree, str):
        raise malformed("The field is not base64 text.", place)
    return base64_decode(tree, RefusalCode.PACK_MALFORMED)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
