"""Agents by the control API: who serves which queue, and where each stands."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.clock import Mode
from tests.live import Answer, Live

CLOCK = Mode.REAL


def let(running: Live, tenant: str, extension: str, do: str, **more: str) -> Answer:
    return running.control("POST", f"/agents/{extension}", {"do": do, **more}, tenant=tenant)


def agents(running: Live, tenant: str) -> dict[str, Any]:
    answer = running.control("GET", "/agents", tenant=tenant)
    assert answer.status == 200
    return {agent["extension"]: agent for agent in answer.json["agents"]}


def test_nobody_is_an_agent_at_first(running: Live, tenant: str) -> None:
    assert agents(running, tenant) == {}


def test_agent_logs_in_pauses_goes_on_and_leaves(running: Live, tenant: str) -> None:
    stands = [
        let(running, tenant, "112", *deed[:1], **deed[1])
        for deed in (
            ("login", {"queue": "suporte"}),
            ("login", {"queue": "vendas"}),
            ("pause", {"reason": "almoço"}),
            ("unpause", {}),
            ("logout", {"queue": "suporte"}),
            ("logout", {}),
        )
    ]

    assert [answer.status for answer in stands] == [200] * 6
    assert [(a.json["presence"], a.json["queues"], a.json["reason"]) for a in stands] == [
        ("ready", ["suporte"], None),
        ("ready", ["suporte", "vendas"], None),
        ("paused", ["suporte", "vendas"], "almoço"),
        ("ready", ["suporte", "vendas"], None),
        ("ready", ["vendas"], None),
        ("logged_out", [], None),
    ]
    assert agents(running, tenant)["112"] == stands[-1].json


def test_presence_follows_the_calls(running: Live, tenant: str) -> None:
    let(running, tenant, "112", "login", queue="suporte")
    call = running.control("POST", "/calls", {"outcome": "open", "extension": "113"}, tenant=tenant).json["call"]

    def step(word: str, **fields: str) -> str:
        answer = running.control("POST", f"/calls/{call}/steps", {"step": word, **fields}, tenant=tenant)
        assert answer.status == 200, answer.text
        return str(agents(running, tenant)["112"]["presence"])

    stands = [step("ring", extension="112"), step("answer", extension="112"), step("hangup")]

    assert stands == ["ringing", "talking", "ready"]
    assert agents(running, tenant)["112"]["calls"] == 1


def test_answer_by_an_agent_who_talks_elsewhere_is_a_conflict(running: Live, tenant: str) -> None:
    """It could be once that call is held or over: 409, and the call rings on."""
    let(running, tenant, "112", "login", queue="suporte")
    made = []
    for _ in range(2):
        made.append(running.control("POST", "/calls", {"outcome": "open", "extension": "112"}, tenant=tenant).json)
        running.control("GET", f"/runs/{made[-1]['run']}", tenant=tenant, wait=10)
    first, second = (
        running.control("POST", f"/calls/{each['call']}/steps", {"step": "answer"}, tenant=tenant) for each in made
    )

    assert (first.status, second.status) == (200, 409)
    assert second.json == {
        "error": f"agent 112 talks in call {made[0]['call']}: hold or end that one first",
        "expected": "an agent that talks in no other call",
    }
    assert running.control("GET", f"/calls/{made[1]['call']}", tenant=tenant).json["state"] == "ringing"


def test_agent_who_only_dials_talks_with_nobody_yet(running: Live, tenant: str) -> None:
    let(running, tenant, "112", "login", queue="suporte")
    body = {"direction": "outbound", "extension": "112", "outcome": "open"}
    made = running.control("POST", "/calls", body, tenant=tenant).json
    running.control("GET", f"/runs/{made['run']}", tenant=tenant, wait=10)

    before = agents(running, tenant)["112"]["presence"]
    running.control("POST", f"/calls/{made['call']}/steps", {"step": "answer"}, tenant=tenant)

    assert (before, agents(running, tenant)["112"]["presence"]) == ("dialling", "talking")


def test_agent_who_let_an_offer_ring_had_no_call_to_wrap_up(running: Live, tenant: str) -> None:
    """It is passed over for some seconds all the same; the wrap-up of a call is one."""
    running.control("PUT", "/clock", {"clock": "real"}, tenant=tenant)
    queue = {"name": "suporte", "extensions": ["112"], "wrap_up": 60}
    assert running.control("PUT", "/world", {"queues": [queue]}, tenant=tenant).status == 200
    let(running, tenant, "112", "login", queue="suporte")
    made = running.control("POST", "/calls", {"outcome": "open", "queue": "suporte"}, tenant=tenant).json
    for seconds in ("2s", "20s"):
        running.control("PUT", "/clock", {"forward": seconds}, tenant=tenant)
        running.journal(tenant, wait=1)

    passed_over = agents(running, tenant)["112"]
    running.control("POST", f"/calls/{made['call']}/steps", {"step": "pick_up", "extension": "112"}, tenant=tenant)
    running.control("POST", f"/calls/{made['call']}/steps", {"step": "hangup"}, tenant=tenant)

    assert (passed_over["presence"], passed_over["missed"]) == ("ready", 1)
    assert agents(running, tenant)["112"]["presence"] == "wrap_up"


@pytest.mark.parametrize(
    ("extension", "body", "status", "said"),
    [
        ("9999", {"do": "login", "queue": "suporte"}, 404, "no extension '9999'"),
        ("112", {"do": "login", "queue": "none"}, 422, "no queue 'none'"),
        ("112", {"do": "login"}, 422, "login without a queue"),
        ("112", {"do": "pause"}, 409, "is not logged in"),
        ("112", {"do": "unpause"}, 409, "is not logged in"),
        ("112", {"do": "logout"}, 409, "is not logged in"),
        ("112", {"do": "logout", "reason": "x"}, 422, "logout takes no reason"),
        ("112", {"do": "unpause", "queue": "suporte"}, 422, "unpause takes no queue"),
        ("112", {"do": "sleep"}, 400, "/do"),
        ("112", {}, 400, "do"),
    ],
)
def test_what_cannot_be_is_told(
    running: Live, tenant: str, extension: str, body: dict[str, str], status: int, said: str
) -> None:
    answer = running.control("POST", f"/agents/{extension}", body, tenant=tenant)

    assert answer.status == status
    assert said in answer.json["error"]
    assert agents(running, tenant) == {}


def test_extension_that_talks_in_two_calls_does_not_log_in(running: Live, tenant: str) -> None:
    for _ in range(2):
        body = {"outcome": "open", "extension": "112"}
        call = running.control("POST", "/calls", body, tenant=tenant).json["call"]
        for step in ("ring", "answer"):
            asked = {"step": step, "extension": "112"}
            assert running.control("POST", f"/calls/{call}/steps", asked, tenant=tenant).status == 200

    answer = let(running, tenant, "112", "login", queue="suporte")

    assert answer.status == 409
    assert "extension 112 talks in calls c1 and c2" in answer.json["error"]
    assert agents(running, tenant) == {}


def test_unclaimed_has_no_agents(running: Live) -> None:
    assert agents(running, "unclaimed") == {}
    assert let(running, "unclaimed", "112", "login", queue="suporte").status == 409
