"""What others make of our cosignatures, and we of logs that are not ours."""

from __future__ import annotations

from pathlib import Path

import metamorphic_log
import pytest
from cryptography.exceptions import InvalidSignature
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint, ConsistencyProof

from tests.support.plain_log import PlainLog, numbered
from tests.support.witnesses import NOON, Clock, new_witness, witness_of

SIZES = (0, 1, 2, 3, 64, 65, 130)


def plain_log(extensions: tuple[str, ...] = ()) -> PlainLog:
    """A log with leaves enough for `SIZES`."""
    log = PlainLog("log.example/plain", b"log", extensions)
    log.leaves = numbered(max(SIZES))
    return log


def test_a_foreign_verifier_accepts_our_cosignatures(tmp_path: Path) -> None:
    """`tlog-scales` verifies the line of the log and ours, with the time that the clock said."""
    log, clock = plain_log(), Clock()
    key = Vkey.from_string(new_witness(tmp_path / "w").text())
    keys = VkeySet(Vkey.from_string(log.vkey), key)
    with witness_of(tmp_path / "w", log, clock=clock) as witness:
        for number, (old, new) in enumerate(zip((0, *SIZES), SIZES, strict=False)):
            clock.now = NOON + number
            note = log.note(new) + witness.add_checkpoint(log.request(old, new))
            head = Checkpoint.from_text(note)
            found = dict(keys.verify(head.signatures, head))
            assert {vkey.name for vkey in found} == {log.origin, key.name}
            assert key.get_verifier().get_timestamp(found[key].payload) == NOON + number
            metamorphic_log.verify_signed_note(note, [log.vkey])
            head = metamorphic_log.checkpoint_verify(note, [log.vkey])
            assert (head.size, head.root) == (new, log.root(new))


def test_a_foreign_verifier_refuses_another_time(tmp_path: Path) -> None:
    """The time is signed: the same line with another one is no cosignature of ours."""
    log = plain_log()
    key = Vkey.from_string(new_witness(tmp_path / "w").text())
    with witness_of(tmp_path / "w", log) as witness:
        note = log.note(64) + witness.add_checkpoint(log.request(0, 64))
    head = Checkpoint.from_text(note)
    (line,) = [sig for sig in head.signatures if key.match(sig)]
    key.get_verifier().verify(line.payload, head)
    later = (NOON + 1).to_bytes(8, "big") + line.payload[8:]
    with pytest.raises(InvalidSignature):
        key.get_verifier().verify(later, head)


@pytest.mark.parametrize("extensions", [(), ("extension", "另一行")])
def test_what_we_take_from_a_foreign_log_two_foreign_verifiers_take(
    tmp_path: Path, extensions: tuple[str, ...]
) -> None:
    """The proofs by which we go on from head to head hold for others, too."""
    log = plain_log(extensions)
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", log) as witness:
        for old, new in zip((0, *SIZES), SIZES, strict=False):
            assert witness.add_checkpoint(log.request(old, new)).startswith("— ")
            if old:
                proof = log.proof(old, new)
                roots = (log.root(old), log.root(new))
                metamorphic_log.verify_consistency(old, new, proof, *roots)
                ConsistencyProof(old, new, proof).check(*roots)
