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
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.note import note_key
from ledger.chain.trust import trust_in
from ledger.errors import Halted, RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.ports import HeadStore, SignedHead
from ledger.store.heads import MemoryHeadStore
from ledger.store.snapshot import open_snapshot


def back_up(
    moments: Moments,
    heads: HeadStore,
    key: SigningKey,
    destination: Path,
    made_ms: int,
    stage: Stage = silent,
) -> Manifest:
    """Back up a ledger into the new folder `destination`, signed with the log's `key`.

    `moments` opens it to be read, `heads` are its signed heads.

    The folder appears whole or not at all, and holds what was read back and hashed. Raises
    `Refused`: `folder_not_empty`, `key_unknown` for another log's key, `ledger_not_open`; `Halted`
    when the entries are not those that were signed; `Unavailable`; `OSError`.
    """
    with unfinished(destination) as work:
        with signed_moment(moments, heads) as (view, signed):
            head = _check_key(signed, key)
            copy_database(view, work / DATABASE, stage)
        _check_copy(work / DATABASE, signed, stage)
        write_private(work / CHECKPOINT, signed.note.encode())
        policy = trust_in([note_key(head.origin, key.public)]).text()
        write_private(work / POLICY, policy.encode())
        files = {name: facts_of(work / name) for name in FILES}
        manifest = Manifest(head, signed.note, made_ms, files)
        write_private(work / MANIFEST, sign_manifest(manifest, key))
        publish(work, destination)
    return manifest


def _check_key(signed: SignedHead, key: SigningKey) -> Checkpoint:
    """The checkpoint of the head, which must be signed with `key`."""
    origin = signed.note.partition("\n")[0]
    try:
        head = open_checkpoint(signed.note, origin, [note_key(origin, key.public)])
    except Refused:
        raise Refused(
            RefusalCode.KEY_UNKNOWN, "The last head is not signed with this log key."
        ) from None
    if (head.size, head.root) != (signed.size, signed.root):
        raise Halted("The note in the head store is of another head than its size and root.")
    return head


def _check_copy(copy: Path, signed: SignedHead, stage: Stage) -> None:
    """What is on the disk now are the entries that were signed."""
    heads = MemoryHeadStore()
    heads.swap(None, signed)
    with open_snapshot(copy, heads) as view:
        head = head_of(view, stage)
    if (head.size, head.frontier.root()) != (signed.size, signed.root):
        raise Halted("The entries in the copy are not those that were signed: audit the ledger.")
