"""What comes out of ``pbxsim``: no colours in a pipe, no crash on an odd terminal, and no fuss when nobody reads."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.cli import code_of
from tests.cli.running import PATIENCE, PBXSIM, environment, inside, process
from tests.receiver import Receiver

ESCAPE = "\x1b["


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A journal with a violation, whose text has letters that ASCII and Latin-1 do not know."""
    file = tmp_path_factory.mktemp("journal") / "broken.jsonl"
    inside("run", "sms_sent", "--journal", file)
    record = json.loads(file.read_text())
    body = json.loads(record["request"]["body"])
    record["request"]["body"] = json.dumps({"ação \u2026 \U0001f600": 1, **body})
    file.write_text(json.dumps(record))
    return file


def on_a_terminal(*words, env=None):
    """Run a command whose output is a terminal, and return what appears there."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen((*PBXSIM, *words), stdout=theirs, stderr=theirs, env=environment(env))
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux says so that the other side has gone
        pass
    finally:
        os.close(ours)
        done.wait(PATIENCE)
    return shown.decode()


def test_output_has_colours_on_a_terminal_and_none_in_a_pipe(broken):
    piped = process("check", broken)

    assert ESCAPE not in piped.said
    assert ESCAPE in on_a_terminal("check", broken)


def test_no_color_is_respected_on_a_terminal(broken):
    """See https://no-color.org."""
    assert ESCAPE not in on_a_terminal("check", broken, env={"NO_COLOR": "1"})


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_survives_a_terminal_that_does_not_know_its_letters(broken, encoding):
    done = process("check", broken, env={"PYTHONIOENCODING": encoding})

    assert "Traceback" not in done.said
    assert done.code == 0
    assert "drift: " in done.out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_parses_whatever_the_terminals_encoding_is(broken, encoding):
    done = process("check", broken, "--json", env={"PYTHONIOENCODING": encoding})

    assert "\U0001f600" in json.dumps(json.loads(done.out), ensure_ascii=False)


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("vendors",),
        ("run", "transferred_inbound"),
        ("serve", "--port", "0", "--play", "transferred_inbound", "--clock", "jumping", "--once"),
    ],
    ids=lambda words: "_".join(word.strip("-") for word in words[:2]),
)
def test_reader_who_leaves_early_ends_the_command_in_peace(tmp_path, words):
    """As with `| head -1`: no traceback, no hang, no work for nobody, and no exit code that means a verdict."""
    with subprocess.Popen(
        (*PBXSIM, *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}),
    ) as started:
        started.stdout.readline()
        started.stdout.close()
        errors = started.stderr.read()
        code = started.wait(PATIENCE)

    assert errors == b""
    assert code in (0, 141)  # all of it fitted into the pipe before, or 128 + SIGPIPE
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_output_on_a_full_disk_is_the_environments_fault():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            (*PBXSIM, "run", "sms_sent"), stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )

    assert done.returncode == 3
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_output_that_is_closed_is_no_reason_to_crash():
    done = subprocess.run(
        ("sh", "-c", '"$@" >&-', "sh", *PBXSIM, "--version"),
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
    )

    assert done.returncode == 0
    assert done.stderr == b""


