"""Half-signed commands: where the people of one party pass a command on until it may be sent.

A command waits under the digest of its payload: whoever edits it has another command, without
signatures. Nothing that waits here has any effect, and all of it may be lost.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.auth import Caller
from api.routes.commands import receipt_tree
from api.site import Here, Sight, SignedIn, Site, raw, raw_body
from ledger import canonical, vocabulary
from ledger.base64url import b64url_decode
from ledger.envelope import LONGEST_SUBMISSION, Envelope, read_submission, verify_signatures
from ledger.errors import RefusalCode, Refused
from ledger.model.records import refuse_if
from ledger.parties import delegating, standing
from ledger.parties.records import spent_id
from ledger.parties.state import Spent
from ledger.policy.state import digits_of, ledger_of
from ledger.routing import stake
from ledger.store.pending import Waiting, drop_waiting, put_waiting, waiting_of

MOST_WAITING = 200
"""Commands that wait for one party at a time."""

router = APIRouter(tags=["pending"])


@router.post(
    "/v1/pending",
    status_code=202,
    summary="Add signatures to a command that waits",
    openapi_extra=raw("application/json", "A submission with some of its signatures."),
)
def add(
    body: Annotated[bytes, Depends(raw_body(LONGEST_SUBMISSION))],
    caller: SignedIn,
    site: Here,
    response: Response,
    *,
    submit: bool = False,
) -> dict[str, Any]:
    """The command as it now waits, with the signatures sent before for the same payload.

    ``submit=true`` sends it as soon as enough people have signed: then 201 and its receipt.
    """
    with site.merging:
        text, state = _keep(body, caller, site)
    if not submit or state["missing"]:
        return state
    receipt = site.service.submit(text)
    with site.merging:
        drop_waiting(site.embedded.store, [state["id"]])
    response.status_code = 200 if receipt.repeated else 201
    response.headers["Location"] = f"/v1/entries/{receipt.seq}"
    return receipt_tree(receipt)


@router.get("/v1/pending", summary="The commands that wait for signatures")
def waiting(caller: SignedIn, site: Here) -> dict[str, Any]:
    """Those of the caller's party that are neither in the log nor over, oldest first."""
    with site.reading() as sight:
        data = []
        for item in waiting_of(sight.view.records, caller.party):
            if not _is_over(item, sight):
                text = item.text.encode()
                # One whose signer may not sign any more can only expire.
                with suppress(Refused):
                    data.append(_state(read_submission(text), text, sight))
        return {"data": data, "ledger": sight.ledger()}


def _keep(body: bytes, caller: Caller, site: Site) -> tuple[bytes, dict[str, Any]]:
    """The submission with all signatures so far, which now waits, and its state."""
    with site.reading() as sight:
        waiting = waiting_of(sight.view.records, caller.party)
        over = [item.id for item in waiting if _is_over(item, sight)]
        digest = read_submission(body).digest
        before = next((item for item in waiting if item.id == digest), None)
        refuse_if(
            before is None and len(waiting) - len(over) >= MOST_WAITING,
            RefusalCode.PENDING_IS_FULL,
            f"{MOST_WAITING} commands wait for this party.",
        )
        text = body if before is None else _merged(body, before.text)
        envelope = read_submission(text)
        _check(envelope, caller, sight)
        state = _state(envelope, text, sight)
    item = Waiting(
        id=digest,
        party=caller.party,
        payload=str(envelope.tree["payload"]),
        text=text.decode(),
        created_ms=sight.at_ms if before is None else before.created_ms,
    )
    drop_waiting(site.embedded.store, over)
    put_waiting(site.embedded.store, item)
    return text, state


def _check(envelope: Envelope, caller: Caller, sight: Sight) -> None:
    """Form, time, audience, and each signature: what the log would check whoever else signs."""
    refuse_if(
        envelope.by != caller.party,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "A command waits with the party that signs it.",
        "/by",
    )
    refuse_if(
        envelope.payload["aud"] != ledger_of(sight.book).origin,
        RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
        "The command is for another ledger.",
        "/aud",
    )
    refuse_if(
        envelope.manifest is not None,
        RefusalCode.ENVELOPE_MALFORMED,
        "The line of a manifest waits for no signatures.",
        "/command",
    )
    refuse_if(
        sight.at_ms > envelope.payload["exp"] * 1000,
        RefusalCode.EXPIRED,
        "The command has expired.",
        "/exp",
    )
    verify_signatures(envelope, sight.book.keys_of(envelope))


def _state(envelope: Envelope, text: bytes, sight: Sight) -> dict[str, Any]:
    """What waits, who has signed it and how many more must. Raises `Refused` (a key may not)."""
    command = vocabulary.parse(envelope, digits_of(sight.book))
    kids = [signature.kid for signature in envelope.signatures]
    persons = standing.persons_of(sight.book, envelope.by, kids, sight.at_ms)
    at_stake = stake(sight.book, command)
    needed = standing.persons_needed(sight.book, envelope.by, envelope.kind, at_stake)
    delegating.uses(sight.book, kids, envelope.kind, at_stake, sight.at_ms)
    return {
        "id": envelope.digest,
        "kind": envelope.kind,
        "expires": envelope.payload["exp"],
        "signed_by": sorted(persons),
        "missing": max(0, needed - len(persons)),
        "submission": json.loads(text),
    }


def _merged(body: bytes, before: str) -> bytes:
    """The submission with the signatures of both. The payload of both is the same."""
    old, new = canonical.parse(before.encode()), canonical.parse(body)
    signatures = {
        json.dumps(item["protected"]): item
        for tree in (old, new)
        for item in tree["command"].get("signatures", [])
    }
    by_kid = sorted(signatures.values(), key=_kid)
    command = {"payload": old["command"]["payload"], "signatures": by_kid}
    return canonical.encode({**old, "command": command})


def _kid(signature: dict[str, str]) -> str:
    return str(canonical.decode(b64url_decode(signature["protected"]))["kid"])


def _is_over(item: Waiting, sight: Sight) -> bool:
    """Whether it has expired or is in the log."""
    payload = canonical.decode(b64url_decode(item.payload))
    spent = sight.book.get(Spent, spent_id(payload["by"], payload["jti"]))
    return spent is not None or sight.at_ms > payload["exp"] * 1000
