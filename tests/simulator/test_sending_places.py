"""Sending over HTTP: where it may lead, how much at a time, and to receivers in other languages."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.egress import Gate
from simulator.delivery.sending import Outgoing, Sender
from tests.needs import needs
from tests.receiver import Receiver, Reply
from tests.simulator.sent import OTHER, send

ROOT = Path(__file__).parents[2]


def test_sending_to_a_port_that_is_closed_is_refused():
    """Nobody listening is told in plain words."""
    [answer] = send(Outgoing("POST", f"http://127.0.0.1:{_closed_port()}/"))

    assert answer.error == "connection refused: nothing listens there"


def test_sending_by_tls_to_a_plain_server_says_so():
    """https to a server of http is told in plain words."""
    with Receiver() as receiver:
        [answer] = send(Outgoing("POST", receiver.url.replace("http:", "https:")))

    assert answer.error.startswith("TLS failed")


def test_sending_refuses_an_unnamed_address_without_a_connection():
    """The gate's refusal is an answer that names the remedy, and took no time."""
    [answer] = send(Outgoing("POST", OTHER))

    assert answer.response is None
    assert "name it with --target" in answer.error
    assert answer.took_ms == 0


def test_sending_refuses_a_name_that_leads_away_without_a_connection(monkeypatch):
    """What a name leads to is judged where the socket is opened; no socket is."""
    _resolve(monkeypatch, "crm.example", ["203.0.113.9", "203.0.113.10"])
    opened = []
    real = socket.socket
    monkeypatch.setattr(socket, "socket", lambda *args: opened.append(args[0]) or real(*args))

    [answer] = send(Outgoing("POST", "http://crm.example/"))

    assert answer.error.startswith("crm.example leads to 203.0.113.")
    assert "name it with --target" in answer.error
    assert set(opened) <= {socket.AF_UNIX}  # the event loop's own


def test_sending_takes_a_name_that_leads_to_loopback(monkeypatch):
    """An unnamed host is fine as long as its address is this machine's."""
    _resolve(monkeypatch, "crm.example", ["127.0.0.1"])
    with Receiver() as receiver:
        [answer] = send(Outgoing("POST", f"http://crm.example:{receiver.port}/"))

        assert answer.response.status == 200
        assert receiver.wait(1)[0].header("host") == f"crm.example:{receiver.port}"


def test_sending_goes_to_the_loopback_address_of_a_name_and_not_to_the_other(monkeypatch):
    """Of two addresses, only the one that is allowed is connected to."""
    _resolve(monkeypatch, "crm.example", ["203.0.113.9", "127.0.0.1"])
    with Receiver() as receiver:
        [answer] = send(Outgoing("POST", f"http://crm.example:{receiver.port}/"))

        assert answer.response.status == 200


@pytest.mark.parametrize("address", ["0.0.0.0", "169.254.169.254"])
def test_sending_refuses_a_named_host_that_leads_to_a_metadata_service(monkeypatch, address):
    """Naming a host opens the gate for servers, and not for whatever the name leads to."""
    _resolve(monkeypatch, "crm.example", [address])

    [answer] = send(Outgoing("POST", "http://crm.example:9/"), gate=Gate(["crm.example"]))

    assert "never connected to" in answer.error


def test_sending_reaches_ipv6_loopback():
    """[::1] is loopback as 127.0.0.1 is."""
    if not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    with Receiver(host="::1") as receiver:
        [answer] = send(Outgoing("PUT", f"{receiver.url}/push"))

        assert answer.response.status == 200
        assert receiver.wait(1)[0].path == "/push"


def test_sending_says_when_a_name_does_not_resolve(monkeypatch):
    """An unknown name is told in plain words."""
    _resolve(monkeypatch, "another.example", [])

    [answer] = send(Outgoing("POST", "http://crm.example/"))

    assert answer.error == "the name crm.example does not resolve: check the target's URL"


def test_sending_a_header_with_a_line_break_sends_nothing():
    """A header that would forge another one is an error text."""
    with Receiver() as receiver:
        [answer] = send(Outgoing("POST", receiver.url, (("token", "a\r\nx: y"),)))

        assert answer.error.startswith("not sent")
        assert receiver.requests == []


