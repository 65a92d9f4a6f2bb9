"""A log as a folder: the tlog-tiles layout, with disclosures and rule documents beside it.

    checkpoint                     the signed head (C2SP tlog-checkpoint)
    tile/<level>/<index>[.p/<n>]   hash tiles (C2SP tlog-tiles)
    tile/entries/<index>[.p/<n>]   entry bundles
    disclosures/<index>.ndjson     one line per entry of a bundle that has any; auditors only
    documents/<digest>             rule documents, named by their base64url SHA-256
    timestamps/<size>.*            stamps over heads (`ledger.stamping`)
    policy                         the verifier's configuration (C2SP tlog-policy)
    duebill_verify.py              the single-file verifier, for who has nothing of ours

Nothing here is believed; reading raises `Refused` or `OSError`, and the audit reports it.
"""

from __future__ import annotations

import os
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
from ledger.stamping import Stamps

VERIFIER = "duebill_verify.py"
ALONE = frozenset({"checkpoint", "policy", VERIFIER})
"""Files of an export that stand beside its folders."""
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
        if not (self._folder / "checkpoint").is_file():
            return None
        return self._read("checkpoint").decode("utf-8", errors="surrogateescape")

    def size(self) -> int:
        """How many entries the bundles hold, when first asked: full ones and the widest partial."""
        if self._known_size is None:
            full = 0
            while self._has(BundleId(full)):
                full += 1
            partial = (width for width in range(TILE_WIDTH - 1, 0, -1))
            last = next((width for width in partial if self._has(BundleId(full, width))), 0)
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
        places = {
            place.partition("/")[2]: place
            for place in self._places("documents")
            if _is_document(place)
        }
        return Papers(places, lambda name: self._read(places[name]))

    def irregularities(self, size: int) -> Iterator[Irregularity]:
        """Files that an export of so many entries does not have, and what is there but no file."""
        expected = {tile.path for tile in tree_tiles(size)} | ALONE
        expected |= {bundle.path for bundle in tree_bundles(size)}
        expected |= {disclosure_path(bundle.index) for bundle in tree_bundles(size)}
        expected |= Stamps(self._folder).places(size)
        for place in self._places(""):
            if not (self._folder / place).is_file():
                yield Irregularity(place, "This is no file.")
            elif place not in expected and not _is_document(place):
                yield Irregularity(place, f"An export of {size} entries has no such file.")

    def _has(self, bundle: BundleId) -> bool:
        return (self._folder / bundle.path).is_file()

    def _places(self, below: str) -> Iterator[str]:
        """All that stands below a folder and is none itself; a link to a folder is not followed."""
        for top, folders, files in os.walk(self._folder / below):
            links = [name for name in folders if (Path(top) / name).is_symlink()]
            for name in sorted(files + links):
                yield (Path(top) / name).relative_to(self._folder).as_posix()

    def _read(self, place: str) -> bytes:
        path = self._folder / place
        if not path.is_file():
            raise Refused(RefusalCode.EXPORT_MALFORMED, "The file is missing.", place=place)
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(RefusalCode.BYTES_TOO_LARGE, "The file is too large.", place=place)
        return path.read_bytes()


def export_log(
    source: LogReader,
    folder: Path,
    keys: Sequence[NoteKey],
    verifier: bytes | None = None,
    note: str | None = None,
) -> int:
    """Write the log of `source` into an empty folder; returns the number of entries.

    `verifier` are the bytes of the single-file verifier, which goes along. `note` is the signed
    head to export, if not the newest of the source.

    The size is the checkpoint's: what is not yet under a signed head is left out. Disclosures go
    along, so the folder is for auditors. Raises `Refused` when there is no checkpoint yet or the
    folder is not empty.
    """
    note = note or source.checkpoint()
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
    if verifier is not None:
        _write(folder, VERIFIER, verifier)
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


def _is_document(place: str) -> bool:
    """Whether it is for the replay to say if an entry names this file."""
    return place.startswith("documents/") and place.count("/") == 1


def _write(folder: Path, place: str, data: bytes) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.EXPORT_MALFORMED, detail, place=place)
