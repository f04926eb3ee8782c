"""Which of Dígitro's devices may command a call, and of which one that tells."""

from datetime import timedelta

import pytest

from simulator.clock import Mode
from simulator.telephony.agents import AGENT, Agent, AgentKind
from simulator.telephony.calls import Cause, Direction, Kind, Party, State
from simulator.tenancy.transactions import Transaction
from tests.core import run, until
from tests.vendors.digitro_devices import CONFERENCE, QUEUED, RINGS, TALKS, heard, internal
from tests.vendors.digitro_stage import stage


def commanded(slug, device, *before, **fields):
    """Return the status of a device's command on a call with these events, the call then, and what is told of it."""

    async def work():
        async with stage() as on:
            call = on.call(*before)
            await on.told()
            status, _ = await on.command(slug, call, device, **fields)
            return status, on.now(call), await on.told()

    return run(work())


@pytest.mark.parametrize("device", ["1244000", "7002"])
def test_call_is_diverted_by_no_device_at_which_it_is_not(device):
    """Neither by another extension's, nor by that of a queue in which it is not."""
    where = {"DISPOSITIVO_DESTINO": "7003", "PRIORIDADE": "0", "DADOS": ""}

    for before in (TALKS, (QUEUED, RINGS[0])):
        status, call, told = commanded("executa-desvio", device, *before, **where)

        assert (status, call.engaged, told) == (400, ("111",), [])


@pytest.mark.parametrize(
    ("device", "before"),
    [
        ("111", TALKS),
        ("111", (QUEUED, RINGS[0])),
        ("1132000", (QUEUED, RINGS[0])),  # the queue's own device
        ("1244000", (QUEUED,)),
        ("1244000", ()),
    ],
)
def test_call_is_diverted_by_its_device_or_its_queue_and_by_whoever_commands_while_it_is_at_none(device, before):
    where = {"DISPOSITIVO_DESTINO": "1112000", "PRIORIDADE": "0", "DADOS": ""}

    status, call, _ = commanded("executa-desvio", device, *before, **where)

    assert (status, call.alerted) == (200, ("112",))


def test_call_that_an_agent_of_the_queue_took_is_not_the_queue_s_to_divert():
    where = {"DISPOSITIVO_DESTINO": "7003", "PRIORIDADE": "0", "DADOS": ""}

    assert commanded("executa-desvio", "1132000", QUEUED, *TALKS, **where)[0] == 400


def test_call_is_ended_by_no_device_at_which_it_is_not():
    status, call, told = commanded("finaliza-chamada", "1244000", *TALKS)

    assert (status, call.state, told) == (400, State.TALKING, [])


@pytest.mark.parametrize(
    ("slug", "before", "told"),
    [
        ("coloca-espera", CONFERENCE, ["ESPERA 113"]),
        ("recupera-espera", (*CONFERENCE, (Kind.HELD, {})), ["RECUPERACAO 113"]),
        (
            "transferencia-imediata",
            CONFERENCE,
            ["DESVIO 113>1112000", "DESLIGAMENTO 111", "DESLIGAMENTO 113", "TOQUE 1112000"],
        ),
        ("desvia-caixa-postal", CONFERENCE, ["DESVIO 113>1112000", "DESLIGAMENTO 111", "DESLIGAMENTO 113"]),
    ],
)
def test_device_that_commands_in_a_conference_is_the_one_that_is_told_of(slug, before, told):
    where = {"DISPOSITIVO_DESTINO": "1112000"} if told[0].startswith("DESVIO") else {}

    status, _, heard_then = commanded(slug, "113", *before, **where)

    assert (status, heard_then) == (200, told)


def test_step_that_names_no_extension_holds_and_resumes_for_the_agent():
    named = {"extension": "113"}

    told = heard(*CONFERENCE, then=[(Kind.HELD, {}), (Kind.RESUMED, named), (Kind.HELD, named), (Kind.RESUMED, {})])

    assert told == ["ESPERA 111", "RECUPERACAO 113", "ESPERA 113", "RECUPERACAO 111"]


@pytest.mark.parametrize("held", [(), ((Kind.HELD, {}),)])
@pytest.mark.parametrize(("device", "stays"), [("113", "111"), ("111", "113")])
def test_device_that_hangs_up_in_a_conference_leaves_the_others_to_it(device, stays, held):
    """Where the other party was to go is for the last one: it is with somebody still."""

    async def work():
        async with stage() as on:
            call = on.call(*CONFERENCE)
            on.let(call, Kind.DESTINATION_PRESET, extension="112")
            for kind, facts in held:
                on.let(call, kind, **facts)
            await on.told()
            await on.command("finaliza-chamada", call, device)
            first, left = await on.told(), on.now(call)
            await on.command("finaliza-chamada", call, stays)
            return first, left, await on.told(), on.now(call)

    first, left, last, after = run(work())

    assert first == [f"CONFERENCIA {device}", f"DESLIGAMENTO {device}"]
    assert (left.present, left.state) == ((stays,), State.HELD if held else State.TALKING)
    assert last == [f"DESVIO {stays}>1112000", f"DESLIGAMENTO {stays}", "TOQUE 1112000"]
    assert after.alerted == ("112",)


@pytest.mark.parametrize("device", ["111", "112"])
def test_call_between_two_extensions_is_over_when_either_hangs_up(device):
    async def work():
        async with stage() as on:
            call = internal(on)
            await on.told()
            await on.command("finaliza-chamada", call, device)
            return on.now(call).state, sorted(await on.told())

    assert run(work()) == (State.ENDED, ["DESLIGAMENTO 111", "DESLIGAMENTO 1112000"])


