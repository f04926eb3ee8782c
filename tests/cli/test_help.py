"""What ``pbxsim`` says of itself."""

import click
import pytest

from simulator.cli import cli
from simulator.version import VERSION
from tests.cli.running import COMMANDS, inside, process


def test_pbxsim_runs_as_a_module():
    done = process("--version")

    assert (done.code, done.out, done.err) == (0, f"pbxsim, version {VERSION}\n", "")


def test_pbxsim_without_a_command_shows_its_help_and_calls_it_usage():
    done = inside()

    assert done.code == 2
    assert all(command in done.said for command in COMMANDS)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_pbxsim_names_every_command_and_exit_code(option):
    done = inside(option)

    assert done.code == 0
    assert all(f"\n  {command} " in done.out for command in COMMANDS)
    assert "0 pass, 1 violation or missed expectation, 2 usage, 3 environment" in " ".join(done.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_what_each_of_its_options_does(command):
    done = inside(command, "--help")
    subcommand = cli.get_command(click.Context(cli), command)
    options = [p for p in subcommand.params if isinstance(p, click.Option)]

    assert done.code == 0
    assert subcommand.help
    assert options
    assert [option.name for option in options if not option.help] == []
    assert all(name in done.out for option in options for name in option.opts)


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_option_is_usage_and_is_named(command):
    done = inside(command, "--nonsense")

    assert done.code == 2
    assert "--nonsense" in done.err


def test_misspelt_command_is_usage_and_names_the_right_one():
    assert inside("serv").code == 2
    assert "did you mean 'serve'?" in inside("serv").err


def test_unknown_command_is_usage_and_lists_those_there_are():
    done = inside("fly")

    assert done.code == 2
    assert ", ".join(COMMANDS) in done.err


def test_no_command_takes_an_argument_too_many():
    for command in ("serve", "listen", "vendors", "credentials", "tail", "record", "schema world", "replay 1"):
        done = inside(*command.split(), "surplus")

        assert done.code == 2
        assert "surplus" in done.err
