"""Bugs of other ledgers and logs that only show on a whole ledger, each as a test of this one.

Those that one module can show stand beside that module (`test_regression_…`, `test_trap_…`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.keys import SigningKey
from ledger.parties.state import Spent
from ledger.receivables.records import Receivable
from ledger.service import Receipt
from ledger.store.records import temporary_records
from tests.support import having as h
from tests.support.actors import Stage, open_stage
from tests.support.founding import found


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A founded ledger."""
    with open_stage(tmp_path, 1) as s:
        found(s)
        yield s


def test_regression_g_an_id_with_another_body_is_an_error_and_not_the_first_success(
    stage: Stage,
) -> None:
    """Idempotence is by content: the same bytes get the same place, other bytes a refusal."""
    data = stage.desk_of("first").draft(h.claim(stage)).signed(_key(stage))
    first, again = stage.send(data), stage.send(data)
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.seq, again.leaf, again.repeated) == (first.seq, first.leaf, True)
    said = h.sure(stage.do("first", h.claim(stage)))
    assert stage.do("first", h.claim(stage), jti=said.jti).answer == "jti_is_spent"
    assert len(stage.all(Receivable)) == 2


def _key(s: Stage) -> SigningKey:
    return s.secrets[s.keys_of("first")[0].id]


def _with_algorithm(s: Stage, name: str) -> bytes:
    """A claim that is signed under this algorithm's name, by an Ed25519 key."""
    key = s.secrets[s.keys_of("first")[0].id]
    tree = json.loads(s.desk_of("first").draft(h.claim(s)).signed(key))
    header = {"alg": name, "kid": key.public.kid, "typ": "duebill-command+jws"}
    protected = b64url_encode(canonical.encode(header))
    value = key.sign(f"{protected}.{tree['command']['payload']}".encode())
    tree["command"]["signatures"] = [{"protected": protected, "signature": b64url_encode(value)}]
    return canonical.encode(tree)


@pytest.mark.parametrize("name", ["Ed25519", "EdDSA"])
def test_trap_07_both_names_of_one_algorithm_are_read(stage: Stage, name: str) -> None:
    """RFC 9864 renamed it; libraries write either."""
    assert isinstance(stage.send(_with_algorithm(stage, name)), Receipt)


@pytest.mark.parametrize(
    ("name", "code"), [("ES256", "signature_invalid"), ("none", "envelope_malformed")]
)
def test_trap_07_a_header_cannot_choose_how_a_key_is_used(
    stage: Stage, name: str, code: str
) -> None:
    """The algorithm belongs to the key: another one in the header is refused."""
    assert stage.send(_with_algorithm(stage, name)) == code


def test_trap_09_nothing_is_kept_of_a_scan_that_did_not_finish(tmp_path: Path) -> None:
    """A state that was saved half-way would be believed the next time."""
    path = tmp_path / "state.db"
    spent = Spent(id="cmd_a", last_seq=1, payload="p")

    def scan(*, fails: bool) -> None:
        with temporary_records(path) as records:
            records.put([spent])
            if fails:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(fails=True)
    with temporary_records(path) as records:
        assert list(records.scan(Spent)) == []
    scan(fails=False)
    with temporary_records(path) as records:
        assert list(records.scan(Spent)) == [spent]
