"""A second interpreter that does what it is told over a wire, beside the threads of this one.

Only one thread of an interpreter computes at a time. Work that needs nothing but what it is given
can be done by another one, at the price of pickling what goes there and what comes back.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ledger.closing import Closing


class Helper(Closing):
    """This interpreter again, where `help_out` runs with the function that `words` import and name.

    For one thread. Closing kills it; it ends by itself when this process does.
    """

    def __init__(
        self, words: str, *, patience: int = 0, heard: bool = False, longest_s: float | None = None
    ) -> None:
        """`patience` is added to its niceness: how willingly it leaves a processor to others.

        What it logs goes where this process logs if it is to be `heard`, else nowhere. An answer
        may take `longest_s` seconds (None: for ever). Raises `OSError` when none can be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter with our own words
                [sys.executable, "-c", f"import os; os.nice({patience}); {words}"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=None if heard else subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        ours.settimeout(longest_s)
        self._socket = ours
        self._requests, self._answers = ours.makefile("wb"), ours.makefile("rb")
        self._greeted = False

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def ready(self) -> bool:
        """Whether it has started: else the first question waits for that."""
        return self._greeted or bool(select.select([self._socket], [], [], 0)[0])

    def ask(self, request: Any) -> Any:
        """What it answers. Raises `EOFError` or `OSError` when it is gone, or silent."""
        self._requests.write(pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
        self._requests.flush()
        if not self._greeted:
            pickle.load(self._answers)  # noqa: S301 - from our own process
            self._greeted = True
        return pickle.load(self._answers)  # noqa: S301 - from our own process

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for file in (self._requests, self._answers, self._socket):
            with suppress(OSError):  # what it was not told any more
                file.close()


def help_out(answer: Callable[[Any], Any]) -> None:
    """Answer the questions on standard input until it ends: the life of a helper."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends its helpers itself
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what anybody prints must not be taken for an answer
    _tell(answers, None)
    while True:
        try:
            request = pickle.load(requests)  # noqa: S301 - from our caller
        except EOFError:
            return
        _tell(answers, answer(request))


def _tell(answers: Any, answer: Any) -> None:
    answers.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
    answers.flush()
