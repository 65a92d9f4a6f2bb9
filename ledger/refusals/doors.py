"""What to do about refusals at the doors: reading and sending over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # reading and sending over HTTP
    "token_missing": "Send Authorization: Bearer with a token that you signed.",
    "token_invalid": "Sign a new token with a key in force, as docs/spec/token.md shows it.",
    "token_expired": "Sign a new token: one lasts at most 10 minutes.",
    "filter_unknown": "Filter by the fields that the message lists.",
    "cursor_invalid": "Use next_cursor of the page before, or none.",
    "too_many_lines": "Send the lines in several batches, in their order.",
    "route_unknown": "Look the path up in /openapi.json.",
    "pending_is_full": "Submit what waits for signatures, or let it expire.",
    "method_not_allowed": "Look the method up in /openapi.json.",
}

REMEDIES_ZH: Mapping[str, str] = {
    # reading and sending over HTTP
    "token_missing": "请附上 Authorization: Bearer 请求头，内为您签名的令牌。",
    "token_invalid": "请按 docs/spec/token.md 用有效密钥重新签发令牌。",
    "token_expired": "请重新签发令牌：有效期最长 10 分钟。",
    "filter_unknown": "请只按提示所列字段筛选。",
    "cursor_invalid": "请使用上一页的 next_cursor，或不带游标。",
    "too_many_lines": "请按原顺序分多批提交。",
    "route_unknown": "请在 /openapi.json 中查找该路径。",
    "pending_is_full": "请先提交待签名的命令，或等其过期。",
    "method_not_allowed": "请在 /openapi.json 中查找该方法。",
}
