"""What the control API says when it is asked wrongly: a status, what was wrong, and what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from tests.live import JSON, Live
from tests.simulator.control.test_contract import CONTRACT

ELSEWHERE = "http://192.0.2.7:80/x"  # an address for documents, which nobody has
WORLD_MISTAKES = {
    "customers": [{"id": "1", "name": "Ana", "phones": [37999912222]}],
    "extensions": [{"number": "201", "user": "nobody"}],
}
BROKEN_SCENARIO = "scenario: a\ntitle: b\nsteps:\n  - ring: {call: A, extension: 0123}\n"
UNKNOWN_STEP = "scenario: a\ntitle: b\nsteps:\n  - rings: {call: A}\n"

# What is sent, the status, and what the answer must name.
WRONG: dict[str, tuple[str, str, Any, int, tuple[str, ...]]] = {
    "unknown path": ("GET", "/nope", None, 404, ("path", "/_sim/")),
    "unknown tenant": ("GET", "/calls?tenant=nobody", None, 404, ("nobody", "/_sim/tenants")),
    "unknown tenant to show": ("GET", "/tenants/nobody", None, 404, ("nobody",)),
    "unknown tenant to change": ("PATCH", "/tenants/nobody", {}, 404, ("nobody",)),
    "unknown tenant to remove": ("DELETE", "/tenants/nobody", None, 404, ("nobody",)),
    "unknown call": ("GET", "/calls/c99", None, 404, ("c99", "/_sim/calls")),
    "step of an unknown call": ("POST", "/calls/c99/steps", {"step": "ring"}, 404, ("c99",)),
    "unknown run": ("GET", "/runs/r99", None, 404, ("r99",)),
    "unknown target": ("DELETE", "/targets/t99", None, 404, ("t99",)),
    "unknown fault": ("DELETE", "/faults/f99", None, 404, ("f99", "/_sim/faults")),
    "fault of unclaimed": ("POST", "/faults?tenant=unclaimed", {"on": {}, "do": {}}, 409, ("unclaimed",)),
    "fault without on": ("POST", "/faults", {"do": {"status": 503}}, 400, ("on",)),
    "fault on messages": ("POST", "/faults", {"on": {"vendor": "pbx55"}, "do": {"drop": True}}, 422, ("answer",)),
    "fault of no vendor": ("POST", "/faults", {"on": {"answer": "any"}, "do": {"reset": True}}, 422, ("vendor",)),
    "fault of a strange vendor": (
        "POST",
        "/faults",
        {"on": {"vendor": "hubsof", "answer": "any"}, "do": {"reset": True}},
        422,
        ("hubsof", "hubsoft"),
    ),
    "fault that the vendor cannot have": (
        "POST",
        "/faults",
        {"on": {"vendor": "viacel", "answer": "any"}, "do": {"token_expired": True}},
        422,
        ("token_expired", "drip"),
    ),
    "fault of an hour": (
        "POST",
        "/faults",
        {"on": {"vendor": "viacel", "answer": "any"}, "do": {"delay": "1h"}},
        422,
        ("1h", "10min"),
    ),
    "fault with two flaws": (
        "POST",
        "/faults",
        {"on": {"vendor": "viacel", "answer": "any"}, "do": {"empty": True, "reset": True}},
        422,
        ("do", "one thing at a time"),
    ),
    "unknown kind": ("GET", "/records/nope", None, 404, ("nope", "extension")),
    "kind of the core": ("GET", "/records/_run", None, 404, ("_run",)),
    "unknown scenario": ("POST", "/runs", {"scenario": "nope"}, 404, ("nope", "transferred_inbound")),
    "path as a scenario": ("POST", "/runs", {"scenario": "../../setup"}, 404, ("setup",)),
    "tenant without a name": ("POST", "/reset?tenant=", None, 400, ("tenant",)),
    "misspelt query": ("POST", "/reset?tennant=acme", None, 400, ("tennant", "tenant")),
    "query of thirty": ("GET", "/tenants?" + "&".join(f"a{n}=1" for n in range(30)), None, 400, ("a1",)),
    "cursor that is a word": ("GET", "/journal?after=soon", None, 400, ("after", "soon")),
    "wait of a day": ("GET", "/journal?wait=86400", None, 400, ("wait",)),
    "negative limit": ("GET", "/journal?limit=-1", None, 400, ("limit",)),
    "entry that is a word": ("GET", "/journal/soon", None, 400, ("number", "soon")),
    "unknown entry": ("GET", "/journal/99", None, 404, ("99", "none yet")),
    "replay of an unknown entry": ("POST", "/journal/99/replay", None, 404, ("99",)),
    "snapshot of unclaimed": ("POST", "/snapshot?tenant=unclaimed", None, 409, ("unclaimed",)),
    "restore of unclaimed": ("POST", "/restore?tenant=unclaimed", {}, 409, ("unclaimed",)),
    "restore of nothing": ("POST", "/restore", {}, 422, ("no snapshot", "POST /_sim/snapshot")),
    "restore of a list": ("POST", "/restore", [], 400, ("body",)),
    "restore of another format": (
        "POST",
        "/restore",
        {"pbxsim": "snapshot", "format": 99, "state": {}},
        422,
        ("format 99", "format 1"),
    ),
    "name with a slash": ("POST", "/tenants", {"name": "a/b"}, 400, ("/name", "small letters")),
    "name too long": ("POST", "/tenants", {"name": "a" * 65}, 400, ("/name",)),
    "seed that is a number": ("POST", "/tenants", {"seed": 7}, 400, ("/seed",)),
    "balance that is no number": ("POST", "/tenants", {"balance": "1x23"}, 400, ("/balance", "1000.00")),
    "unknown field": ("POST", "/tenants", {"nmae": "acme"}, 400, ("nmae",)),
    "body that is a list": ("POST", "/tenants", [], 400, ("body",)),
    "unknown zone": ("POST", "/tenants", {"zone": "Mars/Base"}, 422, ("Mars/Base", "America/Sao_Paulo")),
    "zone that is a path": ("POST", "/tenants", {"zone": "../../etc/passwd"}, 422, ("passwd",)),
    "unknown discrepancy": ("PATCH", "/tenants/default", {"readings": {"hubsoft": {"H99": "x"}}}, 422, ("H99", "H1")),
    "unknown reading": (
        "PATCH",
        "/tenants/default",
        {"readings": {"hubsoft": {"H1": "nope"}}},
        422,
        ("H1", "nope", "current-2020"),
    ),
    "reading of no vendor": ("PATCH", "/tenants/default", {"readings": {"hubsof": {}}}, 422, ("hubsof", "hubsoft")),
    "unknown switch": ("PATCH", "/tenants/default", {"switches": {"hubsoft": {"x": "y"}}}, 422, ("validation_status",)),
    "unknown value of a switch": (
        "PATCH",
        "/tenants/default",
        {"switches": {"hubsoft": {"validation_status": "500"}}},
        422,
        ("500", "422"),
    ),
    "unknown account setting": ("PATCH", "/tenants/default", {"accounts": {"pbx55": {"x": "y"}}}, 422, ("central_id",)),
    "unknown tariff class": ("PATCH", "/tenants/default", {"tariffs": {"VC9": {}}}, 422, ("VC9", "VC1")),
    "increments of no tariff": ("POST", "/tenants", {"tariffs": {"VC1": {"increments": "6"}}}, 422, ("30/6",)),
    "balance below nothing": ("PATCH", "/tenants/default", {"balance": "-1.00"}, 400, ("/balance", "1000.00")),
    "unknown credential": ("POST", "/tenants", {"credentials": {"hubsoft": {"x": "y"}}}, 422, ("client_secret",)),
    "login of a target": (
        "POST",
        "/targets",
        {"vendor": "hubsoft", "url": "http://127.0.0.1:9/", "credentials": {"x": "y"}},
        422,
        ("'x'", "client_id", "password"),
    ),
    "login of a target without one": (
        "POST",
        "/targets",
        {"vendor": "pbx55", "url": "http://127.0.0.1:9/", "credentials": {"key": "y"}},
        422,
        ("'key'", "none"),
    ),
    "caller of an outbound call": (
        "POST",
        "/calls",
        {"direction": "outbound", "from": "37999912222"},
        422,
        ("from with an outbound call", '"to"'),
    ),
    "queue of an outbound call": ("POST", "/calls", {"direction": "outbound", "queue": "vendas"}, 422, ("queue with",)),
    "place in a text that nobody wrote": (
        "POST",
        "/calls",
        {"extension": "999"},
        422,
        ("call cannot be played here:\n  there is no extension '999'",),
    ),
    "scenario by name and as text": (
        "POST",
        "/runs",
        {"scenario": "answered_inbound", "text": "x"},
        400,
        ("one of the two: scenario, a name of the library, or text",),
    ),
    "name taken": ("POST", "/tenants", {"name": "default"}, 409, ("default",)),
    "name of unclaimed": ("POST", "/tenants", {"name": "unclaimed"}, 409, ("unclaimed",)),
    "default removed": ("DELETE", "/tenants/default", None, 409, ("default", "reset")),
    "unclaimed removed": ("DELETE", "/tenants/unclaimed", None, 409, ("unclaimed",)),
    "call of unclaimed": ("POST", "/calls?tenant=unclaimed", {}, 409, ("unclaimed",)),
    "run of unclaimed": ("POST", "/runs?tenant=unclaimed", {"scenario": "sms_sent"}, 409, ("unclaimed",)),
    "world of unclaimed": ("PUT", "/world?tenant=unclaimed", {}, 409, ("unclaimed",)),
    "tokens of no vendor": ("POST", "/revocations", {"vendor": "nope"}, 422, ("nope", "hubsoft")),
    "target elsewhere": ("POST", "/targets", {"vendor": "pbx55", "url": ELSEWHERE}, 422, ("192.0.2.7", "127.0.0.1")),
    "target by a name": (
        "POST",
        "/targets",
        {"vendor": "pbx55", "url": "http://crm.example.com/"},
        422,
        ("crm.example.com", "--target"),
    ),
    "target that is a file": ("POST", "/targets", {"vendor": "pbx55", "url": "file:///etc/passwd"}, 422, ("http",)),
    "target of the metadata": (
        "POST",
        "/targets",
        {"vendor": "pbx55", "url": "http://169.254.169.254/"},
        422,
        ("169",),
    ),
    "target of no vendor": (
        "POST",
        "/targets",
        {"vendor": "nope", "url": "http://127.0.0.1:1/"},
        422,
        ("nope", "pbx55"),
    ),
    "method of no push": (
        "POST",
        "/targets",
        {"vendor": "pbx55", "url": "http://127.0.0.1:1/", "method": "DELETE"},
        422,
        ("DELETE", "POST or PUT"),
    ),
    "method that the vendor fixes": (
        "POST",
        "/targets",
        {"vendor": "hubsoft", "url": "http://127.0.0.1:1/", "method": "PUT"},
        422,
        ("hubsoft", "leave it out"),
    ),
    "token that no header carries": (
        "POST",
        "/targets",
        {"vendor": "pbx55", "url": "http://127.0.0.1:1/", "token": "ação"},
        422,
        ("token", "ASCII"),
    ),
    "call by an unknown extension": ("POST", "/calls", {"extension": "999"}, 422, ("999",)),
    "call to an unknown number": ("POST", "/calls", {"to": "1132210000"}, 422, ("1132210000", "there are")),
    "call in an unknown queue": ("POST", "/calls", {"queue": "nope"}, 422, ("nope", "suporte")),
    "call of a bad length": ("POST", "/calls", {"ring": "3"}, 422, ("3s",)),
    "call from a formatted number": ("POST", "/calls", {"from": "(37) 99991"}, 400, ("/from", "digits")),
    "call of no outcome": ("POST", "/calls", {"outcome": "lost"}, 400, ("/outcome", "answered")),
    "neither name nor text": ("POST", "/runs", {}, 400, ("body",)),
    "scenario with a number": ("POST", "/runs", {"text": BROKEN_SCENARIO}, 422, ("4:32", '"0123"')),
    "scenario with a wrong word": ("POST", "/runs", {"text": UNKNOWN_STEP}, 422, ("text:4:", "'ring'")),
    "scenario that is empty": ("POST", "/runs", {"text": ""}, 422, ("empty",)),
    "world with mistakes": ("PUT", "/world", WORLD_MISTAKES, 422, ("/customers/0/phones/0", "37999912222")),
    "world with a stranger": (
        "PUT",
        "/world",
        {"extensions": WORLD_MISTAKES["extensions"]},
        422,
        ("/extensions/0", "nobody"),
    ),
    "clock set back": ("PUT", "/clock", {"forward": "-3s"}, 422, ("negative",)),
    "clock set too far": ("PUT", "/clock", {"forward": "367d"}, 422, ("366d",)),
    "clock that is none": ("PUT", "/clock", {"clock": "fast"}, 422, ("fast", "20x")),
    "clock too fast": ("PUT", "/clock", {"clock": "5000x"}, 422, ("1000x",)),
    "nothing to set": ("PUT", "/clock", {}, 400, ("body",)),
}

RAW: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "no Content-Type": (b"{}", {}, 415, "application/json"),
    "a form": (b"name=x", {"content-type": "application/x-www-form-urlencoded"}, 415, "application/json"),
    "broken JSON": (b'{"name": ', {"content-type": JSON}, 400, "JSON"),
    "an empty body": (b"", {"content-type": JSON}, 400, "JSON"),
    "NaN": (b'{"seed": NaN}', {"content-type": JSON}, 400, "JSON"),
    "1e400": (b'{"seed": 1e400}', {"content-type": JSON}, 400, "JSON"),
    "a duplicate key": (b'{"name": "a1", "name": "a2"}', {"content-type": JSON}, 400, "JSON"),
    "a lone surrogate": (b'{"seed": "\\ud800"}', {"content-type": JSON}, 400, "JSON"),
    "100,000 brackets": (b"[" * 100_000, {"content-type": JSON}, 400, "JSON"),
    "a deep object": (b'{"a":' * 65 + b"1" + b"}" * 65, {"content-type": JSON}, 400, "JSON"),
    "a byte over 1 MiB": (b" " * (1024 * 1024 + 1), {"content-type": JSON}, 413, "1 MiB"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_request_is_refused_with_what_was_wrong_and_what_was_expected(running: Live, name: str) -> None:
    """The answer is {error, expected} as the contract has it, and names the culprit and the way out."""
    method, path, body, status, named = WRONG[name]
    before = state_of(running)

    answer = running.control(method, path, body)

    assert answer.status == status, answer.text
    assert answer.json.keys() == {"error", "expected"}
    assert [word for word in named if word not in f"{answer.json['error']} {answer.json['expected']}"] == []
    assert state_of(running) == before
    keeps_contract(method, path, answer.status, answer.headers, answer.body)


@pytest.mark.parametrize("name", RAW)
def test_body_that_cannot_be_read_is_refused(running: Live, name: str) -> None:
    """Never a 5xx: a 4xx with {error, expected}, and nothing was made."""
    body, headers, status, named = RAW[name]
    before = state_of(running)

    answer = running.ask("POST", "/_sim/tenants", body, headers)

    assert (answer.status, answer.json.keys()) == (status, {"error", "expected"})
    assert named in f"{answer.json['error']} {answer.json['expected']}"
    assert state_of(running) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_wrong_method_is_405_and_allow_names_the_right_ones(running: Live, method: str) -> None:
    """Each path of the contract, by each method that it does not have."""
    for path in {operation.path for operation in CONTRACT.operations.values()}:
        concrete = path.replace("{", "").replace("}", "")
        allowed = set(CONTRACT.methods_of(path))
        if method in allowed or (method == "HEAD" and "GET" in allowed):
            continue

        answer = running.control(method, concrete)

        assert answer.status == 405, (method, path)
        assert set((answer.header("allow") or "").split(", ")) - {"HEAD"} == allowed
        assert method == "HEAD" or answer.json.keys() == {"error", "expected"}


def test_every_second_credential_of_a_tenant_can_be_taken_only_once(running: Live) -> None:
    """A credential is whose it is: making a tenant with that of another is a 409 that names it, and makes nothing."""
    secrets = running.credentials("hubsoft")

    for name, value in secrets.items():
        answer = running.control("POST", "/tenants", {"name": "thief", "credentials": {"hubsoft": {name: value}}})

        assert (answer.status, name in answer.json["error"]) == (409, True)
    assert running.control("GET", "/tenants/thief").status == 404


def test_world_without_anybody_is_no_reason_to_fail(running: Live) -> None:
    """A call needs somebody: a world that has nobody says who is missing, instead of failing."""
    running.make_tenant("empty")
    running.control("PUT", "/world", {"baseline": False}, tenant="empty")

    nobody = running.control("POST", "/calls", {}, tenant="empty")
    no_caller = running.control("POST", "/calls", {"extension": "1"}, tenant="empty")
    no_line = running.control("POST", "/calls", {"extension": "1", "from": "37999912222"}, tenant="empty")

    assert [nobody.status, no_caller.status, no_line.status] == [422, 422, 422]
    assert "extension" in nobody.json["error"]
    assert "customer" in no_caller.json["error"]
    assert running.control("GET", "/calls", tenant="empty").json == {"calls": []}
    running.control("DELETE", "/tenants/empty")


def state_of(running: Live) -> list[object]:
    """Return what a refused request must not have changed."""
    return [
        running.control("GET", path).json for path in ("/tenants", "/targets", "/runs", "/calls", "/clock", "/world")
    ]


def keeps_contract(method: str, path: str, status: int, headers: Any, body: bytes) -> None:
    bare = path.partition("?")[0]
    found = CONTRACT.routes.match(method, bare)
    if found is None:
        return
    request, answer = HttpRequest(method, bare), HttpResponse(status, headers, body)
    judged = CONTRACT.check(Exchange("_sim", Direction.RECEIVED, request, answer, operation=found[0].id))
    assert [v for v in judged.violations if v.part == "response"] == []


def test_path_of_nobody_is_told_what_is_there_whatever_it_is_made_of(running: Live) -> None:
    """A line break in it, which Flask's map matches nowhere, changes nothing."""
    answers = [running.ask(method, path) for path in ("/nobody", "/a%0Ab") for method in ("GET", "POST", "TRACE")]

    assert {answer.status for answer in answers} == {404}
    assert all(answer.json.keys() == {"error", "expected"} for answer in answers)


def test_several_problems_of_a_document_are_told_once(running: Live) -> None:
    """What is expected is no repetition of the last of them."""
    numbers = [{"ending": "9001", "outcome": "busy", "talk": 5}, {"ending": "1", "outcome": "dances"}]

    answer = running.control("PUT", "/numbers", {"numbers": numbers})

    assert answer.status == 422
    assert answer.json["expected"] == "a document that is right in each of these places"
