"""The parts together: tenants that are made, reset, removed and brought back, and a stop that ends all of it."""

import asyncio
from datetime import timedelta

import pytest

from contracts.egress import Forbidden
from simulator.app import build
from simulator.discovery import discover_vendors
from simulator.runs.engine import RunGone
from simulator.tenancy.channel import Channel
from simulator.tenancy.registry import Taken
from simulator.tenancy.targets import Target
from simulator.tenancy.tenants import FIRST_MORNING, UNCLAIMED, Profile
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import from_mapping
from tests.core import (
    ANSWERED,
    TOKEN,
    canonical_of,
    entries,
    log_in,
    pbx55,
    play,
    refurnish,
    run,
    running,
    settings,
    shown,
    story,
)
from tests.receiver import Receiver, Reply


def test_default_tenant_is_always_there_and_keeps_its_credentials():
    async def work():
        async with running() as simulator:
            return [tenant.name for tenant in simulator.tenants], simulator.default.profile.credentials

    (names, one), (_, two) = run(work()), run(work())

    assert names == ["default", UNCLAIMED]
    assert one == two
    assert set(one) == set(discover_vendors())


def test_made_tenants_have_credentials_of_their_own_though_the_seed_is_one():
    async def work():
        async with running() as simulator:
            made = [simulator.add(Profile(name, seed="1")) for name in ("one", "two")]
            return [tenant.profile.credentials["hubsoft"] for tenant in (*made, simulator.default)]

    sets = run(work())

    secrets = [value for each in sets for value in each.values()]
    assert len(set(secrets)) == len(secrets)


def test_name_or_credential_of_another_tenant_is_refused_and_nothing_is_made():
    async def work():
        async with running() as simulator:
            taken = simulator.default.profile.credentials["hubsoft"]["client_id"]
            with pytest.raises(Taken, match="the name 'default' belongs to another tenant"):
                simulator.add(Profile("default"))
            with pytest.raises(Taken, match="the hubsoft credential 'client_id' belongs to another tenant"):
                simulator.add(Profile("other", credentials={"hubsoft": {"client_id": taken}}))
            return [tenant.name for tenant in simulator.tenants]

    assert run(work()) == ["default", UNCLAIMED]


def test_tenants_never_see_each_others_records_calls_or_journal():
    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            one, two = simulator.default, simulator.add(Profile("two"))
            await play(simulator, story(ANSWERED))
            await log_in(simulator, two)
            return one, two, simulator

    with Receiver() as receiver:
        one, two, simulator = run(work())

    assert (list(one.calls), list(two.calls)) == (["c1"], [])
    assert shown(entries(one), "vendor") == [("pbx55",)] * 2
    assert shown(entries(two), "vendor", "operation") == [("hubsoft", "issueToken")]
    (token,) = two.records["hubsoft.token"]
    assert "hubsoft.token" not in one.records
    assert simulator.tenants.token_holder("hubsoft", token) == "two"
    assert {e.exchange.tenant for e in entries(two)} == {"two"}


def test_removed_tenant_leaves_its_name_and_credentials_to_others(tmp_path):
    async def work():
        async with running(store=tmp_path / "store") as simulator:
            first = simulator.add(Profile("brief"))
            Transaction(first, simulator.store)
            simulator.remove("brief")
            gone = simulator.store.tenants()
            again = simulator.add(Profile("brief", credentials=first.profile.credentials))
            return gone, again.profile.credentials == first.profile.credentials, simulator.store.tenants()

    gone, same, back = run(work())

    assert "brief" not in gone
    assert same
    assert "brief" in back


def test_reset_returns_a_tenant_to_its_baseline():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            before = simulator.default
            await play(simulator, "answered_outbound")
            tx = Transaction(before, simulator.store)
            tx.put("hubsoft.popup", "1", {"id": "1"})
            tx.put("queue", "suporte", {"name": "suporte", "extensions": []})
            tx.commit()
            first = canonical_of(before.journal)
            cursor = before.journal.last
            simulator.reset("default")
            fresh = simulator.default
            state = [dict(x) for x in (fresh.calls, fresh.runs, fresh.agenda.jobs, fresh.sequences)]
            state += [entries(fresh), fresh.now()]
            balance, targets = fresh.balance, list(fresh.targets)
            await play(simulator, "answered_outbound")
            return (
                state,
                (balance, targets, fresh.profile is before.profile),
                fresh.records["queue"]["suporte"]["extensions"] != [] and "hubsoft.popup" not in fresh.records,
                first == canonical_of(fresh.journal),
                entries(fresh)[0].number - cursor,
            )

    with Receiver() as receiver:
        state, kept, records_back, same_again, next_number = run(work())

    assert state == [{}, {}, {}, {}, [], FIRST_MORNING]
    assert kept == (1000, ["t1"], True)
    assert records_back
    assert same_again
    assert next_number == 1  # a cursor that somebody holds stays good


