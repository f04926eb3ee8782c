"""``pbxsim traffic`` as a user runs it."""

import re
import shlex
from pathlib import Path

import click
import pytest

from simulator.cli import cli
from simulator.cli.traffic import _texts, command
from tests.cli.running import inside
from tests.receiver import Receiver

PAGE = (Path(__file__).parents[2] / "docs" / "traffic.md").read_text("utf-8")
FEW = ("traffic", "--calls", "4", "--arrivals", "even:2/min", "--talk", "20s", "--patience", "never")


@pytest.mark.parametrize("command", re.findall(r"^[.]venv/bin/pbxsim (.*)$", PAGE, re.M))
def test_command_of_the_page_is_understood(command):
    """It parses, and its plan can be read."""
    name, *words = shlex.split(command)

    context = cli.get_command(click.Context(cli), name).make_context(name, words)

    assert _texts(context.params)["queue"] == "suporte"


@pytest.mark.parametrize("option", re.findall(r"`(--[a-z-]+)", PAGE))
def test_option_that_the_page_names_is_there(option):
    names = [name for parameter in command.params for name in parameter.opts]

    assert option in names


def test_traffic_says_what_came_of_the_calls_and_of_the_pushes():
    with Receiver() as receiver:
        done = inside(*FEW, "--target", f"pbx55={receiver.url}/calls")

    assert done.code == 0
    assert "4 calls came to queue suporte, 5 agents" in done.out
    assert "100.0% answered within 20s" in done.out
    assert "pbx55            8 arrived (ended 4, started 4)" in done.out
    assert done.out.endswith("PASS\n")
    assert len(receiver.requests) == 8


def test_traffic_without_a_target_pushes_to_a_receiver_of_our_own():
    done = inside(*FEW)

    assert done.code == 0
    assert "pbx55: no --target given" in done.out
    assert "hubsoft          4 arrived (notified 4)" in done.out


def test_traffic_as_json_has_figures_theory_and_messages():
    with Receiver() as receiver:
        done = inside("traffic", "--for", "1h", "--json", "--target", f"pbx55={receiver.url}/calls")

    found = done.json
    assert found["exit_code"] == done.code == 0
    assert found["figures"]["arrived"] * 2 == sum(found["messages"]["pbx55"]["arrived"].values())
    assert found["figures"]["arriving"] == 3600
    assert 0 < found["theory"]["abandoned"] < found["theory"]["waits"] < 1
    assert found["findings"] == []


def test_traffic_of_a_receiver_that_fails_fails():
    with Receiver(otherwise=500) as receiver:
        done = inside(*FEW, "--target", f"pbx55={receiver.url}/calls")

    assert done.code == 1
    assert "8 never arrived: answered 500" in done.out
    assert done.out.endswith("FAIL\n")


def test_recorded_calls_come_again(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(
        "start,from,talk\n2026-03-02T09:00:00-03:00,37988242968,30\n2026-03-02T09:01:00-03:00,37988242968,0\n"
    )

    done = inside("traffic", "--replay", path, "--json")

    assert done.code == 0
    assert done.json["figures"]["arrived"] == 2
    assert done.json["theory"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--arrivals", "often"), "says no arrivals"),
        (("--talk", "180"), "it has no unit"),
        (("--patience", "endless"), "is no distribution of lengths"),
        (("--for", "soon"), "--for: 'soon' is no duration"),
        (("--within", "20"), "--within: '20' is no duration"),
        (("--queue", "compras"), "there is no queue 'compras' in this world"),
        (("--agents", "0"), "0 is not in the range 1<=x<=1000"),
        (("--calls", "1000001"), "is not in the range"),
        (("--curve", "1,2"), "--curve belongs to --arrivals day:"),
        (("--replay", __file__, "--arrivals", "even:1/h"), "--arrivals beside --replay: the file says when calls come"),
        (("--arrivals", "day:10/d", "--curve", "1,2"), "a curve has 24 numbers"),
        (("--replay", "nowhere.csv"), "it cannot be read"),
        (("--arrivals", "poisson:1/d", "--for", "1s"), "no call comes in this time"),
        (("--clock", "fast"), "is no clock"),
    ],
)
def test_words_that_traffic_does_not_understand_are_usage(words, told):
    done = inside("traffic", "--target", "pbx55=http://127.0.0.1:1/calls", *words)

    assert done.code == 2
    assert told in " ".join(done.err.split())


def test_traffic_that_nobody_answers_is_the_environments():
    with Receiver() as receiver:
        url = receiver.url

    done = inside(*FEW[:2], "1", "--target", f"pbx55={url}/calls")

    assert done.code == 3
    assert "connection refused" in done.out


def test_one_call_of_one_agent_is_said_as_such():
    done = inside("traffic", "--calls", "1", "--agents", "1", "--arrivals", "even:1/min")

    assert "1 call came to queue suporte, 1 agent\n" in done.out
    assert "in theory" not in done.out


def test_calls_that_are_not_over_are_left_out_of_the_shares_and_said_to_be():
    """The agent lets three offers ring and is paused; the second call waits for ever."""
    done = inside("traffic", "--calls", "2", "--agents", "1", "--answer", "1h", "--patience", "never")

    assert "0.0% of the calls that are over answered within 20s" in done.out
    assert "0 (0.0% of the calls that are over)" in done.out


def test_callers_without_patience_are_a_system_of_loss():
    done, told = (inside("traffic", "--calls", "3", "--patience", "0s", *more) for more in ((), ("--json",)))

    assert "(Erlang B)" in done.out
    assert (told.json["theory"]["model"], told.json["theory"]["wait"]) == ("Erlang B", 0)
    assert told.json["figures"]["load"] > 0


def test_recorded_call_to_a_number_that_is_not_ours_is_told_with_its_line(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("start,from,talk,to\n2026-03-02T09:00:00-03:00,37988242968,30,551130000000\n")

    done = inside("traffic", "--replay", path)

    assert done.code == 2
    assert "calls.csv:2: to is '551130000000', which is no number of this world: expected one of 55" in done.err


def test_callers_with_numbers_of_every_length_break_no_rule(tmp_path):
    """HubSoft is told of those that it takes, of 10 to 13 digits."""
    path = tmp_path / "calls.csv"
    numbers = ["37988242999123"[:length] for length in range(8, 15)]
    lines = (f"2026-03-02T09:{n:02}:00-03:00,{number},30\n" for n, number in enumerate(numbers))
    path.write_text("start,from,talk\n" + "".join(lines))

    done = inside("traffic", "--replay", path, "--json")

    assert (done.code, done.json["findings"]) == (0, [])
    assert done.json["messages"]["hubsoft"]["arrived"] == {"notified": 4}
    assert done.json["messages"]["pbx55"]["arrived"] == {"ended": 7, "started": 7}