@pytest.mark.parametrize("slug", ["transferencia-imediata", "predefine-destino", "executa-desvio"])
def test_colleague_is_not_sent_to_itself(slug):
    where = {"DISPOSITIVO_DESTINO": "1112000", "PRIORIDADE": "0", "DADOS": ""}

    async def work():
        async with stage() as on:
            call = internal(on)
            status, _ = await on.command(slug, call, "111", **where)
            return status, on.now(call).present

    assert run(work()) == (400, ("111", "112"))


@pytest.mark.parametrize(
    ("slug", "told"),
    [
        ("pendulo", ["ESPERA 113", "RECUPERACAO 113"]),
        ("finaliza-reconecta", ["CONFERENCIA 113", "DESLIGAMENTO 113", "RECUPERACAO 113"]),
    ],
)
def test_device_of_a_conference_goes_back_to_its_own_held_call(slug, told):
    """And the conference goes on without it, or is held by it."""

    async def work():
        async with stage() as on:
            on.call(RINGS[2], (Kind.ANSWERED, {"extension": "113"}), (Kind.HELD, {}))
            call = on.call(*CONFERENCE)
            await on.told()
            status, _ = await on.command(slug, call, "113")
            return status, "111" in on.now(call).present, await on.told()

    assert run(work()) == (200, True, told)


def test_digits_are_told_at_the_devices_that_detect_them_but_not_at_the_one_that_sends():
    """Each device begins and stops for itself."""

    async def work():
        async with stage() as on:
            call = internal(on)
            for device in ("111", "1112000"):
                await on.command("detectar-cifras-dtmf", call, device)
            await on.told()
            await on.command("enviar-cifras-dtmf", call, "111", CIFRAS="1")
            await on.command("enviar-cifras-dtmf", call, "1112000", CIFRAS="2")
            await on.command("parar-deteccao-cifras-dtmf", call, "111")
            await on.command("enviar-cifras-dtmf", call, "1112000", CIFRAS="3")
            await on.command("enviar-cifras-dtmf", call, "111", CIFRAS="4")
            return [(e["DISPOSITIVO"], e["CIFRA"]) for e in await on.events()]

    assert run(work()) == [("1112000", "1"), ("111", "2"), ("1112000", "4")]


def test_only_who_talks_in_a_call_changes_the_queue_that_it_counts_for():
    """One that waits may be moved by whoever commands; one that rings is at neither yet."""
    fields = {"SERVICO": "7002"}

    changed = commanded("troca-servico", "111", QUEUED, *TALKS, **fields)
    strange = commanded("troca-servico", "1244000", QUEUED, *TALKS, **fields)
    waits = commanded("troca-servico", "1244000", QUEUED, **fields)
    rings = commanded("troca-servico", "111", QUEUED, RINGS[0], **fields)

    assert [each[0] for each in (changed, strange, waits, rings)] == [200, 400, 200, 400]
    assert [each[1].queue for each in (changed, strange, waits, rings)] == ["vendas", "suporte", "vendas", "suporte"]
    assert [each[2] for each in (changed, waits)] == [
        [],
        ["SAIDA_DE_FILA >1132000", "ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"],
    ]


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


def test_one_of_several_devices_that_ring_declines_for_itself():
    """The others ring on; the last one that declines refuses the call."""

    async def work():
        async with stage() as on:
            call = on.call(*RINGS[:2])
            await on.told()
            first, _ = await on.command("finaliza-chamada", call, "1112000")
            ringing, told = on.now(call).alerted, await on.told()
            last, _ = await on.command("finaliza-chamada", call, "111")
            return (first, last), ringing, told, on.now(call).last

    statuses, ringing, told, last = run(work())

    assert (statuses, ringing, told) == ((200, 200), ("111",), ["DESLIGAMENTO 1112000"])
    assert (last.kind, last.by, last.cause) == (Kind.ENDED, Party.INSIDE, Cause.REFUSED)


def test_agent_who_declines_a_call_of_a_queue_is_passed_over_as_one_who_does_not_answer():
    """It waits again, and rings at the next who is free; who declined is not offered it again at once."""
    devices = {"111": "111", "112": "1112000"}

    async def work():
        async with stage(clock=Mode.REAL) as on:
            for extension in devices:
                on.agent(extension, AgentKind.LOGGED_IN)
            await on.told()
            call = on.call(QUEUED)
            statuses = []
            for extension, device in devices.items():
                await until(on.pbx.tenant, lambda who=extension: on.now(call).alerted == (who,))
                statuses.append((await on.command("finaliza-chamada", call, device))[0])
            agent = Agent.from_document(on.pbx.tenant.records[AGENT]["112"])
            return statuses, await on.told(), on.now(call), agent

    statuses, told, call, agent = run(work())

    assert statuses == [200, 200]
    enters, leaves = "ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000"
    assert told[1:] == [
        *(enters, leaves, "TOQUE 111", "DESLIGAMENTO 111"),
        *(enters, leaves, "TOQUE 1112000", "DESLIGAMENTO 1112000", enters),
    ]
    assert (call.state, call.alerted) == (State.QUEUED, ())
    assert (agent.missed, agent.free_at - call.last.at) == (1, timedelta(seconds=5))


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
