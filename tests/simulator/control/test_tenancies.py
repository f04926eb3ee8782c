"""A tenant by the control API: its targets, world, account and reset, and what is counted of it."""

from __future__ import annotations

from simulator.recovering import reload
from tests.live import Live
from tests.receiver import Receiver
from tests.simulator.control.pushing import point


def test_target_ids_never_meet(running: Live, tenant: str, receiver: Receiver) -> None:
    """A made id passes those over that are taken; a given one that is taken is a conflict, and replaces nothing."""
    first = point(running, tenant, receiver, id="t1")
    made = point(running, tenant, receiver)

    again = running.control(
        "POST", "/targets", {"id": "t1", "vendor": "pbx55", "url": "http://127.0.0.1:9/"}, tenant=tenant
    )

    assert made["id"] == "t2"
    assert again.status == 409
    assert running.control("GET", "/targets", tenant=tenant).json == {"targets": [first, made]}


def test_world_that_replaced_another_survives_a_reload(running: Live, tenant: str) -> None:
    """What the new world has not is gone from the store as well."""
    running.control("GET", "/world", tenant=tenant)
    own = {"baseline": False, "numbers": [{"number": "553732210000"}], "extensions": [{"number": "7"}]}
    put = running.control("PUT", "/world", own, tenant=tenant).json

    running.on_loop(lambda simulator: reload(simulator, simulator.tenants.get(tenant)))

    assert [e["number"] for e in put["extension"]] == ["7"]
    assert running.control("GET", "/world", tenant=tenant).json == put


def test_reset_returns_everything_but_targets_and_choices(running: Live, tenant: str, receiver: Receiver) -> None:
    """Records, calls, runs and clock are as they were; targets, readings and credentials stay."""
    before = {p: running.control("GET", p, tenant=tenant).json for p in ("/world", "/credentials", "/clock", "/calls")}
    target = point(running, tenant, receiver)
    running.control("PATCH", f"/tenants/{tenant}", {"readings": {"hubsoft": {"H1": "either"}}})
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)
    running.control("PUT", "/clock", {"forward": "3d"}, tenant=tenant)

    answer = running.control("POST", "/reset", tenant=tenant).json

    assert {p: running.control("GET", p, tenant=tenant).json for p in before} == before
    assert (answer["calls"], answer["targets"], answer["readings"]) == (0, 1, {"hubsoft": {"H1": "either"}})
    assert running.control("GET", "/targets", tenant=tenant).json == {"targets": [target]}
    assert running.control("GET", "/runs", tenant=tenant).json["runs"] == []


def test_price_list_and_balance_of_a_tenant_can_be_changed(running: Live, tenant: str) -> None:
    """What is not named stays; the other price list holds from the next call on."""
    change = {
        "prepaid": True,
        "balance": "0.10",
        "tariffs": {"INBOUND": {"per_minute": "0.60", "increments": "4/30/6"}},
    }
    first = running.control("PATCH", f"/tenants/{tenant}", change).json
    changed = running.control("PATCH", f"/tenants/{tenant}", {"tariffs": {"VC1": {"per_minute": "1.00"}}}).json

    call = running.control("POST", "/calls", {}, tenant=tenant).json
    told = running.control("GET", "/records/no_credit", tenant=tenant).json

    assert (first["prepaid"], first["balance"], first["left"]) == (True, "0.10", "0.10")
    assert changed["tariffs"] == {**change["tariffs"], "VC1": {"per_minute": "1.00"}}
    assert [record["call"] for record in told["records"]] == [call["call"]]


def test_metrics_can_be_parsed_and_count(running: Live, tenant: str, receiver: Receiver) -> None:
    """Every line is a sample of a family that was declared, and the counters grow by what happened."""
    point(running, tenant, receiver)
    running.control("POST", "/calls", {}, tenant=tenant)
    running.control("GET", "/runs/r1", tenant=tenant, wait=10)

    answer = running.control("GET", "/metrics")

    assert (answer.header("content-type") or "").startswith("text/plain; version=0.0.4")
    kinds: dict[str, str] = {}
    samples: dict[tuple[str, str], float] = {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kinds[name] = line.split(" ")
        else:
            name, rest = line.split("{")
            label, value = rest.split("} ")
            assert kinds[name] in ("counter", "gauge")
            samples[name, label] = float(value)
    mine = f'tenant="{tenant}"'
    assert samples["pbxsim_calls_total", mine] == 1
    assert samples["pbxsim_journal_entries_total", mine] == samples["pbxsim_deliveries_total", mine] == 2
    assert samples["pbxsim_jobs_waiting", mine] == 0
