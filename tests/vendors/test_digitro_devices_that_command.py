"""Which of Dígitro's devices may command a call, and of which one that tells."""

from datetime import timedelta

import pytest

from simulator.clock import Mode
from simulator.telephony.agents import AGENT, Agent, AgentKind
from simulator.telephony.calls import Cause, Kind, Party, State
from tests.core import run, until
from tests.vendors.digitro_commanding import commanded
from tests.vendors.digitro_devices import CONFERENCE, QUEUED, RINGS, TALKS, heard, internal
from tests.vendors.digitro_stage import stage


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
