"""What all tests share: how hypothesis searches, and where the real documents are."""

from __future__ import annotations

import os
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

# Real invoices and bank files are no part of this project: the tests that read them are collected
# only where DUEBILL_DATA names their folder.
collect_ignore_glob = [] if os.environ.get("DUEBILL_DATA") else ["*test_real_*.py"]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real documents that DUEBILL_DATA names."""
    folder = Path(os.environ["DUEBILL_DATA"])
    assert folder.is_dir(), f"DUEBILL_DATA names no folder: {folder}"
    return folder
