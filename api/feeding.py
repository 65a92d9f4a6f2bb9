"""The feeder of a served ledger: its policy file, its folder, its evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.embedded import Embedded
from api.figures import Figure, label
from api.keyfiles import read_trust
from ledger.chain.note import NoteKey
from ledger.chain.trust import TrustPolicy
from ledger.dates import instant_text
from ledger.errors import RefusalCode, Refused
from ledger.feeding.feeder import Feeder, Pace, WitnessHealth
from ledger.feeding.kept import FILE, MOST_WITNESSES, Kept, Reader
from ledger.feeding.outside import FedLog, KeepEvidence, Outside
from ledger.feeding.wire import parse_address
from ledger.signing import log_note_keys
from ledger.store.lock import replace_file

EVIDENCE = "evidence"


@contextmanager
def feeding(
    embedded: Embedded, policy: Path | None, pace: Pace | None = None
) -> Iterator[Feeder | None]:
    """While the block runs, the witnesses of the tlog-policy file are asked; nobody without one.

    Raises `Refused` (`policy_file_malformed`) for a file that does not fit this ledger.
    """
    if policy is None:
        yield None
        return
    with make_feeder(embedded, read_trust(policy), pace) as feeder:
        feeder.start()
        yield feeder


def make_feeder(embedded: Embedded, policy: TrustPolicy, pace: Pace | None = None) -> Feeder:
    """The feeder of an open ledger, not started. Raises `Refused` as `feeding`."""
    origin = embedded.ledger.origin
    _check(policy, origin)
    service = embedded.service
    log = FedLog(
        signed=lambda: service.signed,
        newest=service.kept_head,
        tile=embedded.store.tile,
        subtrees=service.subtrees,
        halt=service.halt,
    )

    def keys(size: int) -> list[NoteKey]:
        return log_note_keys(embedded.ledger, size)

    reader = Reader(origin, keys, policy)
    return Feeder(
        log,
        reader,
        Kept(embedded.folder / FILE, reader),
        Outside(log, keys, keeper(embedded.folder / EVIDENCE)),
        service.news,
        pace,
    )


def keeper(folder: Path) -> KeepEvidence:
    """Keeps each evidence file under its digest, once."""

    def keep(data: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.json"
        if not path.exists():
            replace_file(path, data)

    return keep


def witness_tree(feeder: Feeder) -> dict[str, Any]:
    """How the witnesses are, as JSON; instants in UTC."""
    best = feeder.witnessed()
    return {
        "witnessed": best.head.size if best else 0,
        "unwitnessed_since": _instant(feeder.unwitnessed_since),
        "each": [
            {
                "name": item.name,
                "required": item.needed,
                "size": item.size,
                "succeeded_at": _instant(item.succeeded_at),
                "failures": item.failures,
                "failing": item.failing,
            }
            for item in feeder.states()
        ],
    }


def witness_figures(feeder: Feeder) -> list[Figure]:
    """The figures of the witnesses."""
    states = feeder.states()
    best, since = feeder.witnessed(), feeder.unwitnessed_since

    def each(name: str, says: str, kind: str, value: Callable[[WitnessHealth], float]) -> Figure:
        values = {label("witness", item.name): value(item) for item in states}
        return f"duebill_witness_{name}", says, kind, values

    return [
        (
            "duebill_witnessed_size",
            "Entries under the newest head with its quorum.",
            "gauge",
            {"": best.head.size if best else 0},
        ),
        (
            "duebill_unwitnessed_since_seconds",
            "Since when the newest head lacks its quorum; 0: it does not.",
            "gauge",
            {"": since or 0},
        ),
        each("size", "Entries that the witness cosigned.", "gauge", lambda item: item.size),
        each("success_seconds", "When it did so last.", "gauge", lambda item: item.succeeded_at),
        each("failures_total", "Exchanges that failed.", "counter", lambda item: item.failures),
        each("latency_seconds", "Of its last answer.", "gauge", lambda item: item.latency_s),
    ]


def _instant(seconds: float | None) -> str | None:
    return instant_text(int(seconds * 1000)) if seconds else None


def _check(policy: TrustPolicy, origin: str) -> None:
    if origin not in {line.key.name for line in policy.logs}:
        raise _unfit(f"No log line is of this ledger, {origin}.")
    if len(policy.witnesses) > MOST_WITNESSES:
        raise _unfit(f"At most {MOST_WITNESSES} witnesses are asked.")
    for line in policy.witnesses:
        if line.url:
            try:
                parse_address(line.url)
            except ValueError as error:
                raise _unfit(f"Witness {line.name} cannot be asked: {error}.") from None


def _unfit(detail: str) -> Refused:
    return Refused(RefusalCode.POLICY_FILE_MALFORMED, detail)
