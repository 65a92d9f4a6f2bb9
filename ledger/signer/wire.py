"""How a ledger and its signer talk: one request and one answer over a Unix socket.

Each is its length in four bytes, big-endian, and so many bytes of canonical JSON:

    {"op": "keys"}                                     → {"keys": [JWK…]}
    {"op": "sign", "body", "by": [kid…], "old", "proof": [base64url…]}
                                                       → {"note": text}, or {"old": size}:
                                                         send the proof from that size
    {"op": "endorse", "jti", "kid", "old", "origin", "party"}
                                                       → {"signatures": [base64url, base64url]}

or {"error": {"detail", "kind"}}: `halted` for what contradicts what was signed, else `refused`.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any, TypeAlias

from ledger import canonical
from ledger.errors import RefusalCode, Refused

LARGEST = 1_048_576
"""Most bytes of a message: a manifest with the largest note stays below."""
HALTED, REFUSED = "halted", "refused"

Message: TypeAlias = dict[str, Any]
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")


def refusal(kind: str, detail: str) -> Message:
    """The answer that there is none: `kind` is `HALTED` or `REFUSED`."""
    return {"error": {"detail": detail, "kind": kind}}


def send(connection: socket.socket, message: Message) -> None:
    """Write a message. Raises `OSError`, `TimeoutError` among them."""
    data = canonical.encode(message)
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket, seconds: float) -> Message:
    """The next message, all of it within `seconds`.

    Raises `OSError` for a peer that is gone or slow, `Refused` for what is no message.
    """
    until = time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_read(connection, _LENGTH.size, until))
    if length > LARGEST:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A message has {LARGEST} bytes at most.")
    message = canonical.decode(_read(connection, length, until))
    if not isinstance(message, dict):
        raise Refused(RefusalCode.JSON_INVALID, "A message is a JSON object.")
    return message


def peer_uid(connection: socket.socket) -> int:
    """The user whose process is at the other end, as the kernel knows it (`SO_PEERCRED`)."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(data)
    return int(uid)


def _read(connection: socket.socket, count: int, until: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the other side is too slow")
        connection.settimeout(left)
        part = connection.recv(min(count - len(data), 65_536))
        if not part:
            raise ConnectionError("the other side has hung up")
        data += part
    return bytes(data)
