"""``pbxsim serve``: what it keeps, what it prints, and what it refuses."""

import json
import re
import signal
import subprocess
import sys

import pytest

from contracts.contract import discover
from tests.cli.running import Started, inside
from tests.cli.serving import TOKEN, UP, ask
from tests.needs import needs
from tests.receiver import Receiver


def curls(lines):
    """Return the commands that are printed to be pasted."""
    needs("curl", "sed")
    return [line.strip() for line in lines if line.strip().startswith("curl ")]


@pytest.fixture(scope="module")
def greeted():
    """A simulator that has said everything, with a target for the pushes."""
    with Receiver() as receiver, Started("serve", "--port", "0", "--target", f"pbx55={receiver.url}/hook") as started:
        started.line_with(UP)
        yield started, receiver


def test_welcome_says_where_all_is_and_what_to_use(greeted):
    started, receiver = greeted
    text = "\n".join(started.lines)

    url = re.search(r"^pbxsim is up at (http://127\.0\.0\.1:[0-9]+)$", text, re.M)[1]
    assert f"base URL       {url}/hubsoft" in text
    assert re.findall(r"^  (client_id|client_secret|username|password) +\S+$", text, re.M) == [
        "client_id",
        "client_secret",
        "username",
        "password",
    ]
    assert re.search(
        r"^HubSoft  \(operations: [0-9]+ documented.*; in detail: [0-9]+ documented, [0-9]+ observed", text, re.M
    )
    assert re.search(
        r"^55PBX  \(operations: [0-9]+ documented.*; in detail: [0-9]+ documented, [0-9]+ observed", text, re.M
    )
    assert re.search(r"^Dígitro  \(operations: 5 documented, 43 inferred; in detail: [0-9]+ documented", text, re.M)
    assert "Open files" not in text
    assert f"Calls are pushed to {receiver.url}/hook" in text
    assert f"Control API    {url}/_sim/" in text
    assert "Seed           1; clock real; America/Sao_Paulo time" in text
    assert "point nothing here that dials or texts" in text


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_too_low_a_limit_of_open_files_is_said_and_how_to_raise_it():
    """A thousand event channels are a thousand files; what the soft limit lacks is taken from the hard one."""
    with Started("serve", "--port", "0", under="ulimit -Sn 300 && ulimit -Hn 400") as low:
        low.line_with(UP)
    with Started("serve", "--port", "0", under="ulimit -Sn 300 && ulimit -Hn 1200") as enough:
        enough.line_with(UP)

    assert "Open files     400 at most, and each client takes one: raise it with ulimit -n" in low.lines
    assert not [line for line in enough.lines if "Open files" in line]


def test_curl_of_hubsoft_works_when_it_is_pasted(greeted):
    started, _ = greeted
    (command,) = [each for each in curls(started.lines) if "/hubsoft/" in each]

    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30, check=True)

    assert json.loads(done.stdout)["status"] == "success"


def test_curl_of_55pbx_works_when_it_is_pasted_and_causes_a_push(greeted):
    started, receiver = greeted
    (command,) = [each for each in curls(started.lines) if "/_sim/calls" in each]

    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30, check=True)

    assert "call" in json.loads(done.stdout)
    (push,) = receiver.wait(1)
    assert push.path == "/hook"


def test_every_command_that_is_printed_works_with_a_control_token_and_without_a_target():
    """The token stands in a variable: what the user chose is not shown."""
    with Started("serve", "--port", "0", "--control-token", TOKEN) as started:
        started.line_with(UP)
        answers = [
            json.loads(subprocess.run(["sh", "-c", each], env={"PATH": "/usr/bin:/bin", "PBXSIM_CONTROL_TOKEN": TOKEN},
                                      capture_output=True, timeout=30, check=True).stdout)
            for each in curls(started.lines)
        ]  # fmt: skip

    assert len(answers) >= 3
    assert [answer for answer in answers if answer.get("error")] == []
    assert TOKEN not in "\n".join(started.lines)


