"""Calls, steps, runs and waiting by the control API, against a real receiver and on the jumping clock."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from simulator.recovering import reload
from tests.live import Live
from tests.receiver import Receiver

TWO_LINES = "scenario: mine\ntitle: Mine\nsteps:\n  - inbound: {call: A, from: '37999912222'}\n"
HANGS_UP = TWO_LINES + "  - {after: 1s, hangup: {call: A, by: outside}}\n"
NOBODY_WAITS = HANGS_UP + "expect:\n  - sent: {vendor: pbx55, call: A, times: 7}\n"
HELD_BACK = (
    TWO_LINES
    + """
  - inbound: {call: B, from: "37988242968"}
  - {after: 1h, hangup: {call: A, by: outside}}
faults:
  - {on: {vendor: pbx55, call: A, message: started}, do: {after_end: true}}
"""
)
IMPOSSIBLE = TWO_LINES + "  - {after: 1s, resume: {call: A}}\n"


def point(running: Live, tenant: str, receiver: Receiver, **more: Any) -> dict[str, Any]:
    answer = running.control("POST", "/targets", {"vendor": "pbx55", "url": receiver.url, **more}, tenant=tenant)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def step(running: Live, tenant: str, call: str, word: str, **fields: str) -> Any:
    return running.control("POST", f"/calls/{call}/steps", {"step": word, **fields}, tenant=tenant)


def test_call_is_pushed_to_the_target_and_a_waiting_journal_sees_it(
    running: Live, tenant: str, receiver: Receiver
) -> None:
    """An empty body is a whole call: its pushes arrive, and the journal is told without anybody sleeping."""
    point(running, tenant, receiver, token="a-token-of-ours", method="PUT")

    made = running.control("POST", "/calls", {}, tenant=tenant)
    pushes = receiver.wait(2)

    assert (made.status, made.json) == (201, {"run": "r1", "call": "c1"})
    assert [(p.method, p.header("token")) for p in pushes] == [("PUT", "a-token-of-ours")] * 2
    assert [p.json["call_status"] for p in pushes] == ["new_call", "call_attended"]
    verdict = running.control("GET", "/runs/r1", tenant=tenant, wait=10).json
    assert (verdict["status"], verdict["verdict"]["exchanges"]) == ("passed", 2)
    assert [e["message"] for e in running.journal(tenant)] == ["started", "ended"]


def test_long_poll_wakes_when_the_journal_grows(running: Live, tenant: str, receiver: Receiver) -> None:
    """A poll that was there before the call answers with its first push, long before its time is over."""
    point(running, tenant, receiver)
    found: list[Any] = []
    poll = threading.Thread(target=lambda: found.extend(running.journal(tenant, wait=15)))
    poll.start()
    running.on_loop(
        lambda simulator: simulator.tenants.get(tenant)
    )  # the poll is under way, or finds the entry at once

    running.control("POST", "/calls", {}, tenant=tenant)
    poll.join(10)

    assert not poll.is_alive()
    assert found[0]["message"] == "started"


def test_cursor_goes_on_where_it_ended(running: Live, tenant: str, receiver: Receiver) -> None:
    """Pages of one entry, one after the other, are the journal."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)

    first = running.control("GET", "/journal", tenant=tenant, limit=1).json
    second = running.control("GET", "/journal", tenant=tenant, limit=1, after=first["next"]).json
    third = running.control("GET", "/journal", tenant=tenant, limit=1, after=second["next"]).json

    assert [e["message"] for page in (first, second, third) for e in page["entries"]] == ["started", "ended"]
    assert third["next"] == second["next"]


