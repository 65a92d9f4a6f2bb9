"""One list of codes, one table of statuses, one page: and every answer in their form."""

from __future__ import annotations

import json
import re

import pytest

from api.problems import OTHERS, STATUS, problem_of, refusals_page
from api.routes import status as status_routes
from ledger.errors import Halted, RefusalCode, Refused
from ledger.refusals.language import Language
from tests.support.served import Served
from tests.support.story import Story
from tests.tidy import ROOT

ROW = re.compile(
    r'^\| <a id="([a-z0-9_]+)"></a>`\1` \| ([0-9]{3}) \| (\S.*) \| (\S.*) \|$', re.MULTILINE
)


def test_page_list_and_table_are_equal() -> None:
    """docs/reference/refusals.md has each code once: the table's status and both remedies."""
    page = (ROOT / "docs" / "reference" / "refusals.md").read_text("utf-8")
    assert page == refusals_page()
    rows = {code: (int(status), *said) for code, status, *said in ROW.findall(page)}
    said = {code.value: (STATUS[code], *map(code.remedy_in, Language)) for code in RefusalCode}
    assert rows == said | dict(OTHERS)
    assert len(ROW.findall(page)) == len(RefusalCode) + len(OTHERS)


def test_statuses_are_few() -> None:
    """Every refusal is the caller's (4xx), but for a ledger that is not yet open."""
    assert set(STATUS.values()) == {400, 401, 403, 404, 405, 409, 413, 422, 503}
    assert [code for code, status in STATUS.items() if status == 503] == [
        RefusalCode.LEDGER_NOT_OPEN
    ]


def test_a_place_is_told() -> None:
    """File and place of a refusal stand in the body; without them there is no empty member."""
    refused = Refused(RefusalCode.FIELD_INVALID, "It is not.", place="row 7", file="a.csv")
    assert problem_of(refused)[1]["place"] == "a.csv, row 7"
    assert "place" not in problem_of(Refused(RefusalCode.FIELD_INVALID, "It is not."))[1]


def test_the_remedy_is_in_the_language_that_was_asked_for(story: Story) -> None:
    """Accept-Language decides, alone and in every verdict of a batch; the code stays the same."""
    client, code = story.served.client, RefusalCode.ROUTE_UNKNOWN
    for asked, language in (("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de, en;q=0.5", "en")):
        answer = client.get("/nothing", headers={"Accept-Language": asked})
        assert answer.json()["remedy"] == code.remedy_in(Language(language))
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]
        (line,) = client.post(
            "/v1/commands:batch", content=b"{", headers={"Accept-Language": asked}
        ).text.splitlines()
        remedy = RefusalCode.JSON_INVALID.remedy_in(Language(language))
        assert json.loads(line)["problem"]["remedy"] == remedy


def test_troubles_are_said_in_both_languages() -> None:
    """What is no refusal has its remedy in both languages, too."""
    _, english, chinese = OTHERS["chain_halted"]
    assert problem_of(Halted())[1]["remedy"] == english
    assert problem_of(Halted(), Language.CHINESE)[1]["remedy"] == chinese


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "route_unknown"),
        ("DELETE", "/v1/holdings", 405, "method_not_allowed"),
        ("GET", "/v1/holdings?limit=201", 400, "field_invalid"),
        ("GET", "/v1/holdings?limit=x", 400, "field_invalid"),
        ("GET", "/v1/holdings?amount=1", 400, "filter_unknown"),
        ("GET", "/v1/parties?token=x", 400, "filter_unknown"),
        ("GET", "/v1/holdings?cursor=!", 400, "cursor_invalid"),
        ("GET", "/v1/holdings?cursor=YQ", 400, "cursor_invalid"),
        ("GET", "/v1/entries/x", 400, "field_invalid"),
        ("GET", "/v1/entries/100000", 404, "record_not_found"),
        ("GET", "/v1/receipts/100000", 404, "record_not_found"),
        ("GET", "/v1/receipts/-1", 404, "record_not_found"),
        ("GET", "/log/tile/0/999", 404, "record_not_found"),
        ("GET", "/log/tile/0/000", 404, "record_not_found"),
        ("GET", "/log/tile/0/0", 400, "tile_malformed"),
        ("GET", "/log/tile/%2e%2e/checkpoint", 400, "tile_malformed"),
        ("GET", "/log/documents/x", 404, "record_not_found"),
        ("GET", "/log/disclosures/000.p/1", 404, "record_not_found"),
        ("POST", "/v1/drafts/invoices?due=never", 400, "field_invalid"),
        ("POST", "/v1/quotes", 400, "json_invalid"),
    ],
)
def test_a_bad_request_is_a_problem(
    story: Story, method: str, path: str, status: int, code: str
) -> None:
    """Path, method, parameter, cursor, number: each answers in the one form."""
    headers = story.served.token("auditor")
    answer = story.served.client.request(method, path, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_every_answer_shows_the_signed_head(story: Story) -> None:
    """Good or bad, each answer carries the head; a request id that fits is the caller's own."""
    size, root = story.box.service.signed.note.split("\n")[1:3]
    for path in ("/healthz", "/nothing", "/v1/holdings", "/log/checkpoint"):
        answer = story.served.client.get(path, headers={"X-Request-Id": "erp-7"})
        assert answer.headers["x-ledger-head"] == f"{size} {root}"
        assert answer.headers["x-request-id"] == "erp-7"
    strange = story.served.client.get("/healthz", headers={"X-Request-Id": "a b"})
    assert re.fullmatch(r"[0-9a-f-]{36}", strange.headers["x-request-id"])


def test_the_page_is_served(story: Story) -> None:
    """The `type` of a problem leads to the page that explains it."""
    problem = story.served.client.get("/nothing").json()
    page, _, anchor = problem["type"].partition("#")
    answer = story.served.client.get(page)
    assert answer.status_code == 200
    assert f'id="{anchor}"' in answer.text


def test_the_unexpected_shows_nothing_of_itself(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours answers 500 with the request id, and only the server's own log has more."""

    def fault(_: object) -> dict[str, int]:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(status_routes, "_head", fault)
    answer = served.client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-ledger-head"]
    assert answer.headers["x-request-id"] in caplog.text
    assert "secret detail" in caplog.text
