"""Integrations with bugs that were met in the field fail a scenario of the library, which names the symptom."""

import asyncio

import pytest

from simulator.tenancy.targets import Target
from tests.call_logger import Bug, CallLogger
from tests.core import play, run, running

SCENARIO = {
    Bug.MISREADS: "logged_missed_call",
    Bug.FORGETS: "logged_out_of_order",
    Bug.SWALLOWS: "logged_transfer",
    Bug.STALE: "token_expires_half_way",
    Bug.IMPATIENT: "erp_late_and_twice",
}
SYMPTOM = {
    Bug.MISREADS: "a missed call has no ticket",
    Bug.FORGETS: "a call whose hang-up came before its beginning has no ticket",
    Bug.SWALLOWS: "the ticket does not say where the caller went",
    Bug.STALE: "the second call has no ticket",
    Bug.IMPATIENT: "a call has two tickets",
}
# The simulator's own pop-ups are nothing that this integration does.
NO_ERP_TARGET = "not judged, since hubsoft has no target in this run"


def judged(scenario, bug):
    """Play a scenario against a call logger that talks to the fake ERP of the same simulator."""

    async def work():
        with CallLogger(bug) as logger:
            async with running(Target("log", "pbx55", logger.url, method="POST"), listen=True) as simulator:
                own = simulator.default.profile.credentials["hubsoft"]
                await asyncio.to_thread(logger.talk_to, f"{simulator.server.url}/hubsoft", own)
                return await play(simulator, scenario)

    return run(work())


@pytest.mark.parametrize("bug", Bug)
def test_broken_integration_fails_and_is_told_the_symptom(bug):
    verdict = judged(SCENARIO[bug], bug)

    assert verdict.exit_code == 1
    assert [outcome for outcome in verdict.missed if SYMPTOM[bug] in outcome.text]


@pytest.mark.parametrize("scenario", SCENARIO.values())
def test_mended_integration_passes(scenario):
    verdict = judged(scenario, None)

    assert (verdict.missed, verdict.exit_code) == ((), 0)
    assert {o.text.partition(": ")[2] for o in verdict.outcomes if not o.judged} <= {NO_ERP_TARGET}


@pytest.mark.parametrize("bug", Bug)
def test_each_bug_shows_in_its_own_scenario_alone(bug):
    """What the scenario says is the matter is the matter: the others pass with this bug."""
    others = [name for known, name in SCENARIO.items() if known is not bug]

    assert [judged(name, bug).exit_code for name in others] == [0] * len(others)
