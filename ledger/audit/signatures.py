"""Level signatures: that the keys which the entries name signed these very payloads.

Keys are gathered from the open fields in which commands name them, so this level needs no
disclosures. Whether a key was allowed to sign at its entry is a rule, judged by the replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ledger.audit.findings import Collector, Level
from ledger.audit.log import Log
from ledger.base64url import b64url_decode
from ledger.chain.entry import Entry
from ledger.chain.proof import verify_inclusion
from ledger.chain.tree import leaf_hash
from ledger.envelope import Envelope, read_envelope, verify_signatures
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk

_Manifests = Mapping[tuple[str, str], tuple[int, str, int]]


def check_signatures(
    log: Log, jobs: int, found: Collector, progress: Callable[[int], None]
) -> None:
    """The mathematics of every signature and of every manifest proof, in `jobs` threads.

    The curve library releases the interpreter's lock, so threads do help here.
    """
    keys: dict[str, PublicKey] = {}
    manifests: dict[tuple[str, str], tuple[int, str, int]] = {}
    for entry in log.entries:
        _gather(entry, keys, manifests)
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        checks = pool.map(partial(_objection, keys=keys, manifests=manifests), log.entries)
        for entry, objection in zip(log.entries, checks, strict=True):
            if objection is not None:
                found.caught(Level.SIGNATURES, objection, entry.seq)
            progress(entry.seq + 1)


def _gather(
    entry: Entry,
    keys: dict[str, PublicKey],
    manifests: dict[tuple[str, str], tuple[int, str, int]],
) -> None:
    payload = read_envelope(entry.command).payload
    for jwk in _jwks(payload["body"]):
        try:
            key = from_jwk(jwk)
        except LedgerError:
            continue
        keys.setdefault(key.kid, key)
    if payload["kind"] == "manifest.sign":
        body = payload["body"]
        root, count = body.get("root"), body.get("count")
        if isinstance(root, str) and isinstance(count, int):
            manifests[(payload["by"], payload["jti"])] = (count, root, entry.seq)


def _jwks(tree: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(tree, dict):
        if "kty" in tree:
            yield tree
        else:
            for value in tree.values():
                yield from _jwks(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _jwks(value)


def _objection(
    entry: Entry, keys: Mapping[str, PublicKey], manifests: _Manifests
) -> Exception | None:
    try:
        envelope = read_envelope(entry.command)
        if envelope.manifest is None:
            verify_signatures(envelope, keys)
        else:
            _check_line(envelope, entry.seq, manifests)
    except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
        return error
    return None


def _check_line(envelope: Envelope, seq: int, manifests: _Manifests) -> None:
    proof = envelope.manifest
    manifest = manifests.get((envelope.by, proof.jti)) if proof else None
    if proof is None or manifest is None or manifest[2] >= seq:
        raise Refused(
            RefusalCode.MANIFEST_UNKNOWN, "No manifest before this entry has the line's jti."
        )
    count, root, _ = manifest
    leaf = leaf_hash(b64url_decode(envelope.digest))
    verify_inclusion(proof.index, count, leaf, list(proof.path), b64url_decode(root))
