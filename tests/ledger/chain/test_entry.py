"""Entries: made, read, followed, and refused whatever the bytes."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.canonical import DEEPEST, Tree
from ledger.chain.entry import LARGEST_ENTRY, NO_LEAF, Head, follow, make_entry, read_entry
from ledger.chain.tree import leaf_hash, mth
from ledger.dates import LAST_INSTANT_MS, instant_text
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import FIRST_AT_MS, sample_entries

ENTRIES = sample_entries(5)
ENTRY = ENTRIES[2]


def encoded(**changes: Any) -> bytes:
    """The canonical bytes of the sample entry with fields changed (`...` removes one)."""
    tree = json.loads(ENTRY.data) | changes
    kept = {name: value for name, value in tree.items() if value is not ...}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def refusal(data: bytes) -> Refused:
    """How reading `data` is refused."""
    with pytest.raises(Refused) as caught:
        read_entry(data)
    return caught.value


def test_entry_form() -> None:
    """The first entry is this JSON, byte for byte."""
    first = ENTRIES[0]
    assert first.data == (
        b'{"at":"2026-01-02T03:04:05.678Z","command":{"payload":"command 0","signatures":[]},'
        b'"effects":"eWd0ecDRRg2c6SAljMz5uFFCA9uCABC71AHU62pjDak",'
        b'"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","rules":1,"seq":0,"v":1}'
    )
    assert (first.seq, first.prev, first.at_ms, first.rules) == (0, NO_LEAF, FIRST_AT_MS, 1)
    assert first.leaf == leaf_hash(first.data)


@pytest.mark.parametrize("seq", range(5))
def test_reading_gives_what_was_made(seq: int) -> None:
    """Reading the stored bytes gives the entry that was made."""
    assert read_entry(ENTRIES[seq].data) == ENTRIES[seq]


def test_a_plain_loop_follows_the_log() -> None:
    """Each entry names the leaf hash of the one before; the head ends in the tree's root."""
    head = Head()
    for entry in ENTRIES:
        assert entry.prev == head.last_leaf
        head = follow(head, entry)
    assert (head.size, head.last_leaf) == (5, ENTRIES[-1].leaf)
    assert head.frontier.root() == mth(entry.leaf for entry in ENTRIES)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"extra": 1}, "/extra"),
        ({"rules": ...}, "/rules"),
        ({"v": 2}, "/v"),
        ({"v": True}, "/v"),
        ({"v": "1"}, "/v"),
        ({"seq": -1}, "/seq"),
        ({"seq": "2"}, "/seq"),
        ({"seq": None}, "/seq"),
        ({"rules": 0}, "/rules"),
        ({"rules": True}, "/rules"),
        ({"command": []}, "/command"),
        ({"command": "x"}, "/command"),
        ({"prev": ""}, "/prev"),
        ({"prev": 7}, "/prev"),
        ({"prev": "A" * 42}, "/prev"),
        ({"prev": "A" * 42 + "B"}, "/prev"),
        ({"prev": "A" * 43 + "="}, "/prev"),
        ({"effects": "A" * 44}, "/effects"),
        ({"effects": {}}, "/effects"),
        ({"at": 1}, "/at"),
        ({"at": "2026-01-02T03:04:05Z"}, "/at"),
        ({"at": "2026-01-02T03:04:05.6789Z"}, "/at"),
        ({"at": "2026-01-02T03:04:05.678+00:00"}, "/at"),
        ({"at": "2026-01-02t03:04:05.678z"}, "/at"),
        ({"at": "2026-02-29T03:04:05.678Z"}, "/at"),
        ({"at": "2026-01-02T03:04:60.000Z"}, "/at"),
    ],
)
def test_wrong_fields(changes: dict[str, Any], place: str) -> None:
    """A field too many, too few or of another form is refused, and named."""
    refused = refusal(encoded(**changes))
    assert (refused.code, refused.place) == (RefusalCode.ENTRY_MALFORMED, place)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", RefusalCode.ENTRY_MALFORMED),
        (b"", RefusalCode.JSON_INVALID),
        (b"\xff", RefusalCode.JSON_INVALID),
        (ENTRY.data + b"\n", RefusalCode.JSON_NOT_CANONICAL),
        (ENTRY.data.replace(b'"v":1', b'"v": 1'), RefusalCode.JSON_NOT_CANONICAL),
        (ENTRY.data.replace(b'"v":1', b'"v":1,"v":1'), RefusalCode.JSON_DUPLICATE_KEY),
        (ENTRY.data.replace(b'"v":1', b'"v":1.0'), RefusalCode.JSON_NUMBER_FORBIDDEN),
        (encoded(seq=2**53), RefusalCode.JSON_NUMBER_FORBIDDEN),
    ],
)
def test_bytes_that_are_not_canonical(data: bytes, code: RefusalCode) -> None:
    """An entry has one byte form; any other is refused."""
    assert refusal(data).code is code


def test_trap_14_largest_entry() -> None:
    """16,384 bytes are taken and one more is refused, when made and when read."""
    rest = LARGEST_ENTRY - len(encoded(command={"payload": ""}))
    assert read_entry(encoded(command={"payload": "x" * rest})).seq == 2
    assert refusal(encoded(command={"payload": "x" * (rest + 1)})).code is (
        RefusalCode.BYTES_TOO_LARGE
    )
    with pytest.raises(Refused) as caught:
        make_entry(Head(), FIRST_AT_MS, 1, {"payload": "x" * LARGEST_ENTRY}, NO_LEAF)
    assert caught.value.code is RefusalCode.BYTES_TOO_LARGE


