"""Receipts: proven offline, by foreign verifiers too, and void after any change."""

from __future__ import annotations

from dataclasses import replace

import metamorphic_log
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.entry import Head, make_entry
from ledger.chain.note import NoteSigner, sign_note
from ledger.chain.receipt import Receipt, parse_receipt, verify_receipt
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import (
    FIRST_AT_MS,
    LOG_KEY,
    LOG_NOTE_KEY,
    ORIGIN,
    WITNESS,
    naive_mth,
    sample_checkpoint,
    sample_entries,
    sample_receipt,
)

ENTRIES = sample_entries(13)
RECEIPT = sample_receipt(ENTRIES, 5)
TEXT = RECEIPT.text()
DATA = ENTRIES[5].data


def refusal(text: str, data: bytes = DATA) -> RefusalCode:
    """The code with which the receipt is refused for the entry."""
    with pytest.raises(Refused) as caught:
        verify_receipt(text, data, ORIGIN, [LOG_NOTE_KEY])
    return caught.value.code


@pytest.mark.parametrize("size", range(1, 14))
def test_every_entry_has_a_receipt(size: int) -> None:
    """A receipt proves its entry to us and, part by part, to a foreign verifier."""
    entries = ENTRIES[:size]
    for entry in entries:
        text = sample_receipt(entries, entry.seq).text()
        head = verify_receipt(text, entry.data, ORIGIN, [LOG_NOTE_KEY])
        assert head == sample_checkpoint(entries)
        parsed = parse_receipt(text)
        metamorphic_log.checkpoint_verify_inclusion(
            parsed.checkpoint,
            [LOG_NOTE_KEY.text()],
            parsed.index,
            entry.leaf,
            list(parsed.hashes),
        )


def test_text_round_trip() -> None:
    """Text and parts are one to one, with extra data and without."""
    for receipt in (
        RECEIPT,
        replace(RECEIPT, extra=b"any bytes \x00"),
        replace(RECEIPT, hashes=()),
    ):
        assert parse_receipt(receipt.text()) == receipt


def test_every_single_bit_of_a_receipt_counts() -> None:
    """Each single flipped bit voids the receipt, and nothing but `Refused` is raised."""
    data = TEXT.encode()
    for at in range(len(data) * 8):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << (at % 8)
        refusal(changed.decode("utf-8", "surrogateescape"))


def test_every_single_bit_of_the_entry_counts() -> None:
    """Each single flipped bit in the entry voids its receipt."""
    for at in range(len(DATA) * 8):
        changed = bytearray(DATA)
        changed[at // 8] ^= 1 << (at % 8)
        refusal(TEXT, bytes(changed))


def test_lines_lost_doubled_and_swapped() -> None:
    """A receipt with a line lost, doubled or swapped with the next is void."""
    lines = TEXT.split("\n")
    for at in range(len(lines) - 1):
        for changed in (
            lines[:at] + lines[at + 1 :],
            [*lines[: at + 1], *lines[at:]],
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
        ):
            text = "\n".join(changed)
            doubled_signature = at == len(lines) - 2 and len(changed) > len(lines)
            if text != TEXT and not doubled_signature:
                refusal(text)


@given(st.integers(0, len(TEXT)))
def test_cut_receipts(length: int) -> None:
    """A receipt that is cut short is void."""
    if length < len(TEXT):
        refusal(TEXT[:length])


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    """Random text, alone or after the head of a receipt, raises `Refused`."""
    refusal(text)
    refusal(TEXT[: TEXT.index("\n\n") + 2] + text)


def test_cosigned_receipt() -> None:
    """Lines of witnesses under the checkpoint do not disturb the proof."""
    text = TEXT + WITNESS.line(sample_checkpoint(ENTRIES).body)
    assert verify_receipt(text, DATA, ORIGIN, [LOG_NOTE_KEY]).size == 13


def test_extra_data_is_not_authenticated() -> None:
    """Extra data neither helps nor harms; an empty extra line is refused."""
    text = replace(RECEIPT, extra=b"anything").text()
    assert verify_receipt(text, DATA, ORIGIN, [LOG_NOTE_KEY]).size == 13
    empty = TEXT.replace("\nindex", "\nextra \nindex")
    assert refusal(empty) is RefusalCode.RECEIPT_MALFORMED
    large = replace(RECEIPT, extra=bytes(16_385)).text()
    assert refusal(large) is RefusalCode.RECEIPT_MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("index 5", "index 05"),
        TEXT.replace("index 5", "index +5"),
        TEXT.replace("index 5", "index -5"),
        TEXT.replace("index 5", "index  5"),
        TEXT.replace("index 5", f"index {2**63}"),
        TEXT.replace("index 5", "index"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("index 5\n", "index 5\n" + "A" * 43 + "=\n" * 1 + ("A" * 43 + "=\n") * 63),
        TEXT.replace("index 5\n", "index 5\nAAAA\n"),
        "x" * 400_000,
        "c2sp.org/tlog-proof@v1\n\nindex 5\n",
    ],
)
def test_malformed_receipts(text: str) -> None:
    """A receipt has one spelling."""
    assert refusal(text) is RefusalCode.RECEIPT_MALFORMED


