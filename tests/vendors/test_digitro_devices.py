"""Which device each of Dígitro's events names, and that one which rang or talked is told when it no longer does."""

import json

import pytest

from scenarios.loader import library
from simulator.switch.moves import attended_transfer
from simulator.telephony.calls import Cause, Direction, Kind, Party
from simulator.tenancy.transactions import Transaction
from tests.core import run
from tests.golden.transcripts import path_of
from tests.vendors.digitro_devices import CONFERENCE, QUEUED, RINGS, TALKS, heard, internal
from tests.vendors.digitro_stage import stage

# Who leaves a conference is told of by the same event as who comes, and then by its release.
COMING = ("INICIO_DE_CHAMADA", "TOQUE", "ATENDIMENTO", "CAPTURA", "CONFERENCIA")
WHERE = {"EVENTO", "DISPOSITIVO", "ID_CHAMADA"}
NORMAL = {"by": Party.OUTSIDE, "cause": Cause.NORMAL}


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (Kind.ANSWERED, ["ATENDIMENTO 1112000", "DESLIGAMENTO 111", "DESLIGAMENTO 113"]),
        (Kind.PICKED_UP, ["CAPTURA 1112000", "ATENDIMENTO 1112000", "DESLIGAMENTO 111", "DESLIGAMENTO 113"]),
    ],
)
def test_devices_that_rang_beside_the_one_that_took_the_call_ring_no_more(then, told):
    assert heard(*RINGS, then=[(then, {"extension": "112"})]) == told


def test_device_that_rang_is_told_of_when_a_colleague_picks_up():
    told = heard(QUEUED, RINGS[0], then=[(Kind.PICKED_UP, {"extension": "114"})])

    assert told == ["CAPTURA 114", "ATENDIMENTO 114", "DESLIGAMENTO 111"]


def test_scripted_transfer_tells_of_every_device_that_was_in_the_call():
    """As the command that transfers at once does; the call goes on, under the same ID_CHAMADA."""

    async def work():
        async with stage() as on:
            call = on.call(*CONFERENCE)
            await on.told()
            tx = Transaction(on.pbx.tenant, on.pbx.simulator.store)
            on.pbx.simulator.pbx.transfer(tx, call.id, "112")
            tx.commit()
            return await on.events(), on.name(call)

    events, name = run(work())

    assert [(e["EVENTO"][10:], e["DISPOSITIVO"]) for e in events] == [
        *(("DESVIO", "111"), ("DESLIGAMENTO", "111"), ("DESLIGAMENTO", "113"))
    ]
    assert {e["ID_CHAMADA"] for e in events} == {name}


def test_device_that_stays_in_the_call_that_goes_on_is_told_nothing():
    async def work():
        async with stage() as on:
            call = internal(on)
            await on.told()
            pbx, tx = on.pbx.simulator.pbx, Transaction(on.pbx.tenant, on.pbx.simulator.store)
            new, _ = pbx.start(tx, Direction.INTERNAL, "113", extension="111", origin=call.id)
            pbx.happen(tx, call.id, Kind.TRANSFERRED, extension="113", other=new.id)
            tx.commit()
            return await on.told()

    assert run(work()) == ["DESVIO 1112000>113", "DESLIGAMENTO 1112000"]


def test_attended_transfer_tells_of_both_calls_of_the_device():
    async def work():
        async with stage() as on:
            call = on.call(*TALKS, (Kind.HELD, {}))
            asked = on.call(RINGS[1], (Kind.ANSWERED, {"extension": "112"}), extension="111")
            await on.told()
            tx = Transaction(on.pbx.tenant, on.pbx.simulator.store)
            attended_transfer(on.pbx.simulator.pbx, tx, call.id, "112", asked.id)
            tx.commit()
            return await on.told()

    told = run(work())

    assert told[:2] == ["DESVIO 111>1112000", "DESLIGAMENTO 111"]
    assert sorted(told[2:4]) == ["DESLIGAMENTO 111", "DESLIGAMENTO 1112000"]
    assert told[4:] == ["ATENDIMENTO 1112000"]


@pytest.mark.parametrize("scenario", library())
def test_each_device_that_came_to_a_call_is_told_to_leave_it_once(scenario):
    """In every transcript: who rings, talks or dials has a release of its own, and no other device has one.

    One may ring on at the end of a transcript.
    """
    bodies = [json.loads(line).get("body", {}) for line in path_of(scenario).read_text("utf-8").splitlines()]
    told = [
        (e["EVENTO"].removeprefix("EVENTO_DE_"), e["DISPOSITIVO"], e["ID_CHAMADA"]) for e in bodies if e.keys() >= WHERE
    ]

    there, wrong = set(), []
    for name, *who in told:
        if name == "DESLIGAMENTO":
            wrong += [] if tuple(who) in there else [who]
            there.discard(tuple(who))
        elif name in COMING:
            there.add(tuple(who))

    rings_on = {tuple(who) for name, *who in told[-1:] if name == "TOQUE"}
    assert (there, wrong) == (rings_on, [])


def test_outside_number_that_stops_ringing_is_no_end_of_the_call():
    """Nor is the end told twice, where nothing follows."""
    rings_out = [(Kind.RINGING, {}), (Kind.UNANSWERED, {})]

    forwarded = heard(then=[*rings_out, RINGS[2], (Kind.ENDED, NORMAL)])
    queued = heard(QUEUED, then=rings_out)
    dialled = heard(then=[*rings_out, (Kind.ENDED, NORMAL)], extension="111")

    assert forwarded == ["TOQUE 113", "DESLIGAMENTO 113"]
    assert queued == ["SAIDA_DE_FILA >1132000", "ENTRADA_EM_FILA >1132000"]
    assert dialled == ["DESLIGAMENTO 111"]
