"""What an audit knew when it ended, so that the next one reads only what is new.

The log up to a signed head, as the right edge of its tree: pages of entries before the last full
one need never be read again, since a larger tree over them has one root. Keys, manifests, tiles and
records stand beside it (`ledger.audit.statefile`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ledger import canonical
from ledger.audit.findings import Level
from ledger.audit.log_keys import Act
from ledger.audit.source import PAGE
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.entry import Head
from ledger.chain.note import note_body
from ledger.chain.tiles import TILE_WIDTH, Edge
from ledger.chain.tree import HASH_BYTES, Frontier
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey

NamedKey: TypeAlias = tuple[PublicKey, int]
"""A key, and the first entry that names it."""
Manifest: TypeAlias = tuple[int, str, int]
"""How many lines, under which root (base64url), signed by which entry."""
Line: TypeAlias = tuple[str, str]
"""The (party, jti) of a manifest."""

VERSION = 1

_FIELDS = frozenset(
    {"v", "build", "level", "note", "genesis", "page_leaf", "page_ms", "edge", "keys", "log_keys"}
)


class Before(Protocol):
    """What entries that are not read again named."""

    def key(self, kid: str) -> NamedKey | None:
        """The key of this id."""
        ...

    def manifest(self, line: Line) -> Manifest | None:
        """The manifest of this party and jti."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A log that was found clean up to the signed head of `note`, at `level` and those before.

    `edge` are the partial tiles of the tree on all levels, `page_leaf` and `page_ms` the link and
    the time before the page that is not full, `genesis` the bytes of the first entry, `log_keys`
    what changed the log's own keys, `keys` the verifier keys that were trusted, `build` which
    program judged.
    """

    level: Level
    note: str
    genesis: bytes
    edge: Edge
    page_leaf: bytes
    page_ms: int
    keys: tuple[str, ...]
    build: str
    log_keys: tuple[Act, ...] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """The head that the note says."""
        return parse_checkpoint(note_body(self.note))

    @property
    def size(self) -> int:
        """How many entries are known."""
        return self.edge.size

    @property
    def head(self) -> Head:
        """What the first entry of the page that is not full has to follow."""
        return Head(self.size // PAGE * PAGE, self.page_leaf, self.page_ms)

    @property
    def rest(self) -> bytes:
        """The leaf hashes of that page, as far as they are known."""
        return self.edge.tile(0)

    @property
    def pages(self) -> Edge:
        """The edge of the tree whose leaves are the roots of full pages."""
        return Edge(self.size // PAGE, self.edge.levels[1:])

    def data(self) -> bytes:
        """Canonical JSON, the inverse of `read_known`."""
        return canonical.encode(
            {
                "v": VERSION,
                "build": self.build,
                "level": self.level.value,
                "note": b64url_encode(self.note.encode()),
                "genesis": b64url_encode(self.genesis),
                "page_leaf": b64url_encode(self.page_leaf),
                "page_ms": self.page_ms,
                "edge": [b64url_encode(level) for level in self.edge.levels],
                "keys": list(self.keys),
                "log_keys": [[seq, dict(payload)] for seq, payload in self.log_keys],
            }
        )


def read_known(data: bytes) -> Known:
    """What was known. Raises `Refused` (`audit_state_unusable`) where it does not fit itself."""
    try:
        tree = canonical.decode(data)
        if not isinstance(tree, dict) or tree.get("v") != VERSION:
            raise unusable("It is of another version.")
        if tree.keys() != _FIELDS:
            raise unusable("It has other fields than it should.")
        known = _known(tree)
        root = known.checkpoint.root
    except (Refused, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, Refused) and error.code is RefusalCode.AUDIT_STATE_UNUSABLE:
            raise
        raise unusable("It is damaged.") from None
    if frontier_of(known.edge).root() != root:
        raise unusable("It is damaged: its tree is not that of its signed head.")
    return known


def frontier_of(edge: Edge) -> Frontier:
    """The perfect subtrees of a tree, out of its partial tiles on all levels.

    Raises `Refused` (`frontier_malformed`) where their widths do not make its size.
    """
    hashes: list[bytes] = []
    for level in reversed(edge.levels):
        own = [level[at : at + HASH_BYTES] for at in range(0, len(level), HASH_BYTES)]
        hashes += Frontier().extend(own).hashes
    return Frontier(edge.size, tuple(hashes))


def unusable(detail: str) -> Refused:
    """The refusal of a state from which no audit can go on."""
    return Refused(RefusalCode.AUDIT_STATE_UNUSABLE, f"The state cannot be used. {detail}")


def _known(tree: dict[str, Any]) -> Known:
    note = b64url_decode(tree["note"]).decode()
    levels = tuple(b64url_decode(level) for level in tree["edge"])
    size = parse_checkpoint(note_body(note)).size
    if any(len(level) // HASH_BYTES >= TILE_WIDTH for level in levels):
        raise ValueError(levels)
    if type(tree["page_ms"]) is not int or not all(isinstance(key, str) for key in tree["keys"]):
        raise ValueError(tree)
    return Known(
        level=Level(tree["level"]),
        note=note,
        genesis=b64url_decode(tree["genesis"]),
        edge=Edge(size, levels),
        page_leaf=b64url_decode(tree["page_leaf"]),
        page_ms=tree["page_ms"],
        keys=tuple(tree["keys"]),
        build=str(tree["build"]),
        log_keys=tuple(_act(*item) for item in tree["log_keys"]),
    )


def _act(seq: Any, payload: Any) -> Act:
    if type(seq) is not int or not isinstance(payload, dict):
        raise ValueError(seq)
    return seq, payload
