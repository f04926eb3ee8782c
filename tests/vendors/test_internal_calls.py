"""Internal calls that go on elsewhere: both parties are ours, and every vendor's list says who talked to whom."""

import asyncio

import pytest

from simulator.cli.playing import built_in_targets
from simulator.tenancy.transactions import Transaction
from tests.core import play, run, running, story
from tests.live import Client
from tests.vendors.test_one_call import history, record

ASKED = """
scenario: internal_transfer
title: One extension calls another, which sends the call on
steps:
  - internal: {call: A, extension: "111", to: "112"}
  - ring: {call: A, extension: "112"}
  - {after: 3s, answer: {call: A}}
"""
BLIND = """
  - {after: 5s, transfer: {call: A, to: "113", as: B}}
  - ring: {call: B, extension: "113"}
  - {after: 2s, answer: {call: B}}
  - {after: 10s, hangup: {call: B, by: inside}}
"""
ATTENDED = """
  - {after: 5s, hold: {call: A}}
  - internal: {call: C, extension: "112", to: "113"}
  - ring: {call: C, extension: "113"}
  - {after: 2s, answer: {call: C}}
  - {after: 4s, transfer: {call: A, to: "113", as: B, with: C}}
  - {after: 10s, hangup: {call: B, by: inside}}
"""
ATTENDED_BY_WHO_DIALLED = ATTENDED.replace('extension: "112", to', 'extension: "111", to')
TO_A_QUEUE = """
  - {after: 5s, transfer: {call: A, queue: suporte, as: B}}
  - queue: {call: B, queue: suporte}
  - {after: 2s, ring: {call: B, extension: "114"}}
  - answer: {call: B}
  - {after: 10s, hangup: {call: B, by: inside}}
"""
PICKED_UP_FROM_A_PARK = """
  - {after: 5s, park: {call: A}}
  - {after: 2s, pick_up: {call: A, extension: "113"}}
  - {after: 5s, transfer: {call: A, to: "114", as: B}}
  - ring: {call: B, extension: "114"}
  - {after: 2s, answer: {call: B}}
  - {after: 10s, hangup: {call: B, by: inside}}
"""


def played(text):
    """Play it beside an open channel; return the last call, and its rows at NextBilling and Viacel."""

    async def work():
        async with running(listen=True, readings={"viacel": {"V15": "lenient"}}) as simulator:
            async with built_in_targets(simulator, show=False):
                tx = Transaction(simulator.default, simulator.store, "digitro")
                simulator.pbx.announcer.open(tx, "digitro")
                tx.commit()
                verdict = await play(simulator, story(text))
            assert (verdict.exit_code, verdict.problem) == (0, "")
            last = list(simulator.default.calls.values())[-1]
            ask = lambda: asked(simulator.server.url, simulator.default.profile.credentials, last)  # noqa: E731
            return last, *await asyncio.to_thread(ask)

    return run(work())


def asked(url, credentials, call):
    client = Client(url)
    try:
        number = str(call.serial)
        return record(client, credentials)[number], history(client, credentials)[number]
    finally:
        client.close()


@pytest.mark.parametrize(
    ("way", "stays", "gets"),
    [
        (BLIND, "111", "113"),
        (ATTENDED, "111", "113"),
        (ATTENDED_BY_WHO_DIALLED, "112", "113"),
        (TO_A_QUEUE, "111", "114"),
        (PICKED_UP_FROM_A_PARK, "111", "114"),
    ],
    ids=["blind", "attended", "attended by who dialled", "to a queue", "after a park"],
)
def test_who_was_not_the_one_to_transfer_stays(way, stays, gets):
    call, recorded, listed = played(ASKED + way)

    assert (call.extension, call.agent, call.talk) == (stays, gets, 10)
    assert (recorded["origem"], recorded["destino"], recorded["tempo_falado"]) == (stays, gets, "10")
    assert (listed["origem"], listed["destino"]) == (stays, gets)


def test_call_is_not_sent_to_who_is_in_it():
    async def work():
        async with running() as simulator:
            text = ASKED + "  - {after: 5s, transfer: {call: A, to: '111', as: B}}\n"
            return await play(simulator, story(text))

    verdict = run(work())

    assert "extension 111 has the call: transfer it to another one" in verdict.problem


def test_who_dialled_sends_the_call_on_where_the_step_says_so():
    call, recorded, _ = played(ASKED + BLIND.replace("as: B}", 'as: B, extension: "111"}', 1))

    assert (call.extension, call.agent) == ("112", "113")
    assert (recorded["origem"], recorded["destino"]) == ("112", "113")


def test_who_is_not_in_the_call_sends_it_nowhere():
    async def work():
        async with running() as simulator:
            text = ASKED + "  - {after: 5s, transfer: {call: A, to: '113', as: B, extension: '114'}}\n"
            return await play(simulator, story(text))

    assert "extension 114 is not in the call" in run(work()).problem
