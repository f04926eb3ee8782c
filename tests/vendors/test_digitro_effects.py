"""What each of Dígitro's commands does: the state that it needs, the one that it reaches, and what is told of it.

All but what the four known pages say is inferred; here it is held as the contract describes it.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Cause, Direction, Kind, Party, State
from simulator.telephony.conduct import CONDUCT, Conduct, Outcome
from simulator.vendors.digitro.samples import SAMPLES
from tests.core import run
from tests.vendors.digitro_stage import stage
from tests.vendors.digitro_world import PRINTED_CALL

RECEIVED = (200, {})

QUEUED = (Kind.QUEUED, {"queue": "suporte"})
RINGS = (Kind.RINGING, {"extension": "125"})
ANSWERS = (Kind.ANSWERED, {"extension": "125"})
RINGS_ELSEWHERE = (Kind.RINGING, {"extension": "124"})
ANSWERS_ELSEWHERE = (Kind.ANSWERED, {"extension": "124"})
HELD = (Kind.HELD, {})
PARKED = (Kind.PARKED, {})
DETECTS = "detectar-cifras-dtmf"


@dataclass(frozen=True)
class Case:
    """What stands before a command, which may be held calls and commands beside it, and what comes of it."""

    before: tuple = ()
    fields: dict = field(default_factory=dict)
    wrong: tuple = ()  # a call as it must not be
    after: State = State.TALKING
    present: tuple = ("125",)
    told: tuple = ()


TALKS = (RINGS, ANSWERS)
ELSEWHERE = {"DISPOSITIVO_DESTINO": "1244000"}

# The commands that are about one call; those that need more than one, or an agent, have tests of their own.
ONE_CALL = {
    "desvia-caixa-postal": Case(
        TALKS, ELSEWHERE, (QUEUED,), State.MAILBOX, (), ("DESVIO 1125000>1244000", "DESLIGAMENTO 1125000")
    ),
    "predefine-destino": Case(TALKS, ELSEWHERE, (*TALKS, HELD)),
    "coloca-espera": Case(TALKS, {}, (RINGS,), State.HELD, told=("ESPERA 1125000",)),
    "recupera-espera": Case((*TALKS, HELD), {}, TALKS, told=("RECUPERACAO 1125000",)),
    "intercala-dispositivo": Case(
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE),
        ELSEWHERE,
        (RINGS_ELSEWHERE,),
        present=("124", "125"),
        told=("CONFERENCIA 1125000",),
    ),
    "transferencia-imediata": Case(
        TALKS,
        ELSEWHERE,
        (*TALKS, HELD),
        State.RINGING,
        (),
        ("DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"),
    ),
    "finaliza-chamada": Case(
        TALKS, {}, (*TALKS, (Kind.ENDED, {"cause": Cause.NORMAL})), State.ENDED, (), ("DESLIGAMENTO 1125000",)
    ),
    "atende-chamada": Case((RINGS,), {}, (RINGS_ELSEWHERE,), told=("ATENDIMENTO 1125000",)),
    "captura-estacionada": Case(
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, PARKED),
        {},
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE),
        told=("CAPTURA 1125000", "ATENDIMENTO 1125000"),
    ),
    "captura-dac": Case(
        (QUEUED,),
        {"DISPOSITIVO_DESTINO": "1132000"},
        ((Kind.QUEUED, {"queue": "vendas"}),),
        told=("SAIDA_DE_FILA >1132000", "CAPTURA 1125000", "ATENDIMENTO 1125000"),
    ),
    "captura-chamada": Case(
        (RINGS_ELSEWHERE,),
        ELSEWHERE,
        (RINGS,),
        told=("CAPTURA 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1244000"),
    ),
    "estaciona-chamada": Case(
        TALKS, {}, (RINGS,), State.PARKED, (), ("ESTACIONAMENTO 1125000", "DESLIGAMENTO 1125000")
    ),
    "troca-servico": Case(
        (QUEUED,),
        {"SERVICO": "7002"},
        ((Kind.QUEUED, {"queue": "vendas"}),),
        State.RINGING,  # nobody has logged in to that queue
        (),
        ("SAIDA_DE_FILA >1132000", "ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"),
    ),
    "define-fonte-musica": Case((*TALKS, HELD), {"FONTE_MUSICA": "10"}, TALKS, State.HELD),
    "associa-dados": Case(
        (QUEUED,),
        {"DADOS": "novo"},
        ((Kind.ENDED, {"cause": Cause.ABANDONED}),),
        State.QUEUED,
        (),
        ("DADOS_ASSOCIADOS",),
    ),
    DETECTS: Case(TALKS, {}, (RINGS,)),
    "parar-deteccao-cifras-dtmf": Case(TALKS, {}, (RINGS,)),
    "enviar-cifras-dtmf": Case(TALKS, {"CIFRAS": "1#"}, (*TALKS, HELD)),
}


@pytest.mark.parametrize("slug", ONE_CALL)
def test_command_reaches_its_state_and_tells_what_it_did(slug):
    case = ONE_CALL[slug]

    async def work():
        async with stage() as on:
            call = on.call(*case.before)
            await on.told()
            answer = await on.command(slug, call, **case.fields)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert answer == RECEIVED
    assert (call.state, call.present) == (case.after, case.present)
    assert tuple(told) == case.told


@pytest.mark.parametrize("switch", ["status", "event"])
@pytest.mark.parametrize("slug", ONE_CALL)
def test_command_on_a_call_in_another_state_changes_nothing(slug, switch):
    """It is refused at once, or received and told to have failed, as the tenant's switch says."""
    case = ONE_CALL[slug]

    async def work():
        async with stage(switches={"digitro": {"refusals": switch}}) as on:
            call = on.call(*case.wrong)
            await on.told()
            status, _ = await on.command(slug, call, **case.fields)
            return status, on.now(call) == call, await on.told()

    refused = (400, True, []) if switch == "status" else (200, True, ["FALHA 1125000"])
    assert run(work()) == refused


