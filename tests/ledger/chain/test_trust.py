"""Policy files of verifiers: what they may say, who is asked, and when enough have cosigned."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.note import Cosigner, NoteKey, note_key
from ledger.chain.trust import parse_trust, trust_in
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from tests.ledger.chain.sample import LOG_KEY, LOG_NOTE_KEY, ORIGIN, sha256

HEAD = Checkpoint(ORIGIN, 5, sha256(b"root"))
NOTE = sign_checkpoint(HEAD, LOG_KEY)
WITNESSES = {
    name: Cosigner(f"{name}.example", SigningKey.from_seed(sha256(name.encode())))
    for name in ("x1", "x2", "x3", "y1", "y2", "auditor-z")
}
LOG_LINE = f"log {LOG_NOTE_KEY.text()}\n"
WITNESS_LINES = "".join(
    f"witness {name} {witness.key.text()} https://{name}.example/w\n"
    for name, witness in WITNESSES.items()
)
GROUPS = "group X 2 x1 x2 x3\ngroup Y any y1 y2\ngroup both all X Y\n"
FILE = LOG_LINE + WITNESS_LINES + GROUPS + "quorum both\n"


def cosigned(names: Collection[str]) -> str:
    """The head with cosignatures of these witnesses."""
    return NOTE + "".join(
        WITNESSES[name].line(HEAD.body, 1_000 + at) for at, name in enumerate(sorted(names))
    )


def code_of(text: str) -> RefusalCode:
    """Why a policy file is refused."""
    with pytest.raises(Refused) as caught:
        parse_trust(text)
    return caught.value.code


def test_a_policy_of_logs_alone() -> None:
    """What `trust_in` writes is read again; it asks for nobody."""
    policy = parse_trust(trust_in([LOG_NOTE_KEY]).text())
    assert policy == trust_in([LOG_NOTE_KEY])
    assert policy.open(NOTE, ORIGIN).witnessed
    assert policy.needed() == frozenset()


def test_a_policy_keeps_what_it_says() -> None:
    """Comments and blanks are left out; read, written and read again it is the same."""
    spaced = "# ours\n\n" + FILE.replace(" ", " \t ") + "  # end"
    policy = parse_trust(spaced)
    assert policy == parse_trust(FILE) == parse_trust(policy.text())
    assert policy.witnesses[0].url == "https://x1.example/w"
    assert policy.needed() == {"x1", "x2", "x3", "y1", "y2"}
    assert [line.name for line in policy.witnesses if line.replays_rules] == ["auditor-z"]


@given(st.sets(st.sampled_from(sorted(WITNESSES))))
def test_the_quorum_is_counted(names: set[str]) -> None:
    """Two of X and one of Y, whoever else signed; names and times are those of the lines."""
    opened = parse_trust(FILE).open(cosigned(names), ORIGIN)
    assert opened.witnessed == (len(names & {"x1", "x2", "x3"}) >= 2 and bool(names & {"y1", "y2"}))
    assert opened.checkpoint == HEAD
    assert opened.cosigned == {name: 1_000 + at for at, name in enumerate(sorted(names))}


def test_a_witness_of_the_policy_that_signed_wrongly_voids_the_note() -> None:
    """A cosignature over another head is not passed over."""
    other = WITNESSES["x1"].line(Checkpoint(ORIGIN, 6, HEAD.root).body, 1_000)
    with pytest.raises(Refused) as caught:
        parse_trust(FILE).open(NOTE + other, ORIGIN)
    assert caught.value.code is RefusalCode.SIGNATURE_INVALID


def test_witnesses_do_not_make_a_head() -> None:
    """However many cosigned: without the log's own signature it is nothing."""
    text = cosigned(WITNESSES).replace(NOTE.split("\n\n")[1], "")
    with pytest.raises(Refused) as caught:
        parse_trust(FILE).open(text, ORIGIN)
    assert caught.value.code is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY


def test_another_log_of_the_file_does_not_sign_for_this_one() -> None:
    """A key counts only for the log that it is named after."""
    other = note_key("other.example", SigningKey.from_seed(sha256(b"other")).public)
    policy = parse_trust(f"log {other.text()}\n{FILE}")
    assert policy.open(NOTE, ORIGIN).checkpoint == HEAD
    with pytest.raises(Refused):
        policy.open(NOTE, "other.example")


def key_line(kind: str, key: NoteKey, *words: str) -> str:
    """A line of a policy file."""
    return " ".join([kind, *words, key.text()]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        LOG_LINE,
        "quorum none\n",
        LOG_LINE + "quorum none\nquorum none\n",
        LOG_LINE + "quorum x1\n",
        LOG_LINE + LOG_LINE + "quorum none\n",
        LOG_LINE + "logs\nquorum none\n",
        LOG_LINE + "witness x1\nquorum none\n",
        key_line("log", WITNESSES["x1"].key) + "quorum none\n",
        LOG_LINE + key_line("witness", LOG_NOTE_KEY, "w") + "quorum none\n",
        LOG_LINE + key_line("witness", WITNESSES["x1"].key, "none") + "quorum none\n",
        LOG_LINE + WITNESS_LINES + WITNESS_LINES.replace(" x1 ", " z ") + "quorum none\n",
        LOG_LINE + WITNESS_LINES + "group X 0 x1\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X 3 x1 x2\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X 01 x1 x2\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X any\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X any x1 x1\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X any x1\ngroup Y any x1\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group X any X\nquorum X\n",
        LOG_LINE + WITNESS_LINES + "group x1 any x2\nquorum x1\n",
        LOG_LINE + WITNESS_LINES + "group X any none\nquorum X\n",
        LOG_LINE + "quorum none\r\n",
        LOG_LINE + "quorum none extra\n",
        LOG_LINE + "# \x00\nquorum none\n",
        LOG_LINE + "\n" * 1_000 + "quorum none\n",
        LOG_LINE + "quorum\u2003none\n",
    ],
)
def test_files_that_are_refused(text: str) -> None:
    """Whatever is not the form of the specification, with one code."""
    assert code_of(text) is RefusalCode.POLICY_FILE_MALFORMED


def test_the_line_is_named() -> None:
    """The refusal says where the fault is."""
    with pytest.raises(Refused) as caught:
        parse_trust(f"{LOG_LINE}\nwitness w bad\nquorum none\n")
    assert caught.value.place == "line 3"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in another way."""
    try:
        policy = parse_trust(text)
    except Refused as refused:
        code = refused.code
    else:
        assert parse_trust(policy.text()) == policy
        return
    assert code is RefusalCode.POLICY_FILE_MALFORMED
