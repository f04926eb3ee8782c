"""Dígitro's event channel as npm's EventSource sees it: a client that we did not write, and that can send headers."""

import json
import subprocess
from pathlib import Path

from tests.live import live
from tests.needs import needs, needs_npm
from tests.vendors.digitro_world import DIVERT, PREDICTIVE, PRINTED_CALL

NPM = Path(__file__).with_name("npm")
DIVERTED = ("INICIO_DE_CHAMADA", "TOQUE", "ATENDIMENTO", "DESVIO", "ENTRADA_EM_FILA", "SAIDA_DE_FILA", "TOQUE")


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


def test_lock_file_names_no_registry():
    """Whoever installs takes the packages from where they always do; the hashes say that they are the same."""
    lock = json.loads((NPM / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]

    assert len(packages) == 2
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in packages)
