"""`duebill`: one command, many verbs, each loaded only when it is called.

Exit status: 0 good, 1 findings or a refusal, 2 wrong usage.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from api.terminal import show_error
from ledger.errors import LedgerError

COMMANDS = {
    "demo": "The whole story on real input, on a sandbox ledger, ending in an audit.",
    "serve": "The API over a ledger in a folder.",
    "init": "Open a ledger in a folder.",
    "keygen": "Make a key for one person.",
    "rotate-key": "Let the log sign with a new key beside its old one.",
    "retire-key": "Let the log sign without its old key.",
    "signer": "Hold the log's key in a process of its own (signer serve).",
    "enrol": "Apply for a party (--apply), or enrol it as the operator.",
    "draft": "Draft a command from a JSON body, unsigned.",
    "explain": "What a signature would do, in one plain sentence, English or Chinese.",
    "sign": "Sign drafted commands offline; several people one after another.",
    "submit": "Send signed commands and keep their receipts.",
    "import": "Read invoices, show what would be registered and why not, sign once, send.",
    "audit": "Audit a whole log: URL, export folder or database.",
    "export": "The log as files, for auditors.",
    "evidence": "What a party can show of a holding: an evidence pack, or a funding certificate.",
    "report": "What was acknowledged on a day, what falls due, and what the rules measured.",
    "receipt": "Verify a receipt, an evidence pack, a certificate or a sheet offline.",
    "compare": "Whether two signed heads of a log are of one history; evidence where they are not.",
    "witness": "A tlog-witness, for any C2SP log.",
    "timestamp": "A time stamp (RFC 3161) over the newest checkpoint.",
    "rebuild": "Drop the derived tables and replay them from the entries.",
    "backup": "An online copy of a ledger with a signed manifest.",
    "restore": "A backup made a ledger again, audited and compared with what was kept outside.",
    "bench": "How fast, beside what this machine could do at best; exit 1 below a floor.",
}
"""Every verb with its summary; `api.commands` has a module of the same name for each.

Its `run` is the verb; a module with several has them in its `app`.
"""

_MODULES = {
    "import": "import_invoices",
    "retire-key": "retire_key",
    "rotate-key": "rotate_key",
}


class _Lazy(TyperGroup):
    """Lists stand-ins, so that a help page or a typing error loads no verb."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, summary in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.obj = "--json" in args
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name and command else command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # who reads what we print has had enough: the library ends quietly
            raise
        except (LedgerError, OSError) as error:
            show_error(error, as_json=bool(ctx.obj))
            raise typer.Exit(1) from None


app = typer.Typer(cls=_Lazy, add_completion=False, pretty_exceptions_enable=False)


def _version(asked: bool) -> None:  # noqa: FBT001 - the shape of an option's callback
    if asked:
        typer.echo(f"duebill {importlib.metadata.version('duebill')}")
        raise typer.Exit


@app.callback(no_args_is_help=True)
def duebill(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """A supply-chain receivables ledger on a hash chain that anybody can audit."""


def _load(name: str) -> TyperCommand | TyperGroup:
    """The verb itself, from its module."""
    module = importlib.import_module(f"api.commands.{_MODULES.get(name, name)}")
    single = getattr(module, "app", None)
    if single is None:
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(name)(module.run)
    command = typer.main.get_command(single)
    if not isinstance(command, TyperCommand | TyperGroup):
        raise TypeError(name)
    return command


def main() -> None:
    """Run the command line of this process."""
    app(prog_name="duebill")


if __name__ == "__main__":
    main()
