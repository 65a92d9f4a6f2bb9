"""Which module decides a command, and which evolves an event: the one place that knows all five."""

from __future__ import annotations

from ledger.financing import commands as financing_commands
from ledger.financing import decide as financing
from ledger.financing import events as financing_events
from ledger.financing import state as financing_state
from ledger.model.records import Reader, Record, Signer
from ledger.money import Money
from ledger.parties import commands as parties_commands
from ledger.parties import decide as parties
from ledger.parties import events as parties_events
from ledger.parties import state as parties_state
from ledger.policy import commands as policy_commands
from ledger.policy import decide as policy
from ledger.policy import events as policy_events
from ledger.policy import state as policy_state
from ledger.receivables import commands as receivables_commands
from ledger.receivables import decide as receivables
from ledger.receivables import events as receivables_events
from ledger.receivables import state as receivables_state
from ledger.settlement import commands as settlement_commands
from ledger.settlement import decide as settlement
from ledger.settlement import state as settlement_state
from ledger.vocabulary import Command, Event


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events of `command`, from the one module that owns the act. Raises `Refused`."""
    if isinstance(command, policy_commands.Command):
        return policy.decide(book, command, by, at_ms)
    if isinstance(command, parties_commands.Command):
        return parties.decide(book, command, by, at_ms)
    if isinstance(command, receivables_commands.Command):
        return receivables.decide(book, command, by, at_ms)
    if isinstance(command, financing_commands.Command):
        return financing.decide(book, command, by, at_ms)
    return settlement.decide(book, command, by, at_ms)


def stake(book: Reader, command: Command) -> Money | None:
    """The amount at stake, by which approval tiers judge; None where no money is."""
    if isinstance(command, receivables_commands.Command):
        return receivables.stake(book, command)
    if isinstance(command, financing_commands.Command):
        return financing.stake(book, command)
    if isinstance(command, settlement_commands.Command):
        return settlement.stake(book, command)
    return None


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The changed records of `event`, from the module that owns them."""
    if isinstance(event, policy_events.Event):
        return policy_state.evolve(book, event)
    if isinstance(event, parties_events.Event):
        return parties_state.evolve(book, event)
    if isinstance(event, receivables_events.Event):
        return receivables_state.evolve(book, event)
    if isinstance(event, financing_events.Event):
        return financing_state.evolve(book, event)
    return settlement_state.evolve(book, event)
