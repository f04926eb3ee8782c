"""A tenant that is put back to a snapshot is what it was, and goes on as it would have."""

import json
from datetime import timedelta

import pytest

from contracts import strict_json
from simulator.clock import Mode
from simulator.control.face import control_contract
from simulator.restoring import restore, snapshot
from simulator.tenancy.runs import Status
from simulator.tenancy.snapshots import MOST_BYTES, BadSnapshot, _digest
from simulator.tenancy.tenants import Profile
from simulator.tenancy.transactions import Transaction
from simulator.worlds.world import from_mapping
from tests.core import ask, canonical_of, log_in, pbx55, play, refurnish, request, run, running, story, until
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

# The clock stands at the await until the integration has logged in, so that the half is the same half each time.
HALVES = """
scenario: halves
title: The second half waits for the integration
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 2s, menu: {call: A}}
  - {after: 7s, queue: {call: A, queue: suporte}}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - await: {request: {vendor: hubsoft, operation: issueToken}, within: 20s}
  - {after: 4s, answer: {call: A}}
  - {after: 60s, transfer: {call: A, to: "113", as: B}}
  - {after: 1s, ring: {call: B, extension: "113"}}
  - {after: 3s, answer: {call: B}}
  - {after: 61s, hangup: {call: B, by: outside}}
expect:
  - sent: {vendor: pbx55, call: A, times: 3}
  - sent: {vendor: pbx55, call: B, times: 2}
  - received: {vendor: hubsoft, operation: issueToken, times: 1}
"""

PEER = {"answers": [granted()], "otherwise": NOTIFIED}


def taken(simulator):
    return strict_json.loads(snapshot(simulator, simulator.default), max_bytes=MOST_BYTES)


def forged(document, **state):
    """Return a snapshot that somebody changed, and put the right digest on."""
    changed = {**document["state"], **state}
    return {**document, "state": changed, "digest": _digest(changed)}


async def played_on(simulator, run_id="r1"):
    await log_in(simulator)
    return await simulator.engine.verdict(simulator.default, run_id)


async def half_way(simulator):
    """Play up to the await: two messages went out, and nothing is due before the integration asks."""
    tenant = simulator.default
    simulator.engine.play(tenant, story(HALVES))
    await until(tenant, lambda: tenant.journal.last >= 3 and len(tenant.agenda.jobs) == 1)


def test_tenant_that_is_restored_plays_on_as_it_did():
    """Half a scenario, a snapshot, the other half; back, and the other half again: the same journal, byte for byte."""

    async def work():
        async with running(pbx55(receiver), hubsoft(erp), listen=True) as simulator:
            await half_way(simulator)
            half = taken(simulator)
            first = await played_on(simulator), canonical_of(simulator.default.journal)
            restored = restore(simulator, simulator.default, half)
            between = restored.journal.last, restored.balance, len(restored.calls)
            second = await played_on(simulator), canonical_of(simulator.default.journal)
            return first, second, between, simulator.default

    with Receiver() as receiver, Receiver(**PEER) as erp:
        first, second, between, tenant = run(work())

    assert first[0].exit_code == second[0].exit_code == 0, (first[0], second[0])
    assert first[1] == second[1]
    assert first[1].count(b"\n") > 7
    assert between[0] == 3
    assert between[2] == 1
    assert tenant.runs["r1"].status is Status.PASSED


def test_snapshot_that_is_taken_again_after_a_restore_is_the_same():
    """Nothing gets lost on the way: calls, records, sequences, runs, jobs, journal, balance, clock, world, targets."""

    async def work():
        async with running(pbx55(receiver), listen=True) as simulator:
            await play(simulator, "transferred_inbound")
            refurnish(simulator, from_mapping({"numbers": [{"number": "553732210000"}]}))
            await log_in(simulator)
            before = taken(simulator)
            await play(simulator, "missed_inbound")
            restore(simulator, simulator.default, before)
            return before, taken(simulator)

    with Receiver() as receiver:
        before, after = run(work())

    clocks = [{kind: value for kind, _, value in d["state"]["documents"]}["_clock"] for d in (before, after)]
    for document, clock in zip((before, after), clocks, strict=True):
        clock.pop("wall_anchor")
        document.pop("digest")
    assert before == after


def test_restored_tenant_is_in_the_store_as_it_is_in_memory(tmp_path):
    async def work():
        async with running(pbx55(receiver), store=tmp_path / "store") as simulator:
            await play(simulator, "answered_inbound")
            first = taken(simulator)
            await play(simulator, "answered_inbound")
            restore(simulator, simulator.default, first)
            journal = canonical_of(simulator.default.journal)
        async with running(store=tmp_path / "store") as simulator:
            tenant = simulator.default
            return journal, canonical_of(tenant.journal), tenant.journal.last, list(tenant.calls), tenant.runs

    with Receiver() as receiver:
        journal, stored, last, calls, runs = run(work())

    assert stored == journal
    assert (last, calls, list(runs)) == (2, ["c1"], ["r1"])


def test_token_issued_after_the_snapshot_is_unknown_and_one_before_is_good():
    async def work():
        async with running(listen=True) as simulator:
            old = json.loads((await log_in(simulator)).body)["access_token"]
            before = taken(simulator)
            new = json.loads((await log_in(simulator)).body)["access_token"]
            restore(simulator, simulator.default, before)
            return [simulator.tenants.token_holder("hubsoft", token) for token in (old, new)]

    assert run(work()) == ["default", None]


