"""Signed notes and their keys: round trips, foreign verifiers, and what is refused."""

from __future__ import annotations

import base64
import string

import metamorphic_log
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.note import (
    MOST_SIGNATURES,
    NoteSigner,
    lines_by,
    note_key,
    open_note,
    parse_note_key,
    sign_note,
)
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from tests.ledger.chain.sample import LOG_KEY, LOG_NOTE_KEY, ORIGIN, WITNESS, sha256

LOG = NoteSigner(ORIGIN, LOG_KEY)
BODY = "first line\n\nthird line\n"
NOTE = sign_note(BODY, [LOG])


def numbered_signer(number: int) -> NoteSigner:
    """One of many signers."""
    return NoteSigner(f"signer.example/{number}", SigningKey.from_seed(sha256(b"%d" % number)))


def refusal(text: str) -> RefusalCode:
    """The code with which the note is refused to a reader who knows the log's key."""
    with pytest.raises(Refused) as caught:
        open_note(text, [LOG_NOTE_KEY])
    return caught.value.code


def test_key_text_round_trip() -> None:
    """The verifier key text names its key, and the key its text."""
    assert parse_note_key(LOG_NOTE_KEY.text()) == LOG_NOTE_KEY
    name, key_id, key = LOG_NOTE_KEY.text().split("+", 2)
    public = base64.b64decode(key)
    assert public[0] == 1
    assert sha256(name.encode(), b"\n", public)[:4].hex() == key_id


def test_trap_05_small_order_key_is_no_verifier_key() -> None:
    """The identity point, for which one signature fits every message, cannot be a log's key."""
    raw = b"\x01" + bytes(31)
    key_id = sha256(ORIGIN.encode(), b"\n\x01", raw)[:4].hex()
    text = f"{ORIGIN}+{key_id}+{base64.b64encode(bytes([1]) + raw).decode()}"
    with pytest.raises(Refused) as caught:
        parse_note_key(text)
    assert caught.value.code is RefusalCode.KEY_UNSAFE


@given(st.integers(0, 200), st.characters(codec="utf-8"))
def test_a_changed_key_text_names_nothing(at: int, char: str) -> None:
    """Any other text is refused, whatever character changed."""
    text = LOG_NOTE_KEY.text()
    at %= len(text)
    changed = text[:at] + char + text[at + 1 :]
    if changed != text:
        with pytest.raises(Refused):
            parse_note_key(changed)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb", "a\tb", "\ud800"])
def test_names_that_cannot_name_a_key(name: str) -> None:
    """A key name has no blank of any kind, no plus and no control character."""
    with pytest.raises(Refused) as caught:
        note_key(name, LOG_KEY.public)
    assert caught.value.code is RefusalCode.NOTE_KEY_MALFORMED


def test_key_of_unknown_type_is_refused() -> None:
    """Signature type 0x05 is not read as if it were another."""
    raw = LOG_KEY.public.raw
    key_id = sha256(ORIGIN.encode(), b"\n\x05", raw)[:4].hex()
    with pytest.raises(Refused) as caught:
        parse_note_key(f"{ORIGIN}+{key_id}+{base64.b64encode(bytes([5]) + raw).decode()}")
    assert caught.value.code is RefusalCode.NOTE_KEY_MALFORMED


def test_note_round_trip() -> None:
    """What is signed opens with its key, here and in a foreign verifier."""
    assert open_note(NOTE, [LOG_NOTE_KEY]).body == BODY
    assert metamorphic_log.verify_signed_note(NOTE, [LOG_NOTE_KEY.text()]) == 1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_any_text_can_be_a_note(text: str) -> None:
    """Line separators of Unicode, blank lines and dashes in the text change nothing."""
    body = text + "\n\n— not a signature\n\n" + text + "\n"
    note = sign_note(body, [LOG])
    assert open_note(note, [LOG_NOTE_KEY]).body == body
    assert metamorphic_log.verify_signed_note(note, [LOG_NOTE_KEY.text()]) == 1


def test_unknown_keys_are_ignored() -> None:
    """Lines of other keys, of other types and of any length do not disturb a known one."""
    other = "— stranger.example " + base64.b64encode(bytes(5000)).decode() + "\n"
    same_name = NoteSigner(ORIGIN, SigningKey.from_seed(bytes(32))).line(BODY)
    note = open_note(NOTE + other + same_name + WITNESS.line(BODY), [LOG_NOTE_KEY])
    assert note.signed_by == {LOG_NOTE_KEY}
    both = open_note(NOTE + WITNESS.line(BODY), [WITNESS.key, LOG_NOTE_KEY])
    assert both.signed_by == {LOG_NOTE_KEY, WITNESS.key}


