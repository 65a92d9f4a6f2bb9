"""Every way to say no over HTTP: one table from refusal codes to statuses, one body (RFC 9457).

`type` is the code's place in docs/reference/refusals.md, a page that is made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.errors import (
    Halted,
    OutcomeUnknown,
    Overloaded,
    RefusalCode,
    Refused,
    Unavailable,
)
from ledger.refusals.language import Language

MEDIA_TYPE = "application/problem+json"
PAGE = "/docs/reference/refusals.md"

_C = RefusalCode
_SAID_OTHERWISE: Mapping[int, frozenset[RefusalCode]] = {
    400: frozenset(
        {
            _C.JSON_INVALID,
            _C.JSON_NOT_CANONICAL,
            _C.JSON_DUPLICATE_KEY,
            _C.JSON_NUMBER_FORBIDDEN,
            _C.JSON_TEXT_FORBIDDEN,
            _C.JSON_TOO_DEEP,
            _C.BASE64_INVALID,
            _C.ENVELOPE_MALFORMED,
            _C.TILE_MALFORMED,
            _C.WITNESS_REQUEST_MALFORMED,
            _C.FIELD_MISSING,
            _C.FIELD_UNKNOWN,
            _C.FIELD_INVALID,
            _C.DISCLOSURE_MISSING,
            _C.DISCLOSURE_DOES_NOT_FIT,
            _C.AMOUNT_INVALID,
            _C.DATE_INVALID,
            _C.INSTANT_INVALID,
            _C.KIND_UNKNOWN,
            _C.AUDIENCE_IS_ANOTHER_LEDGER,
            _C.FILTER_UNKNOWN,
            _C.CURSOR_INVALID,
            _C.NOT_AN_INVOICE,
            _C.DOCUMENT_MALFORMED,
            _C.DOCTYPE_FORBIDDEN,
            _C.ENCODING_NOT_ACCEPTED,
        }
    ),
    401: frozenset({_C.TOKEN_MISSING, _C.TOKEN_INVALID, _C.TOKEN_EXPIRED}),
    403: frozenset(
        {
            _C.SIGNATURE_INVALID,
            _C.KEY_UNKNOWN,
            _C.KEY_NOT_OF_PARTY,
            _C.KEY_NOT_IN_FORCE,
            _C.DELEGATION_DOES_NOT_COVER,
            _C.DELEGATION_CAP_EXCEEDED,
            _C.DELEGATION_IS_OVER,
            _C.PARTY_IS_SUSPENDED,
            _C.LICENCE_NOT_IN_FORCE,
            _C.PARTY_UNKNOWN,
            _C.APPROVALS_MISSING,
            _C.SIGNATURE_NOT_NEEDED,
            _C.ROLE_MISSING,
            _C.ACT_BELONGS_TO_ANOTHER_PARTY,
        }
    ),
    404: frozenset({_C.RECORD_NOT_FOUND, _C.ROUTE_UNKNOWN, _C.LOG_NOT_WITNESSED}),
    405: frozenset({_C.METHOD_NOT_ALLOWED}),
    409: frozenset(
        {
            _C.JTI_IS_SPENT,
            _C.OLD_SIZE_DIFFERS,
            _C.RECORD_HAS_CHANGED,
            _C.ACCEPTED_DIGEST_DIFFERS,
            _C.LEDGER_IS_OPEN,
            _C.IDENTIFIER_IS_TAKEN,
            _C.KEY_IS_BOUND,
            _C.LOG_KEY_IS_CHANGING,
            _C.LOG_KEY_IS_NOT_LEAVING,
            _C.INVOICE_IS_USED_UP,
            _C.RECEIVABLE_AWAITS_ITS_CREDITOR,
            _C.RECEIVABLE_AWAITS_ITS_OBLIGOR,
            _C.RECEIVABLE_IS_ACKNOWLEDGED,
            _C.RECEIVABLE_IS_CLOSED,
            _C.ISSUE_HAS_LAPSED,
            _C.ACKNOWLEDGEMENT_IS_REQUESTED,
            _C.HOLDING_IS_CLOSED,
            _C.HOLDING_IS_LOCKED,
            _C.HOLDING_IS_PENDING,
            _C.HOLDING_IS_FINANCED,
            _C.HOLDING_IS_NOT_LOCKED,
            _C.HOLDING_IS_NOT_FINANCED,
            _C.HOLDING_IS_FROZEN,
            _C.HOLDING_IS_DISPUTED,
            _C.HOLDING_IS_ENCUMBERED,
            _C.REDEMPTION_IS_UNDER_WAY,
            _C.AMOUNT_IS_FROZEN,
            _C.ALERT_IS_CLOSED,
            _C.ALERT_IS_NOT_CLEARED,
            _C.HOLDING_HAS_ANOTHER_HOLDER,
            _C.ENCUMBRANCE_HAS_LAPSED,
            _C.ENCUMBRANCE_IS_CLOSED,
            _C.FREEZE_IS_RECORDED,
            _C.FREEZE_HAS_LAPSED,
            _C.FREEZE_IS_LIFTED,
            _C.TRANSFER_HAS_LAPSED,
            _C.TRANSFER_IS_CLOSED,
            _C.HOLDING_IS_PART_PAID,
            _C.PROGRAMME_IS_CLOSED,
            _C.REQUEST_IS_OPEN,
            _C.REQUEST_IS_CLOSED,
            _C.OFFER_IS_CLOSED,
            _C.OFFER_HAS_LAPSED,
            _C.PARTY_IS_NOT_SUSPENDED,
            _C.PARTY_IS_NOT_INSOLVENT,
            _C.RECOVERY_IS_OPEN,
            _C.RECOVERY_IS_WAITING,
            _C.RECOVERY_IS_OVER,
            _C.LIMIT_EXCEEDED,
            _C.QUOTA_EXCEEDED,
            _C.PARTY_IS_IN_A_GROUP,
            _C.FINANCING_HAS_LAPSED,
            _C.FINANCING_IS_CLOSED,
            _C.DISBURSEMENT_NOT_INSTRUCTED,
            _C.RECEIVER_IS_DESIGNATED,
            _C.DESIGNATION_IS_REVOKED,
            _C.NOTICE_IS_GIVEN,
            _C.NOTICE_HAS_ARRIVED,
            _C.NOTICE_IS_WITHDRAWN,
            _C.FILING_IS_RECORDED,
            _C.FILING_FACTS_DIFFER,
            _C.FILING_HAS_ENDED,
            _C.INTEREST_IS_WITHDRAWN,
            _C.DISBURSEMENT_IS_INSTRUCTED,
            _C.DISBURSEMENT_IS_PROVEN,
            _C.STATEMENT_LINE_IS_USED,
            _C.FEE_IS_WAIVED,
            _C.DISBURSEMENT_IN_FLIGHT,
            _C.DISPUTE_IS_CLOSED,
            _C.CHANGE_HAS_LAPSED,
            _C.CHANGE_IS_CLOSED,
            _C.ANSWER_IS_GIVEN,
            _C.CREDIT_NOTE_IS_RECORDED,
            _C.COMMAND_IS_CORRECTED,
            _C.PAYMENT_IS_RECORDED,
            _C.PAYMENT_IS_REVERSED,
            _C.MISDIRECTED_IS_CLOSED,
            _C.INSTRUCTION_IS_CLOSED,
            _C.REDEMPTION_IS_NOT_DUE,
            _C.RECOURSE_IS_OPEN,
            _C.RECOURSE_IS_PART_PAID,
            _C.RECOURSE_IS_CLOSED,
            _C.DEFAULT_IS_DECLARED,
            _C.DEFAULT_IS_LIFTED,
            _C.WRITE_OFF_IS_REVERSED,
            _C.PENDING_IS_FULL,
        }
    ),
    413: frozenset({_C.BYTES_TOO_LARGE, _C.TOO_MANY_LINES}),
    503: frozenset({_C.LEDGER_NOT_OPEN}),
}
RULE = 422
"""The status of all other codes: the bytes are fine, and a rule of the domain says no."""

STATUS: Mapping[RefusalCode, int] = dict.fromkeys(RefusalCode, RULE) | {
    code: status for status, codes in _SAID_OTHERWISE.items() for code in codes
}
"""The HTTP status of every refusal."""

OTHERS: Mapping[str, tuple[int, str, str]] = {
    "chain_halted": (
        503,
        "Nothing is written any more: the operator must look at the store.",
        "账本已停止写入：须由运营方检查存储。",
    ),
    "outcome_unknown": (
        503,
        "Send exactly the same bytes again to learn what happened.",
        "请原样重发同样的字节，以得知结果。",
    ),
    "overloaded": (
        503,
        "Wait for the seconds that Retry-After says, then send it again.",
        "请等待 Retry-After 所示的秒数后重发。",
    ),
    "unavailable": (503, "Try again in a moment.", "请稍后重试。"),
    "internal_error": (500, "Tell the operator the request id.", "请将请求编号告知运营方。"),
}
"""Status and remedies, English and Chinese, of the server's troubles: they are no refusals."""

