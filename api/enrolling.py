"""Applications: what a party sends to the operator to be enrolled, and what is made of it.

The new keys prove that they are held by signing over the very command that enrols them, so the
application fixes that command's `jti`, and names log and operator.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import replace

from api.drafting import Desk, Draft
from ledger.base64url import b64url_encode
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.model import codec
from ledger.model.kinds import Country, Id, Length, Name, Pattern, Reference
from ledger.parties.commands import EnrolParty, Identifier, NewKey, Role

Jti = Annotated[str, Pattern(r"[0-9a-f-]{36}", "a UUID")]


class Application(Struct, frozen=True, kw_only=True, gc=False):
    """A party that wants to be enrolled: by which command, as what, with which keys."""

    origin: Reference
    operator: Id
    jti: Jti
    name: Name
    roles: Annotated[tuple[Role, ...], Length(1, 8)]
    identifiers: Annotated[tuple[Identifier, ...], Length(1, 8)]
    keys: Annotated[tuple[NewKey, ...], Length(0, 8)] = ()
    country: Country | None = None
    natural: bool = False


def read_application(path: Path) -> Application:
    """The application in a file. Raises `Refused` with the field that does not fit."""
    try:
        tree: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Refused(
            RefusalCode.JSON_INVALID, "The application is no JSON.", file=path.name
        ) from None
    return codec.read(Application, tree)


def write_application(path: Path, application: Application) -> None:
    """Keep an application as JSON that people can read."""
    text = json.dumps(codec.write(application), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def with_keys(application: Application, keys: Mapping[str, SigningKey]) -> Application:
    """The application with these keys, too, each by its person; they sign their possession."""
    desk = Desk(application.origin, application.operator, lambda: 0, lambda _: None)
    new = (desk.new_key(key, person, application.jti) for person, key in keys.items())
    return replace(application, keys=(*application.keys, *new))


def enrolment(
    desk: Desk, application: Application, evidence: Sequence[bytes], token_key: bytes
) -> Draft:
    """The operator's command that enrols the party, unsigned.

    The operator vouches on `evidence` (the application itself where there is none). A natural
    person is known by `token`, HMAC-SHA-256 of the identifier under the operator's `token_key`.
    """
    papers = list(evidence) or [json.dumps(codec.write(application), sort_keys=True).encode()]
    digests = b"".join(hashlib.sha256(paper).digest() for paper in papers)
    command = EnrolParty(
        natural=application.natural,
        roles=application.roles,
        keys=application.keys,
        evidence=b64url_encode(hashlib.sha256(digests).digest()),
        country=application.country,
    )
    if application.natural:
        first = application.identifiers[0]
        identifier = f"{first.scheme}:{first.value}"
        token = hmac.digest(token_key, identifier.encode(), "sha256")
        command = replace(
            command,
            person_name=desk.personal("person_name", application.name),
            person_identifier=desk.personal("person_identifier", identifier),
            token=b64url_encode(token),
        )
    else:
        command = replace(command, name=application.name, identifiers=application.identifiers)
    return desk.draft(command, jti=application.jti)