def test_the_lines_of_known_keys() -> None:
    """Of each key the first line, as it stands there; lines of others are left out."""
    note = NOTE + WITNESS.line(BODY) + LOG.line("another body\n") + LOG.line(BODY)
    lines = {LOG_NOTE_KEY: LOG.line(BODY), WITNESS.key: WITNESS.line(BODY)}
    assert lines_by(note, lines) == lines
    assert lines_by(note, [WITNESS.key]) == {WITNESS.key: WITNESS.line(BODY)}


def test_no_known_key() -> None:
    """A note that only strangers signed says nothing."""
    assert refusal(sign_note(BODY, [WITNESS])) is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY
    with pytest.raises(Refused) as caught:
        open_note(NOTE, [])
    assert caught.value.code is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY


def test_a_failing_line_of_a_known_key_voids_the_note() -> None:
    """One false line of a known key is enough, though another known key signed well."""
    false_line = WITNESS.line("another body\n")
    with pytest.raises(Refused) as caught:
        open_note(NOTE + false_line, [LOG_NOTE_KEY, WITNESS.key])
    assert caught.value.code is RefusalCode.SIGNATURE_INVALID
    assert refusal(NOTE + LOG.line("another body\n")) is RefusalCode.SIGNATURE_INVALID


def test_many_signatures() -> None:
    """As many signatures as we promise are read, all of them; one more is refused."""
    signers = [numbered_signer(number) for number in range(MOST_SIGNATURES)]
    note = sign_note(BODY, signers)
    keys = [signer.key for signer in signers]
    assert MOST_SIGNATURES >= 16
    assert open_note(note, keys).signed_by == set(keys)
    assert refusal(note + LOG.line(BODY)) is RefusalCode.NOTE_MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n",
        BODY,
        BODY + "\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n\n— ", "\n— "),
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—"),
        NOTE.replace("— ", "—  "),
        NOTE[:-1] + " \n",
        NOTE[:-1] + "\r\n",
        NOTE.replace("first", "fir\tst"),
        NOTE.replace("first", "fir\x00st"),
        NOTE.replace("first", "fir\udcffst"),
        NOTE + "— x AAAA\n",
        NOTE + "— x \n",
        NOTE + "— x\n",
        NOTE + "—  AAAAAAAA\n",
        NOTE + "— a+b AAAAAAAA\n",
        NOTE + "— a\u2003b AAAAAAAA\n",
        NOTE + "— x AAAAAAAÄ\n",
        "x" * 300_000 + NOTE,
    ],
)
def test_malformed_notes(text: str) -> None:
    """What is not text, blank line and signature lines is refused."""
    assert refusal(text) is RefusalCode.NOTE_MALFORMED


def test_trap_06_one_spelling_of_a_signature() -> None:
    """Base64 with other padding, stray bits, the URL alphabet or a blank is refused."""
    head, encoded = NOTE[:-1].rsplit(" ", 1)
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    stray = encoded[:-2] + alphabet[alphabet.index(encoded[-2]) + 1] + "="
    assert base64.b64decode(stray) == base64.b64decode(encoded)  # what a lenient reader takes
    url = encoded.replace("+", "-").replace("/", "_")
    assert url != encoded
    for spelling in (encoded[:-1], encoded + "=", stray, url, encoded[:8] + "\v" + encoded[8:]):
        assert refusal(f"{head} {spelling}\n") is RefusalCode.NOTE_MALFORMED


@pytest.mark.parametrize("body", ["", "no newline", "tab\t\n", "\udc80\n"])
def test_bodies_that_cannot_be_signed(body: str) -> None:
    """A body ends in a newline and has no control characters, or it is not signed."""
    with pytest.raises(Refused) as caught:
        sign_note(body, [LOG])
    assert caught.value.code is RefusalCode.NOTE_MALFORMED


@given(st.text())
def test_any_string_is_a_note_or_refused(text: str) -> None:
    """Opening raises nothing but `Refused`."""
    with pytest.raises(Refused):
        open_note(text, [LOG_NOTE_KEY])