RETRY_AFTER_S = 1


def problem_of(
    error: Exception, language: Language = Language.ENGLISH
) -> tuple[int, dict[str, Any]]:
    """The status and the body for an error, without its `request_id`; the remedy in `language`.

    What is neither a refusal nor a known trouble shows nothing of itself.
    """
    if isinstance(error, Refused):
        place = ", ".join(part for part in (error.file, error.place) if part)
        status, remedy = STATUS[error.code], error.code.remedy_in(language)
        return status, _body(error.code.value, status, error.detail, remedy, place)
    code, detail = _trouble(error)
    status, english, chinese = OTHERS[code]
    remedy = chinese if language is Language.CHINESE else english
    return status, _body(code, status, detail, remedy)


def _trouble(error: Exception) -> tuple[str, str]:
    match error:
        case Halted():
            return "chain_halted", "The ledger has stopped writing."
        case OutcomeUnknown():
            return "outcome_unknown", str(error)
        case Overloaded():
            return "overloaded", str(error)
        case Unavailable():
            return "unavailable", str(error)
        case _:
            return "internal_error", "Something went wrong here, not with what you sent."


def _body(code: str, status: int, detail: str, remedy: str, place: str = "") -> dict[str, Any]:
    return {
        "type": f"{PAGE}#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
        **({"place": place} if place else {}),
    }