def test_mailbox_takes_a_call_that_rings_as_well():
    async def work():
        async with stage() as on:
            call = on.call(RINGS)
            await on.told()
            answer = await on.command("desvia-caixa-postal", call, **ELSEWHERE)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.state, call.alerted) == (RECEIVED, State.MAILBOX, ())
    assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000"]


@pytest.mark.parametrize(
    ("to", "arrives"),
    [
        ("1244000", ["TOQUE 1244000"]),
        ("7002", ["ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"]),
    ],
)
def test_other_party_goes_on_where_it_was_preset_when_the_device_ends_the_call(to, arrives):
    """To an extension or a queue; nothing is told before."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            answer = await on.command("predefine-destino", call, DISPOSITIVO_DESTINO=to)
            before = await on.told()
            await on.command("finaliza-chamada", call)
            return answer, before, on.now(call), await on.told()

    answer, before, call, told = run(work())

    assert (answer, before) == (RECEIVED, [])
    assert (call.origin, call.state) == ("c1", State.RINGING)
    assert told == [f"DESVIO 1125000>{to}", "DESLIGAMENTO 1125000", *arrives]


def test_caller_who_hangs_up_goes_nowhere():
    """What was preset is for the end by the device."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.command("predefine-destino", call, **ELSEWHERE)
            await on.told()
            on.let(call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return on.now(call), await on.told()

    call, told = run(work())

    assert (call.id, call.state, told) == ("c1", State.ENDED, ["DESLIGAMENTO 1125000"])


def test_call_to_a_queue_goes_on_to_the_device_that_the_diversion_named_when_its_agent_ends_it():
    """Priority, time in queue and time after it are the queue's; DADOS and ID_CHAMADA go with the call throughout."""
    place = {"PRIORIDADE": "3", "TEMPO_FILA": "23", "TEMPO_POS_ATENDIMENTO": "5", "DADOS": "111222333-44;Fulano"}
    way = {"DISPOSITIVO_DESTINO": "1132000", "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": "1244000"}

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            await on.command("executa-desvio", call, **way, **place)
            waits, entered = on.now(call).waits, (await on.events())[2]
            answered = await on.command("atende-chamada", call, "111")
            await on.command("finaliza-chamada", call, "111")
            return waits, entered, answered, on.now(call), await on.events(), on.name(call)

    waits, entered, answered, call, events, name = run(work())

    assert (waits.priority, waits.waited, waits.wrap_up) == (3, 23, 5)
    assert (entered["PRIORIDADE"], entered["TEMPO_FILA"], entered["DADOS"]) == ("3", "23", "111222333-44;Fulano")
    assert (answered, call.alerted) == (RECEIVED, ("124",))
    assert [e["EVENTO"].removeprefix("EVENTO_DE_") for e in events] == [
        "ATENDIMENTO",
        "DESVIO",
        "DESLIGAMENTO",
        "TOQUE",
    ]
    assert events[-1]["DADOS"] == "111222333-44;Fulano"
    assert {e["ID_CHAMADA"] for e in events} == {name}


def test_diversion_of_a_ringing_call_takes_it_from_the_device():
    """Nothing says that the call came back to the queue meanwhile."""

    async def work():
        async with stage() as on:
            call = on.call(QUEUED, RINGS)
            await on.told()
            answer = await on.command("executa-desvio", call, DISPOSITIVO_DESTINO="7002", PRIORIDADE="0", DADOS="")
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.queue, call.alerted) == (RECEIVED, "vendas", ("116",))
    assert told == [
        *("DESVIO 1125000>7002", "DESLIGAMENTO 1125000"),
        *("ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"),
    ]


