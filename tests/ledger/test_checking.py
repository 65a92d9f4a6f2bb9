"""Checking submissions: the same verdicts by this interpreter and by a second one."""

from __future__ import annotations

import json
import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import checking
from ledger.checking import APART_FROM, BUSY, Checker
from ledger.envelope import Envelope
from ledger.errors import (
    Failed,
    Halted,
    LedgerError,
    OutcomeUnknown,
    Overloaded,
    RefusalCode,
    Refused,
    Repeated,
    Unavailable,
)
from ledger.helper import Helper
from ledger.keys import PublicKey
from ledger.parties.commands import AddAccount
from ledger.parties.state import Key
from ledger.service import Limits, Receipt, Service
from tests.support.desk import Office
from tests.support.waiting import wait_until

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")


@pytest.fixture
def submissions(office: Office) -> list[bytes]:
    """Good ones, one with a signature of something else, and three that are none."""
    good = [
        office.signed("acme", replace(ACCOUNT, number=f"{number}")) for number in range(APART_FROM)
    ]
    first, second = json.loads(good[0]), json.loads(good[1])
    first["command"]["signatures"] = second["command"]["signatures"]
    return [*good, json.dumps(first).encode(), b"{", b"[]", good[1].replace(b"command", b"Command")]


class Bound:
    """The keys that the ledger knows, and those that were looked up."""

    def __init__(self, office: Office) -> None:
        self._records = office.service.store.records
        self.found: list[PublicKey] = []

    def __call__(self, kid: str) -> PublicKey | None:
        """The key of this name."""
        record = self._records.get(Key, (kid,)).get(kid)
        if record is None:
            return None
        self.found.append(record.public())
        return self.found[-1]


def checker_of(office: Office, *, apart: bool = False) -> Checker:
    """A checker with the ledger's keys."""
    bound = Bound(office)
    return Checker(bound, bound.found, apart=apart)


def told(items: list[Envelope | LedgerError]) -> list[object]:
    """The verdicts, in a form that can be compared."""
    return [str(item) if isinstance(item, LedgerError) else item for item in items]


@contextmanager
def apart(office: Office, submissions: list[bytes]) -> Iterator[Checker]:
    """A checker whose second interpreter has started, and knows the keys by now."""
    with checker_of(office, apart=True) as checker:
        for _ in range(BUSY // len(submissions) + 1):
            checker.check(submissions)
        wait_until(lambda: checker._helper is not None and checker._helper.ready)
        checker.check(submissions)
        yield checker


def test_a_second_interpreter_finds_the_same(office: Office, submissions: list[bytes]) -> None:
    """Before it knows the keys and after, each verdict is what this interpreter says."""
    with checker_of(office) as checker:
        here = checker.check(submissions)
    assert [isinstance(item, Envelope) and item.verified for item in here] == [
        *[True] * APART_FROM,
        *[False] * 4,
    ]
    assert [isinstance(item, Refused) for item in here[APART_FROM:]] == [False, True, True, True]
    with checker_of(office, apart=True) as checker:
        assert told(checker.check(submissions)) == told(here)
    with apart(office, submissions) as checker:
        assert told(checker.check(submissions)) == told(here)


def test_it_verifies_by_the_keys_that_it_was_told_of(
    office: Office, submissions: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it knows a key, no good signature is verified here."""
    with apart(office, submissions) as checker:
        monkeypatch.setattr(checking, "verify_signatures", None)
        found = checker.check(submissions[:APART_FROM])
    assert all(isinstance(item, Envelope) and item.verified for item in found)


def test_a_few_are_read_here(office: Office, submissions: list[bytes]) -> None:
    """Nobody waits for another process for the sake of one command, however many there were."""
    with checker_of(office, apart=True) as checker:
        for _ in range(BUSY):
            checker.check(submissions[: APART_FROM - 1])
        assert checker._helper is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_second_interpreter_that_is_gone_is_not_missed(
    office: Office, submissions: list[bytes], how: signal.Signals
) -> None:
    """Nobody waits for it for ever: what it was asked is read here, and so is all that follows."""
    with checker_of(office) as checker:
        here = told(checker.check(submissions))
    with apart(office, submissions) as checker:
        helper = checker._helper
        assert helper is not None
        helper._socket.settimeout(0.2)
        os.kill(helper.pid, how)
        assert told(checker.check(submissions)) == here
        assert checker._helper is None
        assert not Path(f"/proc/{helper.pid}").exists()
        assert told(checker.check(submissions)) == here


def test_it_ends_with_the_service(
    office: Office, submissions: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing leaves no process behind."""
    made: list[int] = []

    def start(*given: Any, **how: Any) -> Helper:
        helper = Helper(*given, **how)
        made.append(helper.pid)
        return helper

    monkeypatch.setattr(checking, "Helper", start)
    monkeypatch.setattr(checking, "BUSY", APART_FROM)
    own = office.service.sequencer
    signer = office.embedded.signer
    with Service(own.store, own.heads, signer, office.clock, Limits(apart=True)) as service:
        answers = service.submit_many(submissions)
    # The ninth repeats the first command, and so does not depend on its signature.
    assert [isinstance(answer, Receipt) for answer in answers] == [
        *[True] * (APART_FROM + 1),
        *[False] * 3,
    ]
    assert made
    assert [pid for pid in made if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.parametrize(
    "error",
    [
        Refused(RefusalCode.EXPIRED, "Late.", place="/exp", file="a.json"),
        Repeated(7),
        Failed(),
        Halted("no"),
        OutcomeUnknown("?"),
        Unavailable("away"),
        Overloaded("full"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_says_the_same_in_another_process(error: LedgerError) -> None:
    """Its kind, its sentence and all that belongs to it survive the way there."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
