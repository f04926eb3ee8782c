"""Ctrl-C and SIGTERM end whatever runs, at once: no traceback, no process and no file left behind."""

import os
import signal
import socket
import time

import pytest

from tests.cli.running import Started
from tests.receiver import Receiver

AT_ONCE = 1.9  # it takes 0.2 to 0.6 s; whoever waits for the server's grace (2 s) or a push's time-out takes longer

BUSY = {
    "serve": (("serve", "--port", "0"), "Ctrl-C", 0),
    "listen": (("listen", "--port", "0"), "Ctrl-C", 0),
    "run": (("run", "transferred_inbound", "--clock", "real"), "calls", None),
    "serve_playing": (("serve", "--port", "0", "--play", "transferred_inbound", "--clock", "1x"), "calls", None),
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "sigterm"])
@pytest.mark.parametrize(("words", "busy", "code"), BUSY.values(), ids=BUSY)
def test_command_ends_at_once(tmp_path, words, busy, code, number):
    with Started(*words, env={"TMPDIR": str(tmp_path)}) as started:
        started.line_with(busy)
        began = time.monotonic()

        done = started.end(number)

        took = time.monotonic() - began
    assert done.code == (128 + number if code is None else code)
    assert took < AT_ONCE
    assert "Traceback" not in done.said
    assert done.err in ("", "pbxsim: stopped before its end\n")
    assert os.listdir(tmp_path) == []
    with pytest.raises(ProcessLookupError):
        os.kill(started.pid, 0)


def test_run_ends_at_once_while_a_receiver_keeps_it_waiting(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        target = f"pbx55=http://127.0.0.1:{silent.getsockname()[1]}/"
        with Started("run", "sms_sent", "--target", target, env={"TMPDIR": str(tmp_path)}) as started:
            connection, _ = silent.accept()
            began = time.monotonic()

            done = started.end(signal.SIGINT)

            took = time.monotonic() - began
            connection.close()
    assert done.code == 130
    assert took < AT_ONCE
    assert "Traceback" not in done.said
    assert os.listdir(tmp_path) == []


def test_what_a_broken_off_run_has_exchanged_is_in_its_journal(tmp_path):
    file = tmp_path / "journal.jsonl"
    with Started("run", "transferred_inbound", "--clock", "real", "--journal", file) as started:
        started.line_with("pbx55 started of call A")

        done = started.end(signal.SIGINT)

    assert done.code == 130
    assert b'"message":"started"' in file.read_bytes()


def test_serve_holds_a_waiting_reader_of_the_journal_no_longer_than_its_own_life():
    """A long poll for news does not keep the simulator alive."""
    with Started("serve", "--port", "0") as started:
        url = started.url()
        started.line_with("Ctrl-C")
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as waiting:
            waiting.sendall(b"GET /_sim/journal?wait=20 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            began = time.monotonic()

            done = started.end(signal.SIGINT)

            took = time.monotonic() - began
    assert done.code == 0
    assert took < AT_ONCE
    assert done.err == ""


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_traffic_that_is_broken_off_says_what_came_of_it_up_to_then(tmp_path, as_json):
    """With the exit code by convention, and every exchange in its journal."""
    file = tmp_path / "journal.jsonl"
    with Receiver() as receiver:
        target = ("--target", f"pbx55={receiver.url}/calls", "--journal", file)
        words = ("traffic", "--clock", "real", "--arrivals", "even:10/s", "--for", "1h", *target)
        with Started(*words, *(("--json",) if as_json else ())) as started:
            receiver.wait(3)

            done = started.end(signal.SIGINT)

    assert done.code == 130
    assert done.err == ""
    assert file.read_bytes().count(b'"message":"started"') >= 2  # the third may be on its way
    if as_json:
        assert (done.json["stopped"], done.json["exit_code"]) == (True, 130)
        assert done.json["figures"]["arrived"] >= 3
    else:
        assert "stopped before its end" in done.out
        assert "calls came to queue suporte" in done.out
        assert "PASS" not in done.out