def test_json_says_in_one_line_what_the_welcome_says():
    with Started("serve", "--port", "0", "--json") as started:
        greeting = json.loads(started.line_with("{"))
        status, _ = ask(f"{greeting['url']}/_sim/health")
        done = started.end(signal.SIGINT)

    assert status == 200
    assert greeting["url"] == f"http://127.0.0.1:{greeting['port']}"
    assert set(greeting["vendors"]) == set(discover())
    assert greeting["vendors"]["hubsoft"]["url"] == f"{greeting['url']}/hubsoft"
    assert "client_secret" in greeting["vendors"]["hubsoft"]["credentials"]
    assert len(done.out.strip().splitlines()) == 1


def test_json_of_a_played_scenario_is_its_verdict_with_the_exit_code():
    done = inside("serve", "--port", "0", "--play", "sms_sent", "--clock", "jumping", "--once", "--json")

    assert done.code == done.json["exit_code"] == 0
    assert done.json["scenario"] == "sms_sent"


def test_once_ends_with_the_verdict_and_without_a_welcome():
    done = inside("serve", "--port", "0", "--play", "sms_sent", "--clock", "jumping", "--once")

    assert done.code == 0
    assert "PASS sms_sent" in done.out
    assert "is up at" not in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--once",), "--once belongs to --play SCENARIO"),
        (("--play", ""), "--play: name a scenario"),
        (("--play", "nowhere"), "there is neither such a file nor a library scenario"),
        (("--host", ""), "--host: give an address of this machine"),
    ],
)
def test_words_that_make_no_sense_are_usage(words, said):
    done = inside("serve", "--port", "0", *words)

    assert done.code == 2
    assert said in done.err


def test_store_keeps_what_happened_and_says_what_it_had_decided_before(tmp_path):
    store = tmp_path / "kept.sqlite"
    play = ("--play", "sms_sent", "--clock", "jumping")
    first = inside("serve", "--port", "0", "--store", store, *play, "--once", "--seed", "7")
    with Started("serve", "--port", "0", "--store", store, "--seed", "8") as started:
        url = started.url()
        started.line_with(UP)
        kept = [json.loads(ask(f"{url}/_sim/{what}")[1])[what] for what in ("calls", "targets", "runs")]

    text = "\n".join(started.lines)
    assert first.code == 0
    assert [len(each) for each in kept] == [1, 0, 1]  # the built-in receivers are gone, and so are their targets
    assert "Seed           7; clock jumping" in text
    assert f"Kept           {store}" in text
    assert "it goes on as it was made: --seed, --clock would be for a new one" in text


def test_store_of_another_process_is_refused_and_the_process_is_named(tmp_path):
    store = tmp_path / "shared.sqlite"
    with Started("serve", "--port", "0", "--store", store) as started:
        started.line_with(UP)

        done = inside("serve", "--port", "0", "--store", store)

    assert done.code == 3
    assert f"is in use by another pbxsim (process {started.pid})" in done.err


@pytest.mark.parametrize("place", [".", "nowhere/store.sqlite", "text"])
def test_store_that_cannot_be_used_is_the_environments_fault(tmp_path, place):
    (tmp_path / "text").write_text("this is no store\n" * 100)

    done = inside("serve", "--port", "0", "--store", tmp_path / place)

    assert done.code == 3
    assert "the store" in done.err
    assert "Traceback" not in done.said
    assert (tmp_path / "text").read_text() == "this is no store\n" * 100


def test_live_shows_what_happens_to_the_default_tenant(tmp_path):
    with Receiver() as receiver:
        words = ("serve", "--port", "0", "--live", "--target", f"pbx55={receiver.url}")
        with Started(*words) as started:
            started.line_with(UP)
            (command,) = [each for each in curls(started.lines) if "/_sim/calls" in each]
            subprocess.run(["sh", "-c", command], capture_output=True, timeout=30, check=True)

            assert "calls" in started.line_with("call c1")
            assert "-> 200" in started.line_with("pbx55 started")
