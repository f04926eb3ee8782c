"""Prepaid accounts: what cannot be paid for does not take place, and that is told once."""

from decimal import Decimal

import pytest

from simulator.switch.crediting import NO_CREDIT, SET_ASIDE
from simulator.switch.metering import review
from simulator.telephony.calls import Cause, Direction, Kind, State
from simulator.tenancy.jobs import Task
from simulator.tenancy.tenants import Profile
from simulator.tenancy.transactions import Transaction
from tests.core import entries, pbx55, play, run, running, story
from tests.receiver import Receiver

VC1 = {"VC1": {"per_minute": "0.60", "increments": "30/6"}}


def calls_of(steps, balance, *targets, tariffs=VC1, prepaid=True, then=None):
    """Play these steps on a prepaid tenant with so much; return the tenant as it is then, and the verdict."""

    async def work():
        async with running(*targets) as simulator:
            tenant = simulator.default
            document = {**tenant.profile.to_document(), "balance": balance, "tariffs": tariffs, "prepaid": prepaid}
            simulator.change(tenant, Profile.from_document(document))
            tx = Transaction(tenant, simulator.store)
            review(simulator.pbx, tx, Decimal(balance))
            tx.commit()
            verdict = await play(simulator, story(f"scenario: paid\ntitle: Paid\nsteps:\n{steps(area_of(tenant))}\n"))
            return await then(simulator, tenant) if then else (tenant, verdict)

    return run(work())


def area_of(tenant):
    return next(iter(tenant.records["number"]))[2:4]


def outbound(name, area, after="0s", extension="111"):
    return (
        f'  - after: {after}\n    outbound: {{call: {name}, extension: "{extension}", to: "{area}987654321"}}\n'
        f"  - ring: {{call: {name}}}\n  - answer: {{call: {name}}}\n"
    )


def test_call_is_cut_where_the_next_increment_cannot_be_paid():
    """0.44 pays for 30 s at 0.30 and two increments of 6 s at 0.06 each; for a third there are 0.02."""
    tenant, _ = calls_of(lambda area: outbound("A", area), "0.44")
    call = tenant.calls["c1"]

    assert (call.state, call.last.cause, call.talk) == (State.ENDED, Cause.NO_CREDIT, 42)
    assert (call.bill.cost, tenant.balance) == (Decimal("0.42"), Decimal("0.02"))
    assert tenant.agenda.jobs == {}
    assert tenant.records[SET_ASIDE] == {}


def test_hang_up_of_a_call_that_the_credit_has_cut_is_met_and_told():
    """A scenario of a cut call may end as any other; what else it wanted of that call is told, and fails it."""

    def steps(area, last):
        return outbound("A", area) + f"  - {{after: 1min, {last}}}\n"

    _, hung_up = calls_of(lambda area: steps(area, "hangup: {call: A, by: outside}"), "0.44")
    _, held = calls_of(lambda area: steps(area, "hold: {call: A}"), "0.44")

    assert (hung_up.problem, hung_up.exit_code, held.problem, held.exit_code) == ("", 0, "", 1)
    ((met,), (missed,)) = hung_up.undone, held.undone
    assert met.text == 'hangup: call "A" was over already, by the end of the credit'
    assert (met.met, missed.met) == (True, False)


def test_talk_that_costs_nothing_yet_is_not_cut():
    """Below 4 s nothing is charged, so the call is cut when the fourth second would begin to cost."""
    tariffs = {"VC1": {"per_minute": "0.60", "increments": "4/30/6"}, "VC2": {"per_minute": "0"}}
    steps = lambda area: outbound("A", area) + outbound("B", area, extension="112")  # noqa: E731

    tenant, _ = calls_of(steps, "0.30", tariffs=tariffs)

    assert {key: (call.talk, call.bill.cost) for key, call in tenant.calls.items()} == {
        "c1": (30, Decimal("0.30")),
        "c2": (3, Decimal("0.00")),
    }
    assert tenant.balance == 0


def test_calls_at_once_share_what_is_left_and_it_never_falls_below_zero():
    steps = lambda area: "".join(outbound(name, area, extension=str(111 + n)) for n, name in enumerate("ABC"))  # noqa: E731

    tenant, _ = calls_of(steps, "1.00")

    assert all(call.last.cause is Cause.NO_CREDIT for call in tenant.calls.values())
    assert tenant.balance == Decimal("1.00") - sum(call.bill.cost for call in tenant.calls.values())
    assert 0 <= tenant.balance < Decimal("0.06")


