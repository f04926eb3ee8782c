"""The job end to end: a receiver written without this project hears a transferred call, and the journal is clean."""

import json
import re
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.cli import code_of
from tests.cli.running import inside
from tests.needs import needs

RECEIVERS = Path(__file__).parents[2] / "docs" / "receivers"
TOKEN = "T-0k3n"

# The last fields of a 55PBX call id tell the calls apart; which of its fields is which is not this test's business.
CALL_ID = re.compile(r"[0-9]{9,11}\.[0-9]{1,12}")


@contextmanager
def node():
    """The receiver of the docs in Node; gives its URL, and what it prints."""
    command = ("node", RECEIVERS / "receiver.js", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            yield url, process.stdout
        finally:
            process.kill()


@contextmanager
def php():
    """The receiver of the docs in PHP; gives its URL, and what it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = ("php", "-S", address, RECEIVERS / "receiver.php")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            while "started" not in (line := process.stderr.readline()):
                assert line, "php ended before it listened"
            yield f"http://{address}/", process.stderr
        finally:
            process.kill()


def heard(lines, count):
    """Return the requests that a receiver has printed."""
    found = []
    for line in lines:
        if line.startswith("{"):
            found.append(json.loads(line))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("receiver", [node, php])
def test_foreign_receiver_gets_the_five_pushes_of_a_transferred_call(receiver, tmp_path):
    needs(receiver.__name__)
    journal = tmp_path / "journal.jsonl"
    with receiver() as (url, lines):
        target = ("--target", f"pbx55={url}hook", "--method", "PUT", "--token", TOKEN)
        code = code_of(["run", "transferred_inbound", *target, "--journal", str(journal)])
        requests = heard(lines, 5)

    checked = inside("check", journal)
    bodies = [json.loads(request["body"]) for request in requests]
    ids = [CALL_ID.findall(request["body"])[0] for request in requests]
    first, second = dict.fromkeys(ids)
    of_first = [body for body, key in zip(bodies, ids, strict=True) if key == first]
    of_second = [body for body, key in zip(bodies, ids, strict=True) if key == second]
    assert code == 0
    assert [(r["method"], r["url"], r["headers"][name(r, "token")]) for r in requests] == [("PUT", "/hook", TOKEN)] * 5
    assert (len(of_first), len(of_second)) == (3, 2)
    assert all(len(body) == 25 for body in bodies)
    assert told(of_first) == ["begun", "ended", "ended"]
    assert told(of_second) == ["begun", "ended"]
    assert [second in json.dumps(body) for body in of_first] == [False, False, True]
    assert {k for k in of_first[1] if of_first[1][k] != of_first[2][k]} == {named(of_first[2], second)}
    assert checked.code == 0
    assert checked.out.splitlines()[-1].startswith("CLEAN: 5 exchanges, 0 errors")


def name(request, wanted):
    """Return a header's name as the receiver's language spells it."""
    return next(each for each in request["headers"] if each.lower() == wanted)


def told(bodies):
    """Return what each push says of its call: a complete one has more in it than the first."""
    fewest = min(map(filled, bodies))
    return ["begun" if filled(body) == fewest else "ended" for body in bodies]


def filled(body):
    return sum(value not in ("", 0, "0", None) for value in body.values())


def named(body, value):
    """Return the field that has a value."""
    return next(key for key, found in body.items() if found == value)
