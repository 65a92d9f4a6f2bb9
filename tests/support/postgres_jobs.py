"""Writers of the PostgreSQL campaigns: clients that retry until they have their receipts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from api.embedded import open_folder
from ledger.errors import Halted, LedgerError, OutcomeUnknown, Unavailable
from ledger.service import Receipt, Service
from tests.support.faults_jobs import Acks
from tests.support.faults_load import Load, driven_clock

SIZES = (1, 1, 1, 3, 10)
PAUSE_S = 0.03
"""Between calls, so that a load lasts for many kills, and before a call is repeated."""


def keep_on(load: Load, folder: Path, acks: str, seed: int, most: int | None = None) -> None:
    """Go on with the load where the log ends, as an API process of its own, in calls of random
    sizes; each call is sent again, the same bytes, until every command in it has its receipt.

    Ends after `most` commands. Raises `Halted` when the ledger halts.
    """
    random, told = Random(seed), Acks(acks)  # noqa: S311 - sizes of calls are no secrets
    while True:
        try:
            with open_folder(folder, driven_clock(load.begun_ms)) as embedded:
                first = embedded.store.size() - load.base
                end = load.count if most is None else min(load.count, first + most)
                while first < end:
                    group = load.commands(first, min(end, first + random.choice(SIZES)))
                    told.say(first, insist(embedded.service, group))
                    first += len(group)
                    time.sleep(PAUSE_S)
                return
        except Unavailable:  # while it is opened: the server is away
            time.sleep(PAUSE_S)


def insist(service: Service, commands: Sequence[bytes]) -> list[Receipt]:
    """The receipts of all these commands, asked for until they are there."""
    while True:
        try:
            answers = service.submit_many(commands)
        except (Unavailable, OutcomeUnknown):
            answers = []
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        if len(receipts) == len(commands):
            return receipts
        for answer in answers:
            if isinstance(answer, LedgerError) and not isinstance(
                answer, Unavailable | OutcomeUnknown
            ):
                raise Halted(f"a good command was answered: {answer}")
        time.sleep(PAUSE_S)
