"""Sending over HTTP, against receivers written without the project: what goes out, and what an answer is."""

import gzip
import tracemalloc

import pytest

from simulator.delivery.sending import Outgoing
from tests.receiver import Receiver, Reply, redirect
from tests.simulator.sent import OTHER, send


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
    assert "\n" not in answer.error
