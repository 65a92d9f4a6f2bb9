"""Two verifiers that share no code say the same of every export, honest or spoiled."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.findings import Level
from ledger.audit.folder import export_log
from ledger.base64url import b64url_decode
from ledger.chain.note import Cosigner
from ledger.envelope import sign_payload
from ledger.store.snapshot import open_snapshot
from tests.support.actors import Stage
from tests.support.acts import claims_by_manifest
from tests.support.history import tour
from tests.support.long_log import LongLog, key_of, long_log
from tests.support.second import Said, first_says, level_of_both, second_says
from tests.support.spoiling import CHANGES, Spoiler, drawn

USUAL, LONG = 100, 1_000
SHARES = 10


def small(folder: Path) -> Path:
    """Two pages without rules: three keys, manifests."""
    return long_log(330).write(folder / "small")


def one_page(folder: Path) -> Path:
    """A page that is just full, so that no tile is partial."""
    return long_log(256).write(folder / "page")


def whole(folder: Path) -> Path:
    """A ledger on which every kind of act was done, with rule documents."""

    def more(stage: Stage) -> None:
        claims_by_manifest(stage)

    ending = tour(folder, 3, more=more)
    with open_snapshot(ending.path, ending.heads) as snapshot:
        export_log(snapshot, folder / "whole", ending.keys, b"the verifier")
    return folder / "whole"


MAKERS: dict[str, Callable[[Path], Path]] = {"small": small, "page": one_page, "whole": whole}


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spoiler]:
    """Each honest export, and a place to spoil it."""
    folder = tmp_path_factory.mktemp("exports")
    return {name: Spoiler(make(folder), folder / "spoiled") for name, make in MAKERS.items()}


def disagreements(exports: dict[str, Spoiler], numbers: range) -> tuple[list[str], Counter[str]]:
    """Where the two do not say the same, and how often which level was named."""
    found, seen = [], Counter[str]()
    names = sorted(exports)
    for number in numbers:
        spoiler = exports[names[number % len(names)]]
        policy = spoiler.honest / "policy"
        with spoiler.spoiled(number) as change:
            one = first_says(spoiler.folder, policy)
            other = second_says(spoiler.folder, policy)
        seen[other[1] if other else "none"] += 1
        if one != level_of_both(other):
            found.append(f"{change} of {names[number % len(names)]}: {one}, {other}")
    return found, seen


def test_honest_exports_are_accepted(exports: dict[str, Spoiler]) -> None:
    """By both, with manifests, several keys, full and partial tiles, rule documents."""
    for spoiler in exports.values():
        policy = spoiler.honest / "policy"
        assert first_says(spoiler.honest, policy) is None
        assert second_says(spoiler.honest, policy) is None
    rules = first_says(exports["whole"].honest, exports["whole"].honest / "policy", Level.RULES)
    assert rules is None


@pytest.mark.parametrize("share", range(SHARES))
def test_both_name_the_same_first_fault(exports: dict[str, Spoiler], share: int) -> None:
    """A hundred spoiled exports, in shares: the same entry and level, or both accept."""
    found, seen = disagreements(exports, range(share, USUAL, SHARES))
    assert found == []
    assert min(seen["structure"], seen["merkle"]) > 0


def test_every_kind_of_change_is_tried() -> None:
    """The hundred of the usual run know them all."""
    assert {drawn(number)[1] for number in range(USUAL)} == set(CHANGES)


@pytest.mark.long
@pytest.mark.parametrize("share", range(2 * SHARES))
def test_both_name_the_same_first_fault_of_a_thousand(
    exports: dict[str, Spoiler], share: int
) -> None:
    """A thousand other spoiled exports, in shares."""
    found, _ = disagreements(exports, range(USUAL + share, USUAL + LONG, 2 * SHARES))
    assert found == []


def test_what_only_a_replay_could_judge_is_said_by_both(
    exports: dict[str, Spoiler], tmp_path: Path
) -> None:
    """A rule document that is changed, or that nobody names: no fault of signatures, but one."""
    honest = exports["whole"].honest
    policy = honest / "policy"
    document = min((honest / "documents").iterdir()).name
    for name, data in ((document, b"{}"), ("A" * 43, b"{}")):
        folder = tmp_path / name[:5]
        shutil.copytree(honest, folder)
        (folder / "documents" / name).write_bytes(data)
        assert first_says(folder, policy) is None
        assert second_says(folder, policy) == (None, "rules")
        assert first_says(folder, policy, Level.RULES) is not None


@pytest.mark.parametrize(
    ("late_s", "expected"),
    [(0, None), (-300, None), (-301, (129, "merkle")), (-310, (120, "merkle"))],
)
def test_cosignatures_bound_the_time_of_entries(
    tmp_path: Path, late_s: int, expected: Said
) -> None:
    """An entry may be five minutes later than a cosignature over it, not more (a second each)."""
    log = long_log(130)
    folder = log.write(tmp_path / "log")
    witness = Cosigner("witness.example/w", key_of("witness"))
    body = log.checkpoint().partition("\n\n")[0] + "\n"
    with (folder / "checkpoint").open("a", encoding="utf-8") as file:
        file.write(witness.line(body, log.head.at_ms // 1000 + late_s))
    lines = [f"log {log.keys[0].text()}", f"witness w {witness.key.text()}", "quorum w", ""]
    policy = tmp_path / "policy"
    policy.write_text("\n".join(lines))
    assert first_says(folder, policy) == second_says(folder, policy) == expected
    (folder / "checkpoint").write_text(log.checkpoint())
    assert first_says(folder, policy) == second_says(folder, policy) == (None, "merkle")


def forged(log: LongLog, seq: int) -> LongLog:
    """Somebody else's signature over the same payload."""
    tree = json.loads(log.made[seq])["command"]
    payload = json.loads(b64url_decode(tree["payload"]))
    other = sign_payload(payload, [key_of("ann")])["signatures"]
    other[0]["signature"] = sign_payload(payload, [key_of("bob")])["signatures"][0]["signature"]
    return log.rewritten(seq, command={**tree, "signatures": other})


def named_late(log: LongLog, seq: int) -> LongLog:
    """A key that no entry has named so far."""
    tree = json.loads(log.made[seq])["command"]
    payload = json.loads(b64url_decode(tree["payload"]))
    return log.rewritten(seq, command=sign_payload(payload, [key_of("bob")]))


def other_line(log: LongLog, seq: int) -> LongLog:
    """The place of another line in the manifest, or of none, or a path that is too long."""
    tree = json.loads(log.made[seq])["command"]
    line = {**tree["manifest"], "index": (tree["manifest"]["index"] + 1) % 20}
    return log.rewritten(seq, command={**tree, "manifest": line})


def other_manifest(log: LongLog, seq: int) -> LongLog:
    """A manifest that nobody signed."""
    tree = json.loads(log.made[seq])["command"]
    line = {**tree["manifest"], "jti": tree["manifest"]["jti"][:-1] + "x"}
    return log.rewritten(seq, command={**tree, "manifest": line})


@pytest.mark.parametrize(
    ("change", "seq"), [(forged, 77), (named_late, 33), (other_line, 105), (other_manifest, 110)]
)
def test_faults_under_a_good_tree(
    change: Callable[[LongLog, int], LongLog], seq: int, tmp_path: Path
) -> None:
    """All hashes fit and the log signed the head: only the signature is wrong, at that entry."""
    folder = change(long_log(330), seq).write(tmp_path / "log")
    said = second_says(folder, folder / "policy")
    assert first_says(folder, folder / "policy") == said == (seq, "signatures")
