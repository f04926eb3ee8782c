"""Steps by hand with a call, by the control API: what each call can take, and what a run has of it."""

from __future__ import annotations

import pytest

from tests.live import Live
from tests.receiver import Receiver
from tests.simulator.control.pushing import TWO_LINES, point, step


def test_call_is_walked_by_hand(running: Live, tenant: str, receiver: Receiver) -> None:
    """Ring, answer, hold, resume, transfer, and the new call answered and hung up: every step is told and pushed."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {"outcome": "open", "extension": "111"}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)

    states = [step(running, tenant, "c1", word).json["state"] for word in ("answer", "hold", "resume")]
    transferred = step(running, tenant, "c1", "transfer", to="112").json
    (new,) = transferred["became"]
    walked = [
        step(running, tenant, new["id"], "ring", extension="112").json["state"],
        step(running, tenant, new["id"], "answer").json["agent"],
        step(running, tenant, new["id"], "hangup", by="inside").json["state"],
    ]
    pushes = receiver.wait(5)

    assert states == ["talking", "held", "talking"]
    assert (transferred["state"], new["origin"]) == ("ended", "c1")
    assert walked == ["ringing", "112", "ended"]
    old_id = next(p.json["call_id"] for p in pushes if p.json["call_transfer_id"])
    told = [(p.json["call_id"] == old_id, p.json["call_status"], bool(p.json["call_transfer_id"])) for p in pushes]
    assert [t for t in told if t[0]] == [
        (True, "new_call", False),
        (True, "call_attended", False),
        (True, "call_attended", True),
    ]
    assert [t for t in told if not t[0]] == [(False, "new_call", False), (False, "call_attended", False)]
    assert running.control("GET", "/calls", tenant=tenant).json["calls"][1]["id"] == new["id"]


def test_impossible_step_is_a_conflict_that_says_what_the_call_can_take(running: Live, tenant: str) -> None:
    """The call is as it was."""
    running.control("POST", "/calls", {"outcome": "open"}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)
    before = running.control("GET", "/calls/c1", tenant=tenant).json

    held = step(running, tenant, "c1", "hold")
    after = running.control("GET", "/calls/c1", tenant=tenant).json
    step(running, tenant, "c1", "hangup")
    over = step(running, tenant, "c1", "ring", extension="111")

    assert held.status == 409
    assert "is ringing" in held.json["error"]
    assert held.json["expected"] == (
        "one of the steps: answer, attach, busy, hangup, no_answer, pick_up, refuse, ring, voicemail"
    )
    assert after == before
    assert (over.status, over.json["expected"]) == (409, "another call: this one takes nothing more")


def test_every_step_that_a_conflict_names_is_possible(running: Live, tenant: str) -> None:
    """What is expected is no empty word: each named step, on a call in that state, is taken."""
    fields = {"ring": {"extension": "112"}, "transfer": {"to": "112"}, "queue": {"queue": "suporte"}}
    fields |= {"choose": {"option": "1"}, "type_document": {"digits": "52998224725"}, "type_order": {"digits": "1"}}
    fields |= {word: {"extension": "113"} for word in ("pick_up", "voicemail", "preset", "join", "break_in")}
    fields |= {"attach": {"data": "x"}, "press": {"digits": "5"}}
    ways: dict[str, list[str]] = {"ringing": [], "talking": ["answer"], "held": ["answer", "hold"]}
    impossible = {"ringing": "hold", "talking": "answer", "held": "answer"}
    for state, way in ways.items():
        for word in expected_of(running, tenant, way, impossible[state]):
            call = opened(running, tenant, way)

            assert step(running, tenant, call, word, **fields.get(word, {})).status == 200, (state, word)


def expected_of(running: Live, tenant: str, way: list[str], word: str) -> list[str]:
    refused = step(running, tenant, opened(running, tenant, way), word)
    assert refused.status == 409, refused.text
    return str(refused.json["expected"]).removeprefix("one of the steps: ").split(", ")


def opened(running: Live, tenant: str, way: list[str]) -> str:
    made = running.control("POST", "/calls", {"outcome": "open"}, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    for word in way:
        assert step(running, tenant, made["call"], word).status == 200
    return str(made["call"])


@pytest.mark.parametrize(
    ("word", "fields", "named"),
    [
        ("dance", {}, "hangup"),
        ("inbound", {"from": "37999912222"}, "hangup"),
        ("await", {}, "hangup"),
        ("transfer", {}, '"to" is missing'),
        ("transfer", {"to": "desk"}, "digits"),
        ("ring", {"extension": "999"}, "999"),
        ("ring", {"extenson": "111"}, "did you mean 'extension'?"),
        ("queue", {"queue": "nope"}, "suporte"),
        ("hangup", {"by": "nobody"}, "by"),
        ("choose", {"option": "?"}, "option"),
    ],
)
def test_step_in_wrong_words_says_the_right_ones(
    running: Live, tenant: str, word: str, fields: dict[str, str], named: str
) -> None:
    """A 422 in the words of a scenario's mistakes, and the call is as it was."""
    call = opened(running, tenant, [])

    answer = step(running, tenant, call, word, **fields)

    assert answer.status == 422
    assert named in f"{answer.json['error']} {answer.json['expected']}"
    assert running.control("GET", f"/calls/{call}", tenant=tenant).json["state"] == "ringing"