def test_trap_01_the_link_is_no_second_proof_path() -> None:
    """A receipt rests on the tree alone: the entry's link to the one before is not consulted."""
    stranger = make_entry(Head(size=1, last_leaf=bytes(range(32))), FIRST_AT_MS, 1, {}, bytes(32))
    leaves = [ENTRIES[0].leaf, stranger.leaf]
    note = sign_checkpoint(Checkpoint(ORIGIN, 2, naive_mth(leaves)), LOG_KEY)
    text = Receipt(1, (leaves[0],), note).text()
    assert verify_receipt(text, stranger.data, ORIGIN, [LOG_NOTE_KEY]).size == 2
    linked = make_entry(Head(size=1, last_leaf=ENTRIES[0].leaf), FIRST_AT_MS, 1, {}, bytes(32))
    assert refusal(text, linked.data) is RefusalCode.PROOF_INVALID


def test_trap_02_origin_and_size_are_the_signed_ones() -> None:
    """A checkpoint re-signed with another origin or size voids the receipt."""
    signed = sample_checkpoint(ENTRIES)
    other_size = sign_checkpoint(Checkpoint(ORIGIN, 999, signed.root), LOG_KEY)
    assert refusal(replace(RECEIPT, checkpoint=other_size).text()) is RefusalCode.PROOF_INVALID
    body = Checkpoint("other.example", signed.size, signed.root).body
    other_origin = sign_note(body, [NoteSigner(ORIGIN, LOG_KEY)])
    code = refusal(replace(RECEIPT, checkpoint=other_origin).text())
    assert code is RefusalCode.CHECKPOINT_OF_OTHER_LOG


def test_trap_03_index_beyond_the_checkpoint() -> None:
    """An entry that is not yet under the checkpoint has no receipt from it."""
    early = sign_checkpoint(sample_checkpoint(ENTRIES[:5]), LOG_KEY)
    assert refusal(replace(RECEIPT, checkpoint=early).text()) is RefusalCode.PROOF_INVALID


def test_trap_08_proof_of_the_current_size_under_an_earlier_checkpoint() -> None:
    """Proof and checkpoint are of one size or the receipt is void."""
    early = sign_checkpoint(sample_checkpoint(ENTRIES[:9]), LOG_KEY)
    assert refusal(replace(RECEIPT, checkpoint=early).text()) is RefusalCode.PROOF_INVALID


def test_receipt_of_another_entry() -> None:
    """A receipt proves no other entry, not even one with its number."""
    assert refusal(TEXT, ENTRIES[6].data) is RefusalCode.PROOF_INVALID
    twin = make_entry(Head(size=5, last_leaf=ENTRIES[4].leaf), FIRST_AT_MS + 5000, 2, {}, bytes(32))
    assert refusal(TEXT, twin.data) is RefusalCode.PROOF_INVALID


def test_entry_that_is_not_where_it_says() -> None:
    """An entry that stands in the tree at another index than its own number is no entry there."""
    misplaced = [ENTRIES[1].leaf, ENTRIES[0].leaf]
    note = sign_checkpoint(Checkpoint(ORIGIN, 2, naive_mth(misplaced)), LOG_KEY)
    text = Receipt(0, (ENTRIES[0].leaf,), note).text()
    assert refusal(text, ENTRIES[1].data) is RefusalCode.PROOF_INVALID


def test_entry_must_be_canonical() -> None:
    """Bytes that are not an entry are refused before any hash is compared."""
    assert refusal(TEXT, DATA + b" ") is RefusalCode.JSON_NOT_CANONICAL
