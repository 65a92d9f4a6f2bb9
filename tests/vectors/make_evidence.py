"""Writes the vectors of evidence files: what a log signed against itself, for any language.

Run `python -m tests.vectors.make_evidence` from the root of the project. A case with a relation is
evidence of it; one without must be refused.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ledger import canonical
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.contradiction import compare_heads, grown_from
from ledger.chain.note import NoteSigner, sign_note
from ledger.chain.tree import leaf_hash, mth
from ledger.keys import SigningKey
from tests.vectors.make_chain import FOLDER, LEAVES, LOG_KEY, ORIGIN, read_classic

LOG = NoteSigner(ORIGIN, LOG_KEY)
OTHER = [*LEAVES[:4], leaf_hash(b"other"), *LEAVES[5:]]
"""The same eight leaves but for number 4."""


def head(leaves: list[bytes], size: int, origin: str = ORIGIN) -> str:
    """A signed head of the first so many of these leaves."""
    return sign_checkpoint(Checkpoint(origin, size, mth(leaves[:size])), LOG_KEY)


def evidence(kept: str, shown: str, *, proven: bool = True) -> bytes:
    """The file over two heads, the larger of which is of the tree over `LEAVES`."""
    found = compare_heads(kept, shown, [LOG.key])
    grown = found.grown
    if proven and grown is None:
        smaller, larger = sorted((found.kept, found.shown), key=lambda item: item.size)
        grown = grown_from(read_classic, smaller.size, larger)
    return compare_heads(kept, shown, [LOG.key], grown).data()


def changed(data: bytes, **fields: Any) -> bytes:
    """The file with other fields; None takes one out."""
    tree = canonical.decode(data) | fields
    return canonical.encode({name: value for name, value in tree.items() if value is not None})


def vectors() -> dict[str, Any]:
    """Every relation with sizes of every kind, and files that are refused."""
    good = [
        (head(OTHER, 8), head(LEAVES, 8), "fork"),
        (head(OTHER, 5), head(LEAVES, 8), "fork"),
        (head(LEAVES, 7), head(OTHER, 6), "fork"),
        (head(LEAVES, 8), head(LEAVES, 6), "rollback"),
        (head(LEAVES, 8), head(LEAVES, 4), "rollback"),
        (head(LEAVES, 1), head(LEAVES, 0), "rollback"),
    ]
    fork = evidence(head(OTHER, 5), head(LEAVES, 8))
    tree = canonical.decode(fork)
    same = evidence(head(OTHER, 8), head(LEAVES, 8))
    stranger = SigningKey.from_seed(bytes(32))
    theirs = sign_note(Checkpoint(ORIGIN, 8, mth(LEAVES)).body, [NoteSigner(ORIGIN, stranger)])
    renamed = sign_note(Checkpoint("other.example", 8, mth(LEAVES)).body, [LOG])
    refused = {
        "the later head extends the earlier": evidence(head(LEAVES, 5), head(LEAVES, 8)),
        "twice the same head": evidence(head(LEAVES, 8), head(LEAVES, 8)),
        "another format": changed(fork, format="duebill-evidence@v2"),
        "a field more": changed(fork, v=1),
        "root without proof": changed(fork, proof=None),
        "no root where the sizes are equal": changed(same, proof=None, root=None),
        "a proof where the sizes are equal": changed(same, proof=tree["proof"]),
        "a hash too few": changed(fork, proof=tree["proof"][:-1]),
        "a hash too many": changed(fork, proof=[*tree["proof"], tree["root"]]),
        "the root that was signed": changed(fork, root=_base64(mth(OTHER[:5]))),
        "base64 without padding": changed(fork, root=tree["root"].rstrip("=")),
        "a note of an unknown key": changed(fork, shown=_base64(theirs.encode())),
        "a note of another log": changed(fork, shown=_base64(renamed.encode())),
        "a note with another size": changed(
            fork, kept=_base64(head(OTHER, 5).replace("\n5\n", "\n6\n").encode())
        ),
        "not canonical": fork.replace(b":", b": ", 1),
        "cut short": fork[:-1],
    }
    unproven = evidence(head(OTHER, 5), head(LEAVES, 8), proven=False)
    cases = [(relation, evidence(kept, shown)) for kept, shown, relation in good]
    return {
        "known_keys": [LOG.key.text()],
        "evidence": [
            {"relation": relation, "file": data.decode()}
            for relation, data in [*cases, ("unproven", unproven)]
        ],
        "refused": [{"why": why, "file": data.decode()} for why, data in refused.items()],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def render() -> str:
    """The text of the vector file."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (FOLDER / "evidence.json").write_text(render(), encoding="utf-8")
