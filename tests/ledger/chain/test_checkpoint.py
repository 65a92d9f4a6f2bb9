"""Checkpoints: made, opened, opened by foreign verifiers, and refused."""

from __future__ import annotations

import base64

import metamorphic_log
import pytest
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from ledger.chain.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.chain.note import NoteSigner, note_key, sign_note
from ledger.chain.tree import EMPTY_ROOT, mth
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from tests.ledger.chain.sample import (
    LOG_KEY,
    LOG_NOTE_KEY,
    ORIGIN,
    WITNESS,
    numbered_leaves,
    sha256,
)

ROOT = sha256(b"root")
ROOT_TEXT = base64.b64encode(ROOT).decode()


def log_note(body: str) -> str:
    """A note with any body, signed by the log."""
    return sign_note(body, [NoteSigner(ORIGIN, LOG_KEY)])


@pytest.mark.parametrize(("size", "root"), [(0, EMPTY_ROOT), (1, ROOT), (2**63 - 1, ROOT)])
def test_round_trip(size: int, root: bytes) -> None:
    """A signed checkpoint opens with the content it was made of, the largest too."""
    checkpoint = Checkpoint(ORIGIN, size, root)
    note = sign_checkpoint(checkpoint, LOG_KEY)
    assert open_checkpoint(note, ORIGIN, [LOG_NOTE_KEY]) == checkpoint
    assert metamorphic_log.checkpoint_verify(note, [LOG_NOTE_KEY.text()]).size == size


@pytest.mark.parametrize("size", range(65))
def test_two_foreign_verifiers_open_every_small_head(size: int) -> None:
    """The signed head of every tree up to 64 leaves is good for two foreign verifiers."""
    root = mth(numbered_leaves(size))
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root), LOG_KEY)
    assert metamorphic_log.verify_signed_note(note, [LOG_NOTE_KEY.text()]) == 1
    head = metamorphic_log.checkpoint_verify(note, [LOG_NOTE_KEY.text()])
    assert (head.origin, head.size, head.root) == (ORIGIN, size, root)
    other = ForeignCheckpoint.from_text(note)
    other.verify(Vkey.from_string(LOG_NOTE_KEY.text()))
    assert (other.origin, other.size, other.root_hash) == (ORIGIN, size, root)


def test_cosigned_checkpoint_opens() -> None:
    """Lines of witnesses do not disturb the log's own."""
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    note = sign_checkpoint(checkpoint, LOG_KEY) + WITNESS.line(checkpoint.body)
    assert open_checkpoint(note, ORIGIN, [LOG_NOTE_KEY]) == checkpoint


def test_rotated_key_signs_beside_the_old_one() -> None:
    """During a rotation readers of the old and of the new key both open the checkpoint."""
    checkpoint, new = Checkpoint(ORIGIN, 7, ROOT), NoteSigner(ORIGIN, SigningKey.from_seed(ROOT))
    note = sign_checkpoint(checkpoint, LOG_KEY) + new.line(checkpoint.body)
    for keys in ([LOG_NOTE_KEY], [new.key], [LOG_NOTE_KEY, new.key]):
        assert open_checkpoint(note, ORIGIN, keys) == checkpoint


def test_trap_02_origin_is_compared() -> None:
    """A checkpoint that the trusted key signed for another origin is refused."""
    note = sign_note(Checkpoint("other.example/log", 7, ROOT).body, [NoteSigner(ORIGIN, LOG_KEY)])
    with pytest.raises(Refused) as caught:
        open_checkpoint(note, ORIGIN, [LOG_NOTE_KEY])
    assert caught.value.code is RefusalCode.CHECKPOINT_OF_OTHER_LOG


def test_key_under_another_name_is_unknown() -> None:
    """The same key under another name is another note key."""
    note = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), LOG_KEY)
    with pytest.raises(Refused) as caught:
        open_checkpoint(note, ORIGIN, [note_key("other.example", LOG_KEY.public)])
    assert caught.value.code is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY


@pytest.mark.parametrize(
    "body",
    [
        "\n",
        f"{ORIGIN}\n",
        f"{ORIGIN}\n7\n",
        f"\n7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n07\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n+7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n-7\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7 \n{ROOT_TEXT}\n",
        f"{ORIGIN}\n٧\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7_0\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n{10**30}\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n0\n{ROOT_TEXT}\n",
        f"{ORIGIN}\n7\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT[:-1]}\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT} \n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n7\n\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\n\n",
        f"{ORIGIN}\n7\n{ROOT_TEXT}\nextension\n",
    ],
)
def test_signed_but_malformed(body: str) -> None:
    """What is not origin, size and root is refused, though the log's key signed it."""
    with pytest.raises(Refused) as caught:
        open_checkpoint(log_note(body), ORIGIN, [LOG_NOTE_KEY])
    assert caught.value.code is RefusalCode.CHECKPOINT_MALFORMED


def test_extension_lines_of_other_logs() -> None:
    """A reader of other logs may allow extension lines, but no empty one."""
    body = Checkpoint(ORIGIN, 7, ROOT).body
    assert parse_checkpoint(body + "more\n", allow_extensions=True) == parse_checkpoint(body)
    for wrong in (body + "\n", body + "more\n\nmore\n", body + "more"):
        with pytest.raises(Refused) as caught:
            parse_checkpoint(wrong, allow_extensions=True)
        assert caught.value.code is RefusalCode.CHECKPOINT_MALFORMED


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 7, ROOT), ("a\nb", 7, ROOT), (ORIGIN, -1, ROOT), (ORIGIN, 7, b""), (ORIGIN, 0, b"")],
)
def test_checkpoints_that_cannot_be(origin: str, size: int, root: bytes) -> None:
    """A checkpoint with an impossible part cannot be made, so it cannot be signed."""
    with pytest.raises(Refused) as caught:
        Checkpoint(origin, size, root)
    assert caught.value.code is RefusalCode.CHECKPOINT_MALFORMED


def test_origin_that_cannot_name_a_key() -> None:
    """Our log signs under its origin, so an origin with a blank cannot be signed."""
    with pytest.raises(Refused) as caught:
        sign_checkpoint(Checkpoint("my log", 7, ROOT), LOG_KEY)
    assert caught.value.code is RefusalCode.NOTE_KEY_MALFORMED
