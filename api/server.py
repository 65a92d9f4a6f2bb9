"""A ledger behind a server as the target of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from api.asked import Asked, Format
from api.client import MOST_LINES, Client, Desk
from api.importing import ImportRow
from api.resolving import as_document, resolver_over
from api.target import Verdict, now_ms
from ledger.chain.receipt import State
from ledger.dates import civil_date
from ledger.documents.value import DocumentParty
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.model.codec import read
from ledger.parties.commands import Identifier


class ServerTarget:
    """`api.target.Target` over HTTP; reading needs a party and one of its keys."""

    def __init__(self, url: str, party: str = "", key: SigningKey | None = None) -> None:
        facts = Client(url).ledger()["data"]
        self._origin = str(facts["origin"])
        self._zone = str(facts["time_zone"])
        self._digits = {str(code): int(digits) for code, digits in facts["currencies"].items()}
        self._client = Client(url, Desk(party, self._origin, key) if key else None)
        self._resolve: Callable[[DocumentParty], str | None] | None = None

    @property
    def origin(self) -> str:
        """The name of the log, as the server says: what is signed for another log is refused."""
        return self._origin

    def digits(self, currency: str) -> int | None:
        """The minor digits by the policy in force."""
        return self._digits.get(currency)

    def today(self) -> date:
        """The civil date in the ledger's legal time zone, by the clock here."""
        return civil_date(now_ms(), self._zone)

    def party(self, named: str) -> str:
        """The party of an id; a server tells strangers nothing of its parties."""
        if ":" in named:
            raise Refused(RefusalCode.PARTY_UNKNOWN, "With --url a party is named by its id.")
        return named

    def resolve(self, named: DocumentParty) -> str | None:
        """The party that a document means, among those that the server shows."""
        if self._resolve is None:
            self._resolve = resolver_over(
                (party["id"], _as_document(party)) for party in self._client.all("parties")
            )
        return self._resolve(named)

    def record(self, collection: str, kind: type[Any], record_id: str) -> Mapping[str, Any] | None:
        """The record as the server shows it to the party that is signed in."""
        try:
            return self._client.read(collection, record_id)
        except Refused as refused:
            if refused.code is RefusalCode.RECORD_NOT_FOUND:
                return None
            raise

    def judge(
        self,
        rows: Sequence[ImportRow],
        party: str,
    ) -> list[ImportRow]:
        """The rows as they are: the server judges what it is sent."""
        return list(rows)

    def send(self, submissions: Sequence[bytes], progress: Callable[[int], None]) -> list[Verdict]:
        """A verdict for each, batch by batch."""
        verdicts: list[Verdict] = []
        for start in range(0, len(submissions), MOST_LINES):
            answers = self._client.batch(submissions[start : start + MOST_LINES])
            verdicts += map(_verdict, answers)
            progress(len(verdicts))
        return verdicts

    def witnessed(self, seq: int, seconds: float) -> bool:
        """Whether an entry is under a witnessed head; waits for that, `seconds` at most."""
        return self._client.witnessed(seq, seconds)

    def receipt(self, seq: int, state: State = State.INCLUDED) -> bytes:
        """The receipt file of an entry that concerns the party, under a head of that state."""
        return self._client.receipt(seq, state)

    def pack(self, holding: str, party: str, recipient: str | None, *, html: bool = False) -> bytes:
        """The pack of a holding, or its sheet, made for the party that is signed in."""
        return self._client.pack(holding, recipient, html=html)

    def acknowledged(self, obligor: str, day: date | None) -> bytes:
        """The statement of the server."""
        return self._client.acknowledged(obligor, day)

    def due(self, party: str, day: date | None) -> Mapping[str, Any]:
        """The report of the server."""
        return self._client.due(party, day)

    def rules(self, asked: Asked, form: Format) -> bytes:
        """The report of the server."""
        last = None if asked.stop is None else asked.stop - 1
        return self._client.rules(asked.start, last, sorted(asked.rules), form.value)


def _verdict(answer: dict[str, Any]) -> Verdict:
    receipt = answer.get("receipt")
    if receipt is not None:
        return Verdict(int(receipt["seq"]), bool(receipt["repeated"]))
    problem = answer["problem"]
    names = ("code", "detail", "file", "place", "remedy")
    return Verdict(None, error={name: str(problem.get(name, "")) for name in names})


def _as_document(party: dict[str, Any]) -> DocumentParty:
    identifiers = [read(Identifier, item) for item in party.get("identifiers", [])]
    return as_document(party.get("name", ""), identifiers, party.get("country", ""))