def headers_of(status: int) -> dict[str, str]:
    """What the status obliges us to say beside the body (RFC 9110, sections 10.2.3 and 11.6.1)."""
    if status == 503:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}


def refusals_page() -> str:
    """The text of docs/reference/refusals.md."""
    lines = [
        "# Refusals",
        "",
        "Why the ledger says no, and what you can do. Over HTTP every no is",
        "`application/problem+json` (RFC 9457) with one of these codes. This page is made by",
        "`docs/reference/make_refusals.py` from the code's own list; a test compares them.",
        "",
        "| code | HTTP | what to do | 怎么办 |",
        "|---|---|---|---|",
    ]
    for code in RefusalCode:
        lines += [_row(code.value, STATUS[code], *map(code.remedy_in, Language))]
    lines += [
        "",
        "These are no refusals: they say how the server is, not what is wrong with a command.",
        "",
        "| code | HTTP | what to do | 怎么办 |",
        "|---|---|---|---|",
    ]
    lines += [_row(name, *said) for name, said in OTHERS.items()]
    return "\n".join(lines) + "\n"


def _row(code: str, status: int, *remedies: str) -> str:
    said = " | ".join(remedy.replace("|", "\\|") for remedy in remedies)
    return f'| <a id="{code}"></a>`{code}` | {status} | {said} |'
