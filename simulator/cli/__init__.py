"""The command ``pbxsim``. Each subcommand is imported when it is used: help must come at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from simulator.version import VERSION

_COMMANDS = {
    "serve": "run the fakes and the control API",
    "listen": "receive pushes: print, check and keep what comes",
    "run": "play a scenario against your endpoint and judge what came of it",
    "check": "judge recorded exchanges by the contracts",
    "vendors": "list what each vendor's contract holds, and how it is known",
    "credentials": "show the credentials of a running simulator's tenant",
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
            from difflib import get_close_matches

            near = get_close_matches(args[0], _COMMANDS, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(_COMMANDS)}"
            raise click.UsageError(f"there is no command {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="pbxsim")
def cli() -> None:
    """A mock PBX simulator and contract-test harness for Brazilian telephony APIs."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process with its exit code.

    0 pass, 1 violation or missed expectation, 2 usage, 3 environment. No traceback reaches a user.
    """
    sys.exit(code_of(arguments))


def code_of(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="pbxsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        from contracts.errors import ContractError
        from simulator.errors import SimulatorError

        if isinstance(error, SimulatorError | ContractError | OSError):
            click.echo(f"pbxsim: {error}", err=True)
            return getattr(error, "exit_code", 3 if isinstance(error, OSError) else 2)
        raise
    return result if isinstance(result, int) else 0
