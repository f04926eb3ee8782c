"""Dígitro's fake over real sockets: who may command, what a command does, and how it refuses."""

import json
import re

from contracts.contract import HOME, load
from simulator.telephony.calls import Cause, Kind, Party, State
from simulator.tenancy.transactions import Transaction
from simulator.vendors.digitro import VENDOR
from tests.core import run
from tests.raw_http import request
from tests.vendors.digitro_world import CHANGE, DEVICE, DIVERT, ON_CALL, PREDICTIVE, PRINTED_CALL, fake

CONTRACT = load("digitro")
RECEIVED = (200, {})
# The printed number answers by itself (numbers.yaml); this one does only what a test lets happen.
BY_HAND = {**PREDICTIVE, "IDENTIDADE_DESTINO": "04832817001"}


def slug_of(operation):
    return CONTRACT.operations[operation].path.rpartition("/")[2]


def let(pbx, call, kind, **facts):
    """Let something happen to a call, as the control API does."""
    tx = Transaction(pbx.tenant, pbx.simulator.store)
    pbx.simulator.pbx.happen(tx, call.id, kind, **facts)
    tx.commit()


def request_to(line, *headers, body=b""):
    """Make a request once the key is known."""
    return lambda key: request(line, f"x-api-key: {key}", *headers, body=body)


def calls(pbx):
    return list(pbx.tenant.calls.values())


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


def test_diversion_to_a_queue_rings_its_first_free_extension():
    """The established call becomes one that is queued, and rings; what was said of it is kept with it."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            answer = await pbx.command("executa-desvio", DIVERT, channel)
            old, new = calls(pbx)
            return answer, old, new, dict(pbx.tenant.records["digitro.call"][old.id])

    answer, old, new, kept = run(work())

    assert answer == RECEIVED
    assert (old.state, old.last.kind, old.last.other) == (State.ENDED, Kind.TRANSFERRED, new.id)
    assert (new.state, new.queue, new.alerted) == (State.RINGING, "suporte", ("111",))
    assert kept == {
        "call": old.id,
        "id": PRINTED_CALL,
        "priority": "0",
        "data": "111222333-44;Fulano",
        "music": "1",
        "queued": "23",
        "afterwards": "1244000",
        "wrap_up": "5",
    }


def test_busy_extensions_of_a_queue_do_not_ring():
    """Each call rings the next free one; when none is left, it waits."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            for _ in range(6):
                answer = await pbx.command("chamada-rota", {**BY_HAND, "DISPOSITIVO": "7002"}, channel)
                call = calls(pbx)[-1]
                let(pbx, call, Kind.ANSWERED)
                body = {**DIVERT, "ID_CHAMADA": answer[1]["ID_CHAMADA"]}
                assert await pbx.command("executa-desvio", body, channel) == RECEIVED
            return [(c.state, c.alerted) for c in calls(pbx) if c.origin]

    found = run(work())

    assert [alerted for _, alerted in found] == [("111",), ("112",), ("113",), ("114",), ("115",), ()]
    assert found[-1][0] is State.QUEUED


