"""Writes foreign_tree.json: roots and proofs of small trees, computed by software of others alone.

Run `python -m tests.vectors.make_foreign_tree` from the root of the project; it needs Go as
tests/foreign/README.md says. Two programs compute everything and must agree to the byte, Go's
`golang.org/x/mod/sumdb/tlog` and `tlog-scales`, and `metamorphic-log` verifies each proof. No code
of this project takes part, so that the file can judge it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import metamorphic_log
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import DummySigner
from tlog_scales.tiles import leaf_hash
from tlog_scales.writer import TilesWriter

from tests.foreign.tools import built_in_go

FOLDER = Path(__file__).parent
PATH = FOLDER / "foreign_tree.json"
INPUTS = [
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
    *(text.encode().hex() for text in ("{}", "确权", "entry 10", "entry 11", "entry 12")),
    "00" * 32,
    "ff" * 65,
]
"""Fifteen leaves in hex: the eight on which trees have been compared since RFC 6962, and more."""


def by_scales() -> dict[str, Any]:
    """What `tlog-scales` computes: it writes the tiles, and reads roots and proofs back."""
    roots, inclusion, consistency = [], [], []
    with tempfile.TemporaryDirectory() as name:
        writer = TilesWriter.create(Path(name) / "log", "vectors.example")
        reader = TilesReader(LocalBackend(Path(name) / "log"))
        for size, text in enumerate(INPUTS, start=1):
            writer.add_leaf(bytes.fromhex(text))
            writer.commit([DummySigner()])
            reader.set_size(size)
            roots.append(reader.calculate_root_hash().hex())
            for index in range(size):
                path = reader.get_inclusion_proof(index, size).node_hashes
                inclusion.append(_proof(index, size, path))
                growth = reader.get_consistency_proof(index + 1, size).node_hashes
                consistency.append(_proof(index + 1, size, growth))
    return {"roots": roots, "inclusion": inclusion, "consistency": consistency}


def by_go() -> dict[str, Any]:
    """What Go's library computes."""
    with tempfile.TemporaryDirectory() as name:
        program = built_in_go(FOLDER / "go", Path(name))
        done = subprocess.run(  # noqa: S603 - built from the sources beside this file
            [program], input=json.dumps(INPUTS), capture_output=True, text=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
    return found


def verify(found: dict[str, Any], leaves: list[bytes], roots: list[bytes]) -> None:
    """Lets `metamorphic-log` verify each proof. Raises its `VerifyError`."""
    for item in found["inclusion"]:
        index, size, proof = _parts(item)
        metamorphic_log.verify_inclusion(index, size, leaves[index], proof, roots[size])
    for item in found["consistency"]:
        old, new, proof = _parts(item)
        metamorphic_log.verify_consistency(old, new, proof, roots[old], roots[new])


def make() -> str:
    """The text of the file. Raises where the programs differ."""
    found = by_scales()
    if found != by_go():
        raise AssertionError("tlog-scales and Go compute different trees")
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
    empty = TilesReader(LocalBackend(FOLDER))
    empty.set_size(0)
    roots = [empty.calculate_root_hash(), *map(bytes.fromhex, found["roots"])]
    verify(found, leaves, roots)
    tree = {
        "about": "computed by golang.org/x/mod/sumdb/tlog and tlog-scales, which agree, and "
        "verified by metamorphic-log; hashes are hex",
        "inputs": INPUTS,
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "roots": [root.hex() for root in roots],
        "inclusion": [
            {"index": item["First"], "size": item["Second"], "proof": item["Hashes"]}
            for item in found["inclusion"]
        ],
        "consistency": [
            {"old": item["First"], "new": item["Second"], "proof": item["Hashes"]}
            for item in found["consistency"]
        ],
    }
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def _proof(first: int, second: int, hashes: list[bytes]) -> dict[str, Any]:
    return {"First": first, "Second": second, "Hashes": [item.hex() for item in hashes]}


def _parts(item: dict[str, Any]) -> tuple[int, int, list[bytes]]:
    return item["First"], item["Second"], [bytes.fromhex(text) for text in item["Hashes"]]


if __name__ == "__main__":
    PATH.write_text(make(), "utf-8")
