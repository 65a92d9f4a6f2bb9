"""The examples in the specification pages are real bytes."""

from __future__ import annotations

import pytest

from ledger.chain.checkpoint import sign_checkpoint
from ledger.chain.contradiction import compare_heads, grown_from
from ledger.chain.tiles import tree_bundles, tree_tiles
from ledger.chain.trust import LogLine, TrustPolicy, WitnessLine, parse_trust
from tests.ledger.chain.sample import (
    COSIGNER,
    FIRST_AT_MS,
    LOG_KEY,
    LOG_NOTE_KEY,
    ORIGIN,
    naive_reader,
    sample_checkpoint,
    sample_entries,
)
from tests.tidy import ROOT

ENTRIES = sample_entries(3)
CHECKPOINT = sample_checkpoint(ENTRIES)
KEPT = sign_checkpoint(sample_checkpoint([ENTRIES[0], ENTRIES[2]]), LOG_KEY)
SHOWN = sign_checkpoint(CHECKPOINT, LOG_KEY)
GROWN = grown_from(naive_reader([entry.leaf for entry in ENTRIES]), 2, CHECKPOINT)
EVIDENCE = compare_heads(KEPT, SHOWN, [LOG_NOTE_KEY], GROWN).data()
COSIGNED_AT = FIRST_AT_MS // 1000 + 15
POLICY = TrustPolicy(
    (LogLine(LOG_NOTE_KEY, f"https://{ORIGIN}"),),
    (WitnessLine("bank", COSIGNER.key, "https://witness.example"),),
    quorum="bank",
)
EXAMPLES = {
    "evidence.md": [EVIDENCE.decode() + "\n", KEPT, SHOWN],
    "entry.md": [
        ENTRIES[1].data.decode() + "\n",
        "".join(f"leaf hash of entry {e.seq}  {e.leaf.hex()}\n" for e in ENTRIES[:2]),
    ],
    "checkpoint.md": [
        sign_checkpoint(CHECKPOINT, LOG_KEY) + COSIGNER.line(CHECKPOINT.body, COSIGNED_AT),
        POLICY.text(),
        "".join(f"{item.path}\n" for item in [*tree_tiles(600), *tree_bundles(600)]),
    ],
}


def code_blocks(page: str) -> list[str]:
    """The fenced blocks of a page of the specification, in order."""
    text = (ROOT / "docs" / "spec" / page).read_text(encoding="utf-8")
    return [block.split("\n", 1)[1] for block in text.split("```")[1::2]]


@pytest.mark.parametrize("page", EXAMPLES)
def test_examples_are_made_by_the_code(page: str) -> None:
    """Every block of the page is, byte for byte, what the code makes today."""
    assert code_blocks(page) == EXAMPLES[page]


def test_the_example_is_witnessed() -> None:
    """The head at the top of the page meets the quorum of the policy file below it."""
    note, policy = code_blocks("checkpoint.md")[:2]
    opened = parse_trust(policy).open(note, ORIGIN)
    assert opened.witnessed
    assert opened.cosigned == {"bank": COSIGNED_AT}
