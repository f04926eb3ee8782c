"""What a handler does with calls through its board, where that is more than one event of a call."""

import asyncio
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from simulator.errors import Engaged
from simulator.switch.following import ONWARD
from simulator.switch.moves import NotTogether
from simulator.switch.switchboard import Switchboard
from simulator.telephony.agents import AGENT, AgentKind, ImpossibleForAgent
from simulator.telephony.calls import Direction, Kind, Party, State
from simulator.tenancy.transactions import Transaction
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE
from tests.core import run, running

CALLER = "37999912222"


@asynccontextmanager
async def boards():
    """Give a tenant, a function that does something on a board of its own, and one that waits until nothing is due."""
    async with running() as simulator:
        tenant = simulator.default

        def do(act):
            tx = Transaction(tenant, simulator.store)
            result = act(Switchboard(simulator.pbx, tx, ""))
            tx.commit()
            return result

        async def quiet():
            while tenant.agenda.jobs:
                await asyncio.sleep(0)

        yield tenant, do, quiet


def dialled(board, **onward):
    call = board.start(Direction.OUTBOUND, CALLER)
    board.go_on(call.id, **onward)
    return board.happen(call.id, Kind.RINGING)


@pytest.mark.parametrize(("onward", "rings"), [({"extension": "112"}, "112"), ({"queue": "vendas"}, "116")])
def test_call_that_was_dialled_for_nobody_goes_on_once_its_far_end_has_picked_up(onward, rings):
    """Not before, and by itself; in a queue that nobody has logged in to the first extension rings."""

    async def work():
        async with boards() as (tenant, do, quiet):
            call = do(lambda board: dialled(board, **onward))
            await quiet()
            before = tenant.calls[call.id]
            do(lambda board: board.happen(call.id, Kind.ANSWERED))
            await quiet()
            return before, tenant.calls[call.id]

    before, after = run(work())

    assert before.alerted == ()
    assert (after.alerted, after.queue) == ((rings,), onward.get("queue"))


def test_call_that_somebody_has_taken_or_that_is_over_goes_on_nowhere():
    """What was said of it is forgotten with its end."""

    async def work():
        async with boards() as (tenant, do, quiet):
            call = do(lambda board: dialled(board, extension="112"))

            def answered_and_taken(board):
                board.happen(call.id, Kind.ANSWERED)
                board.happen(call.id, Kind.RINGING, extension="113")
                return board.happen(call.id, Kind.ANSWERED, extension="113")

            do(answered_and_taken)
            await quiet()
            taken = tenant.calls[call.id]
            do(lambda board: board.hang_up(call.id, Party.INSIDE))
            return taken, list(tenant.records[ONWARD])

    taken, onward = run(work())

    assert (taken.state, taken.alerted, taken.present) == (State.TALKING, (), ("113",))
    assert onward == []


def test_preset_queue_gets_the_other_party_when_the_agent_hangs_up():
    async def work():
        async with boards() as (tenant, do, _):

            def story(board):
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.QUEUED, queue="suporte")
                board.happen(call.id, Kind.DESTINATION_PRESET, queue="vendas")
                board.happen(call.id, Kind.PICKED_UP, extension="112")
                return board.hang_up(call.id, Party.INSIDE)

            old = do(story)
            return old, tenant.calls[old.last.other]

    old, new = run(work())

    assert (old.last.kind, new.queue, new.alerted) == (Kind.TRANSFERRED, "vendas", ("116",))


def test_device_from_which_a_call_is_taken_did_not_let_it_ring():
    """Three offers in a row that an agent lets ring make a pause; a call that a command moves is no such offer."""

    async def work():
        async with boards() as (tenant, do, _):

            def story(board):
                board.agent("112", AgentKind.LOGGED_IN, queue="vendas")
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.RINGING, extension="112")
                board.happen(call.id, Kind.UNANSWERED, extension="112", by=Party.SYSTEM)
                board.happen(call.id, Kind.RINGING, extension="112")
                return board.happen(call.id, Kind.UNANSWERED, extension="112")

            do(story)
            return tenant.records[AGENT]["112"]["missed"]

    assert run(work()) == 1


def test_agent_who_cannot_is_left_as_it_was():
    async def work():
        async with boards() as (tenant, do, _):
            with pytest.raises(ImpossibleForAgent):
                do(lambda board: board.agent("112", AgentKind.LOGGED_OUT, queue="vendas"))
            return tenant.records.get(AGENT)

    assert not run(work())


