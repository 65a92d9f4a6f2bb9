"""The languages in which a person is told what to do, and what a signature would do."""

from __future__ import annotations

from enum import Enum


class Language(Enum):
    """A language by its primary tag (RFC 5646, section 2.2.1)."""

    ENGLISH = "en"
    CHINESE = "zh"
