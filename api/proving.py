"""Any file that proves something, told apart by how it begins, and the verdict on it as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.commandfile import reveal
from api.sheet.page import START, check_sheet, pack_in
from ledger.audit.folder import FolderSource
from ledger.base64url import b64url_encode
from ledger.chain.trust import TrustPolicy
from ledger.dates import LAST_INSTANT_MS, instant_text
from ledger.errors import RefusalCode, Refused
from ledger.packs.form import LARGEST_PACK
from ledger.packs.since import Since, moved_since
from ledger.packs.verify import (
    Proven,
    VerifiedPack,
    VerifiedReceipt,
    proven,
    verify_pack,
    verify_receipt_file,
)
from ledger.reports.acknowledged import KIND, read_statement_file
from ledger.reports.acknowledged import START as START_OF_DAILY

_PACK = b'{"checkpoint":'
_EVIDENCE = b'{"format":"duebill-evidence@'
LARGEST = 2 * LARGEST_PACK
"""Bytes of a file that is read: a sheet holds its pack and says most of it again."""


@dataclass(frozen=True, slots=True)
class VerifiedDaily:
    """A daily statement of an obligor, with the head that it rests on."""

    head: Proven
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """A verified file; `is_sheet` says that it was a page, and the page was its pack's."""

    verified: VerifiedReceipt | VerifiedPack | VerifiedDaily
    is_sheet: bool = False

    @property
    def what(self) -> str:
        """``receipt``, ``evidence``, ``certificate`` or ``acknowledged``."""
        if isinstance(self.verified, VerifiedPack):
            return self.verified.statement.kind.value
        if isinstance(self.verified, VerifiedDaily):
            return KIND
        return "receipt"


def read_proof(path: Path, policy: TrustPolicy) -> Proof:
    """What the file proves to who trusts `policy`. Raises `Refused`, whatever the bytes."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if data.startswith(START):
        verified = verify_pack(pack_in(data), policy)
        check_sheet(data, verified)
        return Proof(verified, is_sheet=True)
    if data.startswith(_PACK):
        return Proof(verify_pack(data, policy))
    if data.startswith(START_OF_DAILY):
        opened, fields = read_statement_file(data, policy)
        return Proof(VerifiedDaily(proven(opened, policy), fields))
    if data.startswith(_EVIDENCE):
        detail = "This is evidence against a log: verify it with duebill compare."
        raise Refused(RefusalCode.RECEIPT_MALFORMED, detail)
    return Proof(verify_receipt_file(data, policy))


def since(proof: Proof, export: Path, policy: TrustPolicy) -> Since:
    """Whether the state has moved, by a newer export folder. Raises as `moved_since`."""
    old = proof.verified.head.checkpoint
    verified = proof.verified
    records = verified.statement.records if isinstance(verified, VerifiedPack) else ()
    return moved_since(old, records, FolderSource(export), policy)


def proof_tree(proof: Proof, newer: Since | None) -> dict[str, Any]:
    """The verdict as JSON; for a newer export also what moved since."""
    verified = proof.verified
    tree = {"verified": True, "what": proof.what, "sheet": proof.is_sheet, **_head(verified.head)}
    if isinstance(verified, VerifiedDaily):
        tree["statement"] = dict(verified.fields)
    else:
        tree |= _pack(verified) if isinstance(verified, VerifiedPack) else _receipt(verified)
    if newer is not None:
        tree["since"] = {
            "size": newer.head.checkpoint.size,
            "moved": list(newer.moved),
            "may_have_moved": list(newer.may_have),
        }
    return tree


def _head(head: Proven) -> dict[str, Any]:
    checkpoint = head.checkpoint
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": b64url_encode(checkpoint.root),
        "state": head.state.value,
        "cosigned": times(head.cosigned),
        "rules_replayed_by": list(head.auditors),
    }


def times(cosigned: Mapping[str, int]) -> dict[str, str]:
    """When each witness cosigned, as RFC 3339 text; seconds beyond the calendar as digits."""
    return {name: _time(seconds) for name, seconds in sorted(cosigned.items())}


def _time(seconds: int) -> str:
    return instant_text(seconds * 1000) if seconds * 1000 <= LAST_INSTANT_MS else str(seconds)


def _receipt(verified: VerifiedReceipt) -> dict[str, Any]:
    payload = verified.envelope.payload
    return {
        "seq": verified.entry.seq,
        "at": instant_text(verified.entry.at_ms),
        "by": payload["by"],
        "jti": payload["jti"],
        "digest": verified.envelope.digest,
        "kind": payload["kind"],
        "body": reveal(payload["body"], verified.envelope.disclosures),
    }


def _pack(verified: VerifiedPack) -> dict[str, Any]:
    statement = verified.statement
    return {
        "holding": statement.holding,
        "asker": statement.asker,
        "recipient": statement.recipient,
        "made_at": instant_text(statement.made_ms),
        "seqs": list(statement.seqs),
        "records": list(statement.records),
        "facts": statement.facts,
    }