def test_cursor_stays_good_over_a_reset(running: Live, tenant: str, receiver: Receiver) -> None:
    """Whoever polls from where it was sees what comes after the reset."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)
    cursor = running.control("GET", "/journal", tenant=tenant).json["next"]

    running.control("POST", "/reset", tenant=tenant)
    empty = running.journal(tenant)
    running.control("POST", "/calls", {}, tenant=tenant)

    assert empty == []
    assert running.journal(tenant, after=cursor, wait=10)[0]["message"] == "started"


def test_calls_made_at_once_have_ids_of_their_own(running: Live, tenant: str) -> None:
    """The answer names the call that was made, whoever else makes one at the same moment."""
    answers: list[Any] = []
    many = [
        threading.Thread(target=lambda: answers.append(running.control("POST", "/calls", {}, tenant=tenant).json))
        for _ in range(16)
    ]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()

    made = {a["call"]: a["run"] for a in answers}
    assert made.keys() == {f"c{n}" for n in range(1, 17)}
    for call, run in made.items():
        assert running.control("GET", f"/runs/{run}", tenant=tenant).json["calls"] == {"A": call}


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({}, ["started", "ringing", "answered", "ended"]),
        ({"outcome": "missed"}, ["started", "ringing", "ended"]),
        ({"queue": "suporte"}, ["started", "queued", "ringing", "answered", "ended"]),
        ({"direction": "outbound"}, ["started", "ringing", "answered", "ended"]),
        ({"direction": "outbound", "outcome": "missed", "extension": "115"}, ["started", "ringing", "ended"]),
    ],
)
def test_call_goes_as_the_body_says(running: Live, tenant: str, body: dict[str, str], kinds: list[str]) -> None:
    """Who calls, where it rings and how it comes out."""
    made = running.control("POST", "/calls", body, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)

    call = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json

    assert [e["kind"] for e in call["events"]] == kinds
    assert call["direction"] == body.get("direction", "inbound")
    assert call["state"] == "ended"


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


def test_run_of_a_library_scenario_ends_with_its_verdict(running: Live, tenant: str, receiver: Receiver) -> None:
    """The wait on a run ends when the run is over, not when its time is; the verdict is in the answer."""
    point(running, tenant, receiver)

    begun = running.control("POST", "/runs", {"scenario": "answered_outbound"}, tenant=tenant).json
    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=15).json

    assert (begun["scenario"], begun["status"], "verdict" in begun) == ("answered_outbound", "running", False)
    assert over["status"] in ("passed", "failed")
    assert over["verdict"]["exchanges"] == len(running.journal(tenant)) > 0
    assert running.control("GET", "/runs", tenant=tenant).json["runs"][0]["status"] == over["status"]


@pytest.mark.parametrize(
    ("text", "status", "code"), [(HANGS_UP, "passed", 0), (NOBODY_WAITS, "failed", 1), (IMPOSSIBLE, "broken", 2)]
)
def test_run_of_a_text_is_judged(
    running: Live, tenant: str, receiver: Receiver, text: str, status: str, code: int
) -> None:
    """Passed, failed by an expectation, or broken by an impossible step: each has its word and its exit code."""
    point(running, tenant, receiver)

    begun = running.control("POST", "/runs", {"text": text}, tenant=tenant).json
    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=15).json

    assert (over["status"], over["verdict"]["exit_code"]) == (status, code)
    assert bool(over["problem"]) is (status == "broken")


def test_run_without_a_single_message_is_over_as_well(running: Live, tenant: str) -> None:
    """Nothing was pushed and the journal did not grow, and whoever waits for the run is told at once."""
    begun = running.control("POST", "/runs", {"text": HANGS_UP}, tenant=tenant).json

    over = running.control("GET", f"/runs/{begun['id']}", tenant=tenant, wait=30).json

    assert over["status"] == "passed"
    assert over["unsent"]["pbx55"] == 2


def test_outbox_shows_what_is_not_settled(running: Live, tenant: str) -> None:
    """A delivery to nobody waits for its next attempt; a reset takes it away."""
    with Receiver() as gone:
        pass
    running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)
    point(running, tenant, gone, id="gone")

    running.control("POST", "/calls", {"outcome": "open"}, tenant=tenant)
    running.journal(tenant, wait=10)
    (waiting,) = running.control("GET", "/outbox", tenant=tenant).json["deliveries"]
    running.control("POST", "/reset", tenant=tenant)

    assert (waiting["attempt"], waiting["target"], waiting["message"]) == (2, "gone", "started")
    assert running.control("GET", "/outbox", tenant=tenant).json == {"deliveries": [], "events": [], "held": []}


def test_outbox_shows_what_faults_hold_back(running: Live, tenant: str, receiver: Receiver) -> None:
    """A push waits for the end of its call, an hour away; that of another call shows that the run has come so far."""
    point(running, tenant, receiver, id="slow")
    running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)

    running.control("POST", "/runs", {"text": HELD_BACK}, tenant=tenant)
    receiver.wait(1)
    outbox = running.control("GET", "/outbox", tenant=tenant).json
    running.control("POST", "/reset", tenant=tenant)

    (held,) = outbox["held"]
    told = {"vendor": "pbx55", "message": "started", "call": "c1"}
    assert held == {"run": "r1", "flaw": "after_end", "since": held["since"], "target": "slow"} | told
    assert outbox["events"] == []


def test_target_ids_never_meet(running: Live, tenant: str, receiver: Receiver) -> None:
    """A made id passes those over that are taken; a given one that is taken is a conflict, and replaces nothing."""
    first = point(running, tenant, receiver, id="t1")
    made = point(running, tenant, receiver)

    again = running.control(
        "POST", "/targets", {"id": "t1", "vendor": "pbx55", "url": "http://127.0.0.1:9/"}, tenant=tenant
    )

    assert made["id"] == "t2"
    assert again.status == 409
    assert running.control("GET", "/targets", tenant=tenant).json == {"targets": [first, made]}


def test_world_that_replaced_another_survives_a_reload(running: Live, tenant: str) -> None:
    """What the new world has not is gone from the store as well."""
    running.control("GET", "/world", tenant=tenant)
    own = {"baseline": False, "numbers": [{"number": "553732210000"}], "extensions": [{"number": "7"}]}
    put = running.control("PUT", "/world", own, tenant=tenant).json

    running.on_loop(lambda simulator: reload(simulator, simulator.tenants.get(tenant)))

    assert [e["number"] for e in put["extension"]] == ["7"]
    assert running.control("GET", "/world", tenant=tenant).json == put


def test_reset_returns_everything_but_targets_and_choices(running: Live, tenant: str, receiver: Receiver) -> None:
    """Records, calls, runs and clock are as they were; targets, readings and credentials stay."""
    before = {p: running.control("GET", p, tenant=tenant).json for p in ("/world", "/credentials", "/clock", "/calls")}
    target = point(running, tenant, receiver)
    running.control("PATCH", f"/tenants/{tenant}", {"readings": {"hubsoft": {"H1": "either"}}})
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)
    running.control("PUT", "/clock", {"forward": "3d"}, tenant=tenant)

    answer = running.control("POST", "/reset", tenant=tenant).json

    assert {p: running.control("GET", p, tenant=tenant).json for p in before} == before
    assert (answer["calls"], answer["targets"], answer["readings"]) == (0, 1, {"hubsoft": {"H1": "either"}})
    assert running.control("GET", "/targets", tenant=tenant).json == {"targets": [target]}
    assert running.control("GET", "/runs", tenant=tenant).json["runs"] == []


def test_price_list_and_balance_of_a_tenant_can_be_changed(running: Live, tenant: str) -> None:
    """What is not named stays; the other price list holds from the next call on."""
    change = {
        "prepaid": True,
        "balance": "0.10",
        "tariffs": {"INBOUND": {"per_minute": "0.60", "increments": "4/30/6"}},
    }
    first = running.control("PATCH", f"/tenants/{tenant}", change).json
    changed = running.control("PATCH", f"/tenants/{tenant}", {"tariffs": {"VC1": {"per_minute": "1.00"}}}).json

    call = running.control("POST", "/calls", {}, tenant=tenant).json
    told = running.control("GET", "/records/no_credit", tenant=tenant).json

    assert (first["prepaid"], first["balance"], first["left"]) == (True, "0.10", "0.10")
    assert changed["tariffs"] == {**change["tariffs"], "VC1": {"per_minute": "1.00"}}
    assert [record["call"] for record in told["records"]] == [call["call"]]


def test_metrics_can_be_parsed_and_count(running: Live, tenant: str, receiver: Receiver) -> None:
    """Every line is a sample of a family that was declared, and the counters grow by what happened."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)

    answer = running.control("GET", "/metrics")

    assert (answer.header("content-type") or "").startswith("text/plain; version=0.0.4")
    kinds: dict[str, str] = {}
    samples: dict[tuple[str, str], float] = {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kinds[name] = line.split(" ")
        else:
            name, rest = line.split("{")
            label, value = rest.split("} ")
            assert kinds[name] in ("counter", "gauge")
            samples[name, label] = float(value)
    mine = f'tenant="{tenant}"'
    assert samples["pbxsim_calls_total", mine] == 1
    assert samples["pbxsim_journal_entries_total", mine] == samples["pbxsim_deliveries_total", mine] == 2
    assert samples["pbxsim_jobs_waiting", mine] == 0


def test_call_for_a_queue_with_agents_rings_where_the_queue_lets_it(running: Live, tenant: str) -> None:
    """No step rings beside the queue: the agent that is offered the call picks up, and it ends as any other."""
    running.control("PUT", "/clock", {"clock": "jumping"}, tenant=tenant)
    running.control("POST", "/agents/113", {"do": "login", "queue": "suporte"}, tenant=tenant)

    made = running.control("POST", "/calls", {"queue": "suporte", "ring": "4s", "talk": "20s"}, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    call = running.control("GET", f"/calls/{made['call']}", tenant=tenant).json

    rings = [event["extension"] for event in call["events"] if event["kind"] == "ringing"]
    assert (rings, call["agent"], call["state"], call["talk"]) == (["113"], "113", "ended", 20)


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


def test_call_that_goes_on_where_it_was_preset_is_shown_and_the_runs_too(running: Live, tenant: str) -> None:
    made = running.control("POST", "/calls", {"outcome": "open", "extension": "111"}, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)
    for word, fields in (("answer", {}), ("preset", {"extension": "112"})):
        assert step(running, tenant, "c1", word, **fields).json["became"] == []

    became = step(running, tenant, "c1", "hangup", by="inside").json["became"]

    assert [(call["id"], call["state"], call["origin"]) for call in became] == [("c2", "ringing", "c1")]


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
