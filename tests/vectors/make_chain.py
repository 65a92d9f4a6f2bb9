"""Writes the vectors of the log: tree, tiles, proofs, notes and entries, for any language.

Run `python -m tests.vectors.make_chain` from the root of the project. Hashes are hex, notes and
receipts are text, canonical entries are text too (they are UTF-8). A case with `valid` false must
be refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.entry import Head, follow, make_entry
from ledger.chain.note import NoteSigner, sign_note
from ledger.chain.proof import consistency_proof, inclusion_proof
from ledger.chain.receipt import Receipt
from ledger.chain.tiles import BundleId, Edge, TileId, encode_bundle, tree_tiles
from ledger.chain.tree import leaf_hash, mth
from ledger.keys import SigningKey

FOLDER = Path(__file__).parent
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(data) for data in INPUTS]
ORIGIN = "ledger.example/vectors"
LOG_SEED, WITNESS_SEED = bytes(range(32)), bytes(range(32, 64))
LOG_KEY = SigningKey.from_seed(LOG_SEED)


def numbered(count: int) -> list[bytes]:
    """Leaf hashes of the entries "0", "1", "2" and so on, in ASCII decimal."""
    return [leaf_hash(str(number).encode()) for number in range(count)]


def read_classic(tile: TileId) -> bytes:
    """The only tile of the tree over the eight leaves."""
    return b"".join(LEAVES[: tile.width])


def hexes(hashes: tuple[bytes, ...]) -> list[str]:
    """Each as hex."""
    return [item.hex() for item in hashes]


def tree() -> dict[str, Any]:
    """Leaf hashes and roots of small trees, and of larger ones over numbered entries."""
    sizes = (15, 16, 17, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537)
    return {
        "inputs": [data.hex() for data in INPUTS],
        "leaf_hashes": [leaf.hex() for leaf in LEAVES],
        "roots": [mth(LEAVES[:size]).hex() for size in range(9)],
        "numbered_entries": "entry n is n in ASCII decimal",
        "numbered_roots": {str(size): mth(numbered(size)).hex() for size in sizes},
    }


def tiles() -> dict[str, Any]:
    """Paths, the tiles of some sizes, the roots over the tiles of a larger tree, a bundle."""
    named = [TileId(0, 0), TileId(0, 273, 112), TileId(1, 1_234_067, 5), TileId(63, 999)]
    edge, full = Edge().grow(numbered(70_000))
    stored = dict(full) | {
        tile: edge.tile(tile.level) for tile in tree_tiles(70_000) if tile.width < 256
    }
    return {
        "paths": [
            {"level": tile.level, "index": tile.index, "width": tile.width, "path": tile.path}
            for tile in named
        ],
        "bundle_paths": [
            {"index": bundle.index, "width": bundle.width, "path": bundle.path}
            for bundle in (BundleId(0), BundleId(1000, 7))
        ],
        "not_paths": ["tile/0/0", "tile/64/000", "tile/0/x000/000", "tile/0/000.p/256"],
        "tiles_of_size": {
            str(size): [tile.path for tile in tree_tiles(size)] for size in (0, 1, 256, 600)
        },
        "numbered_70000": {
            tile.path: mth([data[at : at + 32] for at in range(0, len(data), 32)]).hex()
            for tile, data in sorted(stored.items())
            if tile.level > 0 or tile.index in {0, 272, 273}
        },
        "bundle": {
            "entries": [data.hex() for data in INPUTS],
            "width": len(INPUTS),
            "data": encode_bundle(INPUTS).hex(),
        },
    }


def proofs() -> dict[str, Any]:
    """All inclusion and consistency proofs in trees of up to eight leaves, and some false ones."""
    roots = [mth(LEAVES[:size]).hex() for size in range(9)]
    inclusion = [
        {
            "index": index,
            "size": size,
            "leaf_hash": LEAVES[index].hex(),
            "root": roots[size],
            "proof": hexes(inclusion_proof(read_classic, index, size)),
            "valid": True,
        }
        for size in range(1, 9)
        for index in range(size)
    ]
    consistency = [
        {
            "old": old,
            "new": new,
            "old_root": roots[old],
            "new_root": roots[new],
            "proof": hexes(consistency_proof(read_classic, old, new)),
            "valid": True,
        }
        for new in range(1, 9)
        for old in range(1, new + 1)
    ]
    last, grown = inclusion[-1], consistency[-2]
    false_inclusion: list[dict[str, Any]] = [
        {"index": 8},
        {"index": 6},
        {"size": 7},
        {"proof": last["proof"][:-1]},
        {"proof": [*last["proof"], roots[1]]},
        {"proof": ["", *last["proof"][1:]]},
        {"index": 0, "size": 1, "leaf_hash": "", "root": "", "proof": []},
    ]
    false_consistency: list[dict[str, Any]] = [
        {"old": 0, "old_root": roots[0], "proof": []},
        {"old": 6, "old_root": roots[6]},
        {"old": 8},
        {"proof": []},
        {"proof": [*grown["proof"], roots[1]]},
        {"old": 8, "old_root": roots[7], "proof": []},
    ]
    return {
        "inclusion": inclusion + [last | change | {"valid": False} for change in false_inclusion],
        "consistency": consistency
        + [grown | change | {"valid": False} for change in false_consistency],
    }


def notes() -> dict[str, Any]:
    """A signed note, checkpoints of the log, one with a witness, and some that are refused."""
    log = NoteSigner(ORIGIN, LOG_KEY)
    witness = NoteSigner("witness.example", SigningKey.from_seed(WITNESS_SEED))
    eight, empty = Checkpoint(ORIGIN, 8, mth(LEAVES)), Checkpoint(ORIGIN, 0, mth([]))
    note = sign_checkpoint(eight, LOG_KEY)
    other = Checkpoint("other.example", 8, mth(LEAVES)).body
    return {
        "signers": [
            {"name": signer.name, "seed": seed.hex(), "verifier_key": signer.key.text()}
            for signer, seed in ((log, LOG_SEED), (witness, WITNESS_SEED))
        ],
        "text": {"body": "two\n\nparts\n", "note": sign_note("two\n\nparts\n", [log])},
        "origin": ORIGIN,
        "known_keys": [log.key.text()],
        "checkpoints": [
            {"valid": True, "size": 0, "root": empty.root.hex()}
            | {"note": sign_checkpoint(empty, LOG_KEY)},
            {"valid": True, "size": 8, "root": eight.root.hex(), "note": note},
            {"valid": True, "size": 8, "root": eight.root.hex()}
            | {"note": note + witness.line(eight.body)},
            {"valid": False, "why": "other origin", "note": sign_note(other, [log])},
            {"valid": False, "why": "unknown key", "note": sign_note(eight.body, [witness])},
            {"valid": False, "why": "false signature", "note": note.replace("\n8\n", "\n9\n")},
            {"valid": False, "why": "one of two is false", "note": note + log.line(empty.body)},
            {"valid": False, "why": "line break lost", "note": note[:-1]},
            {"valid": False, "why": "leading zero"}
            | {"note": sign_note(eight.body.replace("\n8\n", "\n08\n"), [log])},
            {"valid": False, "why": "extension line"}
            | {"note": sign_note(eight.body + "more\n", [log])},
            {"valid": False, "why": "root of another size"}
            | {"note": sign_note(eight.body.replace("\n8\n", "\n0\n"), [log])},
            {"valid": False, "why": "no root of 32 bytes"}
            | {"note": sign_note(f"{ORIGIN}\n8\nAAAA\n", [log])},
        ],
    }


def entries() -> dict[str, Any]:
    """A log of three entries with a receipt for each, and entries that are refused."""
    head, made = Head(), []
    for number in range(3):
        command = {"payload": f"command {number}, 确权", "signatures": []}
        at_ms = 1_767_323_045_678 + number
        made.append(make_entry(head, at_ms, 1, command, leaf_hash(b"effects %d" % number)))
        head = follow(head, made[-1])
    note = sign_checkpoint(Checkpoint(ORIGIN, head.size, head.frontier.root()), LOG_KEY)
    stored = b"".join(entry.leaf for entry in made)
    first = made[0].data.decode()
    return {
        "entries": [
            {"data": entry.data.decode(), "leaf_hash": entry.leaf.hex()}
            | {
                "receipt": Receipt(
                    entry.seq, inclusion_proof(lambda _: stored, entry.seq, 3), note
                ).text()
            }
            for entry in made
        ],
        "refused": [
            {"why": "unknown field", "data": first.replace('{"at"', '{"a":1,"at"')},
            {"why": "missing field", "data": first.replace('"rules":1,', "")},
            {"why": "blank", "data": first.replace('"v":1', '"v": 1')},
            {"why": "escaped text", "data": first.replace("确", "\\u786e")},
            {"why": "double key", "data": first.replace('"v":1', '"v":1,"v":1')},
            {"why": "float", "data": first.replace('"v":1', '"v":1.0')},
            {"why": "two decimals", "data": first.replace(".678Z", ".67Z")},
            {"why": "no instant", "data": first.replace("2026-01-02", "2026-02-29")},
            {"why": "padded digest", "data": first.replace('","rules"', '=","rules"')},
            {"why": "rules 0", "data": first.replace('"rules":1', '"rules":0')},
            {"why": "too large", "data": first.replace("command 0", "x" * 16_384)},
        ],
    }


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "tree": tree,
    "tiles": tiles,
    "proofs": proofs,
    "notes": notes,
    "entries": entries,
}


def render(name: str) -> str:
    """The text of one vector file."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in VECTORS:
        (FOLDER / f"{each}.json").write_text(render(each), encoding="utf-8")
