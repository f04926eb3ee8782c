"""Dígitro's event channel as npm's EventSource sees it: a client that we did not write, and that can send headers."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

from tests.live import live
from tests.needs import needs, needs_npm
from tests.vendors.digitro_world import DIVERT, PREDICTIVE, PRINTED_CALL

NPM = Path(__file__).with_name("npm")
OPENING, BEGUN, RINGS, OVER = "ABERTURA_DE_CANAL", "INICIO_DE_CHAMADA", "TOQUE", "DESLIGAMENTO"
FAILED = ("error", "the connection")
STORY = """
scenario: rings
title: A device rings, and the caller gives up
steps:
  - inbound: {call: A, from: "37988242968"}
  - ring: {call: A, extension: "111"}
  - hangup: {call: A, by: outside}
"""
DIVERTED = (
    *("INICIO_DE_CHAMADA", "TOQUE", "ATENDIMENTO"),
    *("DESVIO", "DESLIGAMENTO", "ENTRADA_EM_FILA", "SAIDA_DE_FILA", "TOQUE"),
)


def watch(running, command, body, *names):
    """Let the client open a channel, send one command on it, and wait for these events; return what it printed."""
    events = [f"EVENTO_DE_{name}" for name in names]
    words = ("node", "channel.mjs", f"{running.url}/digitro", running.credentials("digitro")["api_key"])
    words += (command, json.dumps(body), str(len(events)), *dict.fromkeys(events))
    done = subprocess.run(words, cwd=NPM, capture_output=True, timeout=40, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_event_source_opens_a_channel_diverts_a_call_and_sees_its_events():
    """The printed command on the printed call: received, and told in order under the printed identification."""
    needs("node")
    needs_npm(NPM, "eventsource")

    with live() as running:
        found = watch(running, "executa-desvio", DIVERT, *DIVERTED)

    assert found["opening"]["EVENTO"] == "EVENTO_DE_ABERTURA_DE_CANAL"
    assert isinstance(found["opening"]["ID_CANAL"], int)
    assert found["answer"] == {"status": 200, "body": {}}
    assert [event["name"].removeprefix("EVENTO_DE_") for event in found["seen"]] == list(DIVERTED)
    assert {event["data"]["ID_CHAMADA"] for event in found["seen"]} == {PRINTED_CALL}


def test_event_source_sees_the_call_that_it_generates():
    """The identification of the answer is that of the events."""
    needs("node")
    needs_npm(NPM, "eventsource")

    with live() as running:
        found = watch(running, "chamada-preditiva", PREDICTIVE, "INICIO_DE_CHAMADA")

    (event,) = found["seen"]
    assert found["answer"]["status"] == 200
    assert event["data"]["ID_CHAMADA"] == found["answer"]["body"]["ID_CHAMADA"]


class Listener:
    """An EventSource that goes on listening, and what it prints, a thing at a time."""

    def __init__(self, running):
        key = running.credentials("digitro")["api_key"]
        words = ("node", "reconnect.mjs", f"{running.url}/digitro", key, *map(named, (OPENING, BEGUN, RINGS, OVER)))
        self._running = running
        self._process = subprocess.Popen(words, cwd=NPM, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def next(self):
        """Return what happens next: its kind, and the event or the channel."""
        line = self._process.stdout.readline()
        assert line, "for half a minute the client heard less than was expected, and ended itself"
        kind, what = json.loads(line)
        return kind, what.removeprefix("EVENTO_DE_") if isinstance(what, str) else what

    def opening(self):
        kind, channel = self.next()
        assert kind == "opening", (kind, channel)
        return channel

    def command(self, channel):
        """Send a command on a channel and return its status."""
        headers = {"x-api-key": self._running.credentials("digitro")["api_key"]}
        return self._running.ask("POST", f"/digitro/requests/{channel}/executa-desvio", DIVERT, headers).status

    def close(self):
        self._process.kill()
        self._process.communicate()


@contextmanager
def listening(running, *faults):
    """Give a listener whose channels have these faults, one after the other."""
    for turn, do in enumerate(faults, 1):
        body = {"on": {"vendor": "digitro", "answer": "openChannel", "nth": turn}, "do": do}
        assert running.control("POST", "/faults", body).status == 201
    listener = Listener(running)
    try:
        yield listener
    finally:
        listener.close()


def named(name):
    return f"EVENTO_DE_{name}"


def call(running):
    """Let a call begin, ring and end."""
    assert running.control("POST", "/runs", {"text": STORY}).status == 201


def test_event_source_comes_back_by_itself_from_channels_that_are_cut():
    """Behind an event, and inside one, which it never shows: each time on a new channel; nothing is said again."""
    needs("node")
    needs_npm(NPM, "eventsource")

    with live() as running, listening(running, {"channel_cut": 2}, {"event_cut": 3}) as listener:
        seen, channels = [], []
        for _ in range(3):
            channels.append(listener.opening())
            call(running)
            seen.append([listener.next() for _ in range(3)])

    assert len(set(channels)) == 3
    assert seen[:2] == [[("event", BEGUN), ("event", RINGS), FAILED]] * 2
    assert seen[2] == [("event", BEGUN), ("event", RINGS), ("event", OVER)]


def test_event_source_is_told_that_its_channel_goes_on_under_a_new_id():
    """It hears an opening in the middle of the stream; the old id is good no more."""
    needs("node")
    needs_npm(NPM, "eventsource")

    with live() as running, listening(running, {"channel_renewed": 1}) as listener:
        old = listener.opening()
        call(running)
        begun, (kind, new), *rest = (listener.next() for _ in range(4))
        statuses = listener.command(old), listener.command(new)

    assert (begun, kind) == (("event", BEGUN), "opening")
    assert rest == [("event", RINGS), ("event", OVER)]
    assert old != new
    assert statuses == (400, 200)


def test_lock_file_names_no_registry():
    """Whoever installs takes the packages from where they always do; the hashes say that they are the same."""
    lock = json.loads((NPM / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]

    assert len(packages) == 2
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in packages)
