"""The HTTP interface of a witness (C2SP `tlog-witness`), for logs and for monitors.

    POST /add-checkpoint          a request in, cosignature lines out
    GET  /<origin hash>/checkpoint   the head cosigned last, with the lines of the log and ours
    GET  /                        the name and the verifier key of this witness
    GET  /healthz, /metrics       for whoever runs it

Who sends is not asked: the signature of the log is what counts.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.figures import Figure, figures_text, label
from api.problems import RETRY_AFTER_S, STATUS
from ledger.errors import Halted, LedgerError, RefusalCode, Refused
from ledger.witness.judging import OldSizeDiffers
from ledger.witness.request import LARGEST_REQUEST, SIZE_TYPE
from ledger.witness.state import origin_hash
from ledger.witness.witness import Witness

LONGEST_S = 10.0
"""How long a request may take to arrive, in seconds."""

_STATUS: Mapping[RefusalCode, int] = {
    **STATUS,
    RefusalCode.NOTE_MALFORMED: 400,
    RefusalCode.CHECKPOINT_MALFORMED: 400,
    RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY: 403,
}
"""Where the protocol has a status of its own; the others are those of the ledger's API."""
_HASH = re.compile(r"[0-9a-f]{64}")
_PLAIN = "text/plain; charset=utf-8"


def create_app(witness: Witness) -> Starlette:
    """The application over an open witness, which stays the caller's to close."""
    desk = _Desk(witness)
    return Starlette(
        routes=[
            Route("/add-checkpoint", desk.add_checkpoint, methods=["POST"]),
            Route("/{hashed}/checkpoint", desk.latest, methods=["GET"]),
            Route("/healthz", desk.health, methods=["GET"]),
            Route("/metrics", desk.metrics, methods=["GET"]),
            Route("/", desk.about, methods=["GET"]),
        ]
    )


class _Desk:
    """What the routes share: the witness, and how often each status was answered."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._answers: Counter[int] = Counter()

    async def add_checkpoint(self, request: Request) -> Response:
        """A cosignature, or why not."""

        async def answer() -> Response:
            body = await _body(request)
            return _text(await run_in_threadpool(self._witness.add_checkpoint, body))

        response = await _spoken(answer)
        self._answers[response.status_code] += 1
        return response

    async def latest(self, request: Request) -> Response:
        """The head that was cosigned last, of the log whose origin has this hash."""
        hashed = request.path_params["hashed"]

        async def answer() -> Response:
            found = None
            if _HASH.fullmatch(hashed):
                found = await run_in_threadpool(self._witness.state.latest, hashed)
            if found is None:
                return _text("No head of this log was cosigned here.\n", 404)
            return _text(found.note)

        response = await _spoken(answer)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Access-Control-Allow-Origin"] = "*"  # a monitor may be a page
        return response

    async def about(self, _: Request) -> Response:
        """What a policy file says of this witness."""
        key = self._witness.key
        return _text(f"witness {key.name} {key.text()}\n")

    async def health(self, _: Request) -> Response:
        """Whether the state can be read."""

        async def answer() -> Response:
            await run_in_threadpool(self._witness.state.sizes)
            return _text("ok\n")

        return await _spoken(answer)

    async def metrics(self, _: Request) -> Response:
        """Counters and gauges in the Prometheus text format 0.0.4."""

        async def answer() -> Response:
            sizes = await run_in_threadpool(self._witness.state.sizes)
            return _text(self._figures(sizes))

        return await _spoken(answer)

    def _figures(self, sizes: Mapping[str, int]) -> str:
        conflicts = self._witness.conflicts
        heads = {
            label("origin", origin): sizes.get(origin_hash(origin), 0)
            for origin in self._witness.logs
        }
        figures: list[Figure] = [
            ("duebill_witness_answers_total", "Answers to add-checkpoint.", "counter",
             {label("status", str(status)): n for status, n in sorted(self._answers.items())}),
            ("duebill_witness_conflicts_total", "Heads that contradict one cosigned.", "counter",
             {label("kind", kind): n for kind, n in conflicts.counted.items()}),
            ("duebill_witness_conflicts_lost_total", "Conflicts that could not be kept.", "counter",
             {"": conflicts.lost}),
            ("duebill_witness_log_size", "Entries under the head cosigned last.", "gauge", heads),
        ]  # fmt: skip
        return figures_text(figures)


async def _spoken(answer: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or what went wrong as the protocol says it."""
    try:
        return await answer()
    except OldSizeDiffers as refused:
        # The media type without a parameter: that is how others compare it.
        return Response(f"{refused.size}\n", 409, {"Content-Type": SIZE_TYPE})
    except Refused as refused:
        return _text(f"{refused.code.value}: {refused.detail}\n", _STATUS[refused.code])
    except TimeoutError:
        return _text("The request did not arrive in time.\n", 408)
    except LedgerError as error:
        detail = "The witness has stopped." if isinstance(error, Halted) else str(error)
        response = _text(f"{detail}\n", 503)
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response


async def _body(request: Request) -> bytes:
    """The body. Raises `Refused` (`bytes_too_large`) beyond the bound, `TimeoutError` if slow."""
    data = bytearray()
    async with asyncio.timeout(LONGEST_S):
        async for part in request.stream():
            data += part
            if len(data) > LARGEST_REQUEST:
                raise Refused(
                    RefusalCode.BYTES_TOO_LARGE,
                    f"The request has more than {LARGEST_REQUEST} bytes.",
                )
    return bytes(data)


def _text(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type=_PLAIN)