def test_login_at_a_target_is_done_again_when_it_came_after_the_snapshot():
    """What a restored tenant sends does not hang on what it sent before it was restored."""

    async def work():
        async with running(hubsoft(erp)) as simulator:
            before = taken(simulator)
            await play(simulator, "missed_inbound")
            first = canonical_of(simulator.default.journal)
            restore(simulator, simulator.default, before)
            await play(simulator, "missed_inbound")
            return first, canonical_of(simulator.default.journal)

    with Receiver([granted(), NOTIFIED, CANCELLED, granted("another")], otherwise=NOTIFIED) as erp:
        first, second = run(work())

    assert first == second
    assert first.count(b"\n") == 3


def test_clock_goes_on_from_the_time_of_the_snapshot():
    async def work():
        async with running(clock=Mode.REAL) as simulator:
            before = taken(simulator)
            tx = Transaction(simulator.default, simulator.store)
            clock = simulator.default.clock
            tx.set_clock(clock.jumped(simulator.default.now() + timedelta(days=30), clock.wall_anchor))
            tx.commit()
            late = simulator.default.now()
            return before["at"], late, restore(simulator, simulator.default, before).now()

    at, late, now = run(work())

    assert late - now > timedelta(days=29)
    assert now.isoformat()[:13] >= at[:13]


def test_snapshot_holds_no_secret_of_a_target():
    async def work():
        async with running(pbx55(receiver), hubsoft(erp)) as simulator:
            await play(simulator, "missed_inbound")
            return snapshot(simulator, simulator.default).decode()

    with Receiver() as receiver, Receiver([granted("the-login-token")], otherwise=NOTIFIED) as erp:
        text = run(work())

    for secret in ("t0ken-of-the-receiver", "two-secret", "quatro-secret", "the-login-token"):
        assert secret not in text


def test_target_that_is_gone_is_asked_for_and_nothing_changes():
    async def work():
        async with running(pbx55(receiver)) as simulator:
            before = taken(simulator)
            await play(simulator, "sms_sent")
            tx = Transaction(simulator.default, simulator.store)
            tx.remove_target("t1")
            tx.commit()
            with pytest.raises(BadSnapshot, match=r"target t1 had secrets.*add it again"):
                restore(simulator, simulator.default, before)
            return simulator.default.journal.last

    with Receiver() as receiver:
        assert run(work()) == 1


def test_target_without_secrets_comes_back():
    async def work():
        async with running(pbx55(receiver, token=None)) as simulator:
            before = taken(simulator)
            tx = Transaction(simulator.default, simulator.store)
            tx.remove_target("t1")
            tx.commit()
            return restore(simulator, simulator.default, before).targets

    with Receiver() as receiver:
        assert list(run(work())) == ["t1"]


def test_document_that_is_no_snapshot_of_this_tenant_is_refused_with_the_reason():
    async def work():
        async with running() as simulator:
            other = simulator.add(Profile("other"))
            good = taken(simulator)
            documents = good["state"]["documents"]
            cases = [
                ({}, "this is no snapshot"),
                ({"pbxsim": "snapshot"}, "this is no snapshot"),
                ({**good, "format": 2}, "format 2 .* reads format 1"),
                ({**good, "digest": "0"}, "changed or cut"),
                ({**good, "state": {**good["state"], "jobs": [{}]}}, "changed or cut"),
                (forged(good, jobs=[{}]), "broken"),
                (forged(good, documents=[]), "broken"),
                (forged(good, documents=[["_call", "c1", {}], *documents]), "broken"),
                (forged(good, documents=[["_run", "r1", {"text": "x", "source": "y"}], *documents]), "broken"),
                (forged(good, documents=1), "broken"),
                (forged(good, journal={"last": "x", "dropped": 0, "entries": []}), "broken"),
                (forged(good, journal={"last": 1, "dropped": 0, "entries": [{"number": 1}]}), "broken"),
            ]
            for document, why in cases:
                with pytest.raises(BadSnapshot, match=why):
                    restore(simulator, simulator.default, document)
            with pytest.raises(BadSnapshot, match="of tenant 'default', and not of 'other'"):
                restore(simulator, other, good)
            return taken(simulator)["digest"] != "", restore(simulator, simulator.default, good).name

    assert run(work()) == (True, "default")


def test_snapshot_that_another_program_wrote_anew_is_the_same():
    """Some write 1.0 as 1, and sort keys."""

    async def work():
        async with running() as simulator:
            text = json.dumps(taken(simulator), sort_keys=True).replace('"speed": 1.0', '"speed": 1')
            return restore(simulator, simulator.default, json.loads(text)).name

    assert run(work()) == "default"


def test_limit_of_the_contract_is_that_of_the_snapshot():
    assert control_contract().operations["restore"].body.max_bytes == MOST_BYTES


def test_snapshot_larger_than_a_mebibyte_goes_back_over_http():
    """The other operations of the control API take no more than that."""
    padding = "x" * 60_000

    async def work():
        async with running(listen=True) as simulator:
            tx = Transaction(simulator.default, simulator.store)
            for number in range(20):
                tx.put("note", str(number), {"text": padding})
            tx.commit()
            before = await ask(simulator.server, request("POST /_sim/snapshot"))
            raw = request("POST /_sim/restore", "Content-Type: application/json", body=before.body)
            elsewhere = raw.replace(b"/_sim/restore", b"/_sim/targets", 1)
            return len(before.body), await ask(simulator.server, raw), await ask(simulator.server, elsewhere)

    size, answer, refused = run(work())

    assert size > 1024 * 1024
    assert (answer.status, json.loads(answer.body)) == (200, {"restored": "default", "journal": 0, "calls": 0})
    assert refused.status == 413