def test_account_that_is_empty_refuses_what_costs_and_nothing_else_and_tells_it_once():
    def steps(area):
        dialled = f'outbound: {{call: %s, extension: "111", to: "{area}987654321"}}'
        return (
            f"  - {dialled % 'A'}\n  - {dialled % 'B'}\n"
            '  - outbound: {call: C, extension: "111", to: "08007654321"}\n'
            '  - inbound: {call: D, from: "37999912222"}\n  - internal: {call: E, extension: "111", to: "112"}\n'
        )

    tenant, verdict = calls_of(steps, "0.29")

    assert [call.last.cause for call in tenant.calls.values()] == [Cause.NO_CREDIT, Cause.NO_CREDIT, None, None, None]
    assert [record["call"] for record in tenant.records[NO_CREDIT].values()] == ["c1"]
    assert verdict.problem == ""


def test_text_message_that_cannot_be_paid_for_is_over_and_told_once_and_the_scenario_goes_on():
    steps = (
        '  - sms: {call: A, extension: "111", to: "37988242968"}\n'
        '  - sms: {call: B, extension: "111", to: "37988242968"}\n'
        '  - sms_in: {call: C, from: "37988242968"}\n'
    )
    with Receiver() as receiver:
        tenant, verdict = calls_of(lambda area: steps, "0.11", pbx55(receiver))
        pushed = len(receiver.requests)

    assert (verdict.problem, verdict.exit_code) == ("", 0)
    assert [(call.state, call.last.kind, call.last.cause) for call in tenant.calls.values()] == [
        (State.ENDED, Kind.SMS_UNSENT, Cause.NO_CREDIT),
        (State.ENDED, Kind.SMS_UNSENT, Cause.NO_CREDIT),
        (State.ENDED, Kind.SMS_RECEIVED, None),
    ]
    assert [record["call"] for record in tenant.records[NO_CREDIT].values()] == ["c1"]
    assert (tenant.calls["c1"].bill, tenant.balance, pushed) == (None, Decimal("0.11"), 1)


@pytest.mark.parametrize(("balance", "sent"), [("0.06", False), ("0.11", False), ("0.12", True)])
@pytest.mark.parametrize("increments", ["30/6", "4/30/6", "1/1"])
def test_text_message_costs_its_price_once_whatever_the_increments_are(increments, balance, sent):
    tariffs = {"SMS": {"per_minute": "0.12", "increments": increments}}
    steps = '  - sms: {call: A, extension: "111", to: "37988242968"}\n'

    tenant, _ = calls_of(lambda area: steps, balance, tariffs=tariffs)

    assert tenant.calls["c1"].last.kind is (Kind.SMS_SENT if sent else Kind.SMS_UNSENT)
    assert tenant.balance == Decimal("0.00" if sent else balance)


MAILBOX = "  - {after: 5s, voicemail: {call: A}}\n"


@pytest.mark.parametrize(("balance", "seconds", "left"), [("0.20", 20, "0.00"), ("0.025", 2, "0.005")])
def test_mailbox_is_metered_and_charged_since_the_line_stays_put_through(balance, seconds, left):
    """What the meter counted and what the bill takes are one: 1 cent a second, up to the last that can be paid."""
    by_second = {"VC1": {"per_minute": "0.60", "increments": "1/1"}}

    tenant, _ = calls_of(lambda area: outbound("A", area) + MAILBOX, balance, tariffs=by_second)
    call = tenant.calls["c1"]

    assert (call.last.cause, call.charged, call.talk) == (Cause.NO_CREDIT, seconds, min(seconds, 5))
    assert tenant.balance == Decimal(left)


def test_mailbox_of_a_postpaid_account_is_charged_to_its_end():
    tenant, _ = calls_of(
        lambda area: outbound("A", area) + MAILBOX + "  - {after: 10min, hangup: {call: A, by: outside}}\n",
        "10.00",
        tariffs={"VC1": {"per_minute": "0.60", "increments": "1/1"}},
        prepaid=False,
    )

    assert (tenant.calls["c1"].talk, tenant.calls["c1"].bill.cost) == (5, Decimal("6.05"))


@pytest.mark.parametrize("taken", ["answer: {call: A}", "voicemail: {call: A}"])
def test_line_that_pays_for_who_calls_it_pays_from_when_a_person_or_a_mailbox_takes_the_call(taken):
    steps = (
        '  - inbound: {call: A, from: "37999912222"}\n  - {after: 1s, ring: {call: A, extension: "111"}}\n'
        f"  - after: 1s\n    {taken}\n  - {{after: 60s, hangup: {{call: A, by: outside}}}}\n"
    )
    inbound = {"INBOUND": {"per_minute": "0.60", "increments": "1/1"}}

    cut, _ = calls_of(lambda area: steps, "0.50", tariffs=inbound)
    tenant, _ = calls_of(lambda area: steps, "10.00", tariffs=inbound)

    assert (cut.calls["c1"].charged, cut.balance) == (50, 0)
    assert (tenant.calls["c1"].charged, tenant.balance) == (60, Decimal("9.40"))


