"""Faults of answers stand on a tenant: what the journal has of them, and how they come and go."""

import asyncio
import json
import re
from pathlib import Path

from simulator.tenancy.tenants import Profile
from tests.core import entries, play, run, story
from tests.raw_http import connected, request
from tests.vendors.hubsoft_erp import JSON, erp, logged_in


def test_secrets_of_a_faulted_answer_stay_out_of_the_journal():
    """Half a token would be one still."""

    async def work():
        async with erp() as fake:
            await fake.fault({"truncated": True}, answer="issueToken")
            own = fake.tenant.profile.credentials["hubsoft"]
            body = json.dumps({"grant_type": "password", **own}).encode()
            async with connected(fake.port) as client:
                client.send(request("POST /hubsoft/oauth/token", JSON, body=body))
                await client.head()
                came = await client.rest()
            kept = entries(fake.tenant)[-1].exchange
            return came.decode(), kept

    came, kept = run(work())

    assert kept.fault == "truncated"
    begin = came.partition('"access_token": "')[2] or came.partition('"access_token":"')[2]
    assert begin
    assert begin[:8] not in kept.response.body.decode()


def test_faults_are_one_tenants_and_end_with_a_reset():
    async def work():
        async with erp(tenant="one") as one:
            two = await logged_in(one.simulator, one.simulator.add(Profile("two")))
            await one.fault({"status": 503})
            statuses = (await one.ask()).status, (await two.ask()).status
            (listed,) = (await one.control("GET /faults"))[1]["faults"]
            await one.control("POST /reset")
            fresh = await logged_in(one.simulator, one.simulator.tenants.get("one"))
            return statuses, listed, (await fresh.ask()).status, (await one.control("GET /faults"))[1]

    statuses, listed, after, none = run(work())

    assert statuses == (503, 200)
    assert (listed["id"], listed["matched"], listed["struck"], listed["run"]) == ("f1", 1, 1, "")
    assert (after, none) == (200, {"faults": []})


def test_faults_are_removed_one_by_one_and_all():
    async def work():
        async with erp() as fake:
            for status in (501, 502, 503):
                await fake.fault({"status": status})
            seen = [(await fake.ask()).status]
            answers = [await fake.control("DELETE /faults/f1")]
            seen.append((await fake.ask()).status)
            answers += [await fake.control("DELETE /faults"), await fake.control("DELETE /faults/f2")]
            return [*seen, (await fake.ask()).status], answers

    seen, answers = run(work())

    assert seen == [501, 502, 200]
    assert answers[:2] == [(200, {"removed": "f1"}), (200, {"removed": 2})]
    assert answers[2] == (404, {"error": "there is no fault 'f2'", "expected": "one of GET /_sim/faults"})


def test_faults_and_their_counts_survive_a_restart(tmp_path):
    async def work():
        store = tmp_path / "store.sqlite"
        async with erp(store=store) as fake:
            await fake.fault({"status": 503}, nth=2)
            first = (await fake.ask()).status
        async with erp(store=store) as fake:
            return first, (await fake.ask()).status, (await fake.ask()).status

    assert run(work()) == (200, 503, 200)


STORY = """
scenario: erp_down
title: The ERP does not answer while a call rings
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 20s}
  - hangup: {call: A, by: outside}
faults:
  - on: {vendor: hubsoft, answer: notifyCall, times: 1}
    do: {status: 503}
  - on: {vendor: hubsoft, answer: notifyCall, nth: 9}
    do: {reset: true}
expect:
  - received: {vendor: hubsoft, operation: notifyCall, status: 503, times: 1}
"""


def test_fault_of_a_scenario_stands_while_it_is_played():
    """The integration meets it, the verdict holds it against nobody, and afterwards it is gone."""

    async def work():
        async with erp() as fake:
            playing = asyncio.create_task(play(fake.simulator, story(STORY)))
            await fake.see(lambda faults: len(faults) == 2)
            during = (await fake.ask()).status
            verdict = await playing
            return during, verdict, (await fake.ask()).status, (await fake.control("GET /faults"))[1]

    during, verdict, after, left = run(work())

    assert (during, after, left) == (503, 200, {"faults": []})
    assert (verdict.passes, verdict.errors) == (True, ())
    assert verdict.idle == (
        "story.yaml:12:5: reset struck nothing: 1 request matched, "
        "and nth, every, rate or a fault before it left it none of them",
    )


def test_example_of_the_page_is_met_by_an_integration_that_asks_again():
    """The first notification gets a 503, the second is done: the example's expectations hold."""
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(scenario: erp_hiccup.+?)```", page, re.DOTALL)

    async def work():
        async with erp() as fake:
            playing = asyncio.create_task(play(fake.simulator, story(example.replace("2s", "0s").replace("20s", "0s"))))
            await fake.see(lambda faults: len(faults) == 2)
            statuses = [(await fake.ask()).status for _ in range(2)]
            return statuses, await playing

    statuses, verdict = run(work())

    assert statuses == [503, 200]
    assert (verdict.missed, verdict.passes) == ((), True)


def test_scenario_with_a_fault_that_could_never_strike_is_refused():
    async def work():
        async with erp() as fake:
            text = STORY.replace("answer: notifyCall, times: 1", "answer: nofityCall")
            return await fake.control("POST /runs", {"text": text})

    status, body = run(work())

    assert status == 422
    assert "text:10:5: hubsoft serves no operation 'nofityCall'; did you mean 'notifyCall'?" in body["error"]
