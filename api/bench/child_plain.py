"""A process that serves next to nothing, until it is terminated: what HTTP alone costs.

Usage: python -m api.bench.child_plain trivial | fixed. It prints its port.
"""

from __future__ import annotations

import asyncio
import socket
import sys

import uvicorn
from fastapi import FastAPI, Request

HOST = "127.0.0.1"
FIXED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


def trivial() -> FastAPI:
    """The least application that takes a raw body and answers in JSON."""
    app = FastAPI(openapi_url=None)

    @app.post("/v1/commands", status_code=201)
    async def take(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    return app


def serve(app: FastAPI) -> None:
    """Serve on a free port, as `duebill serve` does otherwise."""
    _Announcing(uvicorn.Config(app, host=HOST, port=0, log_level="warning")).run()


class _Announcing(uvicorn.Server):
    """Says its port once it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where."""
        await super().startup(sockets)
        _say_port(self.servers[0])


class _Fixed(asyncio.Protocol):
    """Answers every request with the same bytes: what is left is the sender's own speed."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._data += data
        while (end := self._end()) is not None:
            self._data = self._data[end:]
            if isinstance(self._transport, asyncio.Transport):
                self._transport.write(FIXED)

    def _end(self) -> int | None:
        """Where the first request ends, once it is all there."""
        head, found, _ = self._data.partition(b"\r\n\r\n")
        if not found:
            return None
        _, _, rest = head.lower().partition(b"content-length:")
        end = len(head) + 4 + int(rest.split(b"\r\n")[0] or 0)
        return end if len(self._data) >= end else None


async def _serve_fixed() -> None:
    server = await asyncio.get_running_loop().create_server(_Fixed, HOST, 0)
    _say_port(server)
    await server.serve_forever()


def _say_port(server: asyncio.Server) -> None:
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the parent reads the port here


if __name__ == "__main__":
    if sys.argv[1:] == ["fixed"]:
        asyncio.run(_serve_fixed())
    else:
        serve(trivial())
