"""The log's signed statement: what its records said of a holding when it had so many entries.

A C2SP signed note, signed by the log under its origin as key name. Its text is two lines: the
header, and one line of canonical JSON. A checkpoint has a decimal number in its second line, so
that neither signature can ever be taken for the other's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import NoteKey, open_note
from ledger.dates import instant_text, parse_instant
from ledger.errors import RefusalCode, Refused
from ledger.packs.form import PackEntry, malformed
from ledger.signing import STATEMENT

VERSION = 1
LONGEST_RECIPIENT = 200
"""Characters of the name of whom a certificate is for."""

_FIELDS = {
    *("v", "kind", "origin", "size", "root", "holding", "asker", "recipient", "made_at"),
    *("seqs", "disclosed", "records", "facts"),
}
_HOLDING = re.compile(r"hld_[a-z2-7]{26}")
_PARTY = re.compile(r"pty_[a-z2-7]{26}")
_RECORD = re.compile(r"[a-z]{3}_[a-z2-7]{26}")


class PackKind(StrEnum):
    """What a pack is for: all that its asker may show, or one financing's certificate."""

    EVIDENCE = "evidence"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the log signs beside a pack, about a log of `size` entries whose tree has `root`.

    `asker` is the party that the pack was made for, `recipient` the name of whom a certificate is
    for (no text for evidence), `made_ms` the ledger's clock then (milliseconds since 1970). `seqs`
    are the entries of the pack and `disclosed` the SHA-256 over its disclosures. An entry after
    `size` that changes one of `records` means that the state moved. `facts` are in the form that
    docs/spec/receipt.md gives.
    """

    kind: PackKind
    origin: str
    size: int
    root: bytes
    holding: str
    asker: str
    recipient: str
    made_ms: int
    seqs: tuple[int, ...]
    disclosed: bytes
    records: tuple[str, ...]
    facts: Mapping[str, Any]

    def body(self) -> str:
        """The text that is signed."""
        tree: dict[str, Any] = {
            "v": VERSION,
            "kind": self.kind.value,
            "origin": self.origin,
            "size": self.size,
            "root": b64url_encode(self.root),
            "holding": self.holding,
            "asker": self.asker,
            "recipient": self.recipient,
            "made_at": instant_text(self.made_ms),
            "seqs": list(self.seqs),
            "disclosed": b64url_encode(self.disclosed),
            "records": list(self.records),
            "facts": self.facts,
        }
        return f"{STATEMENT}\n{canonical.encode(tree).decode()}\n"


def disclosed_digest(entries: Iterable[PackEntry]) -> bytes:
    """SHA-256 over all disclosure texts of a pack in their order, a newline after each."""
    digest = hashlib.sha256()
    for entry in entries:
        for text in entry.disclosures:
            digest.update(text.encode() + b"\n")
    return digest.digest()


def read_statement(note: str, keys: Sequence[NoteKey], head: Checkpoint) -> Statement:
    """The statement in `note`, signed by one of the log's `keys`, about the log as of `head`.

    Raises `Refused`: what `open_note` raises; `pack_malformed` for another form;
    `statement_differs` for one of another head.
    """
    own = [key for key in keys if key.name == head.origin]
    statement = parse_statement(open_note(note, own).body)
    if (statement.origin, statement.size, statement.root) != (head.origin, head.size, head.root):
        raise Refused(
            RefusalCode.STATEMENT_DIFFERS, "The statement is about another head than the pack's."
        )
    return statement


def parse_statement(body: str) -> Statement:
    """The statement in a verified note text. Raises `Refused` (`pack_malformed`)."""
    header, _, line = body.removesuffix("\n").partition("\n")
    if header != STATEMENT:
        raise _bad(f"The first line of the statement is not {STATEMENT}.")
    return _statement(canonical.decode(line.encode()))


def _statement(tree: Any) -> Statement:
    if not isinstance(tree, dict) or tree.keys() != _FIELDS:
        raise _bad("The statement has other fields, or is of another version.")
    texts = ("origin", "root", "holding", "asker", "recipient", "made_at", "disclosed", "kind")
    if not all(isinstance(tree[name], str) for name in texts):
        raise _bad("A field of the statement is not a text.")
    if type(tree["v"]) is not int or tree["v"] != VERSION or tree["kind"] not in set(PackKind):
        raise _bad("The statement is of another version or kind.")
    if type(tree["size"]) is not int or not isinstance(tree["facts"], dict):
        raise _bad("The size is no whole number, or the facts are no object.")
    statement = Statement(
        PackKind(tree["kind"]),
        tree["origin"],
        tree["size"],
        b64url_decode(tree["root"]),
        tree["holding"],
        tree["asker"],
        tree["recipient"],
        parse_instant(tree["made_at"]),
        _ascending(tree["seqs"], int, "seqs"),
        b64url_decode(tree["disclosed"]),
        _ascending(tree["records"], str, "records"),
        tree["facts"],
    )
    _check_names(statement)
    return statement


def _check_names(statement: Statement) -> None:
    for_somebody = bool(statement.recipient)
    if for_somebody != (statement.kind is PackKind.CERTIFICATE):
        raise _bad("A certificate names its recipient, and evidence names none.")
    if len(statement.recipient) > LONGEST_RECIPIENT:
        raise _bad(f"The recipient has more than {LONGEST_RECIPIENT} characters.")
    if not _HOLDING.fullmatch(statement.holding) or not _PARTY.fullmatch(statement.asker):
        raise _bad("The statement names no holding or no party.")
    if not all(_RECORD.fullmatch(record) for record in statement.records):
        raise _bad("The statement's records are no ids.")


def _ascending(tree: Any, kind: type[Any], name: str) -> tuple[Any, ...]:
    if not isinstance(tree, list) or not all(type(item) is kind for item in tree):
        raise _bad(f"The {name} of the statement are not a list of their kind.")
    if tree != sorted(set(tree)):
        raise _bad(f"The {name} of the statement are not ascending.")
    return tuple(tree)


def _bad(detail: str) -> Refused:
    return malformed(detail, "/statement")
