"""A call whose events go wrong, and what a channel heard of it."""

from tests.core import entries, play, run, story
from tests.vendors.digitro_world import fake
from tests.vendors.test_digitro_channel import inbound

STARTED, ENDED = "EVENTO_DE_INICIO_DE_CHAMADA", "EVENTO_DE_DESLIGAMENTO"
RINGING, ANSWERED, DIVERTED = "EVENTO_DE_TOQUE", "EVENTO_DE_ATENDIMENTO", "EVENTO_DE_DESVIO"
CALL = """
scenario: one_call
title: A call is answered, and one of its events is not as it should be
steps:
  - inbound: {{call: A, from: "37999912222"}}
  - {{after: 2s, ring: {{call: A, extension: "111"}}}}
  - {{after: 3s, answer: {{call: A, extension: "111"}}}}
  - {{after: 10s, hangup: {{call: A, by: outside}}}}
faults:
  - on: {{vendor: digitro, {on}}}
    do: {{{do}}}
"""


def heard(text, count):
    """Play a scenario beside an open channel; return its events, what the journal has of them, and the verdict."""

    async def work():
        async with fake() as pbx:
            async with pbx.opened() as (stream, _):
                verdict = await play(pbx.simulator, story(text))
                inbound(pbx)  # which shows that nothing comes in between
                events = [await stream.next() for _ in range(count + 1)]
            assert events[-1].name == STARTED
            assert pbx.tenant.agenda.jobs == {}
            told = [e for e in entries(pbx.tenant) if e.exchange.message and e.exchange.message != "opened"]
            return events[:-1], [e for e in told if e.exchange.call in pbx.tenant.runs["r1"].calls.values()], verdict

    events, told, verdict = run(work())
    assert (verdict.errors, verdict.missed, verdict.exit_code) == ((), (), 0)
    return events, told, verdict


def names(events):
    return [event.name for event in events]
