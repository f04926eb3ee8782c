"""Dígitro's fake over real sockets: who may command, and with which passwords."""

from tests.core import run
from tests.raw_http import request
from tests.vendors.digitro_fake import RECEIVED
from tests.vendors.digitro_world import CHANGE, DEVICE, DIVERT, ON_CALL, PREDICTIVE, fake


def test_printed_requests_are_received():
    """What the pages print runs against the tenant default, with a channel and a key alone put in."""
    printed = {
        "executa-desvio": DIVERT,
        "detectar-cifras-dtmf": ON_CALL,
        "chamada-preditiva": PREDICTIVE,
        "altera-senha": CHANGE,
    }

    async def work(slug):
        async with fake() as pbx, pbx.opened() as (_, channel):
            return await pbx.command(slug, printed[slug], channel)

    answers = {slug: run(work(slug)) for slug in printed}

    assert {slug: status for slug, (status, _) in answers.items()} == dict.fromkeys(printed, 200)
    assert {slug: set(body) for slug, (_, body) in answers.items() if body} == {"chamada-preditiva": {"ID_CHAMADA"}}


def test_printed_command_line_is_refused():
    """Its channel and its key are empty: with a key the path is none, and with a channel the key is none."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            both = await pbx.command("executa-desvio", DIVERT, "", key="")
            with_key = await pbx.command("executa-desvio", DIVERT, "")
            return both, with_key, await pbx.command("executa-desvio", DIVERT, channel, key="")

    both, with_key, with_channel = run(work())

    assert (both[0], with_key[0], with_channel[0]) == (404, 404, 401)
    assert (with_key[1]["MENSAGEM"], with_channel[1]["MENSAGEM"]) == ("Não encontrado", "Não autorizado")


def test_diversion_is_answered_by_what_its_fields_are():
    """A wrong field is 400, a wrong password or device 403, and characters count, not bytes."""
    cases = [
        *(({"PRIORIDADE": str(number)}, 200) for number in range(20)),
        *(({"PRIORIDADE": wrong}, 400) for wrong in ("20", "-1", "x", "", "01", 0, None)),
        ({"DADOS": ""}, 200),
        ({"DADOS": "ã" * 100}, 200),
        ({"DADOS": "ã" * 101}, 400),
        ({"DADOS": "\U0001f4de" * 100}, 200),
        ({"DADOS": "a" * 101}, 400),
        ({"DADOS": None}, 400),
        *(({"FONTE_MUSICA": str(number)}, 200) for number in range(1, 11)),
        *(({"FONTE_MUSICA": wrong}, 400) for wrong in ("0", "11", 1)),
        ({"DISPOSITIVO_DESTINO": "999"}, 400),
        ({"ID_CHAMADA": "08/07/24 10:46:19 010A 0975/00"}, 400),
        ({"SENHA_DISPOSITIVO": "4568"}, 403),
        ({"DISPOSITIVO": "999"}, 403),
        ({"SENHA_DISPOSITIVO": "4568", "PRIORIDADE": "20"}, 400),
    ]

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            without = {name: value for name, value in DIVERT.items() if name != "DADOS"}
            easily_forgotten = await pbx.command("executa-desvio", without, channel)
            await pbx.command("executa-desvio", DIVERT, channel)
            # It is no more at the device that the page prints: its queue's goes on with it.
            own = {**DIVERT, "DISPOSITIVO": "1132000"}
            answers = [await pbx.command("executa-desvio", {**own, **change}, channel) for change, _ in cases]
            return easily_forgotten[0], [status for status, _ in answers]

    assert run(work()) == (400, [status for _, status in cases])


def test_channel_decides_whether_a_command_is_taken():
    """No integer and a closed channel are 400; one that this key never opened is 403, though it is open elsewhere."""

    async def work():
        async with fake() as pbx:
            other = pbx.other("other")
            async with other.opened() as (_, strange), pbx.opened() as (_, own):
                answers = [
                    await pbx.command("detectar-cifras-dtmf", ON_CALL, channel)
                    for channel in ("abc", "0", strange, own + 1, own, f"0{own}")
                ]
            kind = "digitro.channel"
            while pbx.tenant.records[kind][str(own)]["open"]:
                await pbx.tenant.journal.wait(pbx.tenant.journal.last, 0.01)
            answers.append(await pbx.command("detectar-cifras-dtmf", ON_CALL, own))
            return [status for status, _ in answers], own, strange

    statuses, own, strange = run(work())

    assert statuses == [400, 400, 403, 403, 200, 200, 400]
    assert own != strange


def test_unknown_key_is_not_authorised():
    """An empty one, a strange one and a device's password open no channel, and command nothing."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            keys = ("", "nobody-has-this-key", "4567")
            commands = [await pbx.command("detectar-cifras-dtmf", ON_CALL, channel, key=key) for key in keys]
            openings = [await pbx.ask(request("GET /digitro/events", f"x-api-key: {key}")) for key in keys]
            return [status for status, _ in commands], [(seen.status, seen.header("content-type")) for seen in openings]

    assert run(work()) == ([401] * 3, [(401, "application/json")] * 3)


def test_new_password_of_the_device_is_needed_at_once():
    """The old one is refused from the next request on."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            changed = await pbx.command("altera-senha", {**DEVICE, "NOVA_SENHA": "9999"}, channel)
            old = await pbx.command("detectar-cifras-dtmf", ON_CALL, channel)
            new = await pbx.command("detectar-cifras-dtmf", {**ON_CALL, "SENHA_DISPOSITIVO": "9999"}, channel)
            return changed, old[0], new

    assert run(work()) == (RECEIVED, 403, RECEIVED)


def test_new_password_of_the_account_leaves_the_devices_alone():
    """With an account it is the account's that changes, by its own old one."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            wrong = await pbx.command("altera-senha", {**CHANGE, "SENHA": "0"}, channel)
            missing = await pbx.command("altera-senha", {k: v for k, v in CHANGE.items() if k != "SENHA"}, channel)
            changed = await pbx.command("altera-senha", CHANGE, channel)
            old = await pbx.command("altera-senha", CHANGE, channel)
            device = await pbx.command("detectar-cifras-dtmf", ON_CALL, channel)
            return wrong[0], missing[0], changed, old[0], device

    assert run(work()) == (403, 403, RECEIVED, 403, RECEIVED)


def test_no_password_stands_in_the_journal_or_in_the_records_shown():
    """Keys, old and new passwords are replaced; the rule that found a wrong one does not print it."""

    async def work():
        async with fake() as pbx:
            async with pbx.opened() as (_, channel):
                await pbx.command("altera-senha", {**CHANGE, "NOVA_SENHA": "new-secret-1"}, channel)
                await pbx.command("coloca-espera", {**ON_CALL, "SENHA_DISPOSITIVO": "wrong-secret-2"}, channel)
            journal = repr(pbx.tenant.journal.after(0, 1000))
            shown = await pbx.ask(request("GET /_sim/records/digitro.account"))
            return journal, shown.text, pbx.key

    journal, shown, key = run(work())

    assert not [secret for secret in (key, "new-secret-1", "wrong-secret-2", '"4567"', '"1234"') if secret in journal]
    assert "new-secret-1" not in shown
    assert "1114000" in shown
