"""Level signatures: that the keys which the entries name signed these very payloads.

Keys are gathered from the open fields in which commands name them, so this level needs no
disclosures. Whether a key was allowed to sign at its entry is a rule, judged by the replay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.audit.crew import Crew, Task
from ledger.audit.findings import Collector, Level
from ledger.audit.forms import signatures_of
from ledger.audit.known import Line, Manifest
from ledger.audit.log import Log
from ledger.audit.part import entries_again
from ledger.audit.source import PAGE, Source
from ledger.base64url import b64url_decode
from ledger.chain.entry import read_entry
from ledger.chain.proof import verify_inclusion
from ledger.chain.tree import leaf_hash
from ledger.envelope import Envelope, read_envelope, verify_signatures
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signatures of a part are checked with: page roots, keys, manifests.

    `late` are the keys that are named only within the part, and by which entry.
    """

    pages: Sequence[bytes]
    keys: Mapping[str, PublicKey]
    late: Mapping[str, int]
    manifests: Mapping[Line, Manifest]

    def __call__(self, source: Source, start: int, stop: int) -> Collector:
        """The mathematics of every signature and of every manifest proof from start to stop-1."""
        found = Collector()
        for first, root in zip(range(start, stop, PAGE), self.pages, strict=True):
            last = min(first + PAGE, stop)
            data = entries_again(source, first, last, root, Level.SIGNATURES, found)
            for seq, item in enumerate(data or (), start=first):
                objection = self._objection(item, seq)
                if objection is not None:
                    found.caught(Level.SIGNATURES, objection, seq)
        return found

    def _objection(self, data: bytes, seq: int) -> Exception | None:
        try:
            envelope = signatures_of(data) or read_envelope(read_entry(data).command)
            if envelope.manifest is None:
                if self.late:
                    _check_named(envelope, seq, self.late)
                verify_signatures(envelope, self.keys)
            else:
                _check_line(envelope, seq, self.manifests)
        except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
            return error
        return None


def check_signatures(log: Log, crew: Crew) -> Iterator[Collector]:
    """What is found of the signatures, part by part; helpers begin at once."""
    parts = (
        (_task(log, number, start), start, min(start + log.span, log.size))
        for number, start in enumerate(range(log.start, log.size, log.span))
    )
    return crew.run(parts, ahead=len(log.kids))


def _task(log: Log, number: int, start: int) -> Task[Collector]:
    first = (start - log.start) // PAGE
    found = {kid: log.key(kid) for kid in log.kids[number]}
    named = {kid: item for kid, item in found.items() if item is not None}
    lines = {line: log.manifest(line) for line in log.lines[number]}
    return Signed(
        log.pages[first : first + log.span // PAGE],
        {kid: key for kid, (key, _) in named.items()},
        {kid: seq for kid, (_, seq) in named.items() if seq > start},
        {line: manifest for line, manifest in lines.items() if manifest is not None},
    )


def _check_named(envelope: Envelope, seq: int, late: Mapping[str, int]) -> None:
    for signature in envelope.signatures:
        if late.get(signature.kid, seq) > seq:
            detail = f"Entry {late[signature.kid]} names the key {signature.kid}, and none before."
            raise Refused(RefusalCode.KEY_UNKNOWN, detail)


def _check_line(envelope: Envelope, seq: int, manifests: Mapping[Line, Manifest]) -> None:
    proof = envelope.manifest
    manifest = manifests.get((envelope.by, proof.jti)) if proof else None
    if proof is None or manifest is None or manifest[2] >= seq:
        raise Refused(
            RefusalCode.MANIFEST_UNKNOWN, "No manifest before this entry has the line's jti."
        )
    count, root, _ = manifest
    leaf = leaf_hash(b64url_decode(envelope.digest))
    verify_inclusion(proof.index, count, leaf, list(proof.path), b64url_decode(root))
