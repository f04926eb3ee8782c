"""NextBilling over real sockets: the documents' own curl lines, credentials, sizes, secrets, and two tenants."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.clock import Mode
from tests.answer import Answer
from tests.live import Live, live

BASE = "/nextbilling/api"
FORM = {"content-type": "application/x-www-form-urlencoded"}
OK = {"error": 0, "reason": "OK"}

# As the pages print them, character by character.
PRINTED_TOKEN = "7cb40d54-4ebf-55a6-875a-5f57234e97cc-9990"
PRINTED_KEY = "b12c87a7-6dd6-5f99-9b47-c7c3be66fe73-8629"
HOST = "https://sip.nextbilling.com.br"
PAIR = f"{PRINTED_TOKEN}/{PRINTED_KEY}"
CREATE = (
    """curl -X PUT -d '{"id_cliente": 9, "descricao": "Ramais Recepção", "strategy": "linear", """
    f""""devices": [1,4,19,23], "status": 1}}' '{HOST}/api/manageRingGroups/{PAIR}/0'"""
)
REMOVE = f"curl -X DELETE '{HOST}/api/manageRingGroups/{PAIR}/0?id_record=4'"
DEVICES = f"curl -X GET '{HOST}/api/listDevices/{PAIR}/3?id_record=366'"
CALLS = f"curl -X GET '{HOST}/api/cdr/{PAIR}?date_ini=2018-01-01&date_end=2018-02-01&time_ini=&time_end='"


@pytest.fixture(scope="module")
def shared() -> Iterator[Live]:
    """One simulator for what changes only tenants of its own."""
    with live(clock=Mode.JUMPING) as running:
        yield running


@pytest.fixture
def tenant(shared: Live, request: pytest.FixtureRequest) -> Iterator[str]:
    """A tenant of the test's own."""
    name = request.node.name.lower().translate(str.maketrans("[]_", "---"))[:60].strip("-")
    shared.make_tenant(name)
    yield name
    shared.control("DELETE", f"/tenants/{name}")


def curl(running: Live, line: str, tenant: str = "default", level: str = "master") -> Answer:
    """Send what a curl line would, with host and credentials replaced."""
    words = shlex.split(line)
    url = urlsplit(words[-1])
    data = words[words.index("-d") + 1].encode() if "-d" in words else None
    mine = running.credentials("nextbilling", tenant)
    path = url.path.replace(PRINTED_TOKEN, mine[f"{level}_token"]).replace(PRINTED_KEY, mine[f"{level}_key"])
    query = f"?{url.query}" if url.query else ""
    return running.ask(words[words.index("-X") + 1], f"/nextbilling{path}{query}", data, FORM if data else None)


def address(running: Live, resource: str, last: str = "/0", tenant: str = "default", level: str = "master") -> str:
    mine = running.credentials("nextbilling", tenant)
    return f"{BASE}/{resource}/{mine[f'{level}_token']}/{mine[f'{level}_key']}{last}"


def violations(running: Live, tenant: str = "default") -> list[str]:
    """Every clause that an exchange of the tenant broke, for which nothing was wrong on purpose."""
    return [v["clause"] for e in running.journal(tenant) for v in (e.get("verdict") or {}).get("violations", ())]


def test_printed_curl_lines_run_with_host_and_credentials_replaced() -> None:
    """Create, remove, list lines, list calls: each is answered with success, and breaks nothing."""
    with live() as running:
        created, devices, calls = (curl(running, line) for line in (CREATE, DEVICES, CALLS))
        removed, again = curl(running, REMOVE), curl(running, REMOVE)

        assert (created.status, created.json) == (200, {**OK, "new_record": 101})
        assert (removed.status, removed.json) == (200, OK)
        assert (again.status, again.json) == (404, {"error": 1, "reason": "Registro não encontrado"})
        assert devices.json["data"][0]["data"][0]["username"] == "fernando9000"
        assert (calls.status, calls.json["total_records"]) == (200, 0)
        assert violations(running) == ["group-exists"]
        assert running.records("nextbilling.group")[-1]["devices"] == [1, 4, 19, 23]


