"""The manifest: what a backup holds, signed with the log's key.

A C2SP signed note of two lines: the header, and one line of canonical JSON::

    {"checkpoint", "files": {name: {"length", "sha256"}}, "made_at", "origin", "root", "size", "v"}

A checkpoint has a decimal number in its second line and a manifest an object, so that neither
signature can ever be taken for the other's. The names of the files are fixed: a manifest cannot
make a reader open anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.note import LARGEST_NOTE, NoteKey, open_note
from ledger.dates import instant_text, parse_instant
from ledger.errors import RefusalCode, Refused
from ledger.signing import BACKUP, LogSigner

MANIFEST = "manifest"
DATABASE = "backup.db"
"""Not ``ledger.db``: a backup is no ledger that anybody could go on writing."""
CHECKPOINT = "checkpoint"
POLICY = "policy"
FILES = (DATABASE, CHECKPOINT, POLICY)
"""What a backup holds beside its manifest."""

VERSION = 1
DIGEST_BYTES = 32

_FIELDS = frozenset({"checkpoint", "files", "made_at", "origin", "root", "size", "v"})


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file's `length` in bytes and its SHA-256."""

    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup of the log as of `head`, whose signed note is `note`, made at `made_ms`.

    `made_ms` is milliseconds since 1970, `files` the facts of each of `FILES`.
    """

    head: Checkpoint
    note: str
    made_ms: int
    files: Mapping[str, FileFacts]


def sign_manifest(manifest: Manifest, signer: LogSigner, by: Sequence[NoteKey]) -> bytes:
    """The manifest as a note that the log's keys in `by` sign. Raises `Unavailable`."""
    head = manifest.head
    tree: dict[str, canonical.Tree] = {
        "checkpoint": manifest.note,
        "files": {
            name: {"length": facts.length, "sha256": b64url_encode(facts.sha256)}
            for name, facts in manifest.files.items()
        },
        "made_at": instant_text(manifest.made_ms),
        "origin": head.origin,
        "root": b64url_encode(head.root),
        "size": head.size,
        "v": VERSION,
    }
    return signer.sign(f"{BACKUP}\n{canonical.encode(tree).decode()}\n", by).encode()


def read_manifest(data: bytes, keys: Sequence[NoteKey]) -> Manifest:
    """The manifest in `data`, signed by one of `keys` together with the checkpoint in it.

    Raises `Refused`, whatever the bytes: `backup_malformed` for what is no manifest of ours, else
    what `open_note` and `open_checkpoint` raise; always with the file's name.
    """
    try:
        if len(data) > 4 * LARGEST_NOTE:
            raise _malformed("The manifest is too large.")
        note = open_note(data.decode("utf-8", "surrogateescape"), keys)
        header, _, line = note.body.removesuffix("\n").partition("\n")
        if header != BACKUP:
            raise _malformed(f"The first line of the manifest is not {BACKUP}.")
        manifest = _manifest(canonical.decode(line.encode()), keys)
        if manifest.head.origin not in {key.name for key in note.signed_by}:
            raise _malformed("The manifest is signed by the key of another log.")
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=refused.place, file=MANIFEST) from None
    return manifest


def _manifest(tree: Any, keys: Sequence[NoteKey]) -> Manifest:
    if not isinstance(tree, dict) or tree.keys() != _FIELDS or tree["v"] != VERSION:
        raise _malformed("The manifest has other fields, or is of another version.")
    texts = [tree[name] for name in ("checkpoint", "made_at", "origin")]
    if not all(isinstance(text, str) for text in texts):
        raise _malformed("A field of the manifest is not a text.")
    note, made_at, origin = texts
    head = open_checkpoint(note, origin, [key for key in keys if key.name == origin])
    if (head.size, b64url_encode(head.root)) != (tree["size"], tree["root"]):
        raise _malformed("The manifest and its checkpoint are of different heads.")
    return Manifest(head, note, parse_instant(made_at), _files(tree["files"]))


def _files(tree: Any) -> dict[str, FileFacts]:
    if not isinstance(tree, dict) or tree.keys() != set(FILES):
        raise _malformed(f"A backup has the files {', '.join(FILES)}, no others.", "/files")
    return {name: _facts(tree[name], f"/files/{name}") for name in FILES}


def _facts(tree: Any, place: str) -> FileFacts:
    if not isinstance(tree, dict) or tree.keys() != {"length", "sha256"}:
        raise _malformed("A file has a length and a sha256.", place)
    length, digest = tree["length"], b64url_decode(tree["sha256"])
    if type(length) is not int or length < 0 or len(digest) != DIGEST_BYTES:
        raise _malformed("A length is a whole number, a SHA-256 has 32 bytes.", place)
    return FileFacts(length, digest)


def _malformed(detail: str, place: str = "") -> Refused:
    return Refused(RefusalCode.BACKUP_MALFORMED, detail, place=place)