def test_call_keeps_its_identification_through_every_diversion():
    """From the device to the queue, to a device, to another queue: one ID_CHAMADA."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            answers = [
                await pbx.command("executa-desvio", {**DIVERT, "DISPOSITIVO": at, "DISPOSITIVO_DESTINO": to}, channel)
                for at, to in (("1125000", "1132000"), ("1132000", "1244000"), ("1244000", "7003"), ("7003", "7002"))
            ]
            return answers, [(c.state, c.queue, c.alerted) for c in calls(pbx)]

    answers, found = run(work())

    assert answers == [RECEIVED] * 4
    assert found[1:] == [(State.RINGING, "vendas", ("116",))]


def test_digits_are_detected_on_an_established_call_only():
    """A call that rings, and one that is over, are refused; the one that talks is marked."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            _, begun = await pbx.command("chamada-rota", BY_HAND, channel)
            body = {**DEVICE, "ID_CHAMADA": begun["ID_CHAMADA"]}
            (call,) = calls(pbx)
            rings = await pbx.command("detectar-cifras-dtmf", body, channel)
            let(pbx, call, Kind.ANSWERED)
            talks = await pbx.command("detectar-cifras-dtmf", body, channel)
            marked = pbx.tenant.records["digitro.call"][call.id]["detectors"]
            let(pbx, call, Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return rings, talks, marked, await pbx.command("detectar-cifras-dtmf", body, channel)

    rings, talks, marked, over = run(work())

    assert rings == (
        400,
        {"MENSAGEM": "Pedido inválido", "DETALHE": "the call is ringing; expected an established one"},
    )
    assert (talks, marked) == (RECEIVED, ["1125000"])
    assert over[1]["DETALHE"] == "the call is ended; expected an established one"


def test_printed_number_answers_and_the_call_ends_by_itself():
    """Nobody plays the far end of a call that a command began: the table of numbers says what it does."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("chamada-rota", PREDICTIVE, channel)
            await stream.named("EVENTO_DE_INICIO_DE_CHAMADA", "EVENTO_DE_ATENDIMENTO", "EVENTO_DE_DESLIGAMENTO")
            return calls(pbx)[0]

    call = run(work())

    assert (call.state, call.last.cause, call.waiting, call.talk) == (State.ENDED, Cause.NORMAL, 3, 60)


def test_number_abroad_keeps_its_zeros_and_is_charged_as_abroad():
    """Spain's code 34 is not taken for the area of Uberlândia."""

    async def work():
        async with fake() as pbx, pbx.opened() as (stream, channel):
            await pbx.command("chamada-rota", {**PREDICTIVE, "IDENTIDADE_DESTINO": "0034912345678"}, channel)
            (event,) = await stream.named("EVENTO_DE_INICIO_DE_CHAMADA")
            let(pbx, calls(pbx)[0], Kind.ANSWERED)
            let(pbx, calls(pbx)[0], Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            return event, calls(pbx)[0]

    event, call = run(work())

    assert (event["IDENTIDADE_DESTINO"], call.outside, call.bill.tariff) == ("0034912345678", "0034912345678", "DDI")


def test_predictive_call_goes_out_and_is_named_at_once():
    """It rings at the far end, and at no extension yet, under the identification of the answer."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            status, answer = await pbx.command("chamada-preditiva", {**BY_HAND, "CONTA": None, "SENHA": None}, channel)
            (call,) = calls(pbx)
            return status, answer["ID_CHAMADA"], call

    status, name, call = run(work())

    assert (status, call.state, call.outside, call.extension) == (200, State.RINGING, "554832817001", None)
    assert re.fullmatch(rf"02/03/26 09:00:00 010A {call.serial % 10000:04d}/00", name)


def test_world_without_a_number_has_no_generated_calls():
    """It is the caller's world that lacks something: 400 with what to do, whatever the switch, and no failure."""
    world = b'{"baseline": false, "extensions": [{"number": "201"}]}'

    async def work(refusals):
        async with fake(switches={"digitro": {"refusals": refusals}}) as pbx:
            seen = await pbx.ask(request("PUT /_sim/world", "Content-Type: application/json", body=world))
            assert seen.status == 200, seen.text
            async with pbx.opened() as (_, channel):
                body = {**PREDICTIVE, "DISPOSITIVO": "201", "CONTA": None}
                return await pbx.command("chamada-preditiva", body, channel), calls(pbx)

    for refusals in VENDOR.switches["refusals"]:
        (status, answer), made = run(work(refusals))

        assert (status, answer["DETALHE"]) == (400, "the PBX has no number to call from: give the world one")
        assert made == []


def test_inferred_commands_are_not_there_when_the_switch_leaves_them_out():
    """Off: 404 for the 24, whatever they bring; the documented ones and the channel stay."""
    commands = [o for o in CONTRACT.operations.values() if o.path.startswith("/requests")]
    inferred = [o.id for o in commands if o.provenance.confidence == "inferred"]

    async def work():
        async with fake(switches={"digitro": {"inferred": "off"}}) as pbx, pbx.opened() as (_, channel):
            gone = [await pbx.command(slug_of(operation), {}, channel) for operation in inferred]
            kept = [
                await pbx.command("detectar-cifras-dtmf", ON_CALL, channel),
                await pbx.command("executa-desvio", DIVERT, channel),
            ]
            sent = {e.exchange.message for e in pbx.tenant.journal.after(0, 1000)}
            return gone, kept, sent

    gone, kept, sent = run(work())

    assert (len(gone), {status for status, _ in gone}) == (24, {404})
    assert kept == [RECEIVED, RECEIVED]
    assert sent == {None, "opened"}


def test_identification_of_another_form_names_no_call_where_a_corrected_contract_lets_it_in(tmp_path):
    """The form of ID_CHAMADA is inferred; a user who takes it out gets the vendor's refusal and no failure."""
    (tmp_path / "digitro" / "schemas").mkdir(parents=True)
    schema = json.loads((HOME / "digitro" / "schemas" / "call-id.json").read_text("utf-8"))
    del schema["allOf"]
    schema["maxLength"] = 60
    (tmp_path / "digitro" / "schemas" / "call-id.json").write_text(json.dumps(schema), "utf-8")

    async def work():
        async with fake(contracts=tmp_path) as pbx, pbx.opened() as (_, channel):
            await pbx.command("chamada-preditiva", PREDICTIVE, channel)
            names = ("", "x", "call 17", "ab/cd/ef", "0/00")
            bodies = [{**ON_CALL, "ID_CHAMADA": name} for name in names]
            return [await pbx.command("detectar-cifras-dtmf", body, channel) for body in bodies]

    answers = run(work())

    assert [status for status, _ in answers] == [400] * 5
    assert {body["DETALHE"] for _, body in answers} == {"no call has this ID_CHAMADA; expected an established one"}


def test_refusal_by_event_answers_that_the_command_was_received():
    """The switch turns what a call's state forbids into 200 and an event; a wrong password stays 403."""

    async def work():
        async with fake(switches={"digitro": {"refusals": "event"}}) as pbx, pbx.opened() as (stream, channel):
            strange = {**ON_CALL, "ID_CHAMADA": "01/01/26 10:00:00 010A 0001/00"}
            answer = await pbx.command("detectar-cifras-dtmf", strange, channel)
            wrong = await pbx.command("detectar-cifras-dtmf", {**strange, "SENHA_DISPOSITIVO": "0"}, channel)
            return answer, wrong[0], await stream.named("EVENTO_DE_FALHA")

    answer, wrong, (event,) = run(work())

    assert (answer, wrong) == (RECEIVED, 403)
    assert event == {
        "EVENTO": "EVENTO_DE_FALHA",
        "DISPOSITIVO": "1125000",
        "ID_CHAMADA": "01/01/26 10:00:00 010A 0001/00",
        "MOTIVO": "no call has this ID_CHAMADA; expected an established one",
    }


def test_what_the_pages_do_not_foresee_is_refused_in_the_same_envelope():
    """No such path, another method (with Allow), another type, half a body, too large a body."""
    divert, json_type = "POST /digitro/requests/1/executa-desvio", "Content-Type: application/json"
    cases = [
        (404, request_to("GET /digitro/nothing")),
        (405, request_to("GET /digitro/requests/1/executa-desvio")),
        (405, request_to("POST /digitro/events")),
        (415, request_to(divert, "Content-Type: text/plain", body=b"{}")),
        (400, request_to(divert, json_type, body=b"{")),
        (413, request_to(divert, json_type, body=b"x" * 1_100_000)),
    ]

    async def work():
        async with fake() as pbx:
            return [await pbx.ask(raw(pbx.key)) for _, raw in cases]

    answers = run(work())

    assert [seen.status for seen in answers] == [status for status, _ in cases]
    assert all('"MENSAGEM"' in seen.text for seen in answers)
    assert [seen.header("allow") is not None for seen in answers] == [status == 405 for status, _ in cases]


def test_other_tenants_have_devices_and_no_printed_ones():
    """Their extensions and queues are their devices; what the pages print is the tenant default's alone."""

    async def work():
        async with fake() as pbx:
            other = pbx.other("other", seed="7")
            async with other.opened() as (_, channel):
                printed = await other.command("altera-senha", {**DEVICE, "NOVA_SENHA": "1"}, channel)
                own = await other.command("altera-senha", {**DEVICE, "DISPOSITIVO": "111", "NOVA_SENHA": "1"}, channel)
            return printed[0], own, "1125000" in other.tenant.records["digitro.device"]

    assert run(work()) == (403, RECEIVED, False)


def test_every_reply_and_event_satisfies_the_contract():
    """Nothing that the fake says of itself breaks its contract, in a story with every kind of event."""

    async def work():
        async with fake() as pbx, pbx.opened() as (_, channel):
            await pbx.command("executa-desvio", DIVERT, channel)
            call = calls(pbx)[-1]
            let(pbx, call, Kind.ANSWERED, extension="111")
            let(pbx, call, Kind.HELD)
            let(pbx, call, Kind.RESUMED)
            own = {**DIVERT, "DISPOSITIVO": "111", "DISPOSITIVO_DESTINO": "1244000"}
            await pbx.command("executa-desvio", own, channel)
            queue, other = (
                {"DISPOSITIVO_DESTINO": "1132000"},
                {"DISPOSITIVO": "1112000", "DISPOSITIVO_DESTINO": "1244000"},
            )
            for slug, more in {
                "atende-chamada": {},
                "detectar-cifras-dtmf": {},
                "enviar-cifras-dtmf": {"CIFRAS": "5"},
                "associa-dados": {"DADOS": "x"},
                "estaciona-chamada": {},
                "captura-estacionada": {},
                "intercala-dispositivo": other,
            }.items():
                body = {**ON_CALL, "DISPOSITIVO": "1244000", **more}
                assert await pbx.command(slug, body, channel) == RECEIVED, slug
            let(pbx, calls(pbx)[-1], Kind.DIGITS_PRESSED, digits="5", by=Party.OUTSIDE)
            for word in ("LOGIN", "LOGOUT"):
                assert await pbx.command("login-logout-dac", {**DEVICE, **queue, "OPERACAO": word}, channel) == RECEIVED
            let(pbx, calls(pbx)[-1], Kind.ENDED, by=Party.OUTSIDE, cause=Cause.NORMAL)
            await pbx.command("executa-desvio", DIVERT, channel)
            return pbx.tenant.journal.after(0, 1000)

    journal = run(work())

    assert [(e.exchange.operation, e.verdict.violations) for e in journal if e.verdict and e.verdict.violations] == []
    told = {e.exchange.message for e in journal if e.exchange.direction.value == "sent"}
    assert told == {"opened", *VENDOR.messages} - {"failed"}


def test_every_operation_has_a_handler_and_every_event_a_name():
    """What the contract serves and words is what the vendor's tables have."""
    served = {o.id for o in CONTRACT.operations.values() if o.kind == "path"}
    events = CONTRACT.source.files["openapi.yaml"]["x-channel"]["events"]

    assert set(VENDOR.handlers) == served
    assert set(events) == {o.id for o in CONTRACT.operations.values() if o.kind == "webhook"}
    for key, name in events.items():
        schema = CONTRACT.operations[key].body.media["application/json"]
        assert CONTRACT.source.files[schema]["properties"]["EVENTO"]["const"] == name
