"""The feeder of a served ledger: its policy file, its folder, its evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from api.embedded import Embedded
from api.keyfiles import read_trust
from ledger.chain.trust import TrustPolicy
from ledger.errors import RefusalCode, Refused
from ledger.feeding.feeder import Feeder, Pace
from ledger.feeding.kept import MOST_WITNESSES, Kept, Reader
from ledger.feeding.outside import FedLog, KeepEvidence, Outside

KEPT = "cosignatures.json"
"""The file in the ledger's folder where cosignatures stay over a restart."""
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
    keys = embedded.log_keys()
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
    reader = Reader(origin, lambda: keys, policy)
    return Feeder(
        log,
        reader,
        Kept(embedded.folder / KEPT, reader),
        Outside(log, keeper(embedded.folder / EVIDENCE)),
        service.news,
        pace,
    )


def keeper(folder: Path) -> KeepEvidence:
    """Keeps each pair of contradicting notes as a file of its own, once."""

    def keep(theirs: str, ours: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = (theirs + "\n" + ours).encode("utf-8", "surrogateescape")
        path = folder / f"{hashlib.sha256(text).hexdigest()[:16]}.notes"
        if not path.exists():
            path.write_bytes(text)

    return keep


def _check(policy: TrustPolicy, origin: str) -> None:
    if origin not in {line.key.name for line in policy.logs}:
        raise _unfit(f"No log line is of this ledger, {origin}.")
    if len(policy.witnesses) > MOST_WITNESSES:
        raise _unfit(f"At most {MOST_WITNESSES} witnesses are asked.")
    for line in policy.witnesses:
        parts = urlsplit(line.url)
        if line.url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise _unfit(f"Witness {line.name} has no http or https address.")


def _unfit(detail: str) -> Refused:
    return Refused(RefusalCode.POLICY_FILE_MALFORMED, detail)
