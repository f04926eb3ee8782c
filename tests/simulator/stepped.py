"""A call that steps were done with."""

from tests.core import entries, play, run, running, story

TALK = "- ring: {call: A, extension: '112'}\n  - answer: {call: A}"
OUTBOUND = 'outbound: {call: A, extension: "111", to: "37999912222"}'
INTERNAL = 'internal: {call: A, extension: "111", to: "112"}'


def after(steps, start='inbound: {call: A, from: "37999912222"}'):
    """Play these steps on a fresh tenant, and return its calls and the verdict."""

    async def work():
        async with running() as simulator:
            text = f"scenario: steps\ntitle: Steps\nsteps:\n  - {start}\n  {steps}\n"
            verdict = await play(simulator, story(text))
            return simulator.default.calls, verdict, entries(simulator.default)

    return run(work())