def test_step_by_hand_with_a_call_of_a_run_is_part_of_the_run(running: Live, tenant: str, receiver: Receiver) -> None:
    """Its faults count what is told, and the call into which it was transferred is the run's as well."""
    point(running, tenant, receiver)
    text = (
        TWO_LINES + "  - ring: {call: A, extension: '111'}\n  - answer: {call: A}\n"
        "  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 5s}\n"
        "faults:\n  - on: {vendor: pbx55, message: ended}\n    do: {duplicate: true}\n"
        "expect:\n  - sent: {vendor: pbx55, message: ended, times: 2}\n"
    )
    run = running.control("POST", "/runs", {"text": text}, tenant=tenant).json["id"]
    while running.control("GET", "/calls/c1", tenant=tenant).json.get("state") != "talking":
        running.control("GET", "/journal?after=0", tenant=tenant)

    became = step(running, tenant, "c1", "transfer", to="112").json["became"]
    shown = running.control("GET", f"/runs/{run}", tenant=tenant).json

    assert [call["id"] for call in became] == ["c2"]
    assert sorted(shown["calls"].values()) == ["c1", "c2"]
    assert "c1" not in shown["calls"]


@pytest.mark.parametrize("name", ["A", "B"])
def test_transfer_by_hand_takes_no_name_that_the_run_has_or_will_use(running: Live, tenant: str, name: str) -> None:
    """One of two calls would be the run's no more."""
    text = (
        TWO_LINES + "  - ring: {call: A, extension: '111'}\n  - answer: {call: A}\n"
        "  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 5s}\n"
        "  - inbound: {call: B, from: '37999912222'}\n"
    )
    run = running.control("POST", "/runs", {"text": text}, tenant=tenant).json["id"]
    while running.control("GET", "/calls/c1", tenant=tenant).json.get("state") != "talking":
        running.control("GET", "/journal?after=0", tenant=tenant)

    refused = step(running, tenant, "c1", "transfer", to="112", **{"as": name})
    unchanged = running.control("GET", "/calls/c1", tenant=tenant).json["state"]
    taken = step(running, tenant, "c1", "transfer", to="112", **{"as": "C"})
    calls = running.control("GET", f"/runs/{run}", tenant=tenant).json["calls"]

    assert (refused.status, unchanged) == (422, "talking")
    assert f'call "{name}" of run {run}' in refused.json["error"]
    assert (taken.status, [call["id"] for call in taken.json["became"]]) == (200, ["c2"])
    assert (calls["A"], calls["C"]) == ("c1", "c2")


@pytest.mark.parametrize("other", ["c2", "Z"])
def test_consultation_that_is_not_there_is_refused(running: Live, tenant: str, other: str) -> None:
    running.control("POST", "/calls", {"outcome": "missed"}, tenant=tenant)

    refused = step(running, tenant, "c1", "transfer", to="112", **{"with": other})

    assert (refused.status, other in refused.json["error"]) == (422, True), refused.text


def test_attended_transfer_by_hand_names_the_consultation_by_its_id(running: Live, tenant: str) -> None:
    calls = [{"direction": "inbound", "extension": "111"}, {"direction": "outbound", "extension": "111"}]
    for number, body in enumerate(calls, 1):
        running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)
        running.control("POST", "/calls", {**body, "outcome": "answered", "talk": "1h"}, tenant=tenant)
        step(running, tenant, f"c{number}", "ring", extension="112" if number == 2 else "111")
        step(running, tenant, f"c{number}", "answer", extension="112" if number == 2 else "111")

    moved = step(running, tenant, "c1", "transfer", to="112", **{"with": "c2"})

    assert moved.status == 200, moved.text
    assert [(call["state"], call["agent"]) for call in moved.json["became"]] == [("talking", "112")]
