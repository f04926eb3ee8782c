"""What a simulator has of its tenants when it starts again: all that there was."""

from datetime import timedelta

from simulator.clock import Mode
from simulator.tenancy.tenants import FIRST_MORNING, Profile
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import from_mapping
from tests.core import ANSWERED, canonical_of, entries, pbx55, play, refurnish, run, running, shown, story
from tests.receiver import Receiver, Reply
from tests.simulator.restarting import SHORT, interrupted
from tests.vendors.hubsoft_peer import NOTIFIED, granted, hubsoft


def test_nothing_of_a_tenant_is_lost_by_a_restart(tmp_path):
    store = tmp_path / "store"

    def state(simulator):
        tenant = simulator.tenants.get("mine")
        return {
            "profile": tenant.profile,
            "records": {kind: records for kind, records in tenant.records.items() if records},
            "sequences": tenant.sequences,
            "calls": tenant.calls,
            "targets": tenant.targets,
            "runs": tenant.runs,
            "jobs": tenant.agenda.jobs,
            "balance": tenant.balance,
            "now": tenant.now(),
            "journal": canonical_of(tenant.journal),
            "last": tenant.journal.last,
        }

    async def work():
        async with running(store=store) as simulator:
            tenant = simulator.add(Profile("mine", seed="7", zone="America/Manaus"))
            tx = Transaction(tenant, simulator.store)
            tx.put_target(pbx55(receiver))
            tx.put("hubsoft.popup", "1", {"id": "1", "open": True})
            tx.commit()
            await play(simulator, "answered_outbound", tenant)
            simulator.engine.play(tenant, story(ANSWERED))
            before = state(simulator)
        async with running(store=store) as simulator:
            return before, state(simulator), simulator.tenants.holder(*credential(before["profile"]))

    with Receiver() as receiver:
        before, after, holder = run(work())

    assert before == after
    assert after["balance"] < 1000
    assert holder == "mine"


def credential(profile):
    (name, value), *_ = profile.credentials["hubsoft"].items()
    return "hubsoft", name, value


def test_world_that_was_given_to_a_tenant_is_its_baseline_after_a_restart_too(tmp_path):
    store = tmp_path / "store"
    world = from_mapping({"queues": [{"name": "plantao", "extensions": ["111"]}]})

    async def work():
        async with running(store=store) as simulator:
            refurnish(simulator, world)
        async with running(store=store) as simulator:
            simulator.reset("default")
            Transaction(simulator.default, simulator.store)  # the first use puts its world in place
            return list(simulator.default.records["queue"])

    assert "plantao" in run(work())


def test_clock_goes_on_where_it_was(tmp_path):
    store = tmp_path / "store"

    async def work():
        async with running(pbx55(receiver), store=store) as simulator:
            await play(simulator, story(SHORT))
        async with running(store=store, clock=Mode.REAL) as simulator:
            return simulator.default.clock.mode, simulator.default.now() - FIRST_MORNING

    with Receiver() as receiver:
        mode, passed = run(work())

    assert (mode, passed) == (Mode.JUMPING, timedelta(seconds=3))


def test_login_is_made_again_after_a_restart(tmp_path):
    """Tokens of targets are not stored: they are secrets of somebody else."""
    text = story(SHORT.replace("after: 1s, hangup", "after: 9h, hangup"))
    with Receiver([granted(), Reply(503), granted(), NOTIFIED]) as erp:
        verdict, journal, _ = interrupted(2, text, tmp_path / "store", hubsoft(erp))

    assert shown(journal, "operation", "status") == [
        ("issueToken", 200),
        ("notifyCall", 503),
        ("issueToken", 200),
        ("notifyCall", 200),
    ]
    assert verdict.undelivered == ()


def test_message_that_a_fault_dropped_is_read_back_with_the_rest(tmp_path):
    """It was no attempt at all, which the journal says by the number 0."""
    dropped = story(SHORT + "faults: [{on: {vendor: pbx55, message: started}, do: {drop: true}}]\n")

    async def work():
        async with running(pbx55(receiver), store=tmp_path / "store") as simulator:
            await play(simulator, dropped)
        async with running(store=tmp_path / "store") as simulator:
            return shown(entries(simulator.default), "message", "fault", "attempt")

    with Receiver() as receiver:
        assert run(work()) == [("started", "drop", 0), ("ended", None, 1)]
