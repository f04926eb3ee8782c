"""The floor against a small reference: whatever happens in whatever order, who is offered what is what it should be."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from simulator.clock import Mode
from simulator.delivery.announcing import Announcer
from simulator.errors import Engaged
from simulator.storage.store import SqlStore
from simulator.switch import floor
from simulator.switch.moves import hang_up
from simulator.switch.pbx import OVER, Pbx
from simulator.telephony.agents import AGENT, AGENT_EVENT, Agent, AgentKind, ImpossibleForAgent
from simulator.telephony.calls import Direction, ImpossibleEvent, Kind, Outcome, Party, State
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import Profile, Tenant, first_clock
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE

QUEUES = ("vendas", "suporte")
AGENTS = ("116", "117", "118")
WRAP_UP = 10


class Floor(RuleBasedStateMachine):
    """Drives one tenant by hand: its clock, its jobs and its people."""

    calls = Bundle("calls")

    @initialize()
    def open_the_floor(self):
        self.loop = asyncio.new_event_loop()
        self.store = SqlStore(None)
        self.tenant = self.loop.run_until_complete(bare_tenant())
        self.now = self.tenant.now()
        self.pbx = Pbx({}, Announcer({}, {}, self.store))
        # The reference: what is known of each agent without looking at the tenant.
        self.serves = {key: [] for key in AGENTS}
        self.paused = dict.fromkeys(AGENTS, False)

        def furnish(tx):
            for queue in QUEUES:
                tx.put(QUEUE, queue, {"name": queue, "extensions": list(AGENTS), "wrap_up": WRAP_UP})
            for key in AGENTS:
                tx.put(EXTENSION, key, {"number": key, "name": key})

        self.do(furnish)
        for key in reversed(AGENTS):  # who came first is not who stands first in the queue's list
            self.now += timedelta(seconds=1)
            self.agent(key, AgentKind.LOGGED_IN, True, partial(self.serves[key].append, QUEUES[0]), QUEUES[0])

    def teardown(self):
        if hasattr(self, "loop"):
            self.store.close()
            self.loop.close()

    def do(self, act, learn=lambda: None):
        """Do something in one unit of work at the present time, learn of it, and then do all that is due by then."""

        async def work():
            tx = Transaction(self.tenant, self.store, now=self.now)
            result = act(tx)
            tx.commit()
            learn()
            await self.jobs()
            return result

        return self.loop.run_until_complete(work())

    async def jobs(self):
        while (job := self.tenant.agenda.next()) is not None and job.due <= self.now:
            wanted = self.expected_offers(job.body["queue"], job.due) if job.task is Task.OFFER else None
            before = {(c.id, e.number) for _, c, e in self.offers()}
            tx = Transaction(self.tenant, self.store, now=job.due)
            floor.perform(self.pbx, tx, job)
            tx.finish(job)
            tx.commit()
            self.learn()
            if wanted is not None:
                assert [(c.id, e.extension) for _, c, e in self.offers() if (c.id, e.number) not in before] == wanted

    def expected_offers(self, queue, at):
        """Return which call goes to which agent now, by a reference that shares no code with the floor."""
        busy = {e for c in self.live() for e in (*c.present, *c.alerted)}
        known = self.tenant.records.get(AGENT, {})
        free = [k for k in AGENTS if queue in self.serves[k] and not self.paused[k] and k not in busy]
        free = [k for k in free if datetime.fromisoformat(known[k]["free_at"]) <= at]
        free.sort(key=lambda k: (known[k]["since"], k))
        line = []
        for call in self.live():
            entered = [e for e in call.events if e.kind is Kind.QUEUED]
            if call.state is State.QUEUED and entered[-1].queue == queue:
                line.append((19 if entered[-1].priority is None else entered[-1].priority, entered[-1].at, call.serial))
        ids = {call.serial: call.id for call in self.live()}
        pairs = zip(sorted(line), free, strict=False)
        return sorted(((ids[serial], agent) for (_, _, serial), agent in pairs), key=lambda pair: int(pair[0][1:]))

    def learn(self):
        """Take note of the only pause that nobody asked for: of an agent who is never there."""
        for key, document in self.tenant.records.get(AGENT, {}).items():
            if document["reason"] == "no answer":
                self.paused[key] = True

    def agent(self, key, kind, possible, learn, queue=None):
        try:
            self.do(lambda tx: floor.agent_does(self.pbx, tx, key, kind, queue=queue), learn)
        except ImpossibleForAgent:
            assert not possible
        else:
            assert possible

    def event(self, key, kind, **facts):
        try:
            self.do(lambda tx: self.pbx.happen(tx, key, kind, **facts))
        except (ImpossibleEvent, Engaged):
            return False
        return True

    @rule(target=calls, queue=st.sampled_from(QUEUES), priority=st.none() | st.integers(0, 19))
    def a_caller_waits(self, queue, priority):
        def act(tx):
            call, _ = self.pbx.start(tx, Direction.INBOUND, "5537999912222")
            self.pbx.happen(tx, call.id, Kind.QUEUED, queue=queue, priority=priority)
            return call.id

        return self.do(act)

    @rule(key=st.sampled_from(AGENTS), queue=st.sampled_from(QUEUES))
    def an_agent_logs_in(self, key, queue):
        learn = partial(self.serves[key].append, queue)
        self.agent(key, AgentKind.LOGGED_IN, queue not in self.serves[key], learn, queue)

    @rule(key=st.sampled_from(AGENTS), queue=st.none() | st.sampled_from(QUEUES))
    def an_agent_logs_out(self, key, queue):
        possible = bool(self.serves[key]) and (queue is None or queue in self.serves[key])

        def learn():
            self.serves[key] = [q for q in self.serves[key] if queue is not None and q != queue]
            self.paused[key] = self.paused[key] and bool(self.serves[key])

        self.agent(key, AgentKind.LOGGED_OUT, possible, learn, queue)

    @rule(key=st.sampled_from(AGENTS))
    def an_agent_pauses(self, key):
        possible = bool(self.serves[key]) and not self.paused[key]
        self.agent(key, AgentKind.PAUSED, possible, lambda: self.paused.update({key: True}))

    @rule(key=st.sampled_from(AGENTS))
    def an_agent_is_back(self, key):
        self.agent(key, AgentKind.UNPAUSED, self.paused[key], lambda: self.paused.update({key: False}))

    @rule(key=calls, extension=st.sampled_from(AGENTS))
    def somebody_answers(self, key, extension):
        call = self.tenant.calls[key]
        free = not any(c.state is State.TALKING and extension in c.present for c in self.tenant.live.values())
        guarded = extension in self.tenant.records.get(AGENT, {})

        answered = self.event(key, Kind.ANSWERED, extension=extension)

        assert answered == (extension in call.alerted and (free or not guarded))

    @rule(
        key=calls, extension=st.sampled_from(AGENTS), kind=st.sampled_from([Kind.JOINED, Kind.BROKE_IN, Kind.PICKED_UP])
    )
    def somebody_comes(self, key, extension, kind):
        self.event(key, kind, extension=extension)

    @rule(key=calls, extension=st.sampled_from(AGENTS), kind=st.sampled_from([Kind.LEFT, Kind.PARKED]))
    def somebody_goes(self, key, extension, kind):
        if kind is Kind.LEFT or self.tenant.calls[key].present == (extension,):
            self.event(key, kind, extension=extension)

    @rule(target=calls, queue=st.sampled_from(QUEUES))
    def a_dialler_reaches_somebody(self, queue):
        def act(tx):
            call, _ = self.pbx.start(tx, Direction.OUTBOUND, "5537999912222")
            self.pbx.happen(tx, call.id, Kind.RINGING)
            self.pbx.happen(tx, call.id, Kind.ANSWERED)
            self.pbx.happen(tx, call.id, Kind.QUEUED, queue=queue)
            return call.id

        return self.do(act)

    @rule(key=calls)
    def a_call_is_held(self, key):
        self.event(key, Kind.HELD)

    @rule(key=calls)
    def a_call_goes_on(self, key):
        self.event(key, Kind.RESUMED)

    @rule(target=calls, key=consumes(calls), to=st.sampled_from(QUEUES))
    def a_call_is_transferred(self, key, to):
        def act(tx):
            new, _ = self.pbx.transfer(tx, key, None, queue=to)
            self.pbx.happen(tx, new.id, Kind.QUEUED, queue=to)
            return new.id

        try:
            return multiple(key, self.do(act))
        except ImpossibleEvent:
            return key

    @rule(key=calls, by=st.sampled_from([Party.OUTSIDE, Party.INSIDE]))
    def somebody_hangs_up(self, key, by):
        live = self.tenant.calls[key].state is not State.ENDED

        try:
            self.do(lambda tx: hang_up(self.pbx, tx, key, by))
        except ImpossibleEvent:
            assert not live

    @rule(seconds=st.sampled_from([1, 3, WRAP_UP, 25, 90]))
    def time_goes_by(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.loop.run_until_complete(self.jobs())

    @invariant()
    def nobody_talks_twice(self):
        talking = [e for c in self.live() if c.state is State.TALKING for e in c.present]
        assert len(talking) == len(set(talking))

    @invariant()
    def nobody_is_offered_two_calls(self):
        # Who is offered one and joins another meanwhile lets the first ring on: when it began, the agent was free.
        ringing = [e for c in self.live() for e in c.alerted]
        assert len(ringing) == len(set(ringing))

    @invariant()
    def nothing_is_offered_during_a_pause_or_a_wrap_up(self):
        for extension, call, event in self.offers():
            pauses = self.pauses(extension)
            before = [kind for at, kind in pauses if at < event.at]
            over = {kind for at, kind in pauses if at == event.at} & {AgentKind.UNPAUSED, AgentKind.LOGGED_OUT}
            assert not before or before[-1] != AgentKind.PAUSED or over, call

    @invariant()
    def no_call_waits_while_an_agent_of_its_queue_is_free(self):
        busy = {e for c in self.live() for e in c.engaged}
        for document in self.tenant.records.get(AGENT, {}).values() if hasattr(self, "tenant") else ():
            agent = Agent.from_document(document)
            idle = agent.available(self.now) and agent.extension not in busy
            assert idle <= (not any(c.state is State.QUEUED and c.queue in agent.queues for c in self.live()))

    @invariant()
    def agents_are_as_the_reference_has_them(self):
        for key, document in self.tenant.records.get(AGENT, {}).items() if hasattr(self, "tenant") else ():
            assert (document["queues"], document["paused_at"] is not None) == (self.serves[key], self.paused[key])

    @invariant()
    def every_call_ends_at_most_once_and_adds_up(self):
        for call in self.tenant.calls.values() if hasattr(self, "tenant") else ():
            assert sum(e.kind in OVER for e in call.events) == (call.state is State.ENDED)
            if call.state is State.ENDED:
                assert call.duration == call.in_menu + call.waiting + call.talk + call.in_mailbox
                assert call.id not in self.tenant.live
                assert (call.present, call.alerted) == ((), ())
            legs = [leg for leg in call.legs if leg.outcome is Outcome.RINGING]
            assert [leg.extension for leg in legs] == list(call.alerted)

    def live(self):
        return list(self.tenant.live.values()) if hasattr(self, "tenant") else []

    def offers(self):
        calls = self.tenant.calls.values() if hasattr(self, "tenant") else ()
        return [(e.extension, c, e) for c in calls for e in c.events if e.kind is Kind.RINGING and e.extension]

    def pauses(self, extension):
        kinds = (AgentKind.PAUSED, AgentKind.UNPAUSED, AgentKind.LOGGED_OUT)
        known = self.tenant.records.get(AGENT_EVENT, {}).values()
        return [
            (datetime.fromisoformat(p["at"]), p["kind"])
            for p in known
            if p["extension"] == extension and p["kind"] in kinds
        ]


async def bare_tenant():
    """Return a tenant with nothing but one line."""
    tenant = Tenant(Profile("t"), first_clock(Mode.JUMPING), {})
    tenant.furnished = True
    tenant.records[NUMBER] = {"551130037293": {"number": "551130037293", "kind": "landline"}}
    return tenant


TestFloor = Floor.TestCase
TestFloor.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink]
)