def test_nothing_of_the_old_life_is_written_after_a_reset(tmp_path):
    """A delivery is under way, and others wait for their turn: none is made, journaled or stored any more."""

    async def work():
        async with running(pbx55(receiver), store=tmp_path / "store") as simulator:
            old = simulator.default
            begun = [simulator.engine.play(old, story(ANSWERED)) for _ in range(120)]
            await asyncio.to_thread(receiver.wait, 100)  # as many as go out at a time
            simulator.reset("default")
            fresh = simulator.default
            await simulator.pending()
            for _ in range(200):
                await asyncio.sleep(0)
            with pytest.raises(RunGone):
                await simulator.engine.verdict(fresh, begun[0].id)
            late = Transaction(old, simulator.store)
            late.put("queue", "late", {})
            assert late.commit() is None
            rows = simulator.store.load("default")
            return entries(old), entries(fresh), fresh.calls, rows, len(receiver.requests), old.in_flight

    with Receiver(otherwise=Reply(silent=True)) as receiver:
        old, fresh, calls, rows, sent, in_flight = run(work())

    assert (old, fresh, calls, in_flight) == ([], [], {}, 0)
    assert (rows.jobs, rows.journal) == ((), ())
    assert {put.kind for put in rows.documents} == {"_profile", "_clock", "_target"}
    assert sent == 100


def test_world_is_replaced_in_the_store_too(tmp_path):
    """What a world no longer has is not there after the next start either."""
    first = from_mapping({"queues": [{"name": "plantao", "extensions": ["111"]}]})
    second = from_mapping({"queues": [{"name": "noite", "extensions": ["111"]}]})

    async def work():
        async with running(store=tmp_path / "store") as simulator:
            refurnish(simulator, first)
            refurnish(simulator, second)
        async with running(store=tmp_path / "store") as simulator:
            return set(simulator.default.records["queue"])

    queues = run(work())

    assert "noite" in queues
    assert "plantao" not in queues


def test_changed_profile_counts_at_once_and_after_a_restart(tmp_path):
    async def work():
        async with running(store=tmp_path / "store") as simulator:
            tenant = simulator.add(Profile("mine"))
            simulator.change(tenant, Profile("mine", zone="America/Manaus", readings={"hubsoft": {"H1": "lenient"}}))
            now = tenant.zone.key, tenant.readings["hubsoft"]["H1"]
        async with running(store=tmp_path / "store") as simulator:
            tenant = simulator.tenants.get("mine")
            return now, (tenant.zone.key, tenant.readings["hubsoft"]["H1"])

    now, later = run(work())

    assert now == later
    assert now[0] == "America/Manaus"
    assert now[1] != "lenient"  # the reading that lenient stands for


def test_target_of_the_command_line_may_be_named_again_at_the_next_start(tmp_path):
    async def work():
        with Receiver() as old:
            async with running(pbx55(old), store=tmp_path / "store") as simulator:
                await simulator.pending()
        with Receiver() as new:
            async with running(pbx55(new), store=tmp_path / "store") as simulator:
                await play(simulator, story(ANSWERED))
            return [r.header("token") for r in new.requests], list(old.requests)

    assert run(work()) == ([TOKEN] * 2, [])


def test_stopping_a_simulator_that_never_started_leaves_nothing():
    async def work():
        simulator = build(settings())
        path = simulator.store._file.path
        await simulator.stop()
        return path.parent.exists()

    assert run(work()) is False


def test_stop_ends_all_else_when_one_part_cannot_be_ended(monkeypatch):
    async def work():
        simulator = build(settings())
        await simulator.start(listen=True)
        channel = Channel("toy", 1, b"", b"")
        simulator.default.channels.add(channel)
        monkeypatch.setattr(channel, "end", lambda: channel.no_such_thing)
        with pytest.raises(AttributeError, match="no_such_thing"):
            await simulator.stop()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", simulator.server.port)
        left = {task.get_name() for task in asyncio.all_tasks()} - {asyncio.current_task().get_name()}
        return left, simulator.store._file.path.parent.exists()

    assert run(work()) == (set(), False)


def test_setting_that_is_wrong_leaves_no_store_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(Forbidden):
        build(settings(Target("t1", "pbx55", "http://169.254.169.254/")))

    assert list(tmp_path.iterdir()) == []


def test_forward_clock_lets_what_became_due_happen_in_order():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            tenant = simulator.default
            verdict = await play(simulator, story(ANSWERED))
            tx = Transaction(tenant, simulator.store)
            tx.set_clock(tenant.clock.jumped(tenant.now() + timedelta(days=40), tenant.clock.wall_anchor))
            tx.commit()
            return verdict.passes, (await play(simulator, story(ANSWERED))).passes, tenant.now() - FIRST_MORNING

    with Receiver() as receiver:
        first, second, passed = run(work())

    assert (first, second) == (True, True)
    assert passed > timedelta(days=40)
