"""X.509 chains: what binds a key to a registration number, and every way to fake it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ledger.certificates import check_chain
from ledger.dates import parse_instant
from ledger.errors import Refused
from tests.support.authority import Authority

NOW = parse_instant("2026-06-01T00:00:00.000Z")
SUBJECT = {NameOID.COMMON_NAME: "Works Ltd", NameOID.ORGANIZATION_IDENTIFIER: "NTRCN-91340100X"}
HOLDER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
ROOT = Authority()
ROOT_DER = ROOT.root()


def objection(chain: list[bytes], roots: list[bytes] | None = None, at_ms: int = NOW) -> str:
    """What is said against a chain."""
    with pytest.raises(Refused) as refused:
        check_chain(chain, [ROOT_DER] if roots is None else roots, at_ms)
    assert refused.value.code.value == "certificate_invalid"
    return refused.value.detail


def test_a_chain_names_key_and_registration_number() -> None:
    """The key's raw bytes, and the organization identifier with and without its prefix."""
    lower, lower_der = ROOT.below("Issuing")
    for chain in ([ROOT.issue(HOLDER, SUBJECT)], [lower.issue(HOLDER, SUBJECT), lower_der]):
        certified = check_chain(chain, [ROOT_DER], NOW)
        assert certified.raw == HOLDER.public_bytes_raw()
        assert certified.numbers == {"NTRCN-91340100X", "91340100X"}


def test_a_chain_leads_to_a_trusted_root() -> None:
    """Another root, even of the same name, and no root at all are refused."""
    chain = [ROOT.issue(HOLDER, SUBJECT)]
    assert "does not lead" in objection(chain, [])
    assert "does not lead" in objection(chain, [Authority("Other", bytes(32)).root()])
    assert "not signed by the next" in objection(chain, [Authority("Test Root", bytes(32)).root()])


def test_every_certificate_is_valid_at_the_instant() -> None:
    """Before, after, and a root that ended meanwhile."""
    chain = [ROOT.issue(HOLDER, SUBJECT)]
    for instant in ("2019-12-31T23:59:59.999Z", "2040-01-01T00:00:01.000Z"):
        assert "not valid at this time" in objection(chain, at_ms=parse_instant(instant))
    ended = ROOT.root(until=datetime(2025, 1, 1, tzinfo=UTC))
    assert "Certificate 1 is not valid" in objection(chain, [ended])


def test_only_issuers_may_stand_between() -> None:
    """A leaf that signs another leaf, and a path that is too long."""
    leaf = Authority("Works Ltd", bytes(31) + b"x")
    leaf_der = ROOT.issue(leaf.key.public_key(), {NameOID.COMMON_NAME: "Works Ltd"})
    assert "may not sign others" in objection([leaf.issue(HOLDER, SUBJECT), leaf_der])
    first, first_der = ROOT.below("First", path_length=0)
    second, second_der = first.below("Second")
    chain = [second.issue(HOLDER, SUBJECT), second_der, first_der]
    assert "may not stand so far" in objection(chain)


def test_forms_are_bounded() -> None:
    """No certificate, too many, another kind of key, and bytes that are none."""
    der = ROOT.issue(HOLDER, SUBJECT)
    assert "1 to 4" in objection([])
    assert "1 to 4" in objection([der] * 5)
    assert "cannot be read" in objection([b"not a certificate"])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    assert "neither Ed25519 nor P-256" in objection([ROOT.issue(key, SUBJECT)])  # type: ignore[arg-type]  # on purpose


@given(st.data())
def test_no_changed_byte_goes_unseen(data: st.DataObject) -> None:
    """A chain with one changed byte is refused, and nothing but a refusal is raised."""
    der = bytearray(_SIGNED)
    at = data.draw(st.integers(0, len(der) - 1))
    der[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        check_chain([bytes(der)], [ROOT_DER], NOW)


_SIGNED = ROOT.issue(HOLDER, SUBJECT)
