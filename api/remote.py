"""A served log as an audit reads it: the files under /log, with an auditor's token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from urllib.parse import quote

from api.client import Client
from ledger.audit.folder import disclosure_path, read_disclosure_lines
from ledger.audit.source import (
    Disclosures,
    Entries,
    Irregularity,
    Papers,
    WithoutRecords,
    bundles_between,
)
from ledger.chain.tiles import TILE_WIDTH, BundleId, TileId, decode_bundle
from ledger.errors import RefusalCode, Refused

NEWEST, WITNESSED = "/log/checkpoint", "/log/witnessed"
"""Where a server shows its newest signed head, and the newest with its quorum."""


class RemoteSource(WithoutRecords):
    """The log of a server at the signed head that it had when the audit began, at `head`.

    Nothing of it is believed; reading raises `LedgerError`, and the audit reports it.
    """

    def __init__(self, client: Client, head: str = NEWEST) -> None:
        self._client = client
        self._head = head

    def checkpoint(self) -> str | None:
        """The signed head, the same each time."""
        return self._note

    @cached_property
    def _note(self) -> str:
        return self._client.get(self._head).decode("utf-8", errors="surrogateescape")

    def size(self) -> int:
        """The size that the signed head says."""
        lines = self._note.split("\n")
        if len(lines) < 3 or not lines[1].isascii() or not lines[1].isdecimal():
            raise Refused(RefusalCode.CHECKPOINT_MALFORMED, "The checkpoint has no size.")
        return int(lines[1][:19])

    def elsewhere(self) -> None:
        """Nowhere: the auditor's key stays in this process."""

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The entries from their bundles, read one by one."""
        for bundle in bundles_between(self.size(), start, stop):
            first = bundle.index * TILE_WIDTH
            entries = decode_bundle(bundle, self._client.get(f"/log/{bundle.path}"))
            yield from entries[max(0, start - first) : stop - first]

    def entry_page(self, start: int, stop: int) -> Entries:
        """A bundle."""
        return Entries(list(self.entries(start, stop)))

    def disclosure_page(self, start: int, stop: int) -> Disclosures:
        """What is kept beside a bundle."""
        return Disclosures.of(self.disclosures(start, stop))

    def tile(self, tile: TileId) -> bytes:
        """The bytes of a tile."""
        return self._client.get(f"/log/{tile.path}")

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """The disclosures of the bundles with these entries, whatever entries they name."""
        found: dict[int, Sequence[str]] = {}
        for bundle in bundles_between(self.size(), start, stop):
            place = _place(bundle)
            lines = self._client.get(f"/log/{place}")
            for seq, texts in read_disclosure_lines(lines, place) if lines else ():
                if seq in found:
                    detail = "An entry's disclosures stand twice."
                    raise Refused(RefusalCode.EXPORT_MALFORMED, detail, place=place)
                found[seq] = texts
        return found

    def documents(self) -> Mapping[str, bytes]:
        """The rule documents by the digests that the server lists."""
        listed = json.loads(self._client.get("/log/documents"))["documents"]
        return Papers(
            listed, lambda name: self._client.get(f"/log/documents/{quote(name, safe='')}")
        )

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """Nothing: only what is asked for is seen of a server."""
        return iter(())


def _place(bundle: BundleId) -> str:
    """Where the disclosures of a bundle lie; of a partial one, with its width."""
    whole = disclosure_path(bundle.index)
    if bundle.width == TILE_WIDTH:
        return whole
    return f"{whole.removesuffix('.ndjson')}.p/{bundle.width}.ndjson"
