"""HubSoft as the ERP that is told: what a call makes the PBX send, and how the PBX gets its token."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
import yaml

from contracts.model import HttpResponse
from simulator.identity import Identity
from simulator.message import Message
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party
from simulator.vendor import Scene
from simulator.vendors.hubsoft import VENDOR
from simulator.vendors.hubsoft.messages import CANCEL_PATH, NOTIFY_PATH, TOKEN_PATH
from tests.needs import needs
from tests.vendors.hubsoft_world import CONTRACT_DIR, work_of
from tests.work import MORNING

INBOUND = Call("c1", 1, Direction.INBOUND, outside="5537999912222", line="553730030000")
Step = tuple[Kind, str | None]


def scene(readings: dict[str, str] | None = None, **account: str) -> Scene:
    return Scene(
        ZoneInfo("America/Sao_Paulo"), readings or {}, {**VENDOR.account, **account}, work_of(), lambda key: None
    )


def play(*steps: Step, call: Call = INBOUND, **account: str) -> list[Message]:
    """Return everything that is told while this happens to a call, a second apart."""
    told: list[Message] = []
    for second, (kind, extension) in enumerate(steps):
        at = MORNING + timedelta(seconds=second)
        call, event = call.apply(kind, at, extension=extension, by=Party.OUTSIDE, cause=Cause.ABANDONED)
        if kind in VENDOR.renders:
            told.extend(VENDOR.renders[kind](call, event, scene(**account)))
    return told


def notified(body: str) -> Message:
    return Message("hubsoft", "notifyCall", "notified", body.encode(), "c1", "POST", NOTIFY_PATH, "c1")


def cancelled(body: str) -> Message:
    return Message("hubsoft", "cancelCall", "cancelled", body.encode(), "c1", "POST", CANCEL_PATH, "c1")


def test_ringing_call_is_notified_as_printed() -> None:
    """Extension and phone are JSON numbers; the phone is national, and above 2^31."""
    told = play((Kind.STARTED, None), (Kind.RINGING, "111"))

    assert told == [notified('{"ramal": 111, "telefone": 37999912222}')]


def test_extension_with_a_zero_in_front_is_told_as_text() -> None:
    """A JSON number would lose the zero."""
    told = play((Kind.STARTED, None), (Kind.RINGING, "0111"))

    assert told == [notified('{"ramal": "0111", "telefone": 37999912222}')]


def test_unanswered_device_is_cancelled() -> None:
    """Only the device that stopped ringing, and not a second time at the end."""
    told = play(
        (Kind.STARTED, None),
        (Kind.RINGING, "111"),
        (Kind.UNANSWERED, "111"),
        (Kind.RINGING, "112"),
        (Kind.ENDED, None),
    )

    assert told == [
        notified('{"ramal": 111, "telefone": 37999912222}'),
        cancelled('{"ramal": 111, "telefone": 37999912222}'),
        notified('{"ramal": 112, "telefone": 37999912222}'),
        cancelled('{"ramal": 112, "telefone": 37999912222}'),
    ]


def test_answered_call_is_not_cancelled() -> None:
    """Neither at the answer nor at the end."""
    told = play((Kind.STARTED, None), (Kind.RINGING, "111"), (Kind.ANSWERED, "111"), (Kind.ENDED, None))

    assert told == [notified('{"ramal": 111, "telefone": 37999912222}')]


def test_devices_that_another_one_beat_to_it_are_cancelled() -> None:
    """When one of several ringing devices answers, the others lost the call."""
    told = play(
        (Kind.STARTED, None),
        (Kind.RINGING, "111"),
        (Kind.RINGING, "112"),
        (Kind.RINGING, "113"),
        (Kind.ANSWERED, "112"),
        (Kind.ENDED, None),
    )

    assert told[3:] == [
        cancelled('{"ramal": 111, "telefone": 37999912222}'),
        cancelled('{"ramal": 113, "telefone": 37999912222}'),
    ]


def test_abandoned_call_is_cancelled_at_every_device_that_rings() -> None:
    """The caller hangs up while two devices ring."""
    told = play((Kind.STARTED, None), (Kind.RINGING, "111"), (Kind.RINGING, "112"), (Kind.ENDED, None))

    assert told[2:] == [
        cancelled('{"ramal": 111, "telefone": 37999912222}'),
        cancelled('{"ramal": 112, "telefone": 37999912222}'),
    ]


def test_call_abandoned_in_the_queue_tells_nothing() -> None:
    """No device rang."""
    assert play((Kind.STARTED, None), (Kind.QUEUED, None), (Kind.ENDED, None)) == []


def test_transferred_call_notifies_the_new_extension() -> None:
    """The call that goes on is a call of its own, with the same outside party."""
    onward = Call("c2", 2, Direction.INBOUND, "5537999912222", "553730030000", origin="c1")

    told = play((Kind.STARTED, None), (Kind.RINGING, "114"), call=onward)

    body = b'{"ramal": 114, "telefone": 37999912222}'
    assert told == [Message("hubsoft", "notifyCall", "notified", body, "c2", "POST", NOTIFY_PATH, "c2")]


def test_far_end_that_rings_is_not_told() -> None:
    """An outbound call rings no device of ours."""
    outbound = Call("c1", 1, Direction.OUTBOUND, "5537999912222", "553730030000", extension="111")

    assert play((Kind.STARTED, None), (Kind.RINGING, None), (Kind.ENDED, None), call=outbound) == []


@pytest.mark.parametrize(
    ("outside", "told"),
    [
        ("0034912345678", '"0034912345678"'),
        ("0012025550123", '"0012025550123"'),
        ("0059829010000", '"0059829010000"'),
        ("004722334455", '"004722334455"'),
        ("00442079460123", None),
    ],
)
def test_phone_abroad_keeps_its_zeros_as_text(outside: str, told: str | None) -> None:
    """As a JSON number it would be one in Uberlândia; what is longer than 13 digits is not told (H4)."""
    call = replace(INBOUND, outside=outside)

    messages = play((Kind.STARTED, None), (Kind.RINGING, "111"), call=call)

    assert messages == ([notified(f'{{"ramal": 111, "telefone": {told}}}')] if told else [])


@pytest.mark.parametrize(("direction", "outside"), [(Direction.INTERNAL, "112"), (Direction.INBOUND, "")])
def test_call_without_an_outside_phone_is_not_told(direction: Direction, outside: str) -> None:
    """Neither calls between extensions nor hidden callers have a phone to tell."""
    call = Call("c1", 1, direction, outside, "553730030000")

    assert play((Kind.STARTED, None), (Kind.RINGING, "111"), (Kind.ENDED, None), call=call) == []


def test_customer_is_named_where_the_account_asks_for_it() -> None:
    """The record that has the phone gives the id; without one nothing is named."""
    known = play((Kind.STARTED, None), (Kind.RINGING, "111"), name_customer="yes")
    stranger = Call("c1", 1, Direction.INBOUND, "5511900000000", "553730030000")

    unknown = play((Kind.STARTED, None), (Kind.RINGING, "111"), call=stranger, name_customer="yes")

    assert known == [notified('{"ramal": 111, "telefone": 37999912222, "id_cliente": 11201}')]
    assert unknown == [notified('{"ramal": 111, "telefone": 11900000000}')]


def test_paths_are_those_of_the_contract() -> None:
    """What is told goes where the contract says."""
    document = yaml.safe_load((CONTRACT_DIR / "openapi.yaml").read_text(encoding="utf-8"))

    posted = {path["post"]["operationId"]: name for name, path in document["paths"].items() if "post" in path}
    told = {"issueToken": TOKEN_PATH, "notifyCall": NOTIFY_PATH, "cancelCall": CANCEL_PATH}

    assert {name: posted[name] for name in told} == told


def test_login_sends_the_five_keys() -> None:
    """The four secrets of the target, and the grant; what else the target has stays out."""
    secrets = {"client_id": "3", "client_secret": "s", "username": "u@example.com", "password": "p"}
    assert VENDOR.login

    message = VENDOR.login.request({**secrets, "note": "x"})

    assert (message.operation, message.method, message.path) == ("issueToken", "POST", "/oauth/token")
    assert json.loads(message.body) == {"grant_type": "password", **secrets}


def test_login_reads_the_token_and_its_life() -> None:
    """The answer that the page prints."""
    body = b'{"access_token":"eyJ0","expires_in":2592000,"refresh_token":"def5","token_type":"Bearer"}'
    assert VENDOR.login

    assert VENDOR.login.token(HttpResponse(200, body=body)) == ("eyJ0", timedelta(days=30))


def test_login_believes_no_life_longer_than_a_year() -> None:
    """A wild number is no error of ours."""
    body = b'{"access_token":"eyJ0","expires_in":' + b"9" * 40 + b"}"
    assert VENDOR.login

    assert VENDOR.login.token(HttpResponse(200, body=body)) == ("eyJ0", timedelta(days=365))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b'{"access_token":"eyJ0","expires_in":2592000}'),
        (200, b""),
        (200, b"<html>"),
        (200, b"[" * 100_000),
        (200, b"\xff"),
        (200, b"[]"),
        (200, b'{"expires_in":2592000}'),
        (200, b'{"access_token":"","expires_in":2592000}'),
        (200, b'{"access_token":"eyJ0","expires_in":0}'),
        (200, b'{"access_token":"eyJ0","expires_in":"soon"}'),
        (200, b'{"access_token":5,"expires_in":2592000}'),
    ],
)
def test_login_without_a_token_is_refused(status: int, body: bytes) -> None:
    """What gives no token with a life is no login."""
    assert VENDOR.login

    assert VENDOR.login.token(HttpResponse(status, body=body)) is None


class Erp(BaseHTTPRequestHandler):
    """Gives the token t0k and remembers what it is asked."""

    asked: list[tuple[str, str | None, object]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append((self.path, self.headers["authorization"], body))
        answer = b'{"access_token":"t0k","expires_in":2592000,"refresh_token":"r","token_type":"Bearer"}'
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Say nothing."""


