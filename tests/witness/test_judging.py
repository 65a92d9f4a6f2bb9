"""What a witness is asked, and what it decides: from values alone."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.contradiction import Relation, read_contradiction
from ledger.chain.note import parse_note_key
from ledger.chain.proof import implied_root
from ledger.chain.tree import EMPTY_ROOT
from ledger.errors import RefusalCode, Refused
from ledger.witness.judging import (
    OldSizeDiffers,
    check_follows,
    contradiction,
    log_keys,
    open_signed,
)
from ledger.witness.request import LARGEST_REQUEST, AddCheckpoint, parse_request
from tests.support.plain_log import PlainLog, digest, numbered, request

HASH = digest(b"hash")
HASH_TEXT = base64.b64encode(HASH).decode()
LOG = PlainLog("log.example/plain", b"log", ["an extension", "another one"])
LOG.leaves = numbered(40)
KEYS = log_keys([parse_note_key(LOG.vkey)])


def head(size: int, log: PlainLog = LOG) -> Checkpoint:
    """The head of a log at a size."""
    return Checkpoint(log.origin, size, log.root(size))


def shown(
    known: int, log: PlainLog, new: int, proof: list[bytes], refused: Refused
) -> Relation | None:
    """What a head of `log` shows beside that of LOG of `known` leaves, as its evidence reads."""
    signed = open_signed(log.note(new), KEYS)
    found = contradiction(head(known), LOG.note(known), signed, proof, refused)
    if found is None:
        return None
    assert read_contradiction(found.data(), KEYS[LOG.origin]) == found
    return found.relation


def code_of(data: bytes) -> RefusalCode:
    """Why a request cannot be read, or its note not be believed."""
    with pytest.raises(Refused) as refused:
        open_signed(parse_request(data).note, KEYS)
    return refused.value.code


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.text(st.characters(codec="utf-8"), max_size=200),
)
def test_a_request_is_read_as_it_was_written(old: int, proof: list[bytes], note: str) -> None:
    """Whatever the sizes and the note, the text of a request reads as the same request."""
    sent = AddCheckpoint(old, tuple(proof), note)
    assert parse_request(sent.text().encode()) == sent


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No bytes make reading fail in any other way than by refusing."""
    try:
        open_signed(parse_request(b"old 0\n\n" + data).note, KEYS)
    except Refused:
        return
    raise AssertionError(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 1\n",
        b"old 1",
        b"old 01\n\nnote\n",
        b"old -1\n\nnote\n",
        b"old +1\n\nnote\n",
        b"old 1 \n\nnote\n",
        b"old\t1\n\nnote\n",
        b"old 1\r\n\r\nnote\n",
        b"Old 1\n\nnote\n",
        b"new 1\n\nnote\n",
        b"old 9223372036854775808\n\nnote\n",
        "old ١\n\nnote\n".encode(),
        b"\xef\xbb\xbfold 1\n\nnote\n",
        b"old 1\n\n\xff\n",
        b"old 1\nAAAA\n\nnote\n",
        b"old 1\n" + HASH_TEXT.rstrip("=").encode() + b"\n\nnote\n",
        b"old 1\n " + HASH_TEXT.encode() + b"\n\nnote\n",
        b"old 1\n" + HASH_TEXT.encode().replace(b"=", b"!") + b"\n\nnote\n",
        request(1, [HASH] * 64, "note\n"),
    ],
)
def test_other_spellings_are_malformed(data: bytes) -> None:
    """One spelling of each request: other lines, numbers, base64 and 64 hashes are refused."""
    assert code_of(data) is RefusalCode.WITNESS_REQUEST_MALFORMED


def test_the_longest_proof_and_no_more_bytes_than_needed() -> None:
    """63 hashes are read; a body that no request needs is not."""
    assert len(parse_request(request(1, [HASH] * 63, "note\n")).proof) == 63
    assert code_of(b"old 0\n\n" + b"x" * LARGEST_REQUEST) is RefusalCode.BYTES_TOO_LARGE


def test_a_checkpoint_keeps_its_extension_lines_and_the_lines_of_its_log() -> None:
    """What is cosigned is the whole text; of signatures only those of the log's keys are kept."""
    stranger = PlainLog("log.example/plain", b"stranger")
    mark = stranger.sign(LOG.body())
    signed = open_signed(LOG.note() + mark + LOG.sign(LOG.body()), KEYS)
    assert signed.head == head(40)
    assert signed.note == LOG.note()
    assert "an extension\nanother one\n" in signed.body


def test_a_log_with_two_keys_is_known_by_either() -> None:
    """While a log changes its key, a note of one key or of both is taken, with all its lines."""
    new = PlainLog(LOG.origin, b"next")
    keys = log_keys([parse_note_key(LOG.vkey), parse_note_key(new.vkey)])
    both = LOG.note() + new.sign(LOG.body())
    assert open_signed(both, keys).note == both
    alone = f"{LOG.body()}\n{new.sign(LOG.body())}"
    assert open_signed(alone, keys).note == alone