def test_defect_of_ours_is_told_in_a_line_and_shown_whole_when_asked(monkeypatch, capsys):
    """Whatever was overlooked: a user sees a sentence, a developer the traceback."""

    def overlooked(*_):
        raise ZeroDivisionError("overlooked")

    monkeypatch.setattr("simulator.cli.vendors.discover", overlooked)
    code = code_of(["vendors"])

    assert code == 3
    assert capsys.readouterr().err == (
        "pbxsim: a defect of pbxsim, ZeroDivisionError: overlooked; PBXSIM_DEBUG=1 shows where\n"
    )
    monkeypatch.setenv("PBXSIM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        code_of(["vendors"])


def test_help_comes_without_what_only_the_work_needs():
    """Flask, the store and the validators are loaded by the commands that use them."""
    program = "import sys; from simulator.cli import code_of; code_of(['--help']); print(*sorted(sys.modules))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = done.stdout.split()
    assert "click" in loaded
    assert not {"flask", "sqlalchemy", "jsonschema_rs", "aiohttp", "uvicorn", "yaml", "faker"} & set(loaded)


MISSED = """
scenario: missed
title: Nobody is transferred
steps:
  - inbound: {call: A, from: "37999912222"}
  - after: 1s
    hangup: {call: A, by: outside}
expect:
  - sent: {vendor: pbx55, call: A, message: transferred, symptom: the caller went nowhere}
"""


def test_missed_expectation_shows_its_symptom_what_came_near_and_how_to_make_that_again(tmp_path):
    """The command for a shell is one that sends the nearest push once more, to where it went."""
    file = tmp_path / "missed.yaml"
    file.write_text(MISSED)

    with Receiver() as receiver:
        done = inside("run", file, "--target", f"pbx55={receiver.url}/hook", "--method", "POST", "--token", "geheim")
        (again,) = (line.split("again: ", 1)[1] for line in done.out.splitlines() if " again: " in line)
        subprocess.run(again, shell=True, check=True, timeout=PATIENCE, env=environment({"PBXSIM_PBX55_TOKEN": "t"}))
        first, *_, last = receiver.requests

    assert done.code == 1
    assert "found 0: the caller went nowhere" in done.out
    assert "near miss: #1 pbx55 started of A" in done.out
    assert "geheim" not in done.out
    assert (last.path, last.body, last.header("token")) == (first.path, first.body, "t")


def test_missed_expectation_has_no_command_for_what_only_stood_in_for_a_target(tmp_path):
    file = tmp_path / "missed.yaml"
    file.write_text(MISSED)

    done = inside("run", file)

    assert done.code == 1
    assert "near miss: #1 pbx55 started of A" in done.out
    assert " again: " not in done.out


def test_failed_run_says_how_to_play_it_again(tmp_path):
    """With what it hangs on, and with variables for secrets; it plays the same."""
    file = tmp_path / "mis sed.yaml"
    file.write_text(MISSED)
    with Receiver() as receiver:
        target = ("--target", f"pbx55={receiver.url}/hook?token=geheim1&a=b", "--method", "POST", "--token", "geheim2")
        words = (*target, "--seed", "a b", "--reading", "hubsoft:H1=current-2020", "--zone", "America/Manaus")
        done, listed = inside("run", file, *words), inside("run", file, *words, "--json")
        again = done.out.splitlines()[-1].removeprefix("again: ")
        variables = environment(
            {
                "PBXSIM_PBX55_TOKEN": "geheim1",
                "PBXSIM_TOKEN": "geheim2",
                "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            }
        )
        repeated = subprocess.run(again, shell=True, check=False, timeout=PATIENCE, env=variables, capture_output=True)

    assert done.code == repeated.returncode == 1
    assert again == (
        f"pbxsim run '{file}' --seed 'a b' --target 'pbx55={receiver.url}/hook?token='\"$PBXSIM_PBX55_TOKEN\"'&a=b' "
        '--method POST --token "$PBXSIM_TOKEN" --reading hubsoft:H1=current-2020 --zone America/Manaus'
    )
    assert listed.json["runs"][0]["again"] == again
    assert repeated.stdout.decode().splitlines()[-1] == f"again: {again}"


def test_failed_run_without_a_target_says_how_to_play_it_again(tmp_path):
    (tmp_path / "missed.yaml").write_text(MISSED)
    (tmp_path / "good.yaml").write_text(MISSED.replace("transferred", "ended").replace("missed", "good", 1))

    done, listed = inside("run", tmp_path), inside("run", tmp_path, "--json")

    assert [line for line in done.out.splitlines() if line.startswith("again: ")] == [
        f"again: pbxsim run {tmp_path / 'missed.yaml'} --seed 1"
    ]
    assert [run["again"] for run in listed.json["runs"]] == [None, f"pbxsim run {tmp_path / 'missed.yaml'} --seed 1"]


def test_scenario_of_the_library_is_played_again_by_its_name(tmp_path):
    world = tmp_path / "w.yaml"
    world.write_text("{}")
    with Receiver(otherwise=500) as receiver:
        words = ("--target", f"hubsoft={receiver.url}", "--credential", "hubsoft:client_secret=geheim")
        done = inside("run", "missed_inbound", *words, "--world", world, "--clock", "1000x", "--strict-inferred")

    assert "geheim" not in done.out
    assert done.out.splitlines()[-1] == (
        f"again: pbxsim run missed_inbound --seed 1 --clock 1000x --target hubsoft={receiver.url} "
        f'--credential hubsoft:client_secret="$PBXSIM_HUBSOFT_CLIENT_SECRET" --world {world} --strict-inferred'
    )


def test_what_agents_do_is_shown_beside_the_calls():
    lines = inside("run", "agent_on_a_break").out.splitlines()

    done = [line.split("  ", 1)[1] for line in lines if "  agent " in line]
    assert done[:2] == ["agent 111: logs in to queue suporte", "agent 111: is paused: almoço"]
    assert "agent 111: is back from the pause" in done
