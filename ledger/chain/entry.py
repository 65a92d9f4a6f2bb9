"""Entries: what the log holds, one canonical JSON object each, stored as bytes for ever.

An entry carries its own position (`seq`) and the leaf hash of the entry before (`prev`), so that
a plain loop can check the order; the proof that an entry is in the log is the tree alone. What a
command caused is not stored but computed again; `effects` pins it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends; `Head()` is the empty log.

    `size` entries, the `last_leaf` hash, the last instant (`at_ms`, milliseconds since 1970) and
    the tree's `frontier`.
    """

    size: int = 0
    last_leaf: bytes = NO_LEAF
    at_ms: int = 0
    frontier: Frontier = field(default_factory=Frontier)


@dataclass(frozen=True, slots=True)
class Entry:
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
    head: Head, at_ms: int, rules: int, command_tree: Mapping[str, Tree], effects: bytes
) -> Entry:
    """The entry that follows `head`. `effects` is a SHA-256 digest (32 bytes).

    Raises `Refused`: `entry_out_of_order` if `at_ms` is before the head's instant;
    `bytes_too_large` beyond 16,384 bytes; `entry_malformed` for a wrong argument; what
    `canonical.encode` raises for the command.
    """
    if at_ms < head.at_ms:
        raise _out_of_order("The clock is behind the last entry.", "/at")
    tree: dict[str, Tree] = {
        "v": VERSION,
        "seq": head.size,
        "prev": b64url_encode(head.last_leaf),
        "at": instant_text(at_ms),
        "rules": rules,
        "command": command_tree,
        "effects": b64url_encode(effects),
    }
    data = encode(tree)
    _check_size(data)
    return _entry(data, tree)


def read_entry(data: bytes) -> Entry:
    """The entry in `data`, with its form checked; its place in a log is `follow`'s to check.

    Raises `Refused` and nothing else: `bytes_too_large`; what `canonical.decode` raises;
    `entry_malformed` with the place.
    """
    _check_size(data)
    tree = decode(data)
    if not isinstance(tree, dict):
        raise _malformed("An entry is an object.", "")
    odd = tree.keys() ^ _FIELDS
    if odd:
        raise _malformed(f"An entry has exactly {', '.join(sorted(_FIELDS))}.", f"/{min(odd)}")
    return _entry(data, tree)


def follow(head: Head, entry: Entry) -> Head:
    """The head after `entry`. Raises `Refused` (`entry_out_of_order`) unless it comes next.

    Next means: `seq` is the head's size, `prev` its last leaf hash, and time has not run
    backwards.
    """
    if entry.seq != head.size:
        raise _out_of_order(f"Entry {entry.seq} stands where {head.size} belongs.", "/seq")
    if entry.prev != head.last_leaf:
        raise _out_of_order(f"Entry {entry.seq} follows another entry than the last.", "/prev")
    if entry.at_ms < head.at_ms:
        raise _out_of_order(f"Entry {entry.seq} is earlier than the entry before.", "/at")
    return Head(head.size + 1, entry.leaf, entry.at_ms, head.frontier.append(entry.leaf))


def _entry(data: bytes, tree: Mapping[str, Any]) -> Entry:
    """The entry of canonical bytes and the tree they encode, with each field checked."""
    if _integer(tree, "v", VERSION) != VERSION:
        raise _malformed(f"The entry version is not {VERSION}.", "/v")
    if not isinstance(tree["command"], Mapping):
        raise _malformed("The command is not an object.", "/command")
    return Entry(
        data=data,
        leaf=leaf_hash(data),
        seq=_integer(tree, "seq", 0),
        prev=_digest(tree, "prev"),
        at_ms=_instant(tree, "at"),
        rules=_integer(tree, "rules", 1),
        command=tree["command"],
        effects=_digest(tree, "effects"),
    )


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST_ENTRY:
        raise Refused(
            RefusalCode.BYTES_TOO_LARGE,
            f"The entry has {len(data)} bytes, more than {LARGEST_ENTRY}.",
        )


def _integer(tree: Mapping[str, Any], name: str, least: int) -> int:
    value = tree[name]
    if type(value) is not int or not least <= value <= LARGEST_INTEGER:
        raise _malformed(f"The field is not a whole number of {least} or more.", f"/{name}")
    return value


def _digest(tree: Mapping[str, Any], name: str) -> bytes:
    try:
        digest = b64url_decode(tree[name])
    except Refused as refused:
        raise _malformed(refused.detail, f"/{name}") from None
    if len(digest) != HASH_BYTES:
        raise _malformed("The field is not a 32-byte digest.", f"/{name}")
    return digest


def _instant(tree: Mapping[str, Any], name: str) -> int:
    if not isinstance(tree[name], str):
        raise _malformed("The field is not an instant.", f"/{name}")
    try:
        return parse_instant(tree[name])
    except Refused as refused:
        raise _malformed(refused.detail, f"/{name}") from None


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENTRY_MALFORMED, detail, place=place)


def _out_of_order(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENTRY_OUT_OF_ORDER, detail, place=place)
