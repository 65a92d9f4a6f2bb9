"""Cosignatures: the time is signed, the key is another one, and a foreign verifier agrees."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.signing import Ed25519CosignatureVerifier, Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from ledger.chain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.chain.note import (
    LATEST_COSIGNATURE_S,
    Cosigner,
    SignatureType,
    note_key,
    open_note,
    parse_note_key,
)
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from tests.ledger.chain.sample import LOG_KEY, LOG_NOTE_KEY, ORIGIN, sha256

HEAD = Checkpoint(ORIGIN, 7, sha256(b"root"))
NOTE = sign_checkpoint(HEAD, LOG_KEY)
SEED = sha256(b"witness")
WITNESS = Cosigner("witness.example/w1", SigningKey.from_seed(SEED))
TIME = 1_767_323_045


def test_a_cosignature_tells_its_time() -> None:
    """The witness stands in `cosigned` with its time, not among those who signed the head."""
    opened = open_note(NOTE + WITNESS.line(HEAD.body, TIME), [LOG_NOTE_KEY, WITNESS.key])
    assert opened.signed_by == {LOG_NOTE_KEY}
    assert opened.cosigned == {WITNESS.key: TIME}


def test_a_foreign_verifier_reads_it() -> None:
    """tlog-scales finds our cosignature good, and its time."""
    head = ForeignCheckpoint.from_text(NOTE + WITNESS.line(HEAD.body, TIME))
    key = Vkey.from_string(WITNESS.key.text())
    ((_, line),) = VkeySet(key).verify(head.signatures, head)
    assert Ed25519CosignatureVerifier.get_timestamp(line.payload) == TIME


def test_key_text_round_trip() -> None:
    """A witness key has type 0x04, and is another key than a log's of the same bytes."""
    text = WITNESS.key.text()
    assert parse_note_key(text) == WITNESS.key
    assert base64.b64decode(text.split("+", 2)[2])[0] == SignatureType.COSIGNATURE
    same = note_key(WITNESS.name, WITNESS.signing_key.public)
    assert same.key_id != WITNESS.key.key_id


def test_the_earliest_of_several_counts() -> None:
    """A witness that signed the head twice vouches from the first time on."""
    lines = "".join(WITNESS.line(HEAD.body, time) for time in (TIME + 9, TIME, TIME + 5))
    assert open_note(NOTE + lines, [WITNESS.key]).cosigned == {WITNESS.key: TIME}


def test_a_witness_alone_signs_no_head() -> None:
    """A head that only a witness signed is not the log's."""
    text = HEAD.body + "\n" + WITNESS.line(HEAD.body, TIME)
    with pytest.raises(Refused) as caught:
        open_checkpoint(text, ORIGIN, [LOG_NOTE_KEY, WITNESS.key])
    assert caught.value.code is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY


def test_trap_10_the_time_is_big_endian() -> None:
    """Eight bytes, the most significant first: the other way round does not verify."""
    line = WITNESS.line(HEAD.body, TIME)
    name, encoded = line.removeprefix("— ").rstrip("\n").split(" ")
    data = base64.b64decode(encoded)
    assert data[4:12] == TIME.to_bytes(8, "big")
    turned = data[:4] + data[4:12][::-1] + data[12:]
    with pytest.raises(Refused) as caught:
        open_note(f"{NOTE}— {name} {base64.b64encode(turned).decode()}\n", [WITNESS.key])
    assert caught.value.code is RefusalCode.SIGNATURE_INVALID


@given(st.integers(0, 8 * 76 - 1))
def test_every_bit_counts(bit: int) -> None:
    """Key id aside (which makes it a stranger's line), a flipped bit voids the note."""
    name, encoded = WITNESS.line(HEAD.body, TIME).removeprefix("— ").rstrip("\n").split(" ")
    data = bytearray(base64.b64decode(encoded))
    assert len(data) == 76
    data[bit // 8] ^= 1 << bit % 8
    text = f"{NOTE}— {name} {base64.b64encode(bytes(data)).decode()}\n"
    if bit < 32:
        assert not open_note(text, [LOG_NOTE_KEY, WITNESS.key]).cosigned
        return
    with pytest.raises(Refused) as caught:
        open_note(text, [LOG_NOTE_KEY, WITNESS.key])
    assert caught.value.code in (RefusalCode.SIGNATURE_INVALID, RefusalCode.KEY_UNSAFE)


@pytest.mark.parametrize("time_s", [-1, LATEST_COSIGNATURE_S + 1])
def test_times_out_of_range_are_not_signed(time_s: int) -> None:
    """A time has 63 bits."""
    with pytest.raises(Refused) as caught:
        WITNESS.line(HEAD.body, time_s)
    assert caught.value.code is RefusalCode.SIGNATURE_INVALID