def test_transfer_brings_new_data_or_keeps_the_old():
    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.command("associa-dados", call, DADOS="um")
            await on.command("transferencia-imediata", call, DISPOSITIVO_DESTINO="1244000")
            await on.command("atende-chamada", call, "1244000")
            await on.command("transferencia-imediata", call, "1244000", DISPOSITIVO_DESTINO="1112000", DADOS="dois")
            return [
                (e["DISPOSITIVO"], e["DADOS"]) for e in await on.events() if "TOQUE" in e["EVENTO"] and "DADOS" in e
            ]

    assert run(work()) == [("1244000", "um"), ("1112000", "dois")]


def test_ringing_call_is_transferred_at_once():
    async def work():
        async with stage() as on:
            call = on.call(RINGS)
            await on.told()
            answer = await on.command("transferencia-imediata", call, **ELSEWHERE)
            return answer, on.now(call), await on.told()

    answer, call, told = run(work())

    assert (answer, call.alerted, call.origin) == (RECEIVED, ("124",), None)
    assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"]


@pytest.mark.parametrize("kinds", [(), (AgentKind.LOGGED_IN,), (AgentKind.LOGGED_IN, AgentKind.PAUSED)])
def test_transfer_to_a_paused_device_needs_one_that_is_logged_in_and_pauses(kinds):
    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            for kind in kinds:
                on.agent("124", kind)
            await on.quiet()
            await on.told()
            answer = await on.command("transfere-dispositivo-pausa", call, **ELSEWHERE)
            return answer[0], on.now(call), await on.told()

    status, call, told = run(work())

    if AgentKind.PAUSED in kinds:
        assert (status, call.alerted) == (200, ("124",))
        assert told == ["DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"]
    else:
        assert (status, call.state, told) == (400, State.TALKING, [])


