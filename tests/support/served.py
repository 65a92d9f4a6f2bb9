"""A sandbox ledger behind its HTTP application, and requests in the name of its parties."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from api.app import create_app
from api.auth import make_token
from ledger.feeding.feeder import Feeder
from tests.support.sandbox import ORIGIN, Sandbox, open_sandbox


class Served:
    """The application over `box`; `get` and `post` sign in as a party, or as nobody ("")."""

    def __init__(self, box: Sandbox, feeder: Feeder | None = None) -> None:
        self.box = box
        self.app = create_app(box.embedded, feeder=feeder)
        self.client = TestClient(self.app)

    def token(self, name: str) -> dict[str, str]:
        """The header that signs a party in, at the sandbox's present time."""
        box = self.box
        token = make_token(box.party(name), ORIGIN, box.keys[name], box.clock.ms)
        return {"Authorization": f"Bearer {token}"}

    def get(self, name: str, path: str, **headers: str) -> Any:
        """The response to a GET."""
        signed_in = self.token(name) if name else {}
        return self.client.get(path, headers={**signed_in, **headers})

    def post(self, name: str, path: str, body: bytes | dict[str, Any]) -> Any:
        """The response to a POST."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, content=data, headers=self.token(name) if name else {})

    def list(self, name: str, path: str) -> list[dict[str, Any]]:
        """The records of a list, which must be all of them."""
        response = self.get(name, f"/v1/{path}")
        assert response.status_code == 200, response.text
        tree = response.json()
        assert not tree["has_more"]
        return list(tree["data"])

    def ids(self, name: str, path: str) -> set[str]:
        """The ids of the records of a list."""
        return {item["id"] for item in self.list(name, path)}


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """A served sandbox in `folder`."""
    with open_sandbox(folder) as box:
        yield Served(box)


@contextmanager
def running(box: Sandbox) -> Iterator[str]:
    """The URL of a real server over the ledger, on a free port of 127.0.0.1."""
    config = uvicorn.Config(
        create_app(box.embedded), host="127.0.0.1", port=0, log_level="error", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
