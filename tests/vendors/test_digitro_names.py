"""A device of Dígitro has one name, in all that is told of it; a command may say it by its short one as well."""

from dataclasses import dataclass

import pytest

from contracts.digitro.rules import ALIAS, DEVICE, device_at
from simulator.identity import Identity
from simulator.telephony.calls import Kind
from simulator.telephony.conduct import CONDUCT, Conduct
from simulator.vendors.digitro.world import make
from simulator.worlds.directory import EXTENSION, NUMBER, QUEUE
from tests.core import run
from tests.vendors.digitro_stage import stage

DIALLED = {"ROTA": "0", "IDENTIDADE_DESTINO": "04832817001"}
TO_THE_QUEUE = {"DISPOSITIVO_DESTINO": "7001", "PRIORIDADE": "0", "DADOS": ""}
# What may name a device on the channel.
NAMING = ("DISPOSITIVO", "DISPOSITIVO_DESTINO", "IDENTIDADE_ORIGINADOR")


@dataclass(frozen=True)
class Kept:
    """Records by kind and key."""

    of: dict

    def get(self, kind, key):
        return self.of[kind].get(key)


def devices_told(events):
    """Return every name of a device that these events bring."""
    return {event[field] for event in events for field in NAMING if field in event}


def test_device_that_commands_by_its_short_name_is_told_of_by_the_printed_one():
    """It dials, detects digits, and hangs up: every event names the one device."""

    async def work():
        async with stage() as on:
            _, begun = await on.command("chamada-rota", None, "112", **DIALLED)
            name = begun["ID_CHAMADA"]
            (call,) = on.pbx.tenant.calls.values()
            on.let(call, Kind.ANSWERED)
            await on.command("detectar-cifras-dtmf", name, "112")
            on.let(call, Kind.DIGITS_PRESSED, digits="5")
            await on.command("finaliza-chamada", name, "112")
            return await on.events()

    events = run(work())

    assert [event["EVENTO"][10:] for event in events] == [
        *("INICIO_DE_CHAMADA", "ATENDIMENTO", "CIFRA_DTMF", "DESLIGAMENTO")
    ]
    assert devices_told(events) == {"1112000"}


def test_diversion_of_a_ringing_call_names_both_devices_by_their_one_name():
    async def work():
        async with stage() as on:
            call = on.call((Kind.RINGING, {"extension": "112"}))
            await on.told()
            status, _ = await on.command("executa-desvio", call, "112", **TO_THE_QUEUE)
            return status, await on.told()

    status, told = run(work())

    assert status == 200
    assert told == [
        *("DESVIO 1112000>1132000", "DESLIGAMENTO 1112000"),
        *("ENTRADA_EM_FILA >1132000", "SAIDA_DE_FILA >1132000", "TOQUE 111"),
    ]


def test_refusal_that_is_told_as_an_event_names_the_device_by_its_one_name():
    async def work():
        async with stage(switches={"digitro": {"refusals": "event"}}) as on:
            await on.command("coloca-espera", on.call((Kind.QUEUED, {"queue": "suporte"})), "125")
            return (await on.events())[-1]

    failed = run(work())

    assert (failed["EVENTO"], failed["DISPOSITIVO"]) == ("EVENTO_DE_FALHA", "1125000")


def test_caller_whose_short_name_a_command_gives_is_told_by_the_other():
    async def work():
        async with stage() as on:
            await on.command("chamada-preditiva", None, "125", **DIALLED, IDENTIDADE_ORIGINADOR="112")
            return await on.events()

    (began,) = run(work())

    assert (began["DISPOSITIVO"], began["IDENTIDADE_ORIGINADOR"]) == ("1125000", "1112000")


@pytest.mark.parametrize("steps", [("7002",), ("125",)])
def test_agent_whom_a_dialler_s_call_rings_is_told_who_was_dialled(steps):
    """As of a call from outside: the other end, and not our own line. So it is after a transfer."""

    async def work():
        async with stage() as on:
            on.put(CONDUCT, "c1", Conduct(ring=8).to_document())
            await on.command("chamada-preditiva", None, *steps, **DIALLED, IDENTIDADE_ORIGINADOR="1112000")
            await on.quiet()
            (device,) = on.pbx.tenant.calls["c1"].alerted
            on.let(on.pbx.tenant.calls["c1"], Kind.ANSWERED, extension=device)
            call = on.pbx.tenant.calls["c1"]
            await on.command("transferencia-imediata", call, device, DISPOSITIVO_DESTINO="113")
            return [e for e in await on.events() if "IDENTIDADE_ORIGINADOR" in e]

    began, *rings = run(work())

    assert (began["IDENTIDADE_ORIGINADOR"], began["IDENTIDADE_DESTINO"]) == ("1112000", "04832817001")
    assert [(e["EVENTO"], e["IDENTIDADE_ORIGINADOR"]) for e in rings] == [("EVENTO_DE_TOQUE", "04832817001")] * 2


def test_device_has_one_password_under_both_its_names():
    """Changed under the one, it is changed under the other."""

    async def work():
        async with stage() as on:
            changed, _ = await on.command("altera-senha", None, "125", NOVA_SENHA="2345")
            asked = [
                await on.pbx.command("verifica-senha", {"DISPOSITIVO": name, "SENHA_DISPOSITIVO": password}, on.channel)
                for name in ("125", "1125000")
                for password in ("4567", "2345")
            ]
            return changed, [status for status, _ in asked]

    assert run(work()) == (200, [403, 200, 403, 200])


def made(*extensions, queues=(), samples=True):
    """Return the devices and the other names that a world with these extensions and queues has."""
    world = {
        EXTENSION: {number: {"number": number} for number in extensions},
        NUMBER: {"551130037293": {"number": "551130037293"}},
        QUEUE: {name: {"name": name, "extensions": []} for name in queues},
    }
    records = make(Identity("seed"), world, samples)
    return records[DEVICE], records[ALIAS]


def test_extension_has_one_device_however_few_there_are():
    """Every printed name leads to one, and every extension is found by its own number."""
    for extensions in (["201"], ["124", "201"], ["125", "201"], ["124", "125", "112", "201"], ["201", "1125000"]):
        devices, aliases = made(*extensions, queues=["suporte", "vendas"])

        records = Kept({DEVICE: devices, ALIAS: aliases})
        assert sorted(d["extension"] for d in devices.values() if d["extension"]) == sorted(extensions)
        assert sorted(d["queue"] for d in devices.values() if d["queue"]) == ["suporte", "vendas"]
        assert [device_at(records, number)["extension"] for number in extensions] == extensions
        assert all(device_at(records, number) for number in ("1125000", "1244000", "1112000", "1132000", "7001"))


def test_tenant_without_samples_has_devices_under_their_own_numbers_alone():
    devices, aliases = made("112", "7001", queues=["suporte"], samples=False)

    assert {number: d["extension"] or d["queue"] for number, d in devices.items()} == {
        "112": "112",
        "7001": "7001",
        "7002": "suporte",
    }
    assert aliases == {}
