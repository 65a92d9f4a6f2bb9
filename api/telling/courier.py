"""How a message leaves: POST to the https address that a party signed, or a mail in a spool folder.

The address is the party's own word, so it is not trusted: no redirect is followed, certificates
are verified, and where it points inside the operator's own network nothing is sent, unless the
operator allows that.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TypeAlias

from api.telling.outbox import Message, spool
from ledger.errors import Unavailable
from ledger.feeding.wire import Wire, parse_address

TIMEOUT_S = 20.0
LARGEST_ANSWER = 65_536
"""Bytes of an answer that is read, and thrown away."""
MAILTO = "mailto:"
_MAILBOX = re.compile(r"[A-Za-z0-9_+=-]+(\.[A-Za-z0-9_+=-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""One mailbox of the plain form; the mail library fails in its own ways on stranger texts."""

Addresses: TypeAlias = Callable[[str], Sequence[str]]
"""The numeric addresses of a host. Raises `OSError`."""
Carry: TypeAlias = Callable[[Message], None]
"""Brings a message to its address. Raises `Unavailable` with why it did not arrive, `OSError`."""


def resolve(host: str) -> list[str]:
    """The numeric addresses of a host, as the system says. Raises `OSError`."""
    return [str(item[4][0]) for item in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Courier:
    """Posts to https addresses, and spools mails into the folder `mails`.

    With `private` it also posts to addresses that are not of the public internet. `sender` is the
    address that mails are from.
    """

    def __init__(
        self, mails: Path, sender: str, *, private: bool = False, addresses: Addresses = resolve
    ) -> None:
        self._mails = mails
        self._sender = sender
        self._private = private
        self._addresses = addresses

    def __call__(self, message: Message) -> None:
        """Bring one message to its address."""
        if message.address.startswith(MAILTO):
            spool(self._mails, message.name, self._mail(message))
        else:
            self._post(message)

    def _mail(self, message: Message) -> bytes:
        mailbox = message.address.removeprefix(MAILTO).partition("?")[0]
        if not _MAILBOX.fullmatch(mailbox):
            raise Unavailable("the address is not one plain mailbox")
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = mailbox
        mail["Subject"] = message.subject
        mail.set_content(f"{message.subject}\n\n{message.text}\n")
        data = message.body.encode()
        mail.add_attachment(
            data, maintype="application", subtype="json", filename=f"{message.name}.json"
        )
        return mail.as_bytes()

    def _post(self, message: Message) -> None:
        try:
            address = parse_address(message.address)
            found = self._addresses(address.host)
            if not self._private:
                check_public(found)
            with Wire(message.address, TIMEOUT_S, found) as wire:  # not looked up once more
                answer = wire.exchange(
                    "", message.body.encode(), LARGEST_ANSWER, "application/json"
                )
        except (ValueError, OSError) as error:
            raise Unavailable(str(error)[:200]) from None
        if not 200 <= answer.status < 300:
            raise Unavailable(f"it answers {answer.status}")


def check_public(addresses: Sequence[str]) -> None:
    """Raises `Unavailable` unless all of these are addresses of the public internet, and some are.

    A name may point at several: who lets one of them point inside is not trusted with the others.
    """
    parsed = [ipaddress.ip_address(item.partition("%")[0]) for item in addresses]
    if not parsed or not all(item.is_global and not item.is_multicast for item in parsed):
        raise Unavailable("the address is not one of the public internet")
