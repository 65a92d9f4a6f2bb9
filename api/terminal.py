"""What people see: errors with their remedy, tables, progress, JSON. Results go to standard
output, everything else to standard error.

Names and details may come from hostile files: control characters never reach the terminal.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from api.languages import spoken
from ledger.errors import LedgerError, Refused
from ledger.refusals.language import Language

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """`text` with every control, direction and surrogate character but the line break as �."""
    return "".join("�" if _is_hidden(char) else char for char in text)


def _is_hidden(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in _HIDDEN


def say(text: str) -> None:
    """A line of the result."""
    typer.echo(plain(text))


def note(text: str) -> None:
    """A line beside the result, on standard error."""
    typer.echo(plain(text), err=True)


def say_json(value: Any) -> None:
    """The result as JSON; hidden characters stand in it as escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    typer.echo("".join(json.dumps(char)[1:-1] if _is_hidden(char) else char for char in text))


def error_tree(error: LedgerError | OSError) -> dict[str, Any]:
    """An error as JSON: code, what happened, where, what to do."""
    if isinstance(error, Refused):
        return {
            "code": error.code.value,
            "detail": error.detail,
            "file": error.file,
            "place": error.place,
            "remedy": error.code.remedy_in(spoken()),
        }
    if isinstance(error, OSError):
        return {
            "code": "file_error",
            "detail": error.strerror or str(error),
            "file": str(error.filename or ""),
            "place": "",
            "remedy": _remedy(*_FILE),
        }
    code, *remedies = _OTHERS.get(type(error).__name__, ("error", "", ""))
    remedy = _remedy(*remedies)
    return {"code": code, "detail": str(error), "file": "", "place": "", "remedy": remedy}


def _remedy(english: str, chinese: str) -> str:
    return chinese if spoken() is Language.CHINESE else english


_FILE = ("Check the path and its permissions.", "请检查路径及其权限。")
_OTHERS = {
    "Repeated": (
        "repeated",
        "Nothing is to be done: the first receipt holds.",
        "无需处理：首次回执仍然有效。",
    ),
    "OutcomeUnknown": (
        "outcome_unknown",
        "Send the same command again to find out.",
        "请重发同一命令以得知结果。",
    ),
    "Halted": (
        "halted",
        "Audit the ledger; restore a newer backup; write nothing until then.",
        "请审计账本并恢复较新的备份；在此之前勿再写入。",
    ),
    "Unavailable": (
        "unavailable",
        "Try again later, or stop the process that holds it.",
        "请稍后重试，或停止占用它的进程。",
    ),
}


def error_text(error: LedgerError | OSError) -> str:
    """An error for a person: the code, the sentence, the place, the remedy."""
    return tree_text(error_tree(error))


def tree_text(tree: dict[str, Any]) -> str:
    """An error tree for a person."""
    where = ", ".join(part for part in (tree["file"], tree["place"]) if part)
    lines = [f"{tree['code']}: {tree['detail']}"]
    lines += [f"  at: {where}"] if where else []
    to_do = _remedy("to do: ", "怎么办：")
    lines += [f"  {to_do}{tree['remedy']}"] if tree["remedy"] else []
    return "\n".join(lines)


def show_error(error: LedgerError | OSError, *, as_json: bool) -> None:
    """Say on standard error what went wrong; with `as_json` on standard output, too."""
    note(error_text(error))
    if as_json:
        say_json({"error": error_tree(error)})


def error_console() -> Console:
    """Standard error for tables and bars."""
    return Console(stderr=True, highlight=False)


def show_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None
) -> None:
    """A table as wide as the terminal, or 200 columns where it goes elsewhere."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    table = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console.print(table)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal; call what is given with how far it is."""
    console = error_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
