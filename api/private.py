"""Files that hold what is sealed in the log, or a password: each its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, also over one that others could read.

    What is no file, such as a terminal, is written to as it is. Raises `OSError`.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as opened:
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.fchmod(file, 0o600)
        opened.write(data)
