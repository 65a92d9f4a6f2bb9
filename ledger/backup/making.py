"""Making a backup: one folder with the database, its signed head and a signed manifest.

No private key is ever copied: who finds a backup can read the ledger and sign nothing.
"""

from __future__ import annotations

from pathlib import Path

from ledger.backup.copying import (
    Moments,
    Stage,
    copy_database,
    head_of,
    signed_moment,
    silent,
)
from ledger.backup.folder import facts_of, publish, unfinished, write_private
from ledger.backup.manifest import (
    CHECKPOINT,
    DATABASE,
    FILES,
    MANIFEST,
    POLICY,
    Manifest,
    sign_manifest,
)
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, note_key, open_note
from ledger.chain.trust import trust_in
from ledger.errors import Halted, RefusalCode, Refused
from ledger.ports import HeadStore, SignedHead
from ledger.signing import LogSigner
from ledger.store.heads import MemoryHeadStore
from ledger.store.snapshot import open_snapshot


def back_up(
    moments: Moments,
    heads: HeadStore,
    signer: LogSigner,
    destination: Path,
    made_ms: int,
    stage: Stage = silent,
) -> Manifest:
    """Back up a ledger into the new folder `destination`, signed with the log's key.

    `moments` opens it to be read, `heads` are its signed heads. Those keys of `signer` sign that
    signed the last head.

    The folder appears whole or not at all, and holds what was read back and hashed. Raises
    `Refused`: `folder_not_empty`, `key_unknown` for another log's key, `ledger_not_open`; `Halted`
    when the entries are not those that were signed; `Unavailable`; `OSError`.
    """
    with unfinished(destination) as work:
        with signed_moment(moments, heads) as (view, signed):
            head, keys = _check_keys(signed, signer)
            copy_database(view, work / DATABASE, stage)
        _check_copy(work / DATABASE, signed, stage)
        write_private(work / CHECKPOINT, signed.note.encode())
        policy = trust_in(keys).text()
        write_private(work / POLICY, policy.encode())
        files = {name: facts_of(work / name) for name in FILES}
        manifest = Manifest(head, signed.note, made_ms, files)
        write_private(work / MANIFEST, sign_manifest(manifest, signer, keys))
        publish(work, destination)
    return manifest


def _check_keys(signed: SignedHead, signer: LogSigner) -> tuple[Checkpoint, list[NoteKey]]:
    """The checkpoint of the head, and which keys of `signer` signed it: one at least must have."""
    origin = signed.note.partition("\n")[0]
    keys = [note_key(origin, key) for key in signer.held()]
    try:
        note = open_note(signed.note, keys)
    except Refused:
        raise Refused(
            RefusalCode.KEY_UNKNOWN, "The last head is not signed with this log key."
        ) from None
    head = parse_checkpoint(note.body)
    if (head.size, head.root) != (signed.size, signed.root):
        raise Halted("The note in the head store is of another head than its size and root.")
    return head, [key for key in keys if key in note.signed_by]


def _check_copy(copy: Path, signed: SignedHead, stage: Stage) -> None:
    """What is on the disk now are the entries that were signed."""
    heads = MemoryHeadStore()
    heads.swap(None, signed)
    with open_snapshot(copy, heads) as view:
        head = head_of(view, stage)
    if (head.size, head.frontier.root()) != (signed.size, signed.root):
        raise Halted("The entries in the copy are not those that were signed: audit the ledger.")
