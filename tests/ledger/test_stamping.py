"""Time stamps over checkpoints: over these bytes, at that instant, by who was trusted then."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.findings import Collector
from ledger.audit.stamps import check_stamps
from ledger.chain.checkpoint import Checkpoint
from ledger.errors import RefusalCode, Refused
from ledger.stamping import LARGEST_STAMP, Stamp, Stamps, make_query, read_roots, read_stamp
from tests.support.feeding import ORIGIN, LogOfCounters
from tests.support.timestamping import Authority

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "timestamps.json").read_text("utf-8")
)
CASES: dict[str, Any] = {case["name"]: case for case in VECTORS["cases"]}
NOTE = VECTORS["note"]


def stamp_of(name: str) -> tuple[bytes, list[x509.Certificate]]:
    """The stamp of a case, and its roots."""
    case = CASES[name]
    roots = x509.load_pem_x509_certificates(case["roots"].encode())
    return base64.b64decode(case["stamp"]), roots


def invalid(data: bytes, note: str = NOTE, **more: Any) -> str:
    """Why a stamp is refused, which it must be."""
    with pytest.raises(Refused) as refused:
        read_stamp(data, note, **more)
    assert refused.value.code is RefusalCode.TIMESTAMP_INVALID
    return refused.value.detail


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """An authority that is valid now."""
    return Authority(tmp_path_factory.mktemp("tsa"))


def test_trap_11_a_stamp_is_judged_as_of_its_own_instant() -> None:
    """The authority's certificate has expired since, and the stamp holds; not so one made later."""
    data, roots = stamp_of("valid then")
    at = read_stamp(data, NOTE, roots=roots)
    expired = datetime.fromisoformat(CASES["valid then"]["until"])
    assert at < expired < datetime.now(UTC)
    for name in ("expired then", "not yet valid then"):
        other, others = stamp_of(name)
        assert "certificate" in invalid(other, roots=others)
        assert read_stamp(other, NOTE).tzinfo is UTC  # without roots nothing is said of trust


def test_a_stamp_is_over_these_bytes_and_answers_this_request(authority: Authority) -> None:
    """The imprint, the nonce, the signature and the root are each looked at."""
    query = make_query(NOTE)
    data = authority.answer(query.as_bytes())
    roots = read_roots(authority.roots)
    at = read_stamp(data, NOTE, roots=roots, query=query)
    assert abs(at - datetime.now(UTC)) < timedelta(hours=1)
    assert "other bytes" in invalid(data, NOTE + "\n", roots=roots)
    assert "nonce" in invalid(data, roots=roots, query=make_query(NOTE))
    assert "certificate" in invalid(data, roots=stamp_of("valid then")[1])


def test_an_authority_may_say_no(tmp_path: Path) -> None:
    """An answer that is a rejection is no stamp."""
    authority = Authority(tmp_path, digests="sha512")
    assert "status 2" in invalid(authority.answer(make_query(NOTE).as_bytes()))


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"<html>", b"\x30" * 5_000])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    """Bytes of any kind are refused in one way."""
    assert invalid(data)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_changed_byte_makes_another_stamp(place: int, change: int) -> None:
    """A stamp with one byte changed is refused, or says the very same."""
    data, roots = stamp_of("valid then")
    changed = bytearray(data)
    changed[place % len(data)] ^= change
    at = read_stamp(data, NOTE, roots=roots)
    with suppress(Refused):
        assert read_stamp(bytes(changed), NOTE, roots=roots) == at


def test_stamps_are_only_added_to(tmp_path: Path) -> None:
    """What is kept stays; halves of a pair and strangers are no stamps."""
    stamps = Stamps(tmp_path)
    assert stamps.sizes() == []
    stamps.keep(Stamp(5, "note", b"one"))
    stamps.keep(Stamp(5, "other", b"two"))
    stamps.keep(Stamp(300, "later", b"three"))
    (stamps.path / "7.tsr").write_bytes(b"half")
    (stamps.path / "007.tsr").write_bytes(b"strange")
    (stamps.path / "007.checkpoint").write_bytes(b"strange")
    assert stamps.sizes() == [5, 300]
    assert stamps.read(5) == Stamp(5, "note", b"one")
    assert stamps.places(299) == {"timestamps/5.tsr", "timestamps/5.checkpoint"}
    other = Stamps(tmp_path / "other")
    stamps.copy_to(other, 299)
    assert other.sizes() == [5]
    (stamps.path / "5.tsr").write_bytes(b"x" * (LARGEST_STAMP + 1))
    with pytest.raises(Refused, match="bytes_too_large"):
        stamps.read(5)


def test_an_audit_finds_each_stamp_that_is_not_of_this_log(
    tmp_path: Path, authority: Authority
) -> None:
    """Another root, another size, another log, another authority, no note: each is a finding."""
    log, stamps = LogOfCounters(600), Stamps(tmp_path)
    other_log = log.at(400).note.replace(ORIGIN, "elsewhere.example/log")
    notes = {
        5: log.at(5).note,
        300: log.at(300).note,
        100: LogOfCounters(100, prefix="forged ").head.note,
        200: log.at(201).note,
        400: other_log,
        500: "no note",
        900: LogOfCounters(900).head.note,
    }
    for size, note in notes.items():
        stamps.keep(Stamp(size, note, authority.answer(make_query(note).as_bytes())))
    stamps.keep(Stamp(600, log.head.note, b"no stamp"))
    head = Checkpoint(ORIGIN, 600, log.head.root)
    found = Collector()
    roots = read_roots(authority.roots)
    held = check_stamps(stamps, head, log.tile, roots, found)
    assert [item.size for item in held] == [5, 300]
    places = {item.place: item.code for item in found.findings}
    assert places == {
        "timestamps/100.tsr": "timestamp_invalid",
        "timestamps/200.tsr": "timestamp_invalid",
        "timestamps/400.tsr": "checkpoint_of_other_log",
        "timestamps/500.tsr": "checkpoint_malformed",
        "timestamps/600.tsr": "timestamp_invalid",
        "timestamps/900.tsr": "timestamp_invalid",
    }


def test_roots_are_pem(tmp_path: Path) -> None:
    """A file without a certificate is refused."""
    (tmp_path / "roots.pem").write_text("nothing")
    with pytest.raises(Refused, match="certificate_invalid"):
        read_roots(tmp_path / "roots.pem")
