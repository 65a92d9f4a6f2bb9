"""A log as a folder: the tlog-tiles layout, with disclosures and rule documents beside it.

    checkpoint                     the signed head (C2SP tlog-checkpoint)
    tile/<level>/<index>[.p/<n>]   hash tiles (C2SP tlog-tiles)
    tile/entries/<index>[.p/<n>]   entry bundles
    disclosures/<index>.ndjson     one line per entry of a bundle that has any; auditors only
    documents/<digest>             rule documents, named by their base64url SHA-256
    policy                         the verifier's configuration (C2SP tlog-policy)

Nothing here is believed; reading raises `Refused` or `OSError`, and the audit reports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger import canonical
from ledger.audit.source import (
    Disclosures,
    Entries,
    Irregularity,
    Papers,
    WithoutRecords,
    bundles_between,
)
from ledger.chain.note import NoteKey
from ledger.chain.tiles import (
    TILE_WIDTH,
    BundleId,
    TileId,
    decode_bundle,
    encode_bundle,
    tree_bundles,
    tree_tiles,
)
from ledger.chain.trust import trust_in
from ledger.errors import RefusalCode, Refused
from ledger.ports import LogReader

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that is read whole: 256 entries and their disclosures stay far below."""


@dataclass(frozen=True, slots=True)
class Folder:
    """An exported log of `size` entries in the folder at `path`, for another process."""

    path: Path
    size: int

    @contextmanager
    def open(self) -> Iterator[FolderSource]:
        """The log; nothing is read yet."""
        yield FolderSource(self.path, self.size)


class FolderSource(WithoutRecords):
    """An exported log as the auditor reads it; `size` where it is known already."""

    def __init__(self, folder: Path, size: int | None = None) -> None:
        self._folder = folder
        self._known_size = size

    def checkpoint(self) -> str | None:
        """The signed head, or None when the file is missing."""
        path = self._folder / "checkpoint"
        if not path.exists():
            return None
        return self._read("checkpoint").decode("utf-8", errors="surrogateescape")

    def size(self) -> int:
        """How many entries the bundles hold, when first asked: full ones and a partial one."""
        if self._known_size is None:
            full = 0
            while (self._folder / BundleId(full).path).is_file():
                full += 1
            partial = self._folder / f"{BundleId(full).path}.p"
            widths = [int(path.name) for path in _files(partial) if path.name.isdecimal()]
            last = max((width for width in widths if width < TILE_WIDTH), default=0)
            self._known_size = full * TILE_WIDTH + last
        return self._known_size

    def elsewhere(self) -> Folder:
        """The folder, which any process of this machine can read."""
        return Folder(self._folder.resolve(), self.size())

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """The entries from their bundles."""
        for bundle in bundles_between(self.size(), start, stop):
            first = bundle.index * TILE_WIDTH
            entries = decode_bundle(bundle, self._read(bundle.path))
            yield from entries[max(0, start - first) : stop - first]

    def entry_page(self, start: int, stop: int) -> Entries:
        """A bundle."""
        return Entries(list(self.entries(start, stop)))

    def disclosure_page(self, start: int, stop: int) -> Disclosures:
        """What stands in the file beside the bundle."""
        return Disclosures.of(self.disclosures(start, stop))

    def tile(self, tile: TileId) -> bytes:
        """The bytes of a tile file."""
        return self._read(tile.path)

    def disclosures(self, start: int, stop: int) -> Mapping[int, Sequence[str]]:
        """All that stands in the files of the bundles of these entries, whatever it names."""
        found: dict[int, Sequence[str]] = {}
        for bundle in bundles_between(self.size(), start, stop):
            place = disclosure_path(bundle.index)
            if not (self._folder / place).is_file():
                continue
            for seq, texts in read_disclosure_lines(self._read(place), place):
                if seq in found:
                    raise _malformed("An entry's disclosures stand twice.", place)
                found[seq] = texts
        return found

    def documents(self) -> Mapping[str, bytes]:
        """The rule documents by file name."""
        paths = _files(self._folder / "documents")
        places = {path.name: str(path.relative_to(self._folder)) for path in paths}
        return Papers(places, lambda name: self._read(places[name]))

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """Files under tile/ and disclosures/ that a log of this size does not have."""
        expected = {tile.path for tile in tree_tiles(size)}
        expected |= {bundle.path for bundle in tree_bundles(size)}
        expected |= {disclosure_path(bundle.index) for bundle in tree_bundles(size)}
        for top in ("tile", "disclosures"):
            for path in _files(self._folder / top):
                place = str(path.relative_to(self._folder))
                if place not in expected:
                    yield Irregularity(place, f"A log of {size} entries has no such file.")

    def _read(self, place: str) -> bytes:
        path = self._folder / place
        if not path.is_file():
            raise Refused(RefusalCode.EXPORT_MALFORMED, "The file is missing.", place=place)
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(RefusalCode.BYTES_TOO_LARGE, "The file is too large.", place=place)
        return path.read_bytes()


