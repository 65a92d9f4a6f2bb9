"""Which language a person is spoken to in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.languages import negotiated, spoken
from api.terminal import error_text
from ledger.errors import Halted, RefusalCode, Refused
from ledger.refusals.language import Language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("ZH-hans-cn", "zh"),
        ("en, zh", "en"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=0.0, *", "en"),
        ("de, fr;q=0.9, zh;q=0.1", "zh"),
        ("*", "en"),
        ("zhx", "en"),
        ("zh;q=x, en;q=0.1", "en"),
        ("de", "en"),
    ],
)
def test_the_heaviest_known_language_is_spoken(header: str, language: str) -> None:
    """Weights, subtags, wildcards and ranges out of form (RFC 9110, section 12.5.4)."""
    assert negotiated(header) is Language(language)


@given(st.text(max_size=60))
def test_any_header_has_a_language(header: str) -> None:
    """Whatever is sent, one of the two is spoken."""
    assert negotiated(header) in Language


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "DUEBILL_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "DUEBILL_LANG": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "DUEBILL_LANG": ""}, "zh"),
    ],
)
def test_the_environment_says_what_is_spoken(environ: dict[str, str], language: str) -> None:
    """DUEBILL_LANG before the variables of the locale, and these in their order (POSIX)."""
    assert spoken(environ) is Language(language)


def test_the_command_line_says_what_to_do_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """With DUEBILL_LANG=zh the remedies of refusals and of troubles are Chinese."""
    monkeypatch.setenv("DUEBILL_LANG", "zh")
    said = error_text(Refused(RefusalCode.EXPIRED, "It has expired."))
    assert said.splitlines()[-1] == f"  怎么办：{RefusalCode.EXPIRED.remedy_in(Language.CHINESE)}"
    assert "请审计账本" in error_text(Halted("x"))
    assert "请检查路径" in error_text(FileNotFoundError(2, "none"))