def test_the_keys_of_logs_are_no_witness_keys() -> None:
    """The key of a witness is refused where a log's key is asked for."""
    vkey = "witness.example/w1+cba35ecb+BOK3GihYgTSErxMuGRXULwPufYk2pNn2H9NFkN5SH87E"
    with pytest.raises(Refused, match="the key of a witness"):
        log_keys([parse_note_key(vkey)])


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (PlainLog("log.example/other", b"log").note(), RefusalCode.LOG_NOT_WITNESSED),
        ("", RefusalCode.LOG_NOT_WITNESSED),
        (LOG.body(), RefusalCode.NOTE_MALFORMED),
        (LOG.note().removesuffix("\n"), RefusalCode.NOTE_MALFORMED),
        (LOG.note().replace("\n—", "\n-"), RefusalCode.NOTE_MALFORMED),
        (
            f"{LOG.body()}\n{PlainLog(LOG.origin, b'no').sign(LOG.body())}",
            RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY,
        ),
        (LOG.body() + "\n" + LOG.sign("other\n"), RefusalCode.SIGNATURE_INVALID),
        (LOG.note() + LOG.sign("other\n"), RefusalCode.SIGNATURE_INVALID),
    ],
)
def test_notes_that_are_not_believed(note: str, code: RefusalCode) -> None:
    """Unknown logs, damaged notes, other keys, and a known key's line that does not verify."""
    assert code_of(request(0, [], note)) is code


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["0", HASH_TEXT], RefusalCode.PROOF_INVALID),
        (["0", "AAAA"], RefusalCode.PROOF_INVALID),
        (["0"], RefusalCode.PROOF_INVALID),
        (["0", "?"], RefusalCode.CHECKPOINT_MALFORMED),
        (["1", base64.b64encode(EMPTY_ROOT).decode()], RefusalCode.CHECKPOINT_MALFORMED),
        (["01", HASH_TEXT], RefusalCode.CHECKPOINT_MALFORMED),
        (["1"], RefusalCode.CHECKPOINT_MALFORMED),
        (["1", HASH_TEXT, "", "x"], RefusalCode.CHECKPOINT_MALFORMED),
        (["9223372036854775808", HASH_TEXT], RefusalCode.CHECKPOINT_MALFORMED),
    ],
)
def test_signed_texts_that_are_no_head(lines: list[str], code: RefusalCode) -> None:
    """The log's signature does not make a head of a text that cannot be one."""
    body = "".join(f"{line}\n" for line in (LOG.origin, *lines))
    assert code_of(request(0, [], f"{body}\n{LOG.sign(body)}")) is code


@given(st.integers(0, 40), st.integers(0, 40))
def test_what_grew_follows(old: int, new: int) -> None:
    """Every longer head follows every shorter one with its proof, and never the other way."""
    old, new = sorted((old, new))
    asked = parse_request(LOG.request(old, new))
    check_follows(head(old) if old else None, head(new), asked)
    check_follows(head(old), head(new), asked)
    if old < new:
        with pytest.raises(Refused):
            check_follows(head(new), head(old), asked)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 39))
def test_no_head_of_a_fork_follows(old: int, new: int, at: int) -> None:
    """With any proof that either branch can make, no head of one follows a head of the other."""
    old, new = sorted((old, new))
    fork = LOG.fork()
    fork.leaves[at:] = numbered(40 - at, at, "forked")
    assert fork.root(new) == LOG.root(new) or at < new
    for proof in (LOG.proof(old, new), fork.proof(old, new), []):
        asked = AddCheckpoint(old, tuple(proof), "")
        if at < old:
            with pytest.raises(Refused) as refused:
                check_follows(head(old), head(new, fork), asked)
            assert refused.value.code is RefusalCode.PROOF_INVALID
            proven = proof == fork.proof(old, new) and old.bit_count() > 1
            found = shown(old, fork, new, proof, refused.value)
            assert found is (Relation.FORK if old == new or proven else Relation.UNPROVEN)


def test_the_order_of_the_faults() -> None:
    """Old beyond new comes first, then an old size that is not ours, which names ours."""
    with pytest.raises(Refused) as beyond:
        check_follows(head(30), head(20), AddCheckpoint(21, (), ""))
    assert beyond.value.code is RefusalCode.WITNESS_REQUEST_MALFORMED
    for known, old in ((head(10), 0), (head(10), 9), (None, 1), (head(30), 20)):
        with pytest.raises(OldSizeDiffers) as differs:
            check_follows(known, head(20), AddCheckpoint(old, (HASH,), ""))
        assert differs.value.size == (known.size if known else 0)


def test_a_first_head_has_no_proof() -> None:
    """Nothing is proven from nothing: from size 0 a proof is refused, and no conflict."""
    for known in (None, head(0)):
        with pytest.raises(Refused) as refused:
            check_follows(known, head(3), AddCheckpoint(0, (HASH,), ""))
        assert refused.value.code is RefusalCode.PROOF_INVALID
        assert shown(0, LOG, 3, [HASH], refused.value) is None


def test_two_roots_for_one_size_are_a_fork_whatever_was_sent_with_them() -> None:
    """The wrong old size hides no fork; the same head, a shorter one and a stale one are none."""
    fork = LOG.fork()
    fork.leaves[3] = b"other"
    stale = OldSizeDiffers(20)
    assert shown(20, fork, 20, [], stale) is Relation.FORK
    assert shown(20, LOG, 20, [], stale) is None
    assert shown(20, fork, 19, [], stale) is None
    assert shown(20, fork, 30, [], stale) is None


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_proof_implies_the_old_root(old: int, new: int) -> None:
    """From the proof alone comes the root at the old size, unless that is the proof's beginning."""
    old, new = sorted((old, new))
    root = implied_root(old, new, LOG.root(new), LOG.proof(old, new))
    assert root == (LOG.root(old) if old.bit_count() > 1 and old < new else None)
    for proof in ([], [HASH], LOG.proof(old, new)[1:], [*LOG.proof(old, new), HASH], [b"x"]):
        assert implied_root(old, new, LOG.root(new), proof) is None
    assert implied_root(old, new, HASH, LOG.proof(old, new)) is None
