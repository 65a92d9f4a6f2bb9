"""Two verifiers that share no code say the same of every export, honest or spoiled."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.findings import Level
from ledger.audit.folder import export_log
from ledger.store.snapshot import open_snapshot
from tests.support.actors import Stage
from tests.support.acts import claims_by_manifest
from tests.support.history import tour
from tests.support.long_log import long_log
from tests.support.second import first_says, level_of_both, second_says
from tests.support.spoiling import CHANGES, Spoiler

LONG = 1_000
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
    """Where the two do not say the same, and how often which level and change was met."""
    found, seen = [], Counter[str]()
    names = sorted(exports)
    for number in numbers:
        spoiler = exports[names[number % len(names)]]
        policy = spoiler.honest / "policy"
        with spoiler.spoiled(number) as change:
            one = first_says(spoiler.folder, policy)
            other = second_says(spoiler.folder, policy)
        seen.update([other[1] if other else "none", change.partition(": ")[2]])
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


def test_both_name_the_same_first_fault(exports: dict[str, Spoiler]) -> None:
    """A hundred spoiled exports: the same entry and the same level, or both accept."""
    found, seen = disagreements(exports, range(100))
    assert found == []
    assert min(seen["structure"], seen["merkle"]) > 10
    assert {change.__name__ for change in CHANGES} <= seen.keys()


@pytest.mark.long
@pytest.mark.parametrize("share", range(SHARES))
def test_both_name_the_same_first_fault_of_a_thousand(
    exports: dict[str, Spoiler], share: int
) -> None:
    """A thousand other spoiled exports, in shares."""
    first = 1_000 + share * LONG // SHARES
    found, _ = disagreements(exports, range(first, first + LONG // SHARES))
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