@contextmanager
def erp() -> Iterator[tuple[str, list[tuple[str, str | None, object]]]]:
    asked: list[tuple[str, str | None, object]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Erp,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hubsoft", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_printed_command_gets_a_token_and_notifies_with_it() -> None:
    """The command works in a plain shell, secrets with quotes included."""
    needs("curl", "sed")
    secrets = {**VENDOR.credentials(Identity("1")), "password": 'it\'s $HOME "x"'}

    with erp() as (base, asked):
        ((_, command),) = VENDOR.curls(base, secrets)
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=20, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert asked == [
        ("/hubsoft/oauth/token", None, {"grant_type": "password", **secrets}),
        (f"/hubsoft{NOTIFY_PATH}", "Bearer t0k", {"ramal": 111, "telefone": 37999912222}),
    ]


@pytest.mark.parametrize("caller", ["37999912", "379999122", "49151123456789", "491511234567890"])
def test_caller_whose_number_the_erp_does_not_take_is_not_told_of(caller: str) -> None:
    """Under the lenient reading of H4 it takes every number, and is told."""
    call, _ = replace(INBOUND, outside=caller).apply(Kind.STARTED, MORNING)
    call, event = call.apply(Kind.RINGING, MORNING, extension="111")

    assert VENDOR.renders[Kind.RINGING](call, event, scene({"H4": "ten-to-thirteen"})) == ()
    assert len(VENDOR.renders[Kind.RINGING](call, event, scene({"H4": "any-digits"}))) == 1
