"""A small client over the standard library: sign in, submit, read page by page.

Answers are JSON trees as the server sends them. A no raises what the ledger itself would raise:
`Refused` with its code, `Halted`, `OutcomeUnknown` or `Unavailable`.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from api.auth import make_token
from api.languages import spoken
from ledger.chain.receipt import HEADER, State
from ledger.errors import Halted, LedgerError, OutcomeUnknown, RefusalCode, Refused, Unavailable
from ledger.feeding.wire import parse_address
from ledger.keys import SigningKey

TIMEOUT_S = 60.0
MOST_LINES = 1_000
LONGEST_WAIT_S = 20.0
"""How long the server waits for witnesses in one answer."""
LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes of an answer that is read."""

_TROUBLES: dict[str, type[LedgerError]] = {
    "chain_halted": Halted,
    "outcome_unknown": OutcomeUnknown,
}


class _Stay(HTTPRedirectHandler):
    """A token is for one server: where that one points to is not followed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """No other request is made."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who signs in: a party of the ledger `origin`, with one of its keys in force."""

    party: str
    origin: str
    key: SigningKey


class Client:
    """One server at `url`, read as the party at `desk` (None: only what is public, and sending).

    `clock` gives milliseconds since 1970. Raises `ValueError` as `parse_address`.
    """

    def __init__(
        self,
        url: str,
        desk: Desk | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        parse_address(url)
        self.url = url.rstrip("/")
        self._desk = desk
        self._clock = clock
        self._opener = build_opener(_Stay())

    def ledger(self) -> dict[str, Any]:
        """What the server says of its ledger: origin, time zone, currencies (see `/v1/ledger`)."""
        return self._json(self.get("/v1/ledger"))

    def submit(self, submission: bytes) -> dict[str, Any]:
        """The receipt of one command. After `OutcomeUnknown`, send the same bytes again."""
        return self._json(self._send("POST", "/v1/commands", submission))

    def batch(self, submissions: Sequence[bytes]) -> list[dict[str, Any]]:
        """A verdict (``status`` and ``receipt`` or ``problem``) for each command, in order.

        Each submission is one line: canonical JSON as `api.drafting` makes it has no line breaks.
        """
        verdicts: list[dict[str, Any]] = []
        for start in range(0, len(submissions), MOST_LINES):
            body = b"".join(item + b"\n" for item in submissions[start : start + MOST_LINES])
            answer = self._send("POST", "/v1/commands:batch", body, "application/x-ndjson")
            verdicts += map(json.loads, answer.splitlines())
        return verdicts

    def read(self, kind: str, record_id: str) -> dict[str, Any]:
        """One record, such as ``read("holdings", "hld_…")``."""
        tree: dict[str, Any] = self._json(self.get(f"/v1/{kind}/{quote(record_id)}"))["data"]
        return tree

    def all(self, kind: str, **filters: str) -> Iterator[dict[str, Any]]:
        """Every record of a kind that concerns the caller, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            query = {**filters, "limit": "200", **({"cursor": cursor} if cursor else {})}
            page = self._json(self.get(f"/v1/{kind}?{urlencode(query)}"))
            yield from page["data"]
            cursor = page["next_cursor"]

    def receipt(self, seq: int, state: State = State.INCLUDED) -> bytes:
        """The receipt file of an entry that concerns the caller, under a head of that state."""
        return self.get(f"/v1/receipts/{seq}?state={state}", accept="application/json")

    def witnessed(self, seq: int, seconds: float) -> bool:
        """Whether entry `seq` is under a witnessed head; waits for that, `seconds` at most."""
        until = time.monotonic() + seconds
        while True:
            left = max(0.0, until - time.monotonic())
            wait = min(left, LONGEST_WAIT_S)
            answer = self.get(f"/v1/receipts/{seq}?state=witnessed&wait={wait:.3f}")
            if answer.startswith(HEADER.encode()):
                return True
            if not left:
                return False

    def cosign(self, note: str) -> list[str]:
        """Send a checkpoint with cosignatures: the names of the witnesses that were taken."""
        answer = self._send("POST", "/log/cosignatures", note.encode(), "text/plain")
        return list(self._json(answer)["taken"])

    def pack(self, holding: str, recipient: str | None = None, *, html: bool = False) -> bytes:
        """The evidence pack of a holding, or its funding certificate for `recipient`.

        With `html` the sheet that is made from it.
        """
        path = f"/v1/holdings/{quote(holding, safe='')}"
        accept = "text/html" if html else "application/json"
        if recipient is None:
            return self.get(f"{path}/evidence", accept=accept)
        body = json.dumps({"recipient": recipient}).encode()
        return self._send("POST", f"{path}/certificate", body, accept=accept)

    def acknowledged(self, obligor: str = "", day: date | None = None) -> bytes:
        """The signed statement of what the caller, or `obligor`, acknowledged on a day.

        None: yesterday.
        """
        asked = {"obligor": obligor, "day": day.isoformat() if day else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        return self.get(f"/v1/reports/acknowledged?{query}", accept="application/json")

    def due(self, party: str = "", day: date | None = None) -> dict[str, Any]:
        """What falls due for the caller, or `party`, from a day on (None: today)."""
        asked = {"party": party, "day": day.isoformat() if day else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        data: dict[str, Any] = json.loads(self.get(f"/v1/reports/due?{query}"))["data"]
        return data

    def rules(
        self, first: int = 0, last: int | None = None, rules: Sequence[str] = (), form: str = "json"
    ) -> bytes:
        """What the rules measured on the entries from `first` to `last` (None: the newest)."""
        asked: dict[str, Any] = {"from": first, "rule": list(rules), "format": form}
        if last is not None:
            asked["to"] = last
        return self.get(f"/v1/reports/rules?{urlencode(asked, doseq=True)}")

    def get(self, path: str, accept: str = "*/*") -> bytes:
        """The bytes at a path."""
        return self._send("GET", path, None, accept=accept)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        media_type: str = "application/json",
        accept: str = "*/*",
    ) -> bytes:
        headers = {
            "Accept": accept,
            "Accept-Encoding": "gzip, identity",
            "Accept-Language": spoken().value,
        }
        if body is not None:
            headers["Content-Type"] = media_type
        if self._desk is not None:
            desk = self._desk
            token = make_token(desk.party, desk.origin, desk.key, self._clock())
            headers["Authorization"] = f"Bearer {token}"
        request = Request(f"{self.url}{path}", body, headers, method=method)  # noqa: S310 - http(s)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                data = bytes(answer.read(LARGEST_ANSWER))
                return _unpacked(data, answer.headers.get("Content-Encoding", "identity"))
        except HTTPError as error:
            with error:
                raise error_of(error.code, error.read(1_000_000)) from None
        except (URLError, HTTPException, OSError) as error:
            trouble = OutcomeUnknown if method == "POST" else Unavailable
            raise trouble(f"{self.url} does not answer: {error}.") from None

    @staticmethod
    def _json(data: bytes) -> dict[str, Any]:
        try:
            tree = json.loads(data)
        except ValueError:
            tree = None
        if not isinstance(tree, dict):
            raise Unavailable("The server does not answer in JSON.")
        return tree


def _unpacked(data: bytes, encoding: str) -> bytes:
    """What the server packed, never more than `LARGEST_ANSWER` bytes of it."""
    if encoding != "gzip":
        return data
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: with the header of gzip
    try:
        unpacked = unpacker.decompress(data, LARGEST_ANSWER)
    except zlib.error:
        unpacked = b""
    if not unpacker.eof or unpacker.unused_data:
        raise Unavailable("The server's answer is not whole, or too large.")
    return unpacked


def error_of(status: int, body: bytes) -> LedgerError:
    """What the ledger would have raised, from a problem body (RFC 9457)."""
    try:
        problem = json.loads(body)
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"The server answers {status} and gives no reason.")
    if code in (known.value for known in RefusalCode):
        return Refused(RefusalCode(code), detail, place=str(problem.get("place", "")))
    return _TROUBLES.get(code, Unavailable)(detail)
