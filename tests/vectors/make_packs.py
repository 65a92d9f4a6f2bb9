"""Writes the vectors of receipts, packs and certificates: files as they are handed out.

Run `python -m tests.vectors.make_packs` from the root of the project. Seeds, keys, salts and the
clock are fixed, so the files are the same in every run.

    packs/policy              a tlog-policy file: the log, two witnesses, and a quorum of both
    packs/receipt.json        the receipt of the acknowledgement, all disclosures
    packs/evidence.json       the evidence pack of a sold part, for its holder
    packs/certificate.json    the funding certificate of a locked part, for its seller
    packs/sheet.html          the sheet of the evidence pack
    packs/refused.json        receipts that must be refused, with the code of our refusal
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.receipts import receipt_file
from api.sheet.page import sheet
from ledger import canonical
from ledger.chain.entry import read_entry
from ledger.chain.note import Cosigner, note_body
from ledger.chain.proof import inclusion_proof
from ledger.chain.receipt import Receipt
from ledger.chain.trust import Group, LogLine, TrustPolicy, WitnessLine
from ledger.envelope import read_envelope
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.packs.verify import verify_pack, verify_receipt_file
from tests.support.actors import Stage, open_stage
from tests.support.packs import certificate, evidence, tell

FOLDER = Path(__file__).parent / "packs"
SEED = 20_260_105
SECONDS = 1_767_578_400
"""When the first witness cosigned (2026-01-05T02:00:00Z); the second did a minute later."""
WITNESSES = {"auditor-north": "auditor.example/north", "harbour": "witness.example/harbour"}


def cosigners() -> dict[str, Cosigner]:
    """The two witnesses by their names in the policy; their keys follow from their names."""
    return {
        name: Cosigner(origin, SigningKey.from_seed(hashlib.sha256(origin.encode()).digest()))
        for name, origin in WITNESSES.items()
    }


def policy(stage: Stage) -> TrustPolicy:
    """Trusts the stage's log where both witnesses cosigned."""
    lines = tuple(WitnessLine(name, item.key) for name, item in cosigners().items())
    return TrustPolicy(
        tuple(LogLine(key) for key in stage.log_keys),
        lines,
        {"both": Group(2, tuple(WITNESSES))},
        "both",
    )


def cosigned(note: str, names: tuple[str, ...] = tuple(WITNESSES)) -> str:
    """The note with the lines of these witnesses."""
    body = note_body(note)
    lines = [
        item.line(body, SECONDS + 60 * at)
        for at, (name, item) in enumerate(cosigners().items())
        if name in names
    ]
    return note + "".join(lines)


def made() -> dict[str, bytes]:
    """All vector files by name."""
    with tempfile.TemporaryDirectory() as folder, open_stage(Path(folder), SEED) as stage:
        parts = tell(stage)
        trust = policy(stage)
        note = cosigned(stage.service.signed.note)
        pack = evidence(stage, parts.sold.id, "third", note)
        seq = next(seq for seq in range(stage.store.size()) if _kind(stage, seq) == WANTED)
        receipt = _receipt(stage, seq, note)
        return {
            "policy": trust.text().encode(),
            "receipt.json": receipt,
            "evidence.json": pack.data(),
            "certificate.json": certificate(stage, parts.locked.id, "first", note=note).data(),
            "sheet.html": sheet(verify_pack(pack.data(), trust)),
            "refused.json": _text(_refused(stage, seq, receipt, trust)),
        }


WANTED = "receivable.acknowledge"


def _kind(stage: Stage, seq: int) -> str:
    (data,) = stage.store.entries(seq, seq + 1)
    return read_envelope(read_entry(data).command).kind


def _receipt(stage: Stage, seq: int, note: str) -> bytes:
    size = stage.service.signed.size
    proof = Receipt(seq, inclusion_proof(stage.store.tile, seq, size), note).text()
    (data,) = stage.store.entries(seq, seq + 1)
    return receipt_file(data, proof, stage.store.disclosures(seq, seq + 1)[seq])


def _refused(stage: Stage, seq: int, receipt: bytes, trust: TrustPolicy) -> list[dict[str, str]]:
    """Receipts with one thing wrong each."""
    tree = canonical.decode(receipt)
    note = stage.service.signed.note
    one = canonical.decode(_receipt(stage, seq, cosigned(note, ("harbour",))))["proof"]
    other = canonical.decode(_receipt(stage, seq - 1, cosigned(note)))
    texts = tree["disclosures"]
    changes: dict[str, Callable[[], bytes]] = {
        "blank between": lambda: receipt.replace(b'":', b'": ', 1),
        "unknown field": lambda: canonical.encode({**tree, "extra": ""}),
        "missing field": lambda: canonical.encode({"entry": tree["entry"], "proof": tree["proof"]}),
        "base64 cut short": lambda: canonical.encode(
            {**tree, "entry": tree["entry"].rstrip("=")[:-1]}
        ),
        "extra line in the proof": lambda: canonical.encode(
            {**tree, "proof": tree["proof"].replace("\nindex", "\nextra AA==\nindex")}
        ),
        "the entry before": lambda: canonical.encode({**tree, "entry": other["entry"]}),
        "the proof before": lambda: canonical.encode({**tree, "proof": other["proof"]}),
        "one witness of two": lambda: canonical.encode({**tree, "proof": one}),
        "a disclosure of another entry": lambda: canonical.encode(
            {**tree, "disclosures": other["disclosures"][:1]}
        ),
        "disclosures out of order": lambda: canonical.encode({**tree, "disclosures": texts[::-1]}),
        "a disclosure twice": lambda: canonical.encode(
            {**tree, "disclosures": [*texts, texts[-1]]}
        ),
    }
    found = []
    for why, change in changes.items():
        data = change()
        found.append({"why": why, "data": data.decode(), "code": _code(data, trust)})
    return found


def _code(data: bytes, trust: TrustPolicy) -> str:
    try:
        verify_receipt_file(data, trust)
    except Refused as refused:
        return refused.code.value
    raise AssertionError("a receipt that must be refused was not")


def _text(tree: Any) -> bytes:
    return (json.dumps(tree, indent=1, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in made().items():
        (FOLDER / name).write_bytes(data)
