"""A small client over the standard library: sign in, submit, read page by page.

Answers are JSON trees as the server sends them; a no raises `ProblemError` with the problem body.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from api.auth import make_token
from ledger.chain.note import split_note
from ledger.errors import Unavailable
from ledger.keys import SigningKey

TIMEOUT_S = 60.0
LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes of an answer that is read."""
