"""Which of Dígitro's devices may command a call between two extensions."""

import pytest

from simulator.telephony.calls import Cause, Direction, Kind, State
from simulator.tenancy.transactions import Transaction
from tests.core import run
from tests.vendors.digitro_commanding import commanded
from tests.vendors.digitro_devices import TALKS, internal
from tests.vendors.digitro_stage import stage


@pytest.mark.parametrize("device", ["111", "112"])
def test_call_between_two_extensions_is_over_when_either_hangs_up(device):
    async def work():
        async with stage() as on:
            call = internal(on)
            await on.told()
            await on.command("finaliza-chamada", call, device)
            return on.now(call).state, sorted(await on.told())

    assert run(work()) == (State.ENDED, ["DESLIGAMENTO 111", "DESLIGAMENTO 1112000"])


TO_113 = {"DISPOSITIVO_DESTINO": "113", "PRIORIDADE": "0", "DADOS": ""}


def on_internal(*commands, before=None):
    """Return the statuses of commands (slug, device, fields) on an internal call, the call then, and what was told."""

    async def work():
        async with stage() as on:
            call = (before or internal)(on)
            await on.told()
            done = [(await on.command(slug, call, device, **fields))[0] for slug, device, fields in commands]
            return done, on.now(call), await on.told()

    return run(work())


@pytest.mark.parametrize("slug", ["transferencia-imediata", "executa-desvio", "predefine-destino"])
def test_nobody_sends_a_call_to_itself(slug):
    """Neither a colleague's call nor one from outside."""
    done, call, told = on_internal((slug, "111", {**TO_113, "DISPOSITIVO_DESTINO": "111"}))
    outside, *_ = commanded(slug, "111", *TALKS, **{**TO_113, "DISPOSITIVO_DESTINO": "111"})

    assert (done, call.present, told, outside) == ([400], ("111", "112"), [], 400)


def test_dialler_that_sends_an_internal_call_on_is_named():
    """By the command, and by what it preset before it hangs up: the colleague goes on."""
    done, call, told = on_internal(("transferencia-imediata", "111", TO_113))
    preset, after, heard_then = on_internal(("predefine-destino", "111", TO_113), ("finaliza-chamada", "111", {}))

    for statuses, now, events in ((done, call, told), (preset, after, heard_then)):
        assert set(statuses) == {200}
        assert (now.extension, now.alerted) == ("112", ("113",))
        assert events[:2] == ["DESVIO 111>113", "DESLIGAMENTO 111"]


def test_what_one_party_preset_is_not_for_when_the_other_hangs_up():
    done, call, _ = on_internal(("predefine-destino", "1112000", TO_113), ("finaliza-chamada", "111", {}))

    assert (done, call.state, call.last.cause) == ([200, 200], State.ENDED, Cause.NORMAL)


def test_internal_call_is_parked_and_the_other_party_waits():
    done, call, told = on_internal(("estaciona-chamada", "111", {}))

    assert (done, call.state, call.present) == ([200], State.PARKED, ("112",))
    assert told == ["ESTACIONAMENTO 111", "DESLIGAMENTO 111"]


def test_who_was_put_on_hold_does_not_take_itself_off():
    done, call, _ = on_internal(
        ("coloca-espera", "111", {}), ("recupera-espera", "1112000", {}), ("recupera-espera", "111", {})
    )

    assert (done, call.state) == ([200, 400, 200], State.TALKING)


def test_dialler_does_not_pick_up_its_own_call():
    done, call, _ = on_internal(
        ("captura-chamada", "111", {"DISPOSITIVO_DESTINO": "1112000"}), before=lambda on: internal(on, answered=False)
    )

    assert (done, call.alerted) == ([400], ("112",))


def test_outside_party_of_an_internal_call_that_was_forwarded_goes_on():
    def forwarded(on):
        pbx, tx = on.pbx.simulator.pbx, Transaction(on.pbx.tenant, on.pbx.simulator.store)
        call, _ = pbx.start(tx, Direction.INTERNAL, "114", extension="111")
        call, _ = pbx.happen(tx, call.id, Kind.RINGING, digits="37999989010")
        call, _ = pbx.happen(tx, call.id, Kind.ANSWERED)
        tx.commit()
        return call

    at_once = on_internal(("transferencia-imediata", "111", TO_113), before=forwarded)
    preset = on_internal(("predefine-destino", "111", TO_113), ("finaliza-chamada", "111", {}), before=forwarded)

    for done, call, _ in (at_once, preset):
        assert set(done) == {200}
        assert (call.direction, call.outside, call.alerted) == (Direction.OUTBOUND, "5537999989010", ("113",))
