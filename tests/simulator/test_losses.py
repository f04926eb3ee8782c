"""A store that cannot be written: what was lost is undone, told, and done again."""

import asyncio

import pytest

from scenarios.loader import load
from simulator.runs.engine import RunGone
from simulator.tenancy.tenants import Profile
from simulator.tenancy.transactions import Transaction
from tests.core import ANSWERED, entries, log_in, pbx55, play, run, running, shown, story, until
from tests.full_disk import full_disk
from tests.receiver import Receiver


async def loss_of(image):
    """Wait until a change of a tenant's image could not be written, and another has taken its place."""
    lost, on_loss = asyncio.Event(), image.on_loss

    def look():
        on_loss()
        lost.set()

    image.on_loss = look
    await lost.wait()


def test_request_whose_change_cannot_be_written_is_answered_503_and_has_changed_nothing(tmp_path):
    store = tmp_path / "store"

    async def work():
        async with running(listen=True, store=store) as simulator:
            await log_in(simulator)
            (kept,) = simulator.default.records["hubsoft.token"]
            with full_disk(store):
                refused = await log_in(simulator)
                broken = simulator.default
                tokens = list(broken.records["hubsoft.token"])
            again = await log_in(simulator)
            return refused, tokens == [kept], again.status, shown(entries(simulator.default), "status")

    refused, unchanged, again, journal = run(work())

    assert refused.status == 503
    assert refused.header("retry-after") == "1"
    assert unchanged
    assert (again, journal) == (200, [(200,), (200,)])


def test_tenant_of_which_nothing_could_ever_be_written_lives_on(tmp_path):
    store = tmp_path / "store"

    async def work():
        async with running(listen=True, store=store) as simulator:
            simulator.add(Profile("other"))  # makes the file
            await simulator.pending()
            with full_disk(store):
                refused = await log_in(simulator)
            again = await log_in(simulator)
            await simulator.pending()
            kinds = {put.kind for put in simulator.store.load("default").documents}
            return refused.status, again.status, {"_profile", "hubsoft.token", "extension"} <= kinds

    assert run(work()) == (503, 200, True)


def test_run_whose_beginning_was_lost_is_told_to_whoever_waits_for_it(tmp_path):
    store = tmp_path / "store"

    async def work():
        async with running(store=store) as simulator:
            Transaction(simulator.default, simulator.store)
            await simulator.pending()
            with full_disk(store):
                begun = simulator.engine.play(simulator.default, story(ANSWERED))
                with pytest.raises(RunGone):
                    await simulator.engine.verdict(simulator.default, begun.id)
            return simulator.default.runs, (await play(simulator, story(ANSWERED))).passes

    runs, passes = run(work())

    assert list(runs) == ["r1"]  # the one that was played after that
    assert passes


def test_run_goes_on_after_its_changes_were_lost_and_its_verdict_still_comes(tmp_path, monkeypatch):
    """The disk is full while a call goes on: nothing is pushed before it is kept, and all of it in the end."""
    monkeypatch.setattr("simulator.delivery.scheduler.PAUSE_AFTER_LOSS", 0.05)
    store = tmp_path / "store"

    async def work():
        async with running(pbx55(receiver), store=store) as simulator:
            begun = simulator.engine.play(simulator.default, load("transferred_inbound"))
            waiting = asyncio.create_task(simulator.engine.verdict(simulator.default, begun.id))
            await until(simulator.default, lambda: simulator.default.journal.last >= 1)
            lost = simulator.default
            with full_disk(store):
                await loss_of(lost)
            return await waiting, entries(simulator.default), simulator.default is lost

    with Receiver() as receiver:
        verdict, journal, same = run(work())

    assert not same
    assert (verdict.findings, verdict.missed, verdict.exit_code) == ((), (), 0)
    assert len({e.exchange.delivery for e in journal}) == len(journal) == 5
    assert len({r.body for r in receiver.requests}) == 5


def test_full_disk_makes_nobody_push_in_a_hurry(tmp_path, monkeypatch):
    """A delivery whose outcome cannot be kept is made again: but not before a pause, each is a real push."""
    monkeypatch.setattr("simulator.delivery.scheduler.PAUSE_AFTER_LOSS", 3600)

    async def then(simulator):
        for _ in range(200):  # far more turns than a job that is due needs to begin
            await asyncio.sleep(0)
        fresh = simulator.default
        return fresh.agenda.next().due <= fresh.now(), fresh.in_flight

    with Receiver() as receiver:
        assert pushed_in_vain(receiver, tmp_path / "store", then) == (True, 0)

    assert len(receiver.requests) == 1


def test_push_whose_outcome_was_lost_is_made_again_after_the_pause(tmp_path, monkeypatch):
    monkeypatch.setattr("simulator.delivery.scheduler.PAUSE_AFTER_LOSS", 0)

    async def then(simulator):
        return await asyncio.to_thread(receiver.wait, 2)

    with Receiver() as receiver:
        first, second = pushed_in_vain(receiver, tmp_path / "store", then)

    assert first == second


def pushed_in_vain(receiver, path, then):
    """Push a call's first message with a full disk, and when that is lost return what comes of ``then``."""

    async def work():
        async with running(pbx55(receiver), store=path) as simulator:
            Transaction(simulator.default, simulator.store)
            await simulator.pending()
            with full_disk(path, ("journal",)):
                lost = simulator.default
                simulator.engine.play(lost, story(ANSWERED))
                await loss_of(lost)
                return await then(simulator)

    return run(work())
