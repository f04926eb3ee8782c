"""All that moves calls by itself, mixed: routing, people, transfers, parking, conferences, money, and being put back.

Two tenants are driven alike. One of them is taken apart into a snapshot and put together again now and then: nobody
must be able to tell. Every vendor tells of it all, as on a simulator with an event channel open: none may be at a loss.
``make test`` plays a few examples, ``make fuzz`` many.
"""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator.switch import router
from simulator.switch.arriving import begin
from simulator.switch.crediting import SET_ASIDE
from simulator.switch.floor import agent_does
from simulator.switch.following import ONWARD
from simulator.switch.metering import review
from simulator.switch.moves import attended_transfer, hang_up, swap
from simulator.switch.numbers import play_far_end
from simulator.switch.pbx import OVER
from simulator.switch.switchboard import Switchboard
from simulator.telephony.agents import AGENT, AgentKind
from simulator.telephony.calls import Direction, Kind, Party, State
from simulator.telephony.conduct import CONDUCT, Conduct
from simulator.telephony.reaching import UNREACHED
from simulator.telephony.routing import PLAN
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.worlds.directory import EXTENSION
from tests.core import errors_of
from tests.simulator.mixed import CALLER, EXTENSIONS, NUMBERS, QUEUES, WORLD, World

EXAMPLES = 1500 if os.environ.get("PBXSIM_FUZZ") else 40

any_call = st.integers(0, 7)
any_extension = st.sampled_from(EXTENSIONS)
any_queue = st.sampled_from(QUEUES)
any_conduct = st.builds(
    Conduct,
    answer=st.sampled_from([None, 0.0, 3.0, 60.0]),
    talk=st.sampled_from([None, 0.0, 30.0]),
    patience=st.sampled_from([None, 10.0, 45.0]),
    by=st.sampled_from([Party.OUTSIDE, Party.INSIDE]),
)