@pytest.mark.parametrize("level", ["master", "reseller", "subscriber"])
def test_every_level_lists_groups_of_its_subscriber(shared: Live, level: str) -> None:
    """Subscriber 9 is within everybody's reach."""
    answer = shared.ask("GET", address(shared, "manageRingGroups", "/9", level=level))

    assert (answer.status, [group["id"] for group in answer.json["data"]]) == (200, ["4"])


@pytest.mark.parametrize("level", ["reseller", "subscriber"])
def test_other_subscribers_are_refused_to_lower_levels(shared: Live, level: str) -> None:
    """With 403, as what the token may not do."""
    for resource in ("manageRingGroups", "listDevices", "cdr"):
        assert shared.ask("GET", address(shared, resource, "/3", level=level)).status == 403


def test_credentials_that_are_wrong_or_mixed_are_refused_with_403(shared: Live, tenant: str) -> None:
    """Of another tenant, of another level, swapped, unknown: even where the body is wrong too."""
    mine, other = shared.credentials("nextbilling"), shared.credentials("nextbilling", tenant)
    pairs = [
        (mine["master_token"], other["master_key"]),
        (other["subscriber_token"], mine["subscriber_key"]),
        (mine["master_token"], mine["subscriber_key"]),
        (mine["master_key"], mine["master_token"]),
        (PRINTED_TOKEN, PRINTED_KEY),
        ("x", "y"),
    ]

    answers = [shared.ask("PUT", f"{BASE}/manageRingGroups/{token}/{key}/0", b"{", FORM) for token, key in pairs]

    assert [answer.status for answer in answers] == [403] * len(pairs)
    assert all(answer.json["error"] == 1 and answer.json["reason"] for answer in answers)


@pytest.mark.parametrize(
    ("method", "resource", "body", "status"),
    [
        ("GET", "manageNothing", None, 404),
        ("PATCH", "manageRingGroups", None, 405),
        ("PUT", "manageRingGroups", b"", 400),
        ("PUT", "manageRingGroups", b"{", 400),
        ("PUT", "manageRingGroups", b"[]", 400),
        ("PUT", "manageRingGroups", b"{}", 422),
        ("PUT", "manageRingGroups", b"a" * 131073, 413),
        ("PUT", "manageRingGroups", b"a" * 1_100_000, 413),
        ("DELETE", "manageRingGroups", None, 422),
    ],
)
def test_refusals_have_the_documented_status_and_the_envelope(
    shared: Live, method: str, resource: str, body: bytes | None, status: int
) -> None:
    """400, 404, 413, 422, and 405 with Allow, each with error 1 and a reason."""
    answer = shared.ask(method, address(shared, resource), body, FORM if body is not None else None)

    assert (answer.status, answer.json["error"]) == (status, 1)
    assert answer.json["reason"]
    assert (answer.header("allow") or "") == ("DELETE, GET, HEAD, POST, PUT" if status == 405 else "")


def test_switch_answers_errors_with_200(shared: Live) -> None:
    """What the application finds; an address that nobody serves keeps its status."""
    shared.make_tenant("twohundred", switches={"nextbilling": {"error_status": "200"}})

    refused = shared.ask("PUT", address(shared, "manageRingGroups", tenant="twohundred"), b"{}", FORM)
    nowhere = shared.ask("GET", address(shared, "manageNothing", tenant="twohundred"))

    assert (refused.status, refused.json["error"]) == (200, 1)
    assert nowhere.status == 404
    assert [e["response"]["status"] for e in _exchanges(shared, "twohundred")] == [200, 404]
    assert {v["part"] for e in shared.journal("twohundred") for v in _found(e)} == {"request"}


def test_switch_answers_with_429(shared: Live) -> None:
    """One request too many, in the vendor's envelope."""
    shared.make_tenant("busy", switches={"nextbilling": {"too_many_requests": "on"}})

    answer = shared.ask("GET", address(shared, "manageRingGroups", tenant="busy"))

    assert (answer.status, answer.json["error"]) == (429, 1)


