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
