"""Which module decides a command, and which evolves an event: who knows all modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from ledger.alerts import commands as alerts_commands
from ledger.alerts import decide as alerts
from ledger.alerts import events as alerts_events
from ledger.alerts import state as alerts_state
from ledger.burdens import commands as burdens_commands
from ledger.burdens import decide as burdens
from ledger.burdens import events as burdens_events
from ledger.burdens import state as burdens_state
from ledger.changes import commands as changes_commands
from ledger.changes import decide as changes
from ledger.changes import events as changes_events
from ledger.changes import state as changes_state
from ledger.conduct import commands as conduct_commands
from ledger.conduct import decide as conduct
from ledger.conduct import events as conduct_events
from ledger.conduct import state as conduct_state
from ledger.fees import commands as fees_commands
from ledger.fees import decide as fees
from ledger.fees import events as fees_events
from ledger.fees import state as fees_state
from ledger.financing import commands as financing_commands
from ledger.financing import decide as financing
from ledger.financing import events as financing_events
from ledger.financing import state as financing_state
from ledger.model.records import Reader, Record, Signer
from ledger.money import Stake
from ledger.notices import commands as notices_commands
from ledger.notices import decide as notices
from ledger.notices import events as notices_events
from ledger.notices import state as notices_state
from ledger.parties import commands as parties_commands
from ledger.parties import decide as parties
from ledger.parties import events as parties_events
from ledger.parties import state as parties_state
from ledger.policy import commands as policy_commands
from ledger.policy import decide as policy
from ledger.policy import events as policy_events
from ledger.policy import state as policy_state
from ledger.quotas import commands as quotas_commands
from ledger.quotas import decide as quotas
from ledger.quotas import events as quotas_events
from ledger.quotas import state as quotas_state
from ledger.receivables import commands as receivables_commands
from ledger.receivables import decide as receivables
from ledger.receivables import events as receivables_events
from ledger.receivables import state as receivables_state
from ledger.recourse import commands as recourse_commands
from ledger.recourse import decide as recourse
from ledger.recourse import events as recourse_events
from ledger.recourse import state as recourse_state
from ledger.settlement import commands as settlement_commands
from ledger.settlement import decide as settlement
from ledger.settlement import events as settlement_events
from ledger.settlement import state as settlement_state
from ledger.vocabulary import Command, Event

_DECIDE: dict[type[Any], Callable[[Reader, Any, Signer, int], tuple[Event, ...]]] = {
    kind: module.decide
    for commands, module in (
        (policy_commands, policy),
        (parties_commands, parties),
        (alerts_commands, alerts),
        (quotas_commands, quotas),
        (conduct_commands, conduct),
        (receivables_commands, receivables),
        (burdens_commands, burdens),
        (notices_commands, notices),
        (financing_commands, financing),
        (fees_commands, fees),
        (changes_commands, changes),
        (settlement_commands, settlement),
        (recourse_commands, recourse),
    )
    for kind in get_args(commands.Command)
}
_STAKE: dict[type[Any], Callable[[Reader, Any], Stake | None]] = {
    kind: module.stake
    for commands, module in (
        (quotas_commands, quotas),
        (receivables_commands, receivables),
        (burdens_commands, burdens),
        (notices_commands, notices),
        (financing_commands, financing),
        (fees_commands, fees),
        (changes_commands, changes),
        (settlement_commands, settlement),
        (recourse_commands, recourse),
    )
    for kind in get_args(commands.Command)
}
_EVOLVE: dict[type[Any], Callable[[Reader, Any], tuple[Record, ...]]] = {
    kind: module.evolve
    for events, module in (
        (policy_events, policy_state),
        (parties_events, parties_state),
        (conduct_events, conduct_state),
        (alerts_events, alerts_state),
        (quotas_events, quotas_state),
        (receivables_events, receivables_state),
        (burdens_events, burdens_state),
        (notices_events, notices_state),
        (financing_events, financing_state),
        (fees_events, fees_state),
        (changes_events, changes_state),
        (settlement_events, settlement_state),
        (recourse_events, recourse_state),
    )
    for kind in get_args(events.Event) or (events.Event,)
}


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events of `command`, from the one module that owns the act. Raises `Refused`."""
    return _DECIDE[type(command)](book, command, by, at_ms)


def stake(book: Reader, command: Command) -> Stake | None:
    """The amount at stake, by which approval tiers judge; None where no money is."""
    of = _STAKE.get(type(command))
    return of(book, command) if of else None


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The changed records of `event`, from the module that owns them."""
    return _EVOLVE[type(event)](book, event)
