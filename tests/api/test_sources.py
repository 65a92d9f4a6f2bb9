"""What a SOURCE of an audit means, and to whom a token is given."""

from __future__ import annotations

import pytest

from api.sources import open_source
from ledger.errors import Refused, Unavailable
from ledger.keys import SigningKey

KEY = SigningKey.from_seed(bytes(32))


def test_no_token_goes_in_clear_to_another_machine() -> None:
    """A token is a signature that anybody on the way could use for some minutes."""
    source = open_source("http://ledger.example", "pty", KEY)
    with pytest.raises(Unavailable, match="https only"), source:
        pass


@pytest.mark.parametrize("url", ["http://[x", "https://", "http://ledger.example:port"])
def test_what_is_no_address_is_said(url: str) -> None:
    """A URL with a slip is told like any source that is not there."""
    with pytest.raises(Unavailable, match="no http or https URL"), open_source(url):
        pass


def test_no_token_is_made_for_a_ledger_that_the_policy_does_not_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server may claim to be any ledger, to use the auditor's token there."""
    said = {"data": {"origin": "bank.example/main"}}
    monkeypatch.setattr("api.sources.Client.ledger", lambda _: said)
    source = open_source("http://127.0.0.1:1", "pty", KEY, ["mine.example/main"])
    with pytest.raises(Refused) as refused, source:
        pass
    assert refused.value.code.value == "audience_is_another_ledger"
