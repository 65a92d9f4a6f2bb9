"""After a tour of all acts: nobody reads an amount in a record that was not disclosed to it.

The rules of records (`api.visibility`) and those of disclosures (`ledger.evidence`) are two
tables; here each party is held against both, and its lists against what concerns it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.auth import Caller
from api.visibility import RULES, concerns, hidden_fields
from ledger.chain.entry import read_entry
from ledger.envelope import read_disclosure, read_envelope
from ledger.evidence import visible_digests
from ledger.financing.records import Request
from ledger.model.codec import WireForm, write
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.policy.state import digits_of
from ledger.receivables.records import Holding
from ledger.store.pages import page
from tests.support.actors import Stage
from tests.support.history import tour

AMOUNT = re.compile(r"[1-9]\d+\.\d\d")
COMPUTED = {
    ("Financing", "face"),  # what the financier buys, said by the holding's own split
    ("Financing", "collected"),
    ("Financing", "reduced"),
    ("Holding", "amount"),  # for who has security on it, and for who is asked to buy it
    ("Holding", "burdens"),
    ("Holding", "paid"),
    ("Holding", "reduced"),
    ("Receivable", "acknowledged"),  # for the agent that pays it
    ("Receivable", "face"),
    ("Receivable", "uses"),
    ("Receivable", "paid"),
    ("Receivable", "reduced"),
}
"""What a record says besides to somebody who was not shown the command's field."""


@pytest.mark.parametrize("seed", [1, 2])
def test_records_and_disclosures_agree(tmp_path: Path, seed: int) -> None:
    """For each party that does not see everything, over every record and every entry."""
    tour(tmp_path, seed, _check)


def _check(s: Stage) -> None:
    sealed = list(_sealed(s))
    secret = {item for _, values in sealed for texts in values.values() for item in texts}
    for party in s.parties.values():
        asker = s.get(Party, party)
        caller = Caller(party, frozenset(asker.roles))
        if caller.sees_all:
            continue
        told: set[str] = set()
        for envelope, values in sealed:
            for digest in visible_digests(envelope, s.store.records, asker) & values.keys():
                told |= values[digest]
        operates = Role.OPERATOR in caller.roles
        for kind, field, amount in _read(s, caller):
            known = amount in told or amount not in secret
            assert known or (not operates and (kind, field) in COMPUTED), (kind, field, amount)
        if not operates:
            _check_lists(s, party)


def _sealed(s: Stage) -> Iterator[tuple[Any, dict[str, set[str]]]]:
    """Each command with the amounts in its sealed fields, by digest."""
    for seq, data in enumerate(s.store.entries(0, s.store.size())):
        texts = s.store.disclosures(seq, seq + 1).get(seq, ())
        values = [read_disclosure(text) for text in texts]
        envelope = read_envelope(read_entry(data).command, tuple(texts))
        yield envelope, {digest: set(_amounts(value)) for digest, _, value in values}


def _read(s: Stage, caller: Caller) -> Iterator[tuple[str, str, str]]:
    """Every amount that a caller reads in any record: kind, field and text."""
    book = s.book
    for kind, rule in RULES.items():
        for record in s.all(kind):
            hidden = hidden_fields(rule, record, book, caller)
            tree = write(record, WireForm(digits_of(book), {})) if hidden is not None else {}
            for field in tree.keys() - (hidden or ()):
                for amount in _amounts(tree[field]):
                    yield kind.__name__, field, amount


def _amounts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        for item in tree:
            yield from _amounts(item)
    elif isinstance(tree, str) and AMOUNT.fullmatch(tree):
        yield tree


def _check_lists(s: Stage, party: str) -> None:
    """What concerns a party is among what its list looks at, where the list is narrowed.

    A debt that a financier reads for a request alone is named by the list of requests.
    """
    book = s.book
    asked = {item.holding for item in s.all(Request)}
    asked |= {s.get(Holding, name).receivable for name in asked}
    for kind, rule in RULES.items():
        if not (rule.sides or rule.via):
            continue
        listed = page(
            s.store.records,
            kind,
            where={},
            after="",
            limit=10_000,
            party=party,
            named_in=rule.sides,
            via=rule.via,
        )
        ids = {item.id for item in listed}
        missing = [
            it.id for it in s.all(kind) if it.id not in ids | asked and concerns(it, book, party)
        ]
        assert missing == [], (kind.__name__, s.name_of(party))
