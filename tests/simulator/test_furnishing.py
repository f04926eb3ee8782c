"""A tenant's world is put in place, written down, and read back as it was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from scenarios.loader import load
from simulator.discovery import discover_vendors
from simulator.storage.store import Put, RemoveTenant
from simulator.telephony.agents import AGENT, AGENT_EVENT
from simulator.telephony.calls import Bill, Call, Cause, Direction, Kind, Party
from simulator.telephony.documents import call_from_document, call_to_document
from simulator.tenancy.furnishing import first_world, founded, furnish, restored, world_of
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.runs import Run, Status
from simulator.tenancy.tenants import DEFAULT, FIRST_MORNING, Profile, Tenant
from simulator.worlds.world import from_mapping
from tests.core import desk, run


def back(made):
    return restored(made.store.load(made.tenant.name), lambda profile: {"hubsoft": {"H1": profile.seed}})


def test_default_tenant_alone_has_the_records_that_the_documents_name():
    def phones(name):
        tenant = Tenant(Profile(name), None, {})
        return {
            p
            for customer in world_of(tenant, None, discover_vendors().values())["customer"].values()
            for p in customer["phones"]
        }

    assert "37999912222" in phones(DEFAULT)
    assert "37999912222" not in phones("other")


def test_worlds_of_two_tenants_with_one_seed_are_alike_but_for_the_samples():
    one, two = (world_of(Tenant(Profile(name, seed="5"), None, {}), None, ()) for name in ("a", "b"))

    assert one == two


def test_own_world_lies_over_the_baseline():
    own = from_mapping({"queues": [{"name": "suporte", "extensions": ["130"]}]})
    world = world_of(Tenant(Profile("a"), None, {}), own, ())

    assert world["queue"]["suporte"]["extensions"] == ["130"]
    assert "vendas" in world["queue"]


def test_tenant_is_restored_as_it_was():
    async def work():
        async with desk(seed="3", zone="America/Manaus", credentials={"hubsoft": {"client_id": "1"}}) as made:
            tx = made.tx()
            call, event = Call("c1", 7, Direction.INBOUND, "5537999912222", "551130037293").apply(
                Kind.STARTED, FIRST_MORNING
            )
            tx.put_call(call, event)
            tx.put("hubsoft.token", "tok", {"revoked": False})
            tx.next_number("call")
            tx.balance -= 1
            tx.schedule(tx.now + timedelta(seconds=5), Task.STEP, {"step": 1}, lane="l", run="r1")
            tx.schedule(tx.now, Task.STEP, {"step": 0}, lane="l", run="r1")
            tx.put_run(Run("r1", load("sms_sent"), FIRST_MORNING, 0, {"A": "c1"}, status=Status.BROKEN, problem="x"))
            await tx.commit()
            return made.tenant, back(made)

    was, now = run(work())

    for name in ("profile", "clock", "zone", "records", "sequences", "calls", "targets", "balance", "furnished"):
        assert getattr(was, name) == getattr(now, name), name
    assert now.runs == was.runs
    assert now.readings == {"hubsoft": {"H1": "3"}}
    assert now.agenda.jobs == was.agenda.jobs
    assert now.agenda.next().id == 1  # it leads its lane, though the other is due before


def test_tenant_that_was_never_set_up_is_none():
    async def work():
        async with desk() as made:
            made.store.submit([RemoveTenant("t"), Put("t", "queue", "x", b"{}")])
            return back(made)

    assert run(work()) is None


def test_furnishing_again_removes_what_the_new_world_does_not_have():
    async def work():
        async with desk() as made:
            world = world_of(made.tenant, None, ())
            less = {**world, "queue": {"suporte": world["queue"]["suporte"]}}
            made.store.submit(furnish(made.tenant, less))
            return list(made.tenant.records["queue"]), list(made.stored("queue"))

    assert run(work()) == (["suporte"], ["suporte"])


def test_agents_and_what_happened_to_them_end_with_their_world():
    """Else a report would have them logged in for ever."""

    async def work():
        async with desk() as made:
            tx = made.tx()
            tx.put(AGENT, "111", {"extension": "111"})
            tx.put(AGENT_EVENT, "1", {"extension": "111"})
            tx.commit()
            made.store.submit(furnish(made.tenant, world_of(made.tenant, None, ())))
            return [(made.tenant.records.get(kind), made.stored(kind)) for kind in (AGENT, AGENT_EVENT)]

    assert run(work()) == [(None, {}), (None, {})]


def test_tenant_whose_world_was_cut_short_is_furnished_again():
    """The process ended between two slices: what is there is no whole world, and is put in place anew."""

    async def work():
        async with desk() as made:
            made.store.submit(furnish(made.tenant, world_of(made.tenant, None, ()))[:-2], sliced=True)
            cut = back(made)
            was = cut.furnished
            made.store.submit(furnish(cut, first_world(cut, ())), sliced=True)
            return was, back(made)

    was, now = run(work())

    assert (was, now.furnished) == (False, True)
    assert now.records == world_of(now, None, ())


def test_world_that_is_put_in_place_again_is_not_written_down_again():
    async def work():
        async with desk() as made:
            tenant = made.tenant
            written = tenant.furniture
            again = furnish(tenant, first_world(tenant, ()))
            return written is tenant.furniture, set(again) >= set(written.written)

    assert run(work()) == (True, True)


def test_world_that_was_given_to_one_tenant_is_kept_with_it():
    own = from_mapping({"baseline": False, "numbers": [{"number": "551130037293", "kind": "landline"}]})

    async def work():
        async with desk() as made:
            made.tenant.own_world = own
            shared = founded(made.tenant, own_world=False)
            made.store.submit(shared)
            without = back(made).own_world
            made.store.submit(founded(made.tenant, own_world=True))
            return without, back(made).own_world

    without, kept = run(work())

    assert without is None
    assert (kept.records, kept.over_baseline) == (own.records, False)


def test_scenario_of_a_run_is_read_back_with_its_places():
    scenario = load("transferred_inbound")

    async def work():
        async with desk() as made:
            tx = made.tx()
            tx.put_run(Run("r1", scenario, FIRST_MORNING, 3, counts=(2,), unsent={"pbx55": 1}, last=9, lenient=True))
            await tx.commit()
            return back(made).runs["r1"]

    found = run(work())

    assert found.scenario == scenario
    assert [step.where for step in found.scenario.steps] == [step.where for step in scenario.steps]
    assert (found.first, found.last, found.counts, found.unsent, found.lenient) == (3, 9, (2,), {"pbx55": 1}, True)


def test_call_survives_being_written_down():
    call, _ = Call("c1", 7, Direction.OUTBOUND, "5537999912222", "551130037293", extension="112", origin="c0").apply(
        Kind.STARTED, FIRST_MORNING
    )
    call, _ = call.apply(Kind.RINGING, FIRST_MORNING, extension="111")
    call, _ = call.apply(Kind.ANSWERED, FIRST_MORNING + timedelta(seconds=1, microseconds=7), extension="111")
    call, _ = call.apply(
        Kind.ENDED,
        FIRST_MORNING + timedelta(seconds=9),
        by=Party.SYSTEM,
        cause=Cause.NORMAL,
        bill=Bill("VC1", Decimal("0.49"), Decimal("0.49"), Decimal("999.51")),
    )

    assert call_from_document(call_to_document(call)) == call


def test_job_survives_being_written_down():
    job = Job(4, FIRST_MORNING + timedelta(microseconds=1), Task.DELIVER, {"attempt": 2}, "t1/c1", "r1")

    assert Job.from_document(job.to_document()) == job
    assert Job.from_document(replace(job, lane="", run="").to_document()).lane == ""