def export_log(source: LogReader, folder: Path, keys: Sequence[NoteKey]) -> int:
    """Write the log of `source` into an empty folder; returns the number of entries.

    The size is the checkpoint's: what is not yet under a signed head is left out. Disclosures go
    along, so the folder is for auditors. Raises `Refused` when there is no checkpoint yet or the
    folder is not empty.
    """
    note = source.checkpoint()
    if not note:
        raise Refused(RefusalCode.CHECKPOINT_MALFORMED, "The log has no signed checkpoint yet.")
    if folder.exists() and any(folder.iterdir()):
        raise Refused(RefusalCode.FOLDER_NOT_EMPTY, f"The folder {folder.name} is not empty.")
    size = int(note.split("\n")[1])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is confidential lies in it
    for tile in tree_tiles(size):
        _write(folder, tile.path, source.tile(tile))
    for bundle in tree_bundles(size):
        first = bundle.index * TILE_WIDTH
        entries = source.entries(first, first + bundle.width)
        _write(folder, bundle.path, encode_bundle(entries))
        lines = disclosure_lines(source, first, first + bundle.width)
        if lines:
            _write(folder, disclosure_path(bundle.index), lines)
    for digest, data in source.documents().items():
        _write(folder, f"documents/{digest}", data)
    _write(folder, "policy", trust_in(keys).text().encode())
    _write(folder, "checkpoint", note.encode())
    return size


def disclosure_lines(source: LogReader, start: int, stop: int) -> bytes:
    """The disclosures of entries start … stop-1 as canonical JSON lines, by entry."""
    return b"".join(
        canonical.encode({"disclosures": list(texts), "seq": seq}) + b"\n"
        for seq, texts in sorted(source.disclosures(start, stop).items())
    )


def read_disclosure_lines(data: bytes, place: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The (entry, disclosures) of a file's lines: the inverse of `disclosure_lines`, strictly."""
    if not data.endswith(b"\n"):
        raise _malformed("The last line is cut short.", place)
    last = -1
    for line in data[:-1].split(b"\n"):
        tree = canonical.decode(line)
        if not isinstance(tree, dict) or set(tree) != {"disclosures", "seq"}:
            raise _malformed("A line has disclosures and seq, nothing else.", place)
        seq, texts = tree["seq"], tree["disclosures"]
        if type(seq) is not int or seq <= last or not isinstance(texts, list) or not texts:
            raise _malformed("The lines are not in the order of their entries.", place)
        if not all(isinstance(text, str) for text in texts):
            raise _malformed("A disclosure is not a text.", place)
        last = seq
        yield seq, texts


def disclosure_path(index: int) -> str:
    """Where the disclosures of bundle `index` lie below the log's prefix."""
    position = BundleId(index).path.removeprefix("tile/entries/")
    return f"disclosures/{position}.ndjson"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def _write(folder: Path, place: str, data: bytes) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.EXPORT_MALFORMED, detail, place=place)
