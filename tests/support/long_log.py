"""A log of any length in the folder layout, made without a ledger: commands that no rule reads.

Form, order, tree, signatures, manifests and disclosures are as in life; what the commands ask for
is nothing. For audits below the level of rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from ledger.audit.folder import export_log
from ledger.base64url import b64url_encode
from ledger.canonical import Tree, encode
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.entry import Entry, Head, follow, make_entry, read_entry
from ledger.chain.note import NoteKey, note_key
from ledger.chain.proof import inclusion_proof
from ledger.chain.tiles import Edge, TileId
from ledger.chain.tree import leaf_hash, mth
from ledger.dates import parse_instant
from ledger.envelope import Sealer, line_of_manifest, sign_payload
from ledger.keys import SigningKey

ORIGIN = "long.example/log"
START = parse_instant("2026-01-05T02:00:00.000Z")
LINES = 20
"""Lines of a manifest."""


def key_of(name: str) -> SigningKey:
    """The key that belongs to a name."""
    return SigningKey.from_seed(hashlib.sha256(name.encode()).digest())


@dataclass
class LongLog:
    """Entries that follow each other, and their disclosures; also a `LogReader` over them."""

    made: list[bytes] = field(default_factory=list)
    sealed: dict[int, list[str]] = field(default_factory=dict)
    head: Head = field(default_factory=Head)
    ink: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same log each time

    def add(self, command: Mapping[str, Tree], texts: Sequence[str] = (), late_ms: int = 0) -> None:
        """One more entry, a second after the last."""
        at_ms = max(self.head.at_ms, START) + 1_000 + late_ms
        entry = make_entry(self.head, at_ms, 1, command, hashlib.sha256(b"effects").digest())
        self._append(entry, texts)

    def _append(self, entry: Entry, texts: Sequence[str] = ()) -> None:
        if texts:
            self.sealed[entry.seq] = sorted(texts, key=_digest)
        self.head = follow(self.head, entry)
        self.made.append(entry.data)

    def payload(self, kind: str, body: Mapping[str, Tree]) -> tuple[dict[str, Any], list[str]]:
        """A payload with a sealed note in its body, and what discloses it."""
        sealer = Sealer(lambda: self.ink.randbytes(16))
        jti = f"01930000-0000-7000-8000-{self.ink.getrandbits(48):012x}"
        at_s = START // 1000
        tree = {
            "aud": ORIGIN,
            "body": {"note": {"sd": sealer("note", "a note")}, **body},
            "by": "pty_one",
            "exp": at_s + 3_600,
            "iat": at_s,
            "jti": jti,
            "kind": kind,
            "salt": {"sd": sealer("salt", b64url_encode(self.ink.randbytes(32)))},
            "ver": 1,
        }
        return tree, sealer.disclosed

    def signed(self, kind: str, body: Mapping[str, Tree], *names: str) -> None:
        """A command that these sign."""
        payload, texts = self.payload(kind, body)
        self.add(sign_payload(payload, [key_of(name) for name in names]), texts)

    def manifest(self, name: str) -> None:
        """A manifest, and the commands under it."""
        drafts = [self.payload("nothing.ask", {"line": at}) for at in range(LINES)]
        leaves = [leaf_hash(hashlib.sha256(encode(draft)).digest()) for draft, _ in drafts]
        body = {"count": LINES, "root": b64url_encode(mth(leaves))}
        payload, texts = self.payload("manifest.sign", body)
        self.add(sign_payload(payload, [key_of(name)]), texts)
        tile = b"".join(leaves)
        for at, (draft, own) in enumerate(drafts):
            path = inclusion_proof(lambda _: tile, at, LINES)
            self.add(line_of_manifest(draft, payload["jti"], at, path), own)

    def rewritten(self, seq: int, **changes: Any) -> LongLog:
        """The log with another entry `seq`, and all after it made to fit."""
        log = LongLog()
        for number, data in enumerate(self.made):
            entry = read_entry(data)
            said = {"at_ms": entry.at_ms, "command": entry.command, "effects": entry.effects}
            if number == seq:
                said |= changes
            at_ms = max(said["at_ms"], log.head.at_ms)
            entry = make_entry(log.head, at_ms, 1, said["command"], said["effects"])
            log._append(entry, self.sealed.get(number, ()))
        return log

    # -- as a LogReader ----------------------------------------------------------------------------
    @property
    def keys(self) -> list[NoteKey]:
        """What verifies the checkpoint."""
        return [note_key(ORIGIN, key_of("log").public)]

    def checkpoint(self) -> str:
        """The signed head."""
        head = Checkpoint(ORIGIN, self.head.size, self.head.frontier.root())
        return sign_checkpoint(head, key_of("log"))

    def size(self) -> int:
        """How many entries there are."""
        return len(self.made)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes of entries."""
        return iter(self.made[start:stop])

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile."""
        edge, full = Edge().grow([leaf_hash(data) for data in self.made])
        return dict(full).get(tile) or edge.tile(tile.level)

    def disclosures(self, start: int, stop: int) -> dict[int, list[str]]:
        """The disclosure texts of entries."""
        return {seq: texts for seq, texts in self.sealed.items() if start <= seq < stop}

    def documents(self) -> dict[str, bytes]:
        """None."""
        return {}

    def write(self, folder: Path) -> Path:
        """The log as an export."""
        export_log(self, folder, self.keys)
        return folder


def long_log(size: int) -> LongLog:
    """A log of `size` entries: two keys, the second named late, some commands under manifests."""
    log = LongLog()
    named: dict[str, Tree] = {name: dict(key_of(name).public.jwk()) for name in ("log", "ann")}
    log.signed(
        "ledger.open", {"log_key": named["log"], "operator_key": {"key": named["ann"]}}, "ann"
    )
    while log.size() < size - LINES - 1:
        number = log.size()
        if number == 300:
            bob: dict[str, Tree] = dict(key_of("bob").public.jwk())
            log.signed("key.bind", {"key": bob}, "ann")
        elif number in (100, 245, 700):
            log.manifest("ann")
        elif number > 300 and number % 3 == 0:
            log.signed("nothing.ask", {"number": number}, *sorted(("ann", "bob"), key=_kid))
        else:
            log.signed("nothing.ask", {"number": number}, "ann")
    while log.size() < size:
        log.signed("nothing.ask", {"number": log.size()}, "ann")
    return log


def _kid(name: str) -> str:
    return key_of(name).public.kid


def _digest(text: str) -> str:
    return b64url_encode(hashlib.sha256(text.encode()).digest())
