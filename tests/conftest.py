"""What all tests share: how hypothesis searches, and where the real documents are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.postgres import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]  # fixtures for all

# A slow or busy machine is no fault of the code: no deadlines, and the same examples each run.
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")

# Many tests start our programs: they compile their modules once, whatever this process was told.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What the command line says is compared in English, whatever the machine speaks.
os.environ["DUEBILL_LANG"] = "en"

# Real invoices and bank files are no part of this project: the tests that read them are collected
# only where DUEBILL_DATA names their folder.
collect_ignore_glob = [] if os.environ.get("DUEBILL_DATA") else ["*test_real_*.py"]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real documents that DUEBILL_DATA names."""
    folder = Path(os.environ["DUEBILL_DATA"])
    assert folder.is_dir(), f"DUEBILL_DATA names no folder: {folder}"
    return folder


BUDGETS = {
    "tests/api": 240,
    "tests/foreign": 20,
    "tests/ledger": 420,
    "tests/properties": 180,
    "tests/reliability": 170,
    "tests/verifier": 60,
    "tests/witness": 40,
    "tests": 20,
}
"""Seconds of one quiet core that each folder's usual tests may take: under 10 minutes on two."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each folder took beside what it may take."""
    took: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = "/".join(Path(report.nodeid.partition("::")[0]).parts[:2])
                took[folder if folder in BUDGETS else "tests"] += report.duration
    terminalreporter.section("seconds by folder")
    for folder, budget in BUDGETS.items():
        terminalreporter.write_line(f"{folder:20} {took[folder]:6.0f} of {budget}")
