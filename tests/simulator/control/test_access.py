"""Who may ask the control API: the token, the Host, the Origin; and what is said when the store fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simulator.clock import Mode
from tests.live import JSON, Live, live
from tests.simulator.control.test_contract import CONTRACT

TOKEN = "a-control-token-of-ours"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    with live(control_token=TOKEN, allow_hosts=("simulator.test",), clock=Mode.JUMPING) as running:
        yield running


def test_without_the_token_only_health_and_the_list_are_open(guarded: Live) -> None:
    """Every other operation is a 401 that says what to send, before anything else of the request is looked at."""
    for operation in CONTRACT.operations.values():
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}, {"authorization": "Bearer "}):
            path = operation.path.replace("{", "").replace("}", "")
            answer = guarded.ask(operation.methods[0], f"/_sim{path}", b"{", {"content-type": JSON, **headers})

            if operation.id == "health":
                assert answer.status == 200
            else:
                assert answer.status == 401
                assert answer.json == {
                    "error": "no control token, or a wrong one",
                    "expected": "Authorization: Bearer TOKEN",
                }
    assert guarded.control("GET", "/").status == 200


def test_token_that_is_no_ascii_is_only_wrong(guarded: Live) -> None:
    """The comparison takes any bytes."""
    answer = guarded.ask("GET", "/_sim/tenants", None, {"authorization": "Bearer \u00e9\u00ff"})

    assert answer.status == 401


def test_with_the_token_everything_is_open(guarded: Live) -> None:
    """The fakes never ask for it."""
    shown = {"authorization": f"Bearer {TOKEN}"}

    assert guarded.ask("GET", "/_sim/tenants", None, shown).status == 200
    assert guarded.ask("POST", "/_sim/calls", {}, shown).status == 201
    assert guarded.ask("POST", "/hubsoft/oauth/token", {}).status in (400, 401)


@pytest.mark.parametrize("path", ["/_sim/health", "/_sim/tenants", "/hubsoft/oauth/token", "/"])
@pytest.mark.parametrize(
    "host", ["evil.example.com", "127.0.0.1.evil.example.com", "localhost.", "simulator.tests", ""]
)
def test_host_that_is_not_ours_is_misdirected(guarded: Live, path: str, host: str) -> None:
    """A page under a name of its own (DNS rebinding) gets 421 and the names that are ours."""
    answer = guarded.ask("GET", path, None, {"host": host})

    if host == "localhost.":  # the same name, written in full
        assert answer.status != 421
    else:
        assert answer.status == 421
        assert "localhost" in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "[::1]:8055", "simulator.test", "127.0.0.1"])
def test_host_that_is_ours_or_was_allowed_is_answered(guarded: Live, host: str) -> None:
    """In any case, with any port."""
    assert guarded.ask("GET", "/_sim/health", None, {"host": host}).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://localhost.evil.example.com"])
@pytest.mark.parametrize("path", ["/_sim/health", "/_sim/tenants", "/hubsoft/oauth/token"])
def test_page_of_a_foreign_origin_is_forbidden(guarded: Live, path: str, origin: str) -> None:
    """Whatever it asks, and also by a preflight."""
    for method in ("GET", "POST", "OPTIONS"):
        answer = guarded.ask(method, path, None, {"origin": origin})

        assert answer.status == 403
        assert answer.header("access-control-allow-origin") is None


def test_page_of_our_own_origin_is_answered(guarded: Live) -> None:
    """A console on this machine may ask."""
    assert guarded.ask("GET", "/_sim/health", None, {"origin": "http://127.0.0.1:8055"}).status == 200


def test_change_that_cannot_be_stored_is_503_and_has_not_happened(tmp_path: Path) -> None:
    """The answers of the control API and of a fake wait for the store; when that fails, both say so."""
    path = tmp_path / "store.db"
    with live(store=path, clock=Mode.JUMPING) as running:
        credentials = running.credentials("hubsoft")
        running.control("GET", "/world")
        running.control("PUT", "/clock", {"forward": "1s"})
        before = running.control("GET", "/clock").json
        refuse_writing(path)

        changed = running.control("PUT", "/clock", {"forward": "30d"})
        faked = running.ask("POST", "/hubsoft/oauth/token", {"grant_type": "password", **credentials})

        assert (changed.status, changed.json.keys()) == (503, {"error", "expected"})
        assert changed.header("retry-after") == "1"
        assert (faked.status, faked.json["status"], faked.header("retry-after")) == (503, "error", "1")
        assert running.control("GET", "/clock").json == before
        assert running.records("hubsoft.token") == []

        allow_writing(path)

        assert running.ask("POST", "/hubsoft/oauth/token", {"grant_type": "password", **credentials}).status == 200
        assert running.control("PUT", "/clock", {"forward": "30d"}).status == 200


def test_everything_is_there_again_after_a_restart(tmp_path: Path) -> None:
    """Tenants, targets, world, clock, journal of large and deep bodies, and a token that still opens the door."""
    path, deep = tmp_path / "store.db", 1
    for _ in range(60):
        deep = {"a": deep}  # type: ignore[assignment]
    notice = {"ramal": 111, "telefone": 37999912222, "ligacao_params": {"deep": deep, "long": '"' * 500_000}}
    paths = ("/tenants", "/targets", "/world", "/calls", "/records/hubsoft.popup", "/runs", "/journal")
    with live(store=path, clock=Mode.JUMPING) as running:
        token = token_of(running)
        running.control("POST", "/targets", {"id": "mine", "vendor": "pbx55", "url": "http://127.0.0.1:9/"})
        running.control("PUT", "/world", {"numbers": [{"number": "553732210000"}]})
        running.make_tenant("other")
        assert notify(running, token, notice) == 200
        before = [running.control("GET", p).text for p in paths]

    with live(store=path, clock=Mode.JUMPING) as running:
        assert [running.control("GET", p).text for p in paths] == before
        assert notify(running, token, notice) == 200


def notify(running: Live, token: str, notice: object) -> int:
    path = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"
    answer = running.ask("POST", path, notice, {"authorization": f"Bearer {token}"})
    assert answer.json["status"] == "success", answer.text
    return answer.status


def token_of(running: Live) -> str:
    body = {"grant_type": "password", **running.credentials("hubsoft")}
    return str(running.ask("POST", "/hubsoft/oauth/token", body).json["access_token"])


def refuse_writing(path: Path) -> None:
    for event in ("INSERT", "UPDATE"):
        change_file(
            path, f"CREATE TRIGGER no_{event} BEFORE {event} ON documents BEGIN SELECT RAISE(ABORT, 'full'); END"
        )


def allow_writing(path: Path) -> None:
    for event in ("INSERT", "UPDATE"):
        change_file(path, f"DROP TRIGGER no_{event}")


def change_file(path: Path, statement: str) -> None:
    """Change a store's file behind its back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