def test_body_of_a_removal_is_read_where_the_tenant_reads_so(shared: Live) -> None:
    """The readings of the tenant say what a body is, and not the strict ones."""
    shared.make_tenant("either", readings={"nextbilling": {"N4": "either-place"}})
    path = address(shared, "manageRingGroups", tenant="either")

    removed = shared.ask("DELETE", path, b'{"id_record": 1}', FORM)
    strict = shared.ask("DELETE", address(shared, "manageRingGroups"), b'{"id_record": 4}', FORM)
    broken = shared.ask("DELETE", path, b'{"id_record"', FORM)

    assert (removed.status, strict.status, broken.status) == (200, 422, 400)
    assert shared.records("nextbilling.group", "either") == []


def test_no_secret_stands_in_the_journal_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Token, key and password: in right and wrong addresses, known and unknown ones, and in what the shell logs."""
    with live() as running:
        mine = running.credentials("nextbilling")
        token, key = mine["master_token"], mine["master_key"]
        line = b'{"customer_id": 9, "auth": 0, "username": "u", "password": "s3nh4-forte"}'
        running.ask("PUT", f"{BASE}/manageDevices/{token}/{key}/1", line, FORM)
        for path in (f"manageRingGroups/{token}/{key}/0", f"nothing/{token}/{key}", f"nothing/{PAIR}", f"cdr/{PAIR}"):
            running.ask("GET", f"{BASE}/{path}")
        running.ask("GET", f"/nextbilling/{token}/{key}?t={token}")
        running.on_loop(_hold_everything)
        with caplog.at_level(logging.WARNING):
            running.ask("GET", f"{BASE}/manageRingGroups/{token}/{key}/0")

        kept = json.dumps(running.journal() + running.journal("unclaimed"))

    assert "GET /nextbilling/api/manageRingGroups/[redacted:token]/[redacted:key]/0 held the loop" in caplog.text
    for secret in (*mine.values(), "s3nh4-forte", PRINTED_TOKEN, PRINTED_KEY):
        assert secret not in kept
        assert secret not in caplog.text


def test_simulated_calls_feed_the_report(shared: Live, tenant: str) -> None:
    """A scenario that is played is in the report, with its line, its talk and what it cost."""
    begun = shared.control("POST", "/runs", {"scenario": "answered_outbound"}, tenant=tenant)
    shared.control("GET", f"/runs/{begun.json['id']}", tenant=tenant, wait=20)

    answer = shared.ask("GET", address(shared, "cdr", "", tenant=tenant))

    (call,) = answer.json["data"]
    assert (call["direcao"], call["destino"], call["situacao"]) == ("saida", "11987654321", "ANSWERED")
    assert int(call["tempo_falado"]) == answer.json["total_time"] > 0
    assert call["id_device"] == "3"
    assert violations(shared, tenant) == []


def test_two_tenants_never_see_each_other(shared: Live, tenant: str) -> None:
    """Eight clients a tenant, at once: each tenant has its own groups, all of them."""
    tenants = [tenant, "second"]
    shared.make_tenant("second")
    before = {name: len(shared.records("nextbilling.group", name)) for name in tenants}
    paths = {name: address(shared, "manageRingGroups", tenant=name) for name in tenants}

    def create(number: int) -> int:
        name = tenants[number % 2]
        body = {"id_cliente": 1, "descricao": name, "strategy": "ringall", "devices": [], "status": 1}
        return shared.ask("PUT", paths[name], json.dumps(body).encode(), FORM).status

    with ThreadPoolExecutor(16) as clients:
        statuses = list(clients.map(create, range(32)))

    assert statuses == [200] * 32
    for name in tenants:
        groups = shared.records("nextbilling.group", name)
        assert len(groups) == before[name] + 16
        assert {group["name"] for group in groups[before[name] :]} == {name}


def _exchanges(running: Live, tenant: str) -> list[dict[str, Any]]:
    return [entry.get("exchange", entry) for entry in running.journal(tenant)]


def _found(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return list((entry.get("verdict") or {}).get("violations", ()))


def _hold_everything(simulator: Any) -> None:
    simulator.shell._core = replace(simulator.shell._core, held_seconds=0.0)