@pytest.mark.parametrize(
    ("slug", "first", "told"),
    [
        ("pendulo", State.HELD, ["ESPERA 1125000", "RECUPERACAO 1125000"]),
        ("finaliza-reconecta", State.ENDED, ["DESLIGAMENTO 1125000", "RECUPERACAO 1125000"]),
    ],
)
def test_device_goes_back_to_the_call_that_it_held_last(slug, first, told):
    """It may hold several; without a held one, and on the held one, the command is refused."""

    async def work():
        async with stage() as on:
            oldest, held, active = on.call(*TALKS, HELD), on.call(*TALKS, HELD), on.call(*TALKS)
            alone = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            await on.told()
            refused = [
                (await on.command(slug, call, device))[0] for call, device in ((held, "1125000"), (alone, "1244000"))
            ]
            answer = await on.command(slug, active)
            return refused, answer, [on.now(c).state for c in (oldest, held, active, alone)], await on.told()

    refused, answer, states, heard = run(work())

    assert (refused, answer) == ([400, 400], RECEIVED)
    assert states == [State.HELD, State.TALKING, first, State.TALKING]
    assert heard == told


@pytest.mark.parametrize(
    "slug", ["atende-chamada", "recupera-espera", "captura-estacionada", "captura-dac", "captura-chamada"]
)
def test_device_takes_a_call_only_while_it_talks_in_no_other(slug):
    case = ONE_CALL[slug]

    async def work():
        async with stage() as on:
            talks, call = on.call(*TALKS), on.call(*case.before)
            busy = await on.command(slug, call, **case.fields)
            unchanged = on.now(call) == call
            await on.command("coloca-espera", talks)
            return busy[0], unchanged, await on.command(slug, call, **case.fields)

    assert run(work()) == (400, True, RECEIVED)


def test_device_that_is_not_free_does_not_break_in():
    async def work():
        async with stage() as on:
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            on.call(RINGS)
            return (await on.command("intercala-dispositivo", call, **ELSEWHERE))[0], on.now(call).present

    assert run(work()) == (400, ("124",))


