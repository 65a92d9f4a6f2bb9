"""What each kind of command does, in one sentence; a file for each place of the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from api.explaining.sentences import (
    alerts,
    burdens,
    changes,
    conduct,
    fees,
    financing,
    notices,
    parties,
    policy,
    quotas,
    receivables,
    recourse,
    settlement,
)
from api.explaining.sentences.sentence import Sentence

__all__ = ["SENTENCES", "Sentence"]

SENTENCES: Mapping[str, Sentence] = {
    **policy.SENTENCES,
    **parties.SENTENCES,
    **conduct.SENTENCES,
    **alerts.SENTENCES,
    **receivables.SENTENCES,
    **burdens.SENTENCES,
    **quotas.SENTENCES,
    **notices.SENTENCES,
    **financing.SENTENCES,
    **fees.SENTENCES,
    **changes.SENTENCES,
    **settlement.SENTENCES,
    **recourse.SENTENCES,
}
"""By kind its sentence; a test finds a kind without, and a field that does not exist."""