class Calls(RuleBasedStateMachine):
    """Drives two tenants alike."""

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        self.now, self.late = FIRST_MORNING, 0
        self.worlds = World(self.loop), World(self.loop)
        for extension in EXTENSIONS[:2]:
            self.an_agent_does_something(extension, AgentKind.LOGGED_IN, QUEUES[0])
        for conduct in (None, Conduct(answer=3, talk=30, patience=60)):
            self.somebody_calls(conduct, None, True)
            self.somebody_dials(EXTENSIONS[2], CALLER, True)

    def teardown(self):
        if hasattr(self, "loop"):
            assert errors_of(self.worlds[1].tenant.journal.after(0, 10_000)) == []
            for world in self.worlds:
                world.store.close()
            self.loop.close()

    @property
    def tenant(self):
        return self.worlds[0].tenant

    def do(self, act):
        one, other = (world.do(act, self.now) for world in self.worlds)
        assert one == other
        if self.late:
            self.late, self.now = self.late - 1, self.now + timedelta(milliseconds=1)
        else:
            self.time_goes_by(0)

    def call(self, index):
        live = list(self.tenant.live) or list(self.tenant.calls)
        return live[index % len(live)] if live else "c1"

    @rule(conduct=st.none() | any_conduct, queue=st.none() | any_queue, routed=st.booleans())
    def somebody_calls(self, conduct, queue, routed):
        def act(pbx, tx):
            def note(call):
                if conduct is not None:
                    tx.put(CONDUCT, call.id, conduct.to_document())

            call, _ = pbx.start(tx, Direction.INBOUND, CALLER, note=note)
            if queue is not None:
                pbx.happen(tx, call.id, Kind.QUEUED, queue=queue)
            elif routed:
                router.route(pbx, tx, call.id)

        self.do(act)

    @rule(extension=st.none() | any_extension, to=st.sampled_from(NUMBERS), routed=st.booleans())
    def somebody_dials(self, extension, to, routed):
        def act(pbx, tx):
            call, _ = pbx.start(tx, Direction.OUTBOUND, to, extension=extension)
            if extension is None:
                Switchboard(pbx, tx, "").go_on(call.id, queue="suporte")
            play_far_end(tx, call.id, to)
            if routed:
                router.route(pbx, tx, call.id)
            else:
                pbx.happen(tx, call.id, Kind.RINGING)

        self.do(act)

    @rule(extension=any_extension, to=any_extension)
    def a_colleague_is_called(self, extension, to):
        def act(pbx, tx):
            call, _ = pbx.start(tx, Direction.INTERNAL, to, extension=extension)
            router.route(pbx, tx, call.id)

        self.do(act)

    @rule(extension=any_extension, to=any_extension)
    def a_colleague_answers_at_once(self, extension, to):
        def act(pbx, tx):
            call, _ = pbx.start(tx, Direction.INTERNAL, to, extension=extension)
            pbx.happen(tx, call.id, Kind.RINGING, extension=to)
            pbx.happen(tx, call.id, Kind.ANSWERED, extension=to)

        self.do(act)

    @rule(index=any_call, group=st.sampled_from("gr"))
    def a_group_rings(self, index, group):
        key = self.call(index)
        self.do(lambda pbx, tx: router.ring_group(pbx, tx, key, group))

    @rule(index=any_call, kind=st.sampled_from(sorted(Kind)), extension=st.none() | any_extension, queue=any_queue)
    def something_happens(self, index, kind, extension, queue):
        key = self.call(index)
        facts = {"extension": extension} if kind not in (Kind.QUEUED, Kind.QUEUE_CHANGED) else {"queue": queue}
        if kind not in (Kind.STARTED, Kind.TRANSFERRED):
            self.do(lambda pbx, tx: pbx.happen(tx, key, kind, **facts))

    @rule(index=any_call, extension=st.none() | any_extension)
    def somebody_answers(self, index, extension):
        key = self.call(index)
        device = extension or next(iter(self.tenant.calls[key].alerted), None) if key in self.tenant.calls else None
        self.do(lambda pbx, tx: pbx.happen(tx, key, Kind.ANSWERED, extension=device))

    @rule(index=any_call, extension=st.none() | any_extension, queue=any_queue)
    def a_call_is_transferred(self, index, extension, queue):
        key = self.call(index)

        def act(pbx, tx):
            new, _ = pbx.transfer(tx, key, extension, queue=queue if extension is None else None)
            kind = Kind.QUEUED if extension is None else Kind.RINGING
            pbx.happen(tx, new.id, kind, extension=extension, queue=queue if extension is None else None)

        self.do(act)

    @rule(index=any_call, other=any_call, to=any_extension)
    def a_call_is_transferred_to_who_was_consulted(self, index, other, to):
        key, consultation = self.call(index), self.call(other)
        self.do(lambda pbx, tx: attended_transfer(pbx, tx, key, to, consultation))

    @rule(index=any_call, other=any_call)
    def two_calls_are_swapped(self, index, other):
        active, held = self.call(index), self.call(other)
        self.do(lambda pbx, tx: swap(pbx, tx, active, held))

    @rule(index=any_call, by=st.sampled_from([Party.OUTSIDE, Party.INSIDE]))
    def somebody_hangs_up(self, index, by):
        key = self.call(index)
        self.do(lambda pbx, tx: hang_up(pbx, tx, key, by))

    @rule(index=any_call, cause=st.sampled_from(sorted(UNREACHED)))
    def a_call_comes_to_nothing(self, index, cause):
        key = self.call(index)
        self.do(lambda pbx, tx: pbx.happen(tx, key, Kind.ENDED, by=Party.SYSTEM, cause=cause))

    @rule(extension=any_extension, kind=st.sampled_from(sorted(AgentKind)), queue=any_queue)
    def an_agent_does_something(self, extension, kind, queue):
        where = queue if kind is AgentKind.LOGGED_IN else None
        self.do(lambda pbx, tx: agent_does(pbx, tx, extension, kind, queue=where))

    @rule(extension=any_extension, there=st.booleans())
    def an_extension_comes_or_goes(self, extension, there):
        def act(pbx, tx):
            if there:
                tx.put(EXTENSION, extension, WORLD[EXTENSION][extension])
            else:
                tx.remove(EXTENSION, extension)

        self.do(act)

    @rule(reais=st.sampled_from(["0.00", "0.05", "5.00"]))
    def the_account_is_given_a_balance(self, reais):
        self.do(lambda pbx, tx: review(pbx, tx, Decimal(reais)))

    @rule(reais=st.sampled_from(["0", "0.60", "30.00"]))
    def the_prices_change(self, reais):
        tariffs = {name: {"per_minute": reais} for name in ("INBOUND", "VC1", "VC2", "VC3")}
        for world in self.worlds:
            world.tenant.profile = replace(world.tenant.profile, tariffs=tariffs)
        self.do(lambda pbx, tx: review(pbx, tx, anew=False))

    @rule(calls=st.integers(1, 4))
    def traffic_comes(self, calls):
        words = {"arrivals": "even:4/min", "queue": "vendas", "talk": "40s", "answer": "2s", "wrap_up": "5s"}
        self.do(lambda pbx, tx: begin(tx, {**words, "patience": "30s", "calls": calls}))

    @rule(seconds=st.sampled_from([0, 1, 5, 20, 60, 600]))
    def time_goes_by(self, seconds):
        self.now += timedelta(seconds=seconds)
        assert len({world.jobs(self.now) for world in self.worlds}) == 1

    @rule(things=st.integers(1, 5))
    def the_machine_is_late(self, things):
        """What is due is done only after so many things that others do next, as of when it was due."""
        self.late = things

    @rule()
    def a_jumping_clock_comes_to_rest(self):
        (done, last), other = (world.jobs() for world in self.worlds)
        assert (done, last) == other
        self.now = max(self.now, last or self.now)
        assert not [call for call in self.tenant.live.values() if self.rings_for_ever(call)]

    def rings_for_ever(self, call):
        """Tell whether a number that does something after a while still rings, though nothing is due any more."""
        document = self.tenant.records.get(CONDUCT, {}).get(call.id, {})
        return call.state is State.RINGING and not call.alerted and document.get("ring") is not None

    @rule()
    def one_is_taken_apart_and_put_together(self):
        self.worlds[0].taken_apart_and_put_together()

    @rule(really=st.sampled_from([False, False, False, True]))
    def both_are_reset(self, really):
        for world in self.worlds if really else ():
            world.tenant = world.begun()

    @invariant()
    def both_are_alike(self):
        if hasattr(self, "worlds"):
            one, other = (world.shown() for world in self.worlds)
            assert one == other

    @invariant()
    def every_call_ends_at_most_once_and_adds_up(self):
        for call in self.calls():
            assert sum(e.kind in OVER for e in call.events) == (call.state is State.ENDED)
            assert (call.id in self.tenant.live) == (call.state is not State.ENDED)
            if call.state is State.ENDED:
                assert call.duration == call.in_menu + call.waiting + call.talk + call.in_mailbox
                assert not call.engaged
                assert not (call.answered and call.last.cause in UNREACHED)

    @invariant()
    def nothing_is_left_of_a_call_that_is_over(self):
        if hasattr(self, "worlds"):
            records, live = self.tenant.records, self.tenant.live
            left = {kind: set(records.get(kind, {})) - set(live) for kind in (CONDUCT, ONWARD, PLAN, SET_ASIDE)}
            assert not any(left.values()), left
            bodies = [job.body for job in self.tenant.agenda.jobs.values()]
            assert all(body.get("call", "") in ("", *live) for body in bodies), bodies

    @invariant()
    def a_balance_never_falls_below_zero(self):
        assert not hasattr(self, "worlds") or self.tenant.balance >= 0

    @invariant()
    def nobody_who_serves_queues_talks_twice(self):
        agents = self.tenant.records.get(AGENT, {}) if hasattr(self, "worlds") else {}
        talking = [e for c in self.calls() if c.state is State.TALKING for e in c.present if e in agents]
        assert len(talking) == len(set(talking))

    def calls(self):
        return list(self.tenant.calls.values()) if hasattr(self, "worlds") else []


TestCalls = Calls.TestCase
TestCalls.pytestmark = pytest.mark.fuzz
TestCalls.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink]
)
