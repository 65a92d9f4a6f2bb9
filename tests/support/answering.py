"""An HTTP server in this process: whoever is at the other end of what we ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Reply = tuple[int, str, bytes]
"""Status, media type and body."""


@contextmanager
def answering(answer: Callable[[str, bytes | None], Reply | None]) -> Iterator[str]:
    """The URL, without a path, of a server that answers so until the block ends.

    `answer` is given the path, and the body of a POST; None hangs up.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self._reply(answer(self.path, None))

        def do_POST(self) -> None:
            self._reply(answer(self.path, self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, reply: Reply | None) -> None:
            if reply is None:
                self.close_connection = True
                return
            status, media_type, body = reply
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