def test_sending_lets_no_more_than_the_limit_out_at_a_time():
    """Those over the limit wait, and waiting does not use up their time."""

    async def run(receiver):
        sender = Sender(Gate(), timeout=1.0, limit=1)
        first = asyncio.create_task(sender.send(Outgoing("POST", receiver.url)))
        second = asyncio.create_task(sender.send(Outgoing("POST", receiver.url)))
        answers = await first, await second
        await sender.close()
        return answers

    with Receiver([Reply(silent=True), 200]) as receiver:
        silent, good = asyncio.run(run(receiver))

        assert silent.error == "timed out after 1 s"
        assert good.response.status == 200
        assert good.took_ms < 1000


def test_sending_to_one_receiver_does_not_wait_for_a_slow_one():
    """The limit is one for each host and port."""

    async def run(silent, good):
        sender = Sender(Gate(), timeout=30.0, limit=1)
        waiting = asyncio.create_task(sender.send(Outgoing("POST", silent.url)))
        await asyncio.to_thread(silent.wait, 1)
        answer = await sender.send(Outgoing("POST", good.url))
        waiting.cancel()
        await asyncio.wait([waiting])
        await sender.close()
        return answer

    with Receiver(otherwise=Reply(silent=True)) as silent, Receiver() as good:
        assert asyncio.run(run(silent, good)).response.status == 200


def test_sending_after_close_is_an_answer():
    """A sender that was closed sends nothing, and says so; closing it twice does no harm."""

    async def run(url):
        sender = Sender(Gate())
        await sender.close()
        await sender.close()
        return await sender.send(Outgoing("POST", url))

    with Receiver() as receiver:
        answer = asyncio.run(run(receiver.url))

        assert answer.error == "not sent: the simulator is stopping"
        assert receiver.requests == []


def test_sending_imports_no_client_before_the_first_request():
    """Start-up does not pay for aiohttp."""
    program = "import sys, simulator.delivery.sending, simulator.delivery.tokens; print('aiohttp' in sys.modules)"

    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "False"


def test_sending_reaches_a_receiver_in_plain_node():
    """The receiver of the docs in Node prints what came, and answers 200."""
    needs("node")
    with _program("node", "docs/receivers/receiver.js", "0") as (lines, url):
        [answer] = send(Outgoing("PUT", url + "push", (("token", "k-1"),), b'{"a":1}'))

        request = json.loads(next(lines))
        assert answer.response.status == 200
        assert (request["method"], request["url"], request["body"]) == ("PUT", "/push", '{"a":1}')
        assert request["headers"]["token"] == "k-1"


def test_sending_reaches_a_receiver_in_plain_php():
    """The receiver of the docs in PHP prints what came, and answers 200."""
    needs("php")
    port = _closed_port()
    command = ["php", "-S", f"127.0.0.1:{port}", "docs/receivers/receiver.php"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            while "started" not in process.stderr.readline():
                pass
            outgoing = Outgoing("PUT", f"http://127.0.0.1:{port}/push", (("token", "k-1"),), b'{"a":1}')
            [answer] = send(outgoing)
            request = next(json.loads(line) for line in process.stderr if line.startswith("{"))
        finally:
            process.terminate()

    assert answer.response.status == 200
    assert (request["method"], request["url"], request["body"]) == ("PUT", "/push", '{"a":1}')


class _program:  # noqa: N801
    """A receiver in a process of its own: its lines, and the URL that it says it listens on."""

    def __init__(self, *command):
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        first = self._process.stdout.readline()
        return iter(self._process.stdout), first.split()[-1]

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()


def _closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _resolve(monkeypatch, name, addresses):
    """Let the system's resolver know one name, and no other but addresses."""
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if host == name:
            return [found for address in addresses for found in real(address, port, *args, **kwargs)]
        if host is not None and any(letter.isalpha() for letter in str(host)):
            raise socket.gaierror(socket.EAI_NONAME, "unknown name")
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
