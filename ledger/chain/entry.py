"""Entries: what the log holds, one canonical JSON object each, stored as bytes for ever.

An entry carries its own position (`seq`) and the leaf hash of the entry before (`prev`), so that
a plain loop can check the order; the proof that an entry is in the log is the tree alone. What a
command caused is not stored but computed again; `effects` pins it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import LARGEST_INTEGER, Tree, decode, encode
from ledger.chain.tree import HASH_BYTES, Frontier, leaf_hash
from ledger.dates import instant_text, parse_instant
from ledger.errors import RefusalCode, Refused

VERSION = 1
LARGEST_ENTRY = 16_384
"""Most bytes of an entry, canonical."""
NO_LEAF = bytes(HASH_BYTES)
"""What stands as `prev` in the first entry."""

_FIELDS = frozenset({"v", "seq", "prev", "at", "rules", "command", "effects"})


class Head(Struct, frozen=True, gc=False):
    """Where the log ends; `Head()` is the empty log.

    `size` entries, the `last_leaf` hash, the last instant (`at_ms`, milliseconds since 1970) and
    the tree's `frontier`.
    """

    size: int = 0
    last_leaf: bytes = NO_LEAF
    at_ms: int = 0
    frontier: Frontier = field(default_factory=Frontier)


class Entry(Struct, frozen=True, gc=False):
    """One entry: its bytes (`data`), their RFC 6962 `leaf` hash, and its fields.

    `prev` and `effects` are 32 bytes, `at_ms` is milliseconds since 1970, `rules` the number of
    the rules in force, `command` the envelope as sent, not interpreted here.
    """

    data: bytes
    leaf: bytes
    seq: int
    prev: bytes
    at_ms: int
    rules: int
    command: Mapping[str, Any]
    effects: bytes


def make_entry(
    head: Head,
    at_ms: int,
    rules: int,
    command_tree: Mapping[str, Tree],
    effects: bytes,
    command_text: bytes = b"",
) -> Entry:
    """The entry that follows `head`. `effects` is a SHA-256 digest (32 bytes).

    `command_text` is what `canonical.encode` gives for `command_tree`, where that is at hand: it
    goes into the entry as it is. Raises `Refused`: `entry_out_of_order` if `at_ms` is before the
    head's instant; `bytes_too_large` beyond 16,384 bytes; `entry_malformed` for a wrong argument;
    what `canonical.encode` raises for the command.
    """
    if at_ms < head.at_ms:
        raise _out_of_order("The clock is behind the last entry.", "/at")
    if not isinstance(command_tree, dict):
        raise _malformed("The command is not an object.", "/command")
    # Encoded one level down, as it will stand: an entry that is too deep could not be read again.
    command = b'"command":%b' % command_text if command_text else _member(command_tree)
    # The keys in their canonical order; each other value has one writing and nothing to escape.
    data = b'{"at":"%b",%b,"effects":"%b","prev":"%b","rules":%d,"seq":%d,"v":%d}' % (
        instant_text(at_ms).encode(),
        command,
        b64url_encode(_hash(effects, "effects")).encode(),
        b64url_encode(_hash(head.last_leaf, "prev")).encode(),
        _integer(rules, "rules", 1),
        _integer(head.size, "seq", 0),
        VERSION,
    )
    _check_size(data)
    return Entry(
        data, leaf_hash(data), head.size, head.last_leaf, at_ms, rules, command_tree, effects
    )


def read_entry(data: bytes) -> Entry:
    """The entry in `data`, with its form checked; its place in a log is `follow`'s to check.

    Raises `Refused` and nothing else: `bytes_too_large`; what `canonical.decode` raises;
    `entry_malformed` with the place.
    """
    _check_size(data)
    tree = decode(data)
    if not isinstance(tree, dict):
        raise _malformed("An entry is an object.", "")
    if tree.keys() != _FIELDS:
        odd = min(tree.keys() ^ _FIELDS)
        raise _malformed(f"An entry has exactly {', '.join(sorted(_FIELDS))}.", f"/{odd}")
    if _integer(tree["v"], "v", VERSION) != VERSION:
        raise _malformed(f"The entry version is not {VERSION}.", "/v")
    if not isinstance(tree["command"], dict):
        raise _malformed("The command is not an object.", "/command")
    return Entry(
        data=data,
        leaf=leaf_hash(data),
        seq=_integer(tree["seq"], "seq", 0),
        prev=_digest(tree["prev"], "prev"),
        at_ms=_instant(tree["at"]),
        rules=_integer(tree["rules"], "rules", 1),
        command=tree["command"],
        effects=_digest(tree["effects"], "effects"),
    )


def follow(head: Head, entry: Entry) -> Head:
    """The head after `entry`. Raises as `check_next`."""
    check_next(head, entry)
    return Head(head.size + 1, entry.leaf, entry.at_ms, head.frontier.append(entry.leaf))


def check_next(head: Head, entry: Entry) -> None:
    """Raises `Refused` (`entry_out_of_order`) unless `entry` comes next.

    Next means: `seq` is the head's size, `prev` its last leaf hash, and time has not run
    backwards.
    """
    if entry.seq != head.size:
        raise _out_of_order(f"Entry {entry.seq} stands where {head.size} belongs.", "/seq")
    if entry.prev != head.last_leaf:
        raise _out_of_order(f"Entry {entry.seq} follows another entry than the last.", "/prev")
    if entry.at_ms < head.at_ms:
        raise _out_of_order(f"Entry {entry.seq} is earlier than the entry before.", "/at")


def _member(command_tree: Mapping[str, Tree]) -> bytes:
    return encode({"command": command_tree})[1:-1]


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST_ENTRY:
        raise Refused(
            RefusalCode.BYTES_TOO_LARGE,
            f"The entry has {len(data)} bytes, more than {LARGEST_ENTRY}.",
        )


def _integer(value: Any, name: str, least: int) -> int:
    if type(value) is not int or not least <= value <= LARGEST_INTEGER:
        raise _malformed(f"The field is not a whole number of {least} or more.", f"/{name}")
    return value


def _hash(digest: bytes, name: str) -> bytes:
    if len(digest) != HASH_BYTES:
        raise _malformed("The field is not a 32-byte digest.", f"/{name}")
    return digest


def _digest(text: Any, name: str) -> bytes:
    try:
        digest = b64url_decode(text)
    except Refused as refused:
        raise _malformed(refused.detail, f"/{name}") from None
    return _hash(digest, name)


def _instant(text: Any) -> int:
    if not isinstance(text, str):
        raise _malformed("The field is not an instant.", "/at")
    try:
        return parse_instant(text)
    except Refused as refused:
        raise _malformed(refused.detail, "/at") from None


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENTRY_MALFORMED, detail, place=place)


def _out_of_order(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENTRY_OUT_OF_ORDER, detail, place=place)
