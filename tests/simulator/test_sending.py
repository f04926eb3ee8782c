"""Sending over HTTP, against receivers written without the project."""

import asyncio
import gzip
import json
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from contracts.egress import Gate
from simulator.delivery.sending import Outgoing, Sender
from tests.needs import needs
from tests.receiver import Receiver, Reply, redirect

ROOT = Path(__file__).parents[2]
OTHER = "http://203.0.113.9/"  # TEST-NET-3: nobody's, and never reached


def send(*outgoing, gate=None, **options):
    """Send requests one after the other with one sender; return their answers."""

    async def run():
        sender = Sender(gate or Gate(), **options)
        try:
            return [await sender.send(each) for each in outgoing]
        finally:
            await sender.close()

    return asyncio.run(run())


def test_sending_puts_the_request_on_the_wire_as_it_was_written():
    """Method, path, query, headers and body arrive unchanged, and nothing is added but host and length."""
    with Receiver() as receiver:
        url = f"{receiver.url}/a%2Fb/c?d=%20e"
        headers = (("Token", "k-1"), ("content-type", "application/json"))

        [answer] = send(Outgoing("PUT", url, headers, b'{"a":1}'))

        [request] = receiver.wait(1)
        assert (request.method, request.path, request.body) == ("PUT", "/a%2Fb/c?d=%20e", b'{"a":1}')
        assert dict(request.headers) == {
            "host": f"127.0.0.1:{receiver.port}",
            "token": "k-1",
            "content-type": "application/json",
            "content-length": "7",
        }
    assert answer.error is None
    assert answer.response.status == 200
    assert answer.response.body == b'{"ok":true}'
    assert answer.response.header("content-type") == "application/json"
    assert answer.took_ms > 0


def test_sending_gives_the_request_as_the_journal_holds_it():
    """An Outgoing tells its path and query apart."""
    request = Outgoing("POST", "http://127.0.0.1:9/a%2Fb?c=d", (("a", "b"),), b"x").request

    assert (request.method, request.path, request.query, request.headers, request.body) == (
        "POST",
        "/a%2Fb",
        "c=d",
        (("a", "b"),),
        b"x",
    )


@pytest.mark.parametrize("status", [204, 400, 401, 404, 500, 503])
def test_sending_takes_any_status_for_an_answer(status):
    """An error status is an answer, and no error of ours."""
    with Receiver([Reply(status, b"")]) as receiver:
        [answer] = send(Outgoing("POST", receiver.url))

    assert (answer.response.status, answer.error) == (status, None)


def test_sending_does_not_follow_a_redirect():
    """A redirect is the answer; where it points to is not asked."""
    with Receiver() as other, Receiver([redirect(other.url), redirect(OTHER, 302)]) as receiver:
        answers = send(Outgoing("PUT", receiver.url), Outgoing("GET", receiver.url))

        assert [answer.response.status for answer in answers] == [307, 302]
        assert answers[0].response.header("location") == other.url
        assert other.requests == []


def test_sending_ignores_proxies_of_the_environment(monkeypatch):
    """HTTP_PROXY and its like are for other programs."""
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

        [answer] = send(Outgoing("POST", receiver.url))

        assert answer.response.status == 200
        assert proxy.requests == []


def test_sending_keeps_no_cookies():
    """A cookie that a receiver sets does not come back."""
    with Receiver([Reply(headers=(("set-cookie", "a=b"),))]) as receiver:
        send(Outgoing("POST", receiver.url), Outgoing("POST", receiver.url))

        assert receiver.wait(2)[1].header("cookie") is None


def test_sending_uses_one_connection_for_requests_that_follow_each_other():
    """Connections are pooled."""
    with Receiver() as receiver:
        send(*[Outgoing("POST", receiver.url)] * 5)

        assert len(receiver.wait(5)) == 5
        assert receiver.connections == 1


def test_sending_reads_at_most_the_limit_of_an_answer():
    """Of 10 MB, the first 64 KiB are kept, and the answer says that it went on."""
    with Receiver([Reply(body=b"x" * 10_000_000)]) as receiver:
        [answer] = send(Outgoing("POST", receiver.url))

    assert len(answer.response.body) == 65_536
    assert (answer.response.status, answer.error) == (200, "a body of more than 65536 bytes, cut there")


@pytest.mark.parametrize(("size", "error"), [(1000, None), (1001, "a body of more than 1000 bytes, cut there")])
def test_sending_calls_an_answer_cut_only_over_the_limit(size, error):
    """An answer of just the limit is whole."""
    with Receiver([Reply(body=b"x" * size)]) as receiver:
        [answer] = send(Outgoing("POST", receiver.url), max_answer=1000)

    assert (len(answer.response.body), answer.error) == (1000, error)


def test_sending_inflates_no_compressed_answer():
    """A gzip bomb stays as small as it was sent."""
    bomb = gzip.compress(bytes(50_000_000))
    with Receiver([Reply(body=bomb, headers=(("content-encoding", "gzip"),))]) as receiver:
        tracemalloc.start()
        try:
            [answer] = send(Outgoing("POST", receiver.url))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert answer.response.body == bomb[:65_536]
    assert peak < 30_000_000


@pytest.mark.parametrize("reply", [Reply(slow=True), Reply(silent=True)])
def test_sending_gives_up_a_receiver_that_does_not_finish(reply):
    """The time-out holds for the whole exchange, the body included."""
    with Receiver([reply]) as receiver:
        [answer] = send(Outgoing("PUT", receiver.url), timeout=0.2)

        assert answer.error == "timed out after 0.2 s"
        assert answer.response is None
        assert 150 < answer.took_ms < 5000


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_sending_that_is_reset_is_not_sent_again(method):
    """One Outgoing is one request on the wire, with a method that may be repeated too."""
    with Receiver([Reply(reset=True)]) as receiver:
        [answer] = send(Outgoing(method, receiver.url, body=b"x"))

        assert answer.response is None
        assert answer.error == "connection reset by the receiver"
        assert len(receiver.requests) == 1


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_sending_on_a_pooled_connection_that_breaks_is_not_sent_again(method):
    """A connection that was good once changes nothing of that."""
    with Receiver([200, Reply(raw=b"")]) as receiver:
        answers = send(*[Outgoing(method, receiver.url, body=b"x")] * 2)

        assert answers[1].error == "connection closed without an answer"
        assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", "connection closed without an answer"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfour",
            "connection closed in the middle of the answer",
        ),
        (b"SSH-2.0-OpenSSH\r\n", "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: " + b"x" * 100_000 + b"\r\n\r\n", "the answer is not HTTP"),
    ],
)
def test_sending_says_in_plain_words_what_was_wrong_with_an_answer(raw, error):
    """A broken answer is an error text, and no exception."""
    with Receiver([Reply(raw=raw)]) as receiver:
        [answer] = send(Outgoing("POST", receiver.url))

    assert answer.response is None
    assert answer.error.startswith(error)


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