def test_end_of_a_conference_is_told_of_each_device():
    """A caller who hangs up ends it for all; nobody parks what others of the PBX talk in."""

    async def work():
        async with stage() as on:
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, (Kind.BROKE_IN, {"extension": "125"}))
            on.let(call, Kind.JOINED, extension="112")
            on.let(call, Kind.LEFT, extension="112")
            await on.told()
            parked = await on.command("estaciona-chamada", call)
            on.let(call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return parked[0], await on.told()

    assert run(work()) == (400, ["DESLIGAMENTO 1244000", "DESLIGAMENTO 1125000"])


def test_call_keeps_its_place_when_it_changes_to_another_service():
    async def work():
        async with stage() as on:
            call = on.call((Kind.QUEUED, {"queue": "suporte", "priority": 4, "waited": 40, "wrap_up": 9}))
            await on.command("troca-servico", call, SERVICO="7002")
            return on.now(call)

    call = run(work())

    assert (call.queue, call.waits.priority, call.waits.waited, call.waits.wrap_up) == ("vendas", 4, 40, 9)


def test_call_that_came_from_a_queue_goes_on_talking_and_counts_for_another():
    """And not for the same one again; a call that came from no queue has no service to change.

    No queue is entered or left by that, so nothing is told; every vendor that names a call's queue names the new one.
    """

    async def work():
        async with stage() as on:
            call, direct = on.call(QUEUED, *TALKS), on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            await on.told()
            answers = [
                await on.command("troca-servico", each, SERVICO=service)
                for each, service in (
                    (call, "7002"),
                    (call, "7002"),
                    (direct, "7002"),
                    (call, "1132000"),
                    (call, "1244000"),
                )
            ]
            queues = [e.queue for e in on.now(call).events if e.kind is Kind.QUEUE_CHANGED]
            return [status for status, _ in answers], on.now(call), queues, await on.told()

    statuses, call, queues, told = run(work())

    assert (statuses, call.state, call.queue) == ([200, 400, 400, 200, 400], State.TALKING, "suporte")
    assert (queues, told) == (["vendas", "suporte"], [])


def test_music_is_kept_with_the_call():
    async def work():
        async with stage() as on:
            call = on.call(QUEUED)
            answer = await on.command("define-fonte-musica", call, FONTE_MUSICA="7")
            return answer, on.pbx.tenant.records["digitro.call"][call.id]["music"]

    assert run(work()) == (RECEIVED, "7")


def test_digits_are_told_between_the_two_commands_only():
    """Each by itself, those that the caller presses: what the device sends is detected at the far end, if at all."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            await on.told()
            on.let(call, Kind.DIGITS_PRESSED, digits="1", by=Party.OUTSIDE)
            await on.command(DETECTS, call)
            on.let(call, Kind.DIGITS_PRESSED, digits="23", by=Party.OUTSIDE)
            await on.command("enviar-cifras-dtmf", call, CIFRAS="#A")
            await on.command("parar-deteccao-cifras-dtmf", call)
            await on.command("enviar-cifras-dtmf", call, CIFRAS="9")
            return await on.events()

    events = run(work())

    assert [(e["EVENTO"], e["DISPOSITIVO"], e["CIFRA"]) for e in events] == [
        ("EVENTO_DE_CIFRA_DTMF", "1125000", digit) for digit in "23"
    ]


def test_agent_enters_a_queue_and_is_offered_what_waits_there():
    """Right after LOGIN; who is there already, and who is not, are refused."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(answer=5, talk=60).to_document())
            on.call(QUEUED)
            await on.told()
            words = {"DISPOSITIVO_DESTINO": "1132000"}
            early = await on.command("login-logout-dac", None, **words, OPERACAO="LOGOUT")
            entered = await on.command("login-logout-dac", None, **words, OPERACAO="LOGIN")
            await on.quiet()
            again = await on.command("login-logout-dac", None, **words, OPERACAO="LOGIN")
            left = await on.command("login-logout-dac", None, **words, OPERACAO="LOGOUT")
            wrong = await on.command("login-logout-dac", None, DISPOSITIVO_DESTINO="1244000", OPERACAO="LOGIN")
            return [status for status, _ in (early, entered, again, left, wrong)], await on.told()

    statuses, told = run(work())

    assert statuses == [400, 200, 400, 200, 400]
    assert told == [
        "LOGIN 1125000>1132000",
        *("SAIDA_DE_FILA >1132000", "TOQUE 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1125000"),
        "LOGOUT 1125000>1132000",
    ]


def test_failed_login_is_told_where_the_switch_says_so():
    async def work():
        async with stage(switches={"digitro": {"refusals": "event"}}) as on:
            answer = await on.command("login-logout-dac", None, DISPOSITIVO_DESTINO="1132000", OPERACAO="LOGOUT")
            return answer, await on.events()

    answer, (event,) = run(work())

    assert answer == RECEIVED
    assert event["MOTIVO"].startswith("agent 125 is not logged in")
    assert "ID_CHAMADA" not in event


def test_call_that_its_agent_lets_ring_is_told_to_wait_again():
    async def work():
        async with stage() as on:
            on.agent("125", AgentKind.LOGGED_IN)
            await on.quiet()
            await on.told()
            on.call(QUEUED)
            await on.quiet()
            return await on.told()

    told = run(work())

    offer = ["SAIDA_DE_FILA >1132000", "TOQUE 1125000", "DESLIGAMENTO 1125000", "ENTRADA_EM_FILA >1132000"]
    assert told == ["INICIO_DE_CHAMADA", "ENTRADA_EM_FILA >1132000", *offer * 3]


@pytest.mark.parametrize("slug", ["verifica-senha", "valida-usuario"])
def test_password_is_verified(slug):
    """A right one is received, a wrong one forbidden; nothing changes and nothing is told."""

    async def work():
        async with stage() as on:
            right = await on.command(slug, None, CONTA="1114000", SENHA="1234")
            wrong = await on.command(slug, None, CONTA="1114000", SENHA="1235")
            return right, wrong[0], await on.told()

    assert run(work()) == (RECEIVED, 403, [])


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [(Outcome.BUSY, Cause.BUSY), (Outcome.NO_ANSWER, Cause.NO_ANSWER), (Outcome.MACHINE, Cause.MACHINE)],
)
def test_predictive_call_that_nobody_answers_never_reaches_the_device(outcome, cause):
    """What the called party does is the call's conduct."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(outcome=outcome, ring=8).to_document())
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="04832817000")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told()

    call, told = run(work())

    assert (call.state, call.last.cause, call.duration) == (State.ENDED, cause, 8)
    assert told == ["INICIO_DE_CHAMADA 1125000", "DESLIGAMENTO"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ["DESLIGAMENTO"]),
        ({"CPD": "1"}, ["DESLIGAMENTO"]),
        ({"CPD": "0"}, ["ATENDIMENTO", "TOQUE 1125000"]),
    ],
)
def test_answering_machine_reaches_the_device_when_nobody_listens_for_one(fields, told):
    """The number is that of a machine; with detection, or where nothing is said of it, its call is over."""

    async def work():
        async with stage() as on:
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="037999989005", **fields)
            await on.quiet()
            return await on.told()

    assert run(work())[1:] == told


def test_person_whom_a_dialler_reached_waits_for_an_agent_so_long_and_hangs_up():
    """Nobody serves the queue: it is an abandoned call, and each vendor's word for one that failed."""

    async def work():
        async with stage() as on:
            on.agent("111", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            await on.told()
            await on.command("chamada-preditiva", None, "1132000", ROTA="0", IDENTIDADE_DESTINO="037999989011")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told()

    call, told = run(work())

    assert (call.state, call.last.cause, call.duration) == (State.ENDED, Cause.ABANDONED, 13)
    assert (call.abandoned, call.connected) == (True, False)
    assert told[1:] == ["ATENDIMENTO", "ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000", "DESLIGAMENTO"]


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("1125000", ["ATENDIMENTO", "TOQUE 1125000"]),
        ("1132000", ["ATENDIMENTO", "ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000", "TOQUE 111"]),
    ],
)
def test_predictive_call_goes_to_the_device_when_it_is_answered(device, told):
    """To an extension, which rings, or to a queue, where one does; it is one call throughout."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(ring=8).to_document())
            _, answer = await on.command(
                "chamada-preditiva", None, device, ROTA="0", IDENTIDADE_DESTINO="04832817000", DADOS="x"
            )
            await on.quiet()
            return answer, on.pbx.tenant.calls, await on.events(), on.pbx.tenant.records.get("onward")

    answer, calls, events, onward = run(work())

    assert list(calls) == ["c1"]
    assert {e["ID_CHAMADA"] for e in events} == {answer["ID_CHAMADA"]}
    assert [e["EVENTO"].removeprefix("EVENTO_DE_") for e in events[1:]] == [each.split()[0] for each in told]
    assert events[-1]["DADOS"] == "x"
    assert list(onward) == ["c1"]


def test_predictive_call_is_answered_at_the_device_and_forgotten_at_its_end():
    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(ring=8, answer=3, talk=60).to_document())
            await on.command("chamada-preditiva", None, ROTA="0", IDENTIDADE_DESTINO="04832817000")
            await on.quiet()
            return on.pbx.tenant.calls["c1"], await on.told(), on.pbx.tenant.records.get("onward")

    call, told, onward = run(work())

    assert [(e.kind, e.extension) for e in call.events[2:-1]] == [
        (Kind.ANSWERED, None),
        (Kind.RINGING, "125"),
        (Kind.ANSWERED, "125"),
    ]
    assert told[1:] == ["ATENDIMENTO", "TOQUE 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1125000"]
    assert not onward


def test_call_by_a_route_needs_a_free_device():
    """One that holds its call may consult; who rings, talks or dials may not."""

    async def work():
        async with stage() as on:
            call = on.call(*TALKS)
            fields = {"ROTA": "0", "IDENTIDADE_DESTINO": "04832817001"}
            talks = await on.command("chamada-rota", None, **fields)
            await on.command("coloca-espera", call)
            await on.told()
            holds = await on.command("chamada-rota", None, **fields)
            dials = await on.command("chamada-rota", None, **fields)
            return talks[0], holds[0], dials[0], on.pbx.tenant.calls["c2"], await on.told()

    talks, holds, dials, call, told = run(work())

    assert (talks, holds, dials) == (400, 200, 400)
    assert (call.state, call.extension) == (State.RINGING, "125")
    assert told == ["INICIO_DE_CHAMADA 1125000"]


def test_command_on_a_call_that_is_over_or_strange_is_refused():
    async def work():
        async with stage() as on:
            over = on.call((Kind.ENDED, {"cause": Cause.ABANDONED}))
            return [
                (slug, (await on.command(slug, call, **case.fields))[0])
                for slug, case in ONE_CALL.items()
                for call in (over, "02/03/26 09:00:00 010A 0000/00")
            ]

    assert {status for _, status in run(work())} == {400}


def test_held_call_goes_on_though_who_took_it_talks_elsewhere_once_that_agent_has_left_it():
    """It is the call of who stayed, and that device alone is asked whether it talks in another."""

    async def work():
        async with stage() as on:
            on.agent("124", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            call = on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, (Kind.BROKE_IN, {"extension": "125"}))
            on.let(call, Kind.LEFT, extension="124")
            on.let(call, Kind.HELD)
            on.call(RINGS_ELSEWHERE, ANSWERS_ELSEWHERE)
            own = on.call((Kind.RINGING, {"extension": "125"}), (Kind.ANSWERED, {"extension": "125"}))
            await on.told()
            refused = await on.command("recupera-espera", call)
            await on.command("finaliza-chamada", own, "1125000")
            await on.told()
            return refused[0], await on.command("recupera-espera", call), await on.told()

    assert run(work()) == (400, RECEIVED, ["RECUPERACAO 1125000"])


def test_sample_call_does_not_begin_while_its_agent_talks_elsewhere():
    async def work():
        async with stage() as on:
            on.agent("125", AgentKind.LOGGED_IN, AgentKind.PAUSED)
            call = on.call(*TALKS)
            busy = await on.command(DETECTS, PRINTED_CALL)
            await on.command("finaliza-chamada", call)
            return busy[0], await on.command(DETECTS, PRINTED_CALL)

    assert run(work()) == (400, RECEIVED)


def test_no_order_of_commands_breaks_anything():
    """Whatever is commanded of whichever call by whichever device, it is done or refused, and told in order."""
    drawn = Random(4)
    slugs = [*ONE_CALL, "executa-desvio", "pendulo", "finaliza-reconecta", "transfere-dispositivo-pausa"]
    slugs += ["login-logout-dac", "chamada-rota", "chamada-preditiva"]
    devices, destinations = ("1125000", "1244000", "1112000", "1132000"), ("1125000", "1244000", "1132000", "7002")

    def fields():
        return {
            "DISPOSITIVO_DESTINO": drawn.choice(destinations),
            "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA": drawn.choice(destinations),
            "SERVICO": drawn.choice(destinations),
            "OPERACAO": drawn.choice(("LOGIN", "LOGOUT")),
            "PRIORIDADE": "0",
            "DADOS": "x",
            "FONTE_MUSICA": "1",
            "CIFRAS": "5",
            "ROTA": "0",
            "IDENTIDADE_DESTINO": "04832817000",
        }

    async def work():
        async with stage() as on:
            statuses = Counter()
            for _ in range(400):
                names = list({on.name(on.pbx.tenant.calls[c.origin or c.id]) for c in on.pbx.tenant.live.values()})
                call = drawn.choice([*SAMPLES, *names])
                status, _ = await on.command(drawn.choice(slugs), call, drawn.choice(devices), **fields())
                statuses[status] += 1
                await on.quiet()
                for each in list(on.pbx.tenant.live.values()):
                    if each.direction is Direction.OUTBOUND and each.state is State.RINGING and not each.alerted:
                        on.let(each, Kind.ANSWERED)
            await on.events()
            return statuses, len(on.pbx.tenant.calls)

    statuses, calls = run(work())

    assert set(statuses) == {200, 400}
    assert min(*statuses.values(), calls) > 20
