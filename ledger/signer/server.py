"""The signer process: a Unix socket that only its own user can open, one request at a time.

Before anything is heard the kernel is asked whose process is at the other end. The keys and the
journal of what was signed are one folder and one object: whoever copies the keys without the
journal has to say so (`begin`), and should rather make the log a new key.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.closing import Closing
from ledger.errors import Refused, Unavailable
from ledger.keystore import read_log_keys
from ledger.signer.notary import Notary
from ledger.signer.wire import REFUSED, peer_uid, receive, refusal, send
from ledger.signing import KeySigner
from ledger.store.heads import FileHeadStore
from ledger.store.lock import LockFile

JOURNAL = "signed.json"
LOCK = "signer.lock"
SECONDS = 5.0
"""How long one request may take to come in, and its answer to be taken."""
WAITING = 16
"""Requests that wait while one is answered."""

_log = logging.getLogger(__name__)


class SignerServer(Closing):
    """A listening signer over the keys in `folder`. Close it, or use it as a context manager.

    Raises `Refused` as `read_log_keys`; `Unavailable` where another signer has the folder or the
    socket, or where there is no journal and it may not `begin`.
    """

    def __init__(
        self,
        folder: Path,
        path: Path,
        password: bytes | None = None,
        *,
        begin: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        keys = KeySigner(read_log_keys(folder, password))
        self._path = path
        self._seconds = seconds
        self._lock = LockFile(folder / LOCK, "The log's key")
        try:
            journal = FileHeadStore(folder / JOURNAL)
            if journal.read() is None and not begin:
                raise Unavailable(
                    f"There is no {JOURNAL} beside the keys, so what was signed is not known:"
                    " restore it; for a key that never signed through a signer, say --begin."
                )
            self._notary = Notary(keys, journal)
            self._socket = _listen(path)
        except BaseException:
            self._lock.close()
            raise

    def serve(self) -> None:
        """Answer until the socket is closed."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._serve(connection)

    def close(self) -> None:
        """Answer nobody any more; a second time does nothing."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._socket.fileno() >= 0:
            self._socket.close()
            self._path.unlink(missing_ok=True)
            self._lock.close()

    def _serve(self, connection: socket.socket) -> None:
        """One request; whatever is wrong with it ends it alone."""
        try:
            if peer_uid(connection) != os.geteuid():
                return
            try:
                answer = self._notary.answer(receive(connection, self._seconds))
            except Refused as refused:
                answer = refusal(REFUSED, refused.detail)
            connection.settimeout(self._seconds)
            send(connection, answer)
        except OSError as error:
            _log.info("a request was not answered: %s", error)
        except Exception:  # noqa: BLE001 - one request must not end the signer
            _log.exception("a request failed")


def _listen(path: Path) -> socket.socket:
    """A socket at `path`, in place of one on which nobody listens any more."""
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise Unavailable(f"{path} is no socket.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            if other.connect_ex(str(path)) == 0:
                raise Unavailable(f"Another signer listens at {path}.")
        path.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _mask(0o177):  # the socket is never, not for a moment, open to others
            listening.bind(str(path))
        listening.listen(WAITING)
    except OSError as error:
        listening.close()
        reason = error.strerror or error
        raise Unavailable(f"The signer cannot listen at {path}: {reason}.") from None
    return listening


@contextmanager
def _mask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
