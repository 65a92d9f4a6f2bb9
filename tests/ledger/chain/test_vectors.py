"""The vector files are what the code makes, and every case in them holds."""

from __future__ import annotations

import json
from typing import Any

import metamorphic_log
import pytest

from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.entry import read_entry
from ledger.chain.note import NoteSigner, open_note, parse_note_key
from ledger.chain.proof import verify_consistency, verify_inclusion
from ledger.chain.receipt import verify_receipt
from ledger.chain.tiles import BundleId, TileId, decode_bundle, parse_path
from ledger.chain.tree import leaf_hash, mth
from ledger.errors import Refused
from ledger.keys import SigningKey
from tests.ledger.chain.sample import naive_mth
from tests.vectors.make_chain import FOLDER, VECTORS, render


def vector(name: str) -> dict[str, Any]:
    """The content of one vector file."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def hashes(texts: list[str]) -> list[bytes]:
    """The bytes of hex texts."""
    return [bytes.fromhex(text) for text in texts]


@pytest.mark.parametrize("name", VECTORS)
def test_trap_16_files_are_what_the_code_makes(name: str) -> None:
    """Any change of a byte that the log writes shows as a change of these files."""
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == render(name)


def test_tree() -> None:
    """The roots are those of the naive definition."""
    tree = vector("tree")
    leaves = [leaf_hash(data) for data in hashes(tree["inputs"])]
    assert leaves == hashes(tree["leaf_hashes"])
    assert [naive_mth(leaves[:size]).hex() for size in range(9)] == tree["roots"]
    for size, root in tree["numbered_roots"].items():
        numbered = [leaf_hash(str(number).encode()) for number in range(int(size))]
        assert naive_mth(numbered).hex() == root


def test_tiles() -> None:
    """Paths name their tiles and nothing else does; the bundle gives back its entries."""
    tiles = vector("tiles")
    for case in tiles["paths"]:
        assert parse_path(case["path"]) == TileId(case["level"], case["index"], case["width"])
    for case in tiles["bundle_paths"]:
        assert parse_path(case["path"]) == BundleId(case["index"], case["width"])
    for path in tiles["not_paths"]:
        with pytest.raises(Refused):
            parse_path(path)
    bundle = tiles["bundle"]
    decoded = decode_bundle(BundleId(0, bundle["width"]), bytes.fromhex(bundle["data"]))
    assert decoded == hashes(bundle["entries"])
    whole = tiles["numbered_70000"]["tile/2/000.p/1"]
    assert mth(leaf_hash(str(n).encode()) for n in range(65_536)).hex() == whole


@pytest.mark.parametrize("case", vector("proofs")["inclusion"])
def test_inclusion(case: dict[str, Any]) -> None:
    """We and a foreign verifier agree with each case."""
    proof = hashes(case["proof"])
    leaf, root = hashes([case["leaf_hash"], case["root"]])
    if case["valid"]:
        verify_inclusion(case["index"], case["size"], leaf, proof, root)
        metamorphic_log.verify_inclusion(case["index"], case["size"], leaf, proof, root)
        return
    with pytest.raises(Refused):
        verify_inclusion(case["index"], case["size"], leaf, proof, root)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.verify_inclusion(case["index"], case["size"], leaf, proof, root)


@pytest.mark.parametrize("case", vector("proofs")["consistency"])
def test_consistency(case: dict[str, Any]) -> None:
    """We and a foreign verifier agree with each case."""
    old, new, proof = case["old"], case["new"], hashes(case["proof"])
    old_root, new_root = hashes([case["old_root"], case["new_root"]])
    if case["valid"]:
        verify_consistency(old, old_root, new, new_root, proof)
        metamorphic_log.verify_consistency(old, new, proof, old_root, new_root)
        return
    with pytest.raises(Refused):
        verify_consistency(old, old_root, new, new_root, proof)


def test_notes() -> None:
    """The keys come from their seeds; the note and each checkpoint open or are refused."""
    notes = vector("notes")
    for signer in notes["signers"]:
        key = SigningKey.from_seed(bytes.fromhex(signer["seed"]))
        assert NoteSigner(signer["name"], key).key.text() == signer["verifier_key"]
    keys = [parse_note_key(text) for text in notes["known_keys"]]
    assert open_note(notes["text"]["note"], keys).body == notes["text"]["body"]
    for case in notes["checkpoints"]:
        if case["valid"]:
            head = open_checkpoint(case["note"], notes["origin"], keys)
            assert (head.size, head.root.hex()) == (case["size"], case["root"])
        else:
            with pytest.raises(Refused):
                open_checkpoint(case["note"], notes["origin"], keys)


def test_entries() -> None:
    """Each entry hashes to its leaf and has its receipt; what must be refused is."""
    entries, notes = vector("entries"), vector("notes")
    keys = [parse_note_key(text) for text in notes["known_keys"]]
    for seq, case in enumerate(entries["entries"]):
        data = case["data"].encode()
        assert (read_entry(data).seq, leaf_hash(data).hex()) == (seq, case["leaf_hash"])
        assert verify_receipt(case["receipt"], data, notes["origin"], keys).size == 3
    for case in entries["refused"]:
        with pytest.raises(Refused):
            read_entry(case["data"].encode())