@given(st.data())
def test_any_mutation_is_refused_or_another_entry(data: st.DataObject) -> None:
    """Changed bytes raise nothing but `Refused`; if they still read, the leaf hash differs."""
    changed = bytearray(ENTRY.data)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        entry = read_entry(bytes(changed))
    except Refused:
        return
    assert (entry.leaf == ENTRY.leaf) == (bytes(changed) == ENTRY.data)


@given(st.binary())
def test_any_bytes_are_refused(data: bytes) -> None:
    """Random bytes raise `Refused`."""
    refusal(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(["v", "seq", "prev", "at", "rules", "command", "effects"]), JSON)
def test_any_value_in_a_field(name: str, value: Any) -> None:
    """Whatever JSON stands in a field, reading gives an entry or raises `Refused`."""
    try:
        entry = read_entry(encoded(**{name: value}))
    except Refused:
        return
    assert read_entry(entry.data) == entry


def test_follow_refuses_what_does_not_come_next() -> None:
    """Another number, another predecessor or an earlier instant does not follow."""
    head = Head()
    for entry in ENTRIES[:2]:
        head = follow(head, entry)
    assert follow(head, ENTRY).size == 3
    assert follow(head, replace(ENTRY, at_ms=head.at_ms)).size == 3
    for wrong, place in (
        (ENTRIES[3], "/seq"),
        (ENTRIES[1], "/seq"),
        (replace(ENTRY, prev=NO_LEAF), "/prev"),
        (replace(ENTRY, at_ms=head.at_ms - 1), "/at"),
    ):
        with pytest.raises(Refused) as caught:
            follow(head, wrong)
        assert (caught.value.code, caught.value.place) == (RefusalCode.ENTRY_OUT_OF_ORDER, place)


def test_make_refuses_a_clock_that_ran_backwards() -> None:
    """No entry is made that would not follow."""
    head = follow(Head(), ENTRIES[0])
    with pytest.raises(Refused) as caught:
        make_entry(head, FIRST_AT_MS - 1, 1, {}, NO_LEAF)
    assert caught.value.code is RefusalCode.ENTRY_OUT_OF_ORDER


def test_trap_12_a_bit_flip_between_hash_and_store() -> None:
    """An entry whose stored bytes lost a bit no longer carries the leaf hash that follows it."""
    head = follow(Head(), ENTRIES[0])
    stored = ENTRIES[1].data.replace(b"command 1", b"command 0")
    damaged = follow(head, read_entry(stored))
    assert damaged.frontier.root() != follow(head, ENTRIES[1]).frontier.root()
    with pytest.raises(Refused) as caught:
        follow(damaged, ENTRIES[2])
    assert caught.value.place == "/prev"


def test_an_entry_is_the_canonical_form_of_its_fields() -> None:
    """Whatever the fields: made piece by piece, with or without the command's text at hand."""
    random = Random(1)  # noqa: S311 - the same entries in every run
    for number in range(300):
        command: dict[str, Tree] = {
            "payload": "确" * (number % 5),
            "n": [{"a": None}, -number, '\n"é'],
        }
        head = Head(random.getrandbits(random.choice([3, 52])), random.randbytes(32), number)
        at_ms = random.choice([number, LAST_INSTANT_MS, random.randrange(LAST_INSTANT_MS)])
        rules, effects = random.getrandbits(20) + 1, random.randbytes(32)
        tree: dict[str, Tree] = {
            "v": 1,
            "seq": head.size,
            "prev": b64url_encode(head.last_leaf),
            "at": instant_text(at_ms),
            "rules": rules,
            "command": command,
            "effects": b64url_encode(effects),
        }
        entry = make_entry(head, max(at_ms, number), rules, command, effects)
        assert entry.data == canonical.encode(tree | {"at": instant_text(entry.at_ms)})
        assert read_entry(entry.data) == entry
        text = canonical.encode(command)
        assert make_entry(head, entry.at_ms, rules, command, effects, text) == entry


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"rules": 0}, "/rules"),
        ({"rules": True}, "/rules"),
        ({"rules": 2**53}, "/rules"),
        ({"effects": bytes(31)}, "/effects"),
        ({"effects": b""}, "/effects"),
        ({"command_tree": []}, "/command"),
        ({"head": Head(2**53)}, "/seq"),
        ({"head": Head(1, bytes(33))}, "/prev"),
    ],
)
def test_make_refuses_what_could_not_be_read(changes: dict[str, Any], place: str) -> None:
    """A wrong argument is refused and named."""
    good: dict[str, Any] = {"head": Head(), "rules": 1, "command_tree": {}, "effects": NO_LEAF}
    with pytest.raises(Refused) as caught:
        make_entry(at_ms=FIRST_AT_MS, **good | changes)
    assert (caught.value.code, caught.value.place) == (RefusalCode.ENTRY_MALFORMED, place)


def nested(levels: int) -> Any:
    """A command of so many levels."""
    tree: Any = "x"
    for _ in range(levels - 2):
        tree = [tree]
    return {"a": tree}


def test_an_entry_is_one_level_deeper_than_its_command() -> None:
    """The deepest command is one that can be read back."""
    entry = make_entry(Head(), FIRST_AT_MS, 1, nested(DEEPEST - 1), NO_LEAF)
    assert read_entry(entry.data) == entry
    with pytest.raises(Refused) as caught:
        make_entry(Head(), FIRST_AT_MS, 1, nested(DEEPEST), NO_LEAF)
    assert caught.value.code is RefusalCode.JSON_TOO_DEEP
