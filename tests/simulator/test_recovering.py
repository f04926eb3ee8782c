"""Tenants as the log has them: after a loss, after a removal that was lost, and when vendors came later."""

import pytest

from contracts import strict_json
from simulator import restoring
from simulator.discovery import discover_vendors
from simulator.storage.store import StoreFailed
from simulator.tenancy.tenants import Profile
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import from_mapping
from tests.core import refurnish, run, running
from tests.full_disk import full_disk
from tests.live import live

LATER = ("hubsoft", "viacel")


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def made(running, name):
    return running.control("POST", "/tenants", {"name": name}).status


def names(running):
    return [tenant["name"] for tenant in running.control("GET", "/tenants").json["tenants"]]


def test_removal_that_cannot_be_written_is_answered_503_and_has_removed_nothing(store):
    with live(store=store) as running:
        assert made(running, "x") == 201
        before = running.credentials("hubsoft", "x")
        with full_disk(store):
            lost = running.control("DELETE", "/tenants/x")
        back, kept = names(running), running.credentials("hubsoft", "x")
        done = running.control("DELETE", "/tenants/x")
        gone = names(running)
    with live(store=store) as running:
        later = names(running)

    assert (lost.status, lost.header("retry-after")) == (503, "1")
    assert (back, kept) == (["default", "x"], before)
    assert (done.status, gone, later) == (200, ["default"], ["default"])


def test_tenant_that_cannot_be_written_is_not_there_and_may_be_made_again(store):
    with live(store=store) as running:
        assert made(running, "x") == 201
        with full_disk(store):
            lost = made(running, "y")
            there = names(running)
        again = made(running, "y")

    assert (lost, there, again) == (503, ["default", "x"], 201)


def test_name_that_is_given_anew_while_its_removal_is_lost_stays_with_the_first(store):
    """Its credentials too: whoever had the tenant still has it."""

    async def work():
        async with running(store=store) as simulator:
            first = simulator.add(Profile("x"))
            await simulator.pending()
            with full_disk(store):
                simulator.remove("x")
                simulator.add(Profile("x", credentials={"hubsoft": {"client_id": "of-another"}}))
                with pytest.raises(StoreFailed):
                    await simulator.pending()
            holder = simulator.tenants.holder("hubsoft", "client_id", "of-another")
            return first.profile.credentials == simulator.tenants.get("x").profile.credentials, holder

    assert run(work()) == (True, None)


def test_tenant_whose_credentials_are_given_anew_while_its_removal_is_lost_is_gone(store, caplog):
    """They are one tenant's alone, and the new one has been told that they are its."""

    async def work():
        async with running(store=store) as simulator:
            first = simulator.add(Profile("x"))
            await simulator.pending()
            with full_disk(store, ()):
                simulator.remove("x")
                simulator.add(Profile("z", credentials=first.profile.credentials))
                with pytest.raises(StoreFailed):
                    await simulator.pending()
            client = first.profile.credentials["hubsoft"]["client_id"]
            return "x" in simulator.tenants, simulator.tenants.holder("hubsoft", "client_id", client)

    assert run(work()) == (False, "z")
    assert "tenant x was removed, and is gone for good" in caplog.text


def test_world_that_was_lost_is_not_put_in_place_by_a_reset(store):
    """Nobody was told that it is there."""

    async def work():
        async with running(store=store) as simulator:
            simulator.default.open()
            await simulator.pending()
            before = list(simulator.default.records["extension"])
            with full_disk(store):
                refurnish(simulator, from_mapping({"baseline": False, "extensions": [{"number": "4000"}]}))
                with pytest.raises(StoreFailed):
                    await simulator.pending()
            back = list(simulator.default.records["extension"])
            fresh = simulator.reset("default")
            fresh.open()
            return before, back, list(fresh.records["extension"])

    before, back, after = run(work())

    assert before == back == after


def test_vendor_that_came_later_has_credentials_and_records_in_a_store_from_before(store, monkeypatch):
    """What happens to its records counts after a further start, and an old snapshot is completed too."""

    async def work():
        with monkeypatch.context() as patched:
            patched.setattr("simulator.app.discover_vendors", lambda: before)
            async with running(store=store) as simulator:
                simulator.default.open()
                simulator.add(Profile("unused"))
                snapshot = restoring.snapshot(simulator, simulator.default)
        async with running(store=store) as simulator:
            unused = set(simulator.tenants.get("unused").profile.credentials)
            tx = Transaction(simulator.default, simulator.store)
            tx.remove("viacel.did", "1")
            tx.commit()
            once = shown(simulator.default)
        async with running(store=store) as simulator:
            again = shown(simulator.default)
            restored = restoring.restore(simulator, simulator.default, strict_json.loads(snapshot, max_depth=200))
            restored.open()
            return unused, once, again, shown(restored)

    def shown(tenant):
        return tenant.profile.credentials, {k: list(r) for k, r in tenant.records.items() if k.startswith(LATER)}

    before = {key: vendor for key, vendor in discover_vendors().items() if key not in LATER}
    unused, once, again, restored = run(work())

    assert unused == set(once[0]) == set(discover_vendors())
    assert once == again
    assert "1" not in once[1]["viacel.did"]
    assert "1" in restored[1]["viacel.did"]
    assert once[0] == restored[0]
