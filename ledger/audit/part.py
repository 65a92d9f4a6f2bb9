"""A part of the log by itself: form, order and disclosures of its entries, and their tiles.

Parts can be checked in any order and in several processes, since a part needs nothing of another:
it takes the link and the time of its first entry as they are. Whether they follow from the part
before is for whoever puts the parts together (`ledger.audit.log`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.audit.findings import Collector, Level
from ledger.audit.forms import Facts, base64url_of, digests_of, read_facts
from ledger.audit.known import Line, Manifest, NamedKey
from ledger.audit.log_keys import KINDS, Act
from ledger.audit.order import Rank
from ledger.audit.source import PAGE, Disclosures, Entries, Source
from ledger.base64url import b64url_decode
from ledger.chain.entry import Head, follow, read_entry
from ledger.chain.tiles import TILE_WIDTH, TileId, tile_hashes
from ledger.chain.tree import leaf_hash, mth
from ledger.envelope import read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.model.jwk import keys_in
from ledger.parties.standing import manifest_in


@dataclass(slots=True)
class Part:
    """What was found from entry `start` on; `size` is the number of the first that is not sound.

    `head` is the link and time before the first entry (its own word where nobody knew), and
    `last_leaf` and `at_ms` those after the last. `pages` are the roots of the trees over each
    `PAGE` of entries, `rest` the leaf hashes of a last page that is not full; of the full ones
    `tiles_made` has the tiles, if they were asked for, and `page_ms` is the time after the last.
    `keys` and `manifests` are named here, `kids` and `lines` (party, jti) are asked for, `log_keys`
    change the log's own keys. `broken` says that the entry `size` is there and out of form, or
    cannot be read.
    """

    start: int
    size: int
    head: Head | None = None
    last_leaf: bytes = b""
    at_ms: int = 0
    genesis: bytes = b""
    broken: bool = False
    pages: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    tiles_made: list[bytes] = field(default_factory=list)
    page_ms: int | None = None
    keys: dict[str, NamedKey] = field(default_factory=dict)
    manifests: dict[Line, Manifest] = field(default_factory=dict)
    kids: set[str] = field(default_factory=set)
    lines: set[Line] = field(default_factory=set)
    log_keys: list[Act] = field(default_factory=list)
    found: Collector = field(default_factory=Collector)
    tiles: Collector = field(default_factory=Collector)


def check_part(
    source: Source,
    start: int,
    stop: int,
    *,
    level: Level,
    head: Head | None = None,
    keep: bool = False,
) -> Part:
    """Check entries start … stop-1, as deep as `level` needs it. Never raises.

    With `keep` the full tiles of level 0 are part of the result.

    An entry that is out of form, or not there, ends the part: nothing after it can be judged. One
    that does not follow is reported and read on, so that the tiles can say which is wrong.
    """
    part = Part(start, start, head)
    if head is not None:
        part.last_leaf, part.at_ms = head.last_leaf, head.at_ms
    for first in range(start, stop, PAGE):
        last = min(first + PAGE, stop)
        leaves = _check_page(source, first, last, part, level)
        if part.size < last:
            break
        if last - first == PAGE:
            part.page_ms = part.at_ms
            if keep:
                part.tiles_made.append(b"".join(leaves))
    return part


def check_tile(source: Source, tile: TileId, ours: bytes, found: Collector) -> None:
    """Compare a tile with the hashes that follow from the entries."""
    stored = found.read(lambda: source.tile(tile), None, tile.path, Rank.TILE)
    if stored is None or stored == ours:
        return
    if len(stored) != len(ours):
        detail = f"The tile has {len(stored)} bytes for {tile.width} hashes."
        found.add(Level.MERKLE, RefusalCode.TILE_MALFORMED.value, detail, None, tile.path)
        return
    theirs = tile_hashes(tile, stored)
    for at, (expected, actual) in enumerate(zip(tile_hashes(tile, ours), theirs, strict=True)):
        if expected != actual:
            seq = tile.index * TILE_WIDTH + at if tile.level == 0 else None
            detail = f"Hash {at} of the tile is not the one that follows from the entries."
            found.add(Level.MERKLE, "tile_differs", detail, seq, tile.path)
            return


def entries_again(
    source: Source, first: int, last: int, root: bytes, level: Level, found: Collector
) -> Sequence[bytes] | None:
    """Entries first … last-1, a page whose tree had this `root` when they were checked.

    None, and a finding, where they cannot be read or are others now: whoever changes a log while
    it is audited could show each level another one.
    """
    try:
        data = source.entry_page(first, last).data
    except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
        found.caught(level, error, first)
        return None
    if mth([leaf_hash(item) for item in data]) == root:
        return data
    detail = f"Entries {first} to {last - 1} changed while they were audited."
    found.add(level, "entries_changed", detail, first)
    return None


def _check_page(source: Source, first: int, last: int, part: Part, level: Level) -> Sequence[bytes]:
    """Check a page; the leaf hashes of its entries in form."""
    try:
        page = source.entry_page(first, last)
    except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
        part.found.caught(Level.STRUCTURE, error, first)
        part.broken = True
        return ()
    facts, fault = read_facts(page.data)
    leaves = [leaf_hash(data) for data in page.data]
    _check_order(first, page.data, facts, leaves, part)
    if fault is not None:
        part.found.caught(Level.STRUCTURE, fault, part.size)
        part.broken = True
    _check_beside(first, page, leaves, len(facts) + 1, part.found)
    del leaves[len(facts) :]
    _check_disclosures(source, range(first, last), page.data, facts, part.found)
    if leaves:
        part.pages.append(mth(leaves))
    if len(leaves) < PAGE:
        part.rest = leaves
    elif level.depth >= Level.MERKLE.depth:
        check_tile(source, TileId(0, first // PAGE), b"".join(leaves), part.tiles)
    for at, payload in facts.naming.items():
        if payload["kind"] in KINDS:
            part.log_keys.append((first + at, payload))
    if level.depth >= Level.SIGNATURES.depth:
        _gather(first, facts, part)
    return leaves


def _check_order(
    first: int, data: Sequence[bytes], facts: Facts, leaves: Sequence[bytes], part: Part
) -> None:
    size = len(facts)
    if not size:
        return
    if first == 0:
        part.genesis = data[0]
    if part.head is None:
        part.last_leaf, part.at_ms = b64url_decode(facts.prevs[0]), facts.at_ms[0]
        part.head = Head(first, part.last_leaf, part.at_ms)
    prevs = base64url_of([part.last_leaf, *leaves[: size - 1]])
    times = [part.at_ms, *facts.at_ms]
    in_order = facts.seqs == list(range(first, first + size)) and times == sorted(times)
    if not in_order or facts.prevs != prevs:
        _say_what_does_not_follow(first, data[:size], leaves, part)
    part.size, part.last_leaf, part.at_ms = first + size, leaves[size - 1], max(times)


def _say_what_does_not_follow(
    first: int, data: Sequence[bytes], leaves: Sequence[bytes], part: Part
) -> None:
    last_leaf, at_ms = part.last_leaf, part.at_ms
    for seq, (item, leaf) in enumerate(zip(data, leaves, strict=False), start=first):
        entry = read_entry(item)
        try:
            follow(Head(seq, last_leaf, at_ms), entry)
        except Refused as refused:
            part.found.caught(Level.STRUCTURE, refused, seq)
        last_leaf, at_ms = leaf, max(at_ms, entry.at_ms)


def _check_beside(
    first: int, page: Entries, leaves: Sequence[bytes], count: int, found: Collector
) -> None:
    """What a database keeps beside the first `count` entries: the last may be out of form."""
    for item in page.irregular:
        if item.seq is None or item.seq < first + count:
            found.add(Level.STRUCTURE, "irregular", item.detail, item.seq, item.place)
    if page.leaves is None or page.leaves == leaves:
        return
    beside = zip(page.leaves[:count], leaves[:count], strict=True)
    for seq, (stored, leaf) in enumerate(beside, start=first):
        if stored != leaf:
            detail = "The leaf hash beside the entry is not its own."
            found.add(Level.STRUCTURE, "irregular", detail, seq, "entry")


def _check_disclosures(
    source: Source, due: range, data: Sequence[bytes], facts: Facts, found: Collector
) -> None:
    """That the disclosures are those which their entries' sealed fields stand for.

    Those of entries that are `due` on the page and not in form are not judged. What a disclosure
    holds has the form that its signer gave it: the replay reads it.
    """
    first, stop = due.start, due.start + len(facts)
    nothing = Disclosures((), ())
    page = found.read(
        lambda: source.disclosure_page(first, stop), nothing, "disclosures", Rank.BESIDE
    )
    if _fit(page, first, facts):
        return
    here = range(first, stop)
    texts = page.by_entry()
    strays = [seq for seq in texts if type(seq) is not int or seq not in due]
    for seq in strays:  # a database keeps any type in a column
        detail = f"Disclosures are kept for entry {seq}, which is not there."
        found.add(Level.STRUCTURE, "disclosure_stray", detail, None, "disclosures")
    _say_which_digest_is_not_its_own(page, found)
    for seq in here:
        if seq in texts:
            try:
                read_envelope(read_entry(data[seq - first]).command, tuple(texts[seq]))
            except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
                found.caught(Level.STRUCTURE, error, seq, "disclosures", Rank.BESIDE)


def _fit(page: Disclosures, first: int, facts: Facts) -> bool:
    """Whether each disclosure surely belongs to another sealed field of its entry."""
    digests = digests_of(page.texts)
    if page.digests is not None and page.digests != digests:
        return False
    if len(set(digests)) < len(digests) or not set(map(type, page.seqs)) <= {int}:
        return False
    sealed, size = facts.sealed, len(facts)
    return all(
        0 <= seq - first < size and digest in sealed[seq - first]
        for seq, digest in zip(page.seqs, digests, strict=True)
    )


def _say_which_digest_is_not_its_own(page: Disclosures, found: Collector) -> None:
    own = digests_of(page.texts)
    for seq, digest, stored in zip(page.seqs, own, page.digests or own, strict=True):
        if digest != stored:
            detail = "Its digest is not that of its text."
            at = seq if type(seq) is int else None
            found.add(Level.STRUCTURE, "irregular", detail, at, "disclosure")


def _gather(first: int, facts: Facts, part: Part) -> None:
    """What the level of signatures will need: the keys are in open fields of the payloads."""
    part.kids.update(*facts.kids)
    part.lines.update(line for line in facts.lines if line is not None)
    for at, payload in facts.naming.items():
        for key in keys_in(payload["body"]):
            part.keys.setdefault(key.kid, (key, first + at))
        manifest = manifest_in(payload)
        if manifest is not None:
            place = (payload["by"], payload["jti"])
            part.manifests.setdefault(place, (manifest.count, manifest.root, first + at))
