"""Every refusal code says what to do next, in English and in Chinese."""

from __future__ import annotations

import re

import pytest

from ledger.errors import RefusalCode
from ledger.refusals import codes
from ledger.refusals.language import Language

CJK = re.compile(r"[\u4e00-\u9fff]")
PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words of English in a row."""


def test_every_code_has_both_remedies_and_no_remedy_is_left_over() -> None:
    """What the areas say is, in each language, exactly the enumeration, each code once."""
    known = {code.value for code in RefusalCode}
    for table in ("REMEDIES", "REMEDIES_ZH"):
        said = [code for area in codes._AREAS for code in getattr(area, table)]
        missing = sorted(known - set(said))
        assert not missing, f"{table} lacks {', '.join(missing)}"
        assert sorted(said) == sorted(known), table


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.value)
def test_a_remedy_is_a_sentence_of_its_language(code: RefusalCode) -> None:
    """Both end as sentences do; the Chinese one is Chinese, with nothing left in English."""
    english, chinese = map(code.remedy_in, Language)
    assert english == code.remedy
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert len(CJK.findall(chinese)) >= 5
    assert not PROSE.search(chinese)
