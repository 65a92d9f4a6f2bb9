"""What an operator brings to a restore: files, folders and URLs, told apart by their content.

* a checkpoint (signed note); where tiles lie beside it, as in an export or at a log's URL, they
  show that its tree begins with a smaller one
* a receipt: a tlog-proof text, or JSON with the entry and its disclosures
* a head store: its file (JSON), or its URL
* a consistency proof: the request of C2SP tlog-witness, ``old <size>``, hashes, a checkpoint
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from api.client import Client
from api.places import SCHEMES, servers
from ledger.audit.folder import FolderSource
from ledger.backup.outside import Outside
from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.note import NoteKey, base64_decode
from ledger.chain.proof import consistency_proof
from ledger.chain.receipt import HEADER, parse_receipt
from ledger.chain.tiles import ReadTile
from ledger.chain.trust import trust_in
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.packs.verify import verify_receipt_file
from ledger.ports import LogReader

LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is read."""
CHECKPOINT = "checkpoint"

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is `valid` under the `keys` of one log, and (source, reason) of what is `ignored`."""

    keys: Sequence[NoteKey]
    valid: list[Outside] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def add(self, source: str) -> None:
        """Read a file, an export, a folder of receipts, or a URL. Never raises for what it says."""
        path = Path(source)
        if source.startswith(("http://", "https://")):
            self._take(source, lambda: self._from_url(source))
        elif source.startswith(("file://", *SCHEMES)):
            self._take(source, lambda: self._from_heads(source))
        elif path.is_dir() and not (path / CHECKPOINT).exists():
            for file in sorted(item for item in path.iterdir() if item.is_file()):
                self._take(str(file), lambda file=file: self._from_file(file))  # type: ignore[misc] # mypy knows no defaults of lambdas
        else:
            file = path / CHECKPOINT if path.is_dir() else path
            self._take(source, lambda: self._from_file(file))

    def add_log(self, source: str, log: LogReader) -> None:
        """The signed head of another copy of the log, with its tiles."""

        def read() -> Outside:
            note = log.checkpoint()
            if note is None:
                raise Refused(RefusalCode.CHECKPOINT_MALFORMED, "It has no signed head.")
            return _with_tiles(self._parse(note.encode("utf-8", "surrogateescape")), log.tile)

        self._take(source, read)

    def _take(self, source: str, read: Callable[[], Outside]) -> None:
        try:
            self.valid.append(replace(read(), source=source))
        except (LedgerError, OSError, ValueError) as error:
            self.ignored.append((source, str(error)))

    def _from_file(self, path: Path) -> Outside:
        with path.open("rb") as file:
            found = self._parse(file.read(LARGEST))
        if path.name == CHECKPOINT and (path.parent / "tile").is_dir():
            return _with_tiles(found, FolderSource(path.parent).tile)
        return found

    def _from_url(self, url: str) -> Outside:
        parts = urlsplit(url)
        client = Client(f"{parts.scheme}://{parts.netloc}")
        found = self._parse(client.get(parts.path + (f"?{parts.query}" if parts.query else "")))
        if parts.path.endswith(f"/{CHECKPOINT}"):
            prefix = parts.path.removesuffix(CHECKPOINT)
            return _with_tiles(found, lambda tile: client.get(f"{prefix}{tile.path}"))
        return found

    def _from_heads(self, url: str) -> Outside:
        with servers().opened_heads(url) as heads:
            head = heads.read()
        if head is None:
            raise Refused(RefusalCode.CHECKPOINT_MALFORMED, "The head store holds no head yet.")
        return self._head(head.note)

    def _parse(self, data: bytes) -> Outside:
        """What the bytes are, verified. Raises `Refused`."""
        text = data.decode("utf-8", "surrogateescape")
        if text.startswith("{"):
            return self._from_json(data)
        if text.startswith(f"{HEADER}\n"):
            proof = parse_receipt(text)
            return replace(self._head(proof.checkpoint), index=proof.index)
        if text.startswith("old "):
            return self._from_consistency(text)
        return self._head(text)

    def _from_json(self, data: bytes) -> Outside:
        try:
            tree = json.loads(data)
            note = tree.get("note")
        except (ValueError, RecursionError):
            raise Refused(RefusalCode.JSON_INVALID, "The file is not JSON.") from None
        if isinstance(note, str):  # a head store's file: its size and root are the note's
            return self._head(note)
        receipt = verify_receipt_file(data, trust_in(self.keys))
        found = self._head(parse_receipt(tree["proof"]).checkpoint)
        shown = receipt.envelope.disclosed
        return replace(found, index=receipt.entry.seq, entry=receipt.entry, disclosures=shown)

    def _from_consistency(self, text: str) -> Outside:
        request, _, note = text.partition("\n\n")
        first, *lines = request.split("\n")
        match = _OLD.fullmatch(first)
        if match is None:
            raise Refused(RefusalCode.PROOF_INVALID, "The proof does not say from which size.")
        old, hashes = int(match[1]), [base64_decode(x, RefusalCode.PROOF_INVALID) for x in lines]

        def prove(size: int) -> Sequence[bytes]:
            if size != old:
                raise Refused(RefusalCode.PROOF_INVALID, f"The proof is from {old} entries.")
            return hashes

        return replace(self._head(note), prove=prove)

    def _head(self, note: str) -> Outside:
        origin = self.keys[0].name if self.keys else ""
        return Outside("", open_checkpoint(note, origin, self.keys), note)


def _with_tiles(found: Outside, read: ReadTile) -> Outside:
    size = found.head.size
    return replace(found, prove=lambda old: consistency_proof(read, old, size), tiles=read)
