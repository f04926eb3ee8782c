"""How fast an integration reacted and what it left in a fake, asked of a real one that talks to a fake of ours."""

import asyncio

from simulator.tenancy.targets import Target
from tests.call_logger import CallLogger
from tests.core import play, run, running, story

SLOW_ERP = """
scenario: slow_erp
title: The ERP takes its time to find a customer, so that the ticket is late
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 3s, answer: {call: A}}
  - {after: 20s, hangup: {call: A, by: outside}}
faults:
  - on: {vendor: hubsoft, answer: findCustomers}
    do: {delay: 500ms}
expect:
  - reaction:
      to: {vendor: pbx55, call: A, message: ended}
      by: {vendor: hubsoft, operation: openTicket}
      within: 8s
  - reaction:
      to: {vendor: pbx55, call: A, message: ended}
      by: {vendor: hubsoft, operation: openTicket}
      within: 400ms
      symptom: who answers the phone does not see the ticket in time
  - state: {record: hubsoft.ticket, where: {name: call log}, times: 1}
  - not_state: {record: hubsoft.ticket, where: {name: somebody}}
"""


def judged():
    async def work():
        with CallLogger() as logger:
            async with running(Target("log", "pbx55", logger.url, method="POST"), listen=True) as simulator:
                own = simulator.default.profile.credentials["hubsoft"]
                await asyncio.to_thread(logger.talk_to, f"{simulator.server.url}/hubsoft", own)
                return await play(simulator, story(SLOW_ERP))

    return run(work())


def test_reaction_is_measured_from_the_push_to_the_request_and_the_fake_has_what_came_of_it():
    verdict = judged()

    assert [outcome.met for outcome in verdict.outcomes] == [True, False, True, True, True]
    (missed,) = verdict.missed
    assert "who answers the phone does not see the ticket in time" in missed.text
    assert verdict.exit_code == 1