def test_end_of_the_credit_is_told_with_what_is_left_after_the_bill_and_what_others_have_set_aside():
    """Of 6.60 each call has 0.30 for its first 30 s; then 6.00 more are there for one of the two only."""
    steps = "".join(outbound(name, "11", extension=str(111 + n)) for n, name in enumerate("AB"))
    tariffs = {name: {"per_minute": "0.60", "increments": "30/600"} for name in ("VC1", "VC2", "VC3")}

    tenant, _ = calls_of(lambda area: steps, "6.60", tariffs=tariffs)

    told = list(tenant.records[NO_CREDIT].values())
    assert [(record["call"], record["balance"], record["set_aside"]) for record in told] == [("c2", "6.30", "6.30")]


def test_account_that_was_given_more_calls_again_and_its_end_is_told_again():
    async def again(simulator, tenant):
        told = [len(tenant.records[NO_CREDIT])]
        for balance in ("0.00", "0.30"):
            tx = Transaction(tenant, simulator.store)
            if balance != "0.00":
                review(simulator.pbx, tx, Decimal(balance))
            tx.commit()
            await play(simulator, story(f"scenario: again\ntitle: Again\nsteps:\n{outbound('A', area_of(tenant))}"))
            told.append(len(tenant.records[NO_CREDIT]))
        return told, [(call.last.cause, call.talk) for call in tenant.calls.values()]

    told, calls = calls_of(lambda area: outbound("A", area), "0.30", then=again)

    assert told == [1, 1, 2]
    assert calls == [(Cause.NO_CREDIT, 30), (Cause.NO_CREDIT, 0), (Cause.NO_CREDIT, 30)]


def test_account_that_is_not_prepaid_is_never_cut():
    steps = lambda area: outbound("A", area) + "  - {after: 10min, hangup: {call: A, by: outside}}\n"  # noqa: E731

    tenant, _ = calls_of(steps, "0.10", prepaid=False)

    assert tenant.calls["c1"].talk == 600
    assert tenant.balance == Decimal("-5.90")


def test_call_that_is_over_before_its_money_costs_what_it_talked():
    steps = lambda area: outbound("A", area) + "  - {after: 31s, hangup: {call: A, by: outside}}\n"  # noqa: E731

    tenant, verdict = calls_of(steps, "10.00")

    assert verdict.problem == ""
    assert (tenant.calls["c1"].last.cause, tenant.balance) == (Cause.NORMAL, Decimal("9.64"))
    assert tenant.agenda.jobs == {}


@pytest.mark.parametrize("balance", ["0.10", "0.44"])
def test_vendor_tells_of_a_call_without_credit_and_keeps_its_contract(balance):
    """No vendor has a message of its own for it: 55PBX's final push has what is left."""
    with Receiver() as receiver:
        steps = lambda area: f'  - outbound: {{call: A, extension: "111", to: "{area}987654321"}}\n'  # noqa: E731
        whole = (lambda area: outbound("A", area)) if balance == "0.44" else steps
        tenant, verdict = calls_of(whole, balance, pbx55(receiver))

    assert [e.exchange.message for e in entries(tenant)] == ["started", "ended"]
    assert verdict.findings == ()
    assert tenant.calls["c1"].last.kind is Kind.ENDED


def test_what_a_call_would_cost_is_looked_at_no_more_once_it_is_over():
    """Else a verdict would wait until the next increment would have begun."""
    steps = lambda area: outbound("A", area) + "  - {after: 10s, hangup: {call: A, by: outside}}\n"  # noqa: E731

    async def passed(simulator, tenant):
        return tenant.now() - tenant.calls["c1"].started

    assert calls_of(steps, "5.00", then=passed).total_seconds() == 10


def test_call_that_is_answered_and_picked_up_at_once_is_looked_at_once():
    async def looks(simulator, tenant):
        tx = Transaction(tenant, simulator.store)
        call, _ = simulator.pbx.start(tx, Direction.OUTBOUND, f"{area_of(tenant)}987654321", extension="111")
        for kind, extension in ((Kind.RINGING, None), (Kind.ANSWERED, None), (Kind.PARKED, None)):
            simulator.pbx.happen(tx, call.id, kind, extension=extension)
        simulator.pbx.happen(tx, call.id, Kind.PICKED_UP, extension="112")
        jobs = [j for j in tx.deeds_of(call.id) if j.task is Task.METER and j.body["charged"] is not None]
        return len(jobs)

    assert calls_of(lambda area: outbound("A", area), "0.30", then=looks) == 1
