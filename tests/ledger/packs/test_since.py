"""Whether the state moved: by a newer export, which must extend the log as the pack knew it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.folder import FolderSource, export_log
from ledger.chain.trust import parse_trust, trust_in
from ledger.errors import Refused
from ledger.financing.commands import AdvanceClock
from ledger.packs.since import Since, moved_since
from ledger.packs.verify import VerifiedPack, verify_pack
from ledger.parties.commands import AddAccount
from ledger.receivables.records import Transfer
from tests.support import having as h
from tests.support.actors import DAY, Stage, open_stage
from tests.support.packs import Parts, evidence, tell, trusted
from tests.vectors.make_packs import policy


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Stage, Parts]]:
    """A stage with the story of a split claim."""
    with open_stage(tmp_path, 3) as stage:
        yield stage, tell(stage)


def pack_of(stage: Stage, parts: Parts) -> VerifiedPack:
    """The verified evidence of the part that was sold, for its holder."""
    return verify_pack(evidence(stage, parts.sold.id, "third").data(), trusted(stage))


def newer(stage: Stage, folder: Path, pack: VerifiedPack) -> Since:
    """What an export of now tells of the pack."""
    export_log(stage.store, folder, stage.log_keys)
    head = pack.head.checkpoint
    return moved_since(head, pack.statement.records, FolderSource(folder), trusted(stage))


def test_nothing_moved_in_an_export_of_the_same_size(
    told: tuple[Stage, Parts], tmp_path: Path
) -> None:
    """The export is the very log that the pack is of."""
    since = newer(told[0], tmp_path / "out", pack_of(*told))
    assert (since.moved, since.may_have) == ((), ())


def test_acts_of_others_do_not_move_it(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """A sibling goes its own way, an account is named: this holding is as it was."""
    stage, parts = told
    pack = pack_of(stage, parts)
    h.sure(stage.do("first", h.offer_to(stage, parts.kept, "second")))
    h.sure(stage.do("core", AddAccount(number="1", bank="B", currency="CNY")))
    since = newer(stage, tmp_path / "out", pack)
    assert since.head.checkpoint.size == pack.statement.size + 2
    assert since.moved == ()


def test_an_act_on_the_holding_moves_it(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """The first entry that names it is told, and every later one."""
    stage, parts = told
    pack = pack_of(stage, parts)
    first = stage.store.size()
    offered = h.sure(stage.do("third", h.offer_to(stage, parts.sold, "second")))
    h.taken(stage, stage.get(Transfer, offered.id("trf")))
    since = newer(stage, tmp_path / "out", pack)
    assert since.moved[0] == first


def test_told_time_may_have_moved_it(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """A lapse that names the records moved them; of another one it is said that it happened."""
    stage, parts = told
    own = pack_of(stage, parts)
    other = verify_pack(evidence(stage, parts.locked.id, "first").data(), trusted(stage))
    stage.clock.ms += 20 * DAY
    tick = stage.store.size()
    assert parts.locked.pending is not None
    h.sure(stage.do("operator", AdvanceClock(lapsed=(parts.locked.pending,))))
    since = newer(stage, tmp_path / "out", own)
    assert (since.moved, since.may_have) == ((), (tick,))
    since = newer(stage, tmp_path / "again", other)
    assert (since.moved, since.may_have) == ((tick,), ())


def test_an_older_export_does_not_tell(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """It has fewer entries than the pack knows of."""
    stage, parts = told
    export_log(stage.store, tmp_path / "old", stage.log_keys)
    h.sure(stage.do("core", AddAccount(number="1", bank="B", currency="CNY")))
    pack = pack_of(stage, parts)
    assert refusal(stage, pack, tmp_path / "old") == "export_is_of_another_history"


def test_another_history_is_refused(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """The same keys led another log: larger, signed, and not the one the pack is of."""
    stage, parts = told
    pack = pack_of(stage, parts)
    (tmp_path / "other").mkdir()
    with open_stage(tmp_path / "other", 4) as other:
        tell(other)
        for number in range(3):
            h.sure(other.do("core", AddAccount(number=str(number), bank="B", currency="CNY")))
        export_log(other.store, tmp_path / "fork", other.log_keys)
    assert refusal(stage, pack, tmp_path / "fork") == "export_is_of_another_history"


def test_a_changed_entry_after_the_pack_is_found(told: tuple[Stage, Parts], tmp_path: Path) -> None:
    """The newer head signs all entries of the export: one that hides an act is not the log."""
    stage, parts = told
    pack = pack_of(stage, parts)
    h.sure(stage.do("core", AddAccount(number="1", bank="B", currency="CNY")))
    export_log(stage.store, tmp_path / "out", stage.log_keys)
    (bundle,) = (tmp_path / "out" / "tile" / "entries").glob("000.p/*")
    data = bundle.read_bytes()
    at = data.rindex(b'"effects":"') + len(b'"effects":"')
    letter = b"A" if data[at : at + 1] != b"A" else b"B"
    bundle.write_bytes(data[:at] + letter + data[at + 1 :])
    assert refusal(stage, pack, tmp_path / "out") == "export_is_of_another_history"


def test_the_quorum_is_asked_of_the_newer_head_too(
    told: tuple[Stage, Parts], tmp_path: Path
) -> None:
    """A policy with witnesses believes no head that they have not seen."""
    stage, parts = told
    pack = pack_of(stage, parts)
    export_log(stage.store, tmp_path / "out", stage.log_keys)
    asks = parse_trust(policy(stage).text())
    with pytest.raises(Refused) as caught:
        moved_since(pack.head.checkpoint, (), FolderSource(tmp_path / "out"), asks)
    assert caught.value.code.value == "quorum_not_met"


def refusal(stage: Stage, pack: VerifiedPack, folder: Path) -> str:
    """With which code an export is refused."""
    with pytest.raises(Refused) as caught:
        moved_since(
            pack.head.checkpoint,
            pack.statement.records,
            FolderSource(folder),
            trust_in(stage.log_keys),
        )
    return caught.value.code.value
