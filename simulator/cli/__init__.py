"""The command ``pbxsim``. Each subcommand is imported when it is used: help must come at once."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from simulator.version import VERSION

_COMMANDS = {
    "serve": "run the fakes and the control API",
    "listen": "receive pushes: print, check and keep what comes",
    "run": "play a scenario against your endpoint and judge what came of it",
    "traffic": "let calls come to a queue by chance or as recorded, and say what came of them",
    "check": "judge recorded exchanges by the contracts",
    "vendors": "list what each vendor's contract holds, and how it is known",
    "credentials": "show the credentials of a running simulator's tenant",
    "tail": "follow the journal of a running simulator's tenant, live",
    "replay": "send a journaled exchange once more, and show what came of it",
    "record": "write what a tenant's calls did as a scenario, masked",
    "schema": "print the JSON Schemas of the files that you write, for editors",
}


class _Lazy(click.Group):
    """Commands by name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"simulator.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from contracts.nearness import nearest

            hint = nearest(args[0], _COMMANDS, len(_COMMANDS))
            raise click.UsageError(f"there is no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="pbxsim")
@click.pass_context
def cli(context: click.Context) -> None:
    """A mock PBX simulator and contract-test harness for Brazilian telephony APIs.

    Exit codes: 0 pass, 1 violation or missed expectation, 2 usage, 3 environment (a port, a file, nobody answers),
    130 or 143 broken off.
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        context.color = False


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal can show every letter
    code = code_of(arguments)
    try:
        if sys.stdout is not None:  # it is, when the shell closed it
            sys.stdout.flush()
    except OSError:
        _silence()
    sys.exit(code)


def code_of(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code; no traceback reaches a user.

    Beside those that ``--help`` names: 128 + the signal's number when a signal ended it (130 for Ctrl-C), 141 when
    nobody read its output any more. With --json, an error is a JSON object on the standard output as well.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        result: Any = cli.main(list(words), prog_name="pbxsim", standalone_mode=False)
    except BaseException as error:
        code, text = _outcome(error)
        if text and "--json" in words:
            with suppress(OSError):
                click.echo(json.dumps({"error": text, "exit_code": code}))
        return code
    return result if isinstance(result, int) else 0


def _outcome(error: BaseException) -> tuple[int, str]:
    """Tell the user what went wrong; return the exit code, and the text when there is one."""
    if isinstance(error, click.ClickException):
        error.show()
        return 2, error.format_message()
    if isinstance(error, BrokenPipeError | SystemExit):  # click ends by the latter when nobody reads its output
        _silence()
        return 141, ""
    code, text = _sentence(error)
    click.echo(f"pbxsim: {text}", err=True)
    return code, text


def _sentence(error: BaseException) -> tuple[int, str]:
    from contracts.errors import ContractError
    from simulator.cli.stopping import Stopped
    from simulator.errors import SimulatorError

    match error:
        case Stopped():
            return error.code, "stopped before its end"
        case click.Abort() | KeyboardInterrupt():
            return 130, "stopped before its end"
        case SimulatorError() | ContractError():
            return getattr(error, "exit_code", 2), str(error)
        case OSError():
            return 3, f"{error}: check the file, its folder and the space there"
        case Exception() if not os.environ.get("PBXSIM_DEBUG"):
            return 3, f"a defect of pbxsim, {type(error).__name__}: {error}; PBXSIM_DEBUG=1 shows where"
    raise error


def _silence() -> None:
    """Let what is still buffered go nowhere: the interpreter would complain about it at its end."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it is open as long as the process
