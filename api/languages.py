"""In which language a person is spoken to: as the request asks, or as the environment says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from ledger.refusals.language import Language

_RANGE = re.compile(
    r"([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*(?:\s*;\s*q=([01](?:\.[0-9]{0,3})?))?"
)
_LONGEST = 1_000
_VARIABLES = ("DUEBILL_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def negotiated(header: str) -> Language:
    """The language of an Accept-Language header (RFC 9110, section 12.5.4); English by default.

    The highest weight decides, of equal ones the first. A range that is out of form is passed over.
    """
    best, chosen = 0.0, Language.ENGLISH
    for part in header[:_LONGEST].split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            continue
        language = _NAMED.get(match[1].lower())
        weight = min(1.0, float(match[2] or 1))
        if language is not None and weight > best:
            best, chosen = weight, language
    return chosen


_NAMED = {"*": Language.ENGLISH, **{language.value: language for language in Language}}


def spoken(environ: Mapping[str, str] = os.environ) -> Language:
    """The language of this process's user.

    The first that is set of DUEBILL_LANG, LC_ALL, LC_MESSAGES and LANG decides: Chinese where it
    begins with zh, else English.
    """
    said = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return Language.CHINESE if said.lower().startswith("zh") else Language.ENGLISH
