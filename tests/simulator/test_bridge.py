"""The traps between ASGI and WSGI, each by its name."""

import re

import flask
import pytest

from simulator.shell.bridge import Slip, WsgiAnswer, call, environ
from simulator.vendor import Instruction, Wait


def scope(method="GET", raw_path=b"/", *, query=b"", headers=(), root_path=""):
    """An HTTP scope as uvicorn makes it."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": raw_path.decode("ascii"),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": root_path,
        "headers": list(headers),
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 50000),
    }


def plain_app(body=b"hello", status="200 OK", headers=()):
    def app(environ, start_response):
        start_response(status, list(headers))
        return [body]

    return app


def test_path_info_is_the_decoded_path_read_as_latin_1():
    """PEP 3333 wants the decoded bytes as latin-1, so that UTF-8 survives; Flask reads it back."""
    made = environ(scope(raw_path=b"/ol%C3%A1/%FF"), b"", Slip())

    assert made["PATH_INFO"] == "/olÃ¡/ÿ"
    assert made["PATH_INFO"].encode("latin-1") == b"/ol\xc3\xa1/\xff"


def test_encoded_slash_survives_in_raw_uri():
    """%2F is a slash in PATH_INFO; only RAW_URI and REQUEST_URI still tell it apart."""
    made = environ(scope(raw_path=b"/v/a%2Fb", query=b"q=%2F", root_path="/v"), b"", Slip())

    assert made["PATH_INFO"] == "/a/b"
    assert made["QUERY_STRING"] == "q=%2F"
    assert made["RAW_URI"] == made["REQUEST_URI"] == "/v/a%2Fb?q=%2F"


def test_mount_is_split_from_the_path():
    """SCRIPT_NAME is where the app is mounted, PATH_INFO what is left, even when that is nothing."""
    inside = environ(scope(raw_path=b"/hubsoft/oauth/token", root_path="/hubsoft"), b"", Slip())
    bare = environ(scope(raw_path=b"/hubsoft", root_path="/hubsoft"), b"", Slip())
    encoded = environ(scope(raw_path=b"/%68ubsoft/x", root_path="/hubsoft"), b"", Slip())

    assert (inside["SCRIPT_NAME"], inside["PATH_INFO"]) == ("/hubsoft", "/oauth/token")
    assert (bare["SCRIPT_NAME"], bare["PATH_INFO"]) == ("/hubsoft", "")
    assert (encoded["SCRIPT_NAME"], encoded["PATH_INFO"]) == ("/hubsoft", "/x")


def test_repeated_headers_are_joined_by_comma():
    """Several fields of one name are one field with commas."""
    made = environ(scope(headers=[(b"accept", b"a/b"), (b"x-one", b"1"), (b"accept", b"c/d")]), b"", Slip())

    assert made["HTTP_ACCEPT"] == "a/b,c/d"
    assert made["HTTP_X_ONE"] == "1"


def test_repeated_cookies_are_joined_by_semicolon():
    """Cookie is the one field whose values are not separated by commas."""
    made = environ(scope(headers=[(b"cookie", b"a=1"), (b"cookie", b"b=2")]), b"", Slip())

    assert made["HTTP_COOKIE"] == "a=1; b=2"
    assert dict(flask.Request(made).cookies) == {"a": "1", "b": "2"}


def test_header_name_with_underscore_is_dropped():
    """X_Api_Key would otherwise pose as X-Api-Key."""
    headers = [
        (b"x_api_key", b"forged"),
        (b"x-api-key", b"real"),
        (b"content_length", b"9"),
        (b"x_only", b"1"),
    ]
    made = environ(scope(headers=headers), b"", Slip())

    assert made["HTTP_X_API_KEY"] == "real"
    assert "HTTP_X_ONLY" not in made
    assert "CONTENT_LENGTH" not in made


def test_content_length_is_that_of_the_collected_body():
    """A wrong or missing announcement does not reach the app, nor does a transfer coding that was undone."""
    chunked = environ(scope("POST", headers=[(b"transfer-encoding", b"chunked")]), b"12345", Slip())
    wrong = environ(scope("POST", headers=[(b"content-length", b"99")]), b"123", Slip())
    refused = environ(scope("POST", headers=[(b"content-length", b"99")]), b"", Slip())

    assert chunked["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in chunked
    assert (wrong["CONTENT_LENGTH"], wrong["wsgi.input"].read()) == ("3", b"123")
    assert refused["CONTENT_LENGTH"] == "0"
    assert "CONTENT_LENGTH" not in environ(scope(), b"", Slip())


def test_content_type_has_a_key_of_its_own():
    """CONTENT_TYPE has no HTTP_ before it, and no double."""
    made = environ(scope("POST", headers=[(b"content-type", b"application/json")]), b"{}", Slip())

    assert made["CONTENT_TYPE"] == "application/json"
    assert "HTTP_CONTENT_TYPE" not in made


def test_slip_and_extras_reach_the_view_and_come_back():
    """A view finds the slip in the environ, and what it leaves there the shell reads."""
    app = flask.Flask("wishing")

    @app.get("/")
    def wish():
        flask.request.environ["pbxsim.slip"].instruction = Instruction(Wait.DELAY, 2.0)
        return str(flask.request.environ["pbxsim.again"])

    slip = Slip()
    answer = call(app, scope(), b"", slip, {"pbxsim.again": True})

    assert slip.instruction == Instruction(Wait.DELAY, 2.0)
    assert answer.body == b"True"


def test_answer_is_whole():
    """Status, lower-case headers and the joined body, with a length where the app gave none."""

    def app(environ, start_response):
        start_response("201 Created", [("X-Name", "ã"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        yield b"one "
        yield b"two"

    assert call(app, scope(), b"", Slip()) == WsgiAnswer(
        201,
        [(b"x-name", b"\xe3"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"content-length", b"7")],
        b"one two",
    )


def test_head_keeps_the_length_and_loses_the_body():
    """HEAD announces what GET would send, whether the app thought of it or not."""
    bare = call(plain_app(), scope("HEAD"), b"", Slip())
    app = flask.Flask("heads")
    app.get("/")(lambda: "hello")
    by_flask = call(app, scope("HEAD"), b"", Slip())

    for answer in (bare, by_flask):
        assert answer.body == b""
        assert dict(answer.headers)[b"content-length"] == b"5"


def test_answer_without_content_has_no_length():
    """204 and 304 carry neither body nor length."""
    answer = call(plain_app(b"ignored", "204 No Content"), scope(), b"", Slip())

    assert answer == WsgiAnswer(204, [], b"")


def test_answer_that_resets_its_asker_says_that_it_has_no_content():
    """205 carries no body either, and says so: a client would wait for one."""
    answer = call(plain_app(b"ignored", "205 Reset Content"), scope(), b"", Slip())

    assert answer == WsgiAnswer(205, [(b"content-length", b"0")], b"")


def test_transfer_encoding_of_the_app_is_dropped():
    """The body is sent whole under its length; a coding beside it would make the answer ambiguous."""
    answer = call(plain_app(headers=[("Transfer-Encoding", "chunked")]), scope(), b"", Slip())

    assert answer.headers == [(b"content-length", b"5")]


class Closing:
    """An iterable that remembers whether it was closed, and can fail on the way."""

    def __init__(self, fails):
        self.fails = fails
        self.closed = 0

    def __iter__(self):
        yield b"some"
        if self.fails:
            raise OSError("lost")

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("fails", [False, True])
def test_iterable_is_closed_whatever_happens(fails):
    """close() is called once, also when the body breaks off."""
    body = Closing(fails)

    def app(environ, start_response):
        start_response("200 OK", [])
        return body

    if fails:
        with pytest.raises(OSError, match="lost"):
            call(app, scope(), b"", Slip())
    else:
        assert call(app, scope(), b"", Slip()).body == b"some"

    assert body.closed == 1


def test_write_comes_before_the_iterable():
    """The old write() callable still works."""

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"a")
        return [b"b"]

    assert call(app, scope(), b"", Slip()).body == b"ab"


def test_answer_may_be_replaced_only_with_exc_info():
    """A second start_response is a fault, unless it reports an error before anything was sent."""

    def replaced(environ, start_response):
        start_response("200 OK", [])
        start_response("502 Bad Gateway", [], (ValueError, ValueError("x"), None))
        return []

    def doubled(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []

    assert call(replaced, scope(), b"", Slip()).status == 502
    with pytest.raises(RuntimeError, match="started its answer twice"):
        call(doubled, scope(), b"", Slip())


def test_answer_that_was_never_started_is_a_fault():
    """An app that forgets start_response does not pass as an empty answer."""
    with pytest.raises(RuntimeError, match="without starting its answer"):
        call(lambda environ, start_response: [b"x"], scope(), b"", Slip())


@pytest.mark.parametrize("status", ["100 Continue", "999 Odd"])
def test_status_outside_http_is_a_fault(status):
    """What the server cannot put on the wire is named here, where the app is still known."""
    with pytest.raises(RuntimeError, match=re.escape(f"status {status[:3]}: expected 200 to 599")):
        call(plain_app(status=status), scope(), b"", Slip())


def test_exception_of_the_app_goes_through():
    """The bridge hides nothing: the shell decides what a failing view means."""

    def app(environ, start_response):
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        call(app, scope(), b"", Slip())


def test_scope_of_another_server_is_enough():
    """raw_path, server and client are optional in ASGI."""
    bare = {
        "type": "http",
        "method": "GET",
        "path": "/olá",
        "query_string": b"",
        "headers": [],
        "http_version": "1.0",
    }
    made = environ(bare, b"", Slip())

    assert made["PATH_INFO"].encode("latin-1").decode() == "/olá"
    assert (made["SERVER_NAME"], made["SERVER_PORT"], made["REMOTE_ADDR"]) == ("localhost", "80", "")
    assert made["SERVER_PROTOCOL"] == "HTTP/1.0"