def test_agent_hangs_up_though_where_the_other_party_was_to_go_is_no_more():
    async def work():
        async with boards() as (_, do, _):

            def story(board):
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.QUEUED, queue="suporte")
                board.happen(call.id, Kind.DESTINATION_PRESET, extension="113")
                board.happen(call.id, Kind.PICKED_UP, extension="112")
                board.tx.remove(EXTENSION, "113")
                return board.hang_up(call.id, Party.INSIDE)

            return do(story)

    assert run(work()).last.kind is Kind.ENDED


@pytest.mark.parametrize("kind", [Kind.JOINED, Kind.BROKE_IN])
def test_agent_who_talks_joins_no_other_talk(kind):
    async def work():
        async with boards() as (_, do, _):

            def story(board):
                board.agent("112", AgentKind.LOGGED_IN, queue="vendas")
                for extension in ("111", "112"):
                    call = board.start(Direction.INBOUND, CALLER)
                    board.happen(call.id, Kind.RINGING, extension=extension)
                    board.happen(call.id, Kind.ANSWERED, extension=extension)
                board.happen("c1", kind, extension="112")

            with pytest.raises(Engaged, match="112 talks in call c2"):
                do(story)

    run(work())


def test_call_on_a_line_that_was_removed_is_transferred_all_the_same():
    async def work():
        async with boards() as (_, do, _):

            def story(board):
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.RINGING, extension="112")
                board.happen(call.id, Kind.ANSWERED, extension="112")
                board.tx.remove(NUMBER, call.line)
                return call, board.transfer(call.id, extension="113")

            return do(story)

    old, new = run(work())

    assert (new.origin, new.line) == (old.id, old.line)


def test_who_hangs_up_in_a_conference_leaves_it_and_the_last_one_ends_it():
    async def work():
        async with boards() as (_, do, _):

            def story(board):
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.QUEUED, queue="suporte")
                board.happen(call.id, Kind.PICKED_UP, extension="112")
                board.happen(call.id, Kind.JOINED, extension="113")
                return [board.hang_up(call.id, Party.INSIDE, extension=each) for each in ("112", "113")]

            return do(story)

    left, ended = run(work())

    assert (left.last.kind, left.present) == (Kind.LEFT, ("113",))
    assert ended.last.kind is Kind.ENDED


def test_swap_is_by_a_device_that_is_at_both_calls():
    """Which need not be the agent's; one that is at the other call alone is refused."""

    async def work():
        async with boards() as (_, do, _):

            def story(board):
                held, talks = (board.start(Direction.INBOUND, CALLER).id for _ in range(2))
                for key, extension in ((held, "113"), (talks, "112")):
                    board.happen(key, Kind.RINGING, extension=extension)
                    board.happen(key, Kind.ANSWERED, extension=extension)
                board.happen(held, Kind.HELD)
                board.happen(talks, Kind.JOINED, extension="113")
                with pytest.raises(NotTogether):
                    board.swap(talks, held, extension="112")
                return board.swap(talks, held), board.tx.call(talks)

            return do(story)

    resumed, held = run(work())

    assert (resumed.last.kind, resumed.last.extension) == (Kind.RESUMED, "113")
    assert (held.last.kind, held.last.extension) == (Kind.HELD, "113")


def test_agent_has_the_peace_of_the_queue_that_the_call_counted_for():
    async def work():
        async with boards() as (tenant, do, _):

            def story(board):
                for queue, seconds in (("suporte", 5), ("vendas", 70)):
                    board.tx.put(QUEUE, queue, {**board.tx.get(QUEUE, queue), "wrap_up": seconds})
                board.agent("112", AgentKind.LOGGED_IN, queue="suporte")
                call = board.start(Direction.INBOUND, CALLER)
                board.happen(call.id, Kind.QUEUED, queue="suporte")
                board.happen(call.id, Kind.PICKED_UP, extension="112")
                board.happen(call.id, Kind.QUEUE_CHANGED, queue="vendas")
                return board.hang_up(call.id, Party.INSIDE).ended

            ended = do(story)
            return datetime.fromisoformat(tenant.records[AGENT]["112"]["free_at"]) - ended

    assert run(work()) == timedelta(seconds=70)


def test_colleague_who_was_preset_for_the_own_call_is_not_sent_to_itself():
    """The call is over then, for both."""

    async def work():
        async with boards() as (_, do, _):

            def story(board):
                call = board.start(Direction.INTERNAL, "113", extension="112")
                board.happen(call.id, Kind.RINGING, extension="113")
                board.happen(call.id, Kind.ANSWERED, extension="113")
                board.happen(call.id, Kind.DESTINATION_PRESET, extension="113")
                return board.hang_up(call.id, Party.INSIDE, extension="112")

            return do(story)

    assert run(work()).last.kind is Kind.ENDED
