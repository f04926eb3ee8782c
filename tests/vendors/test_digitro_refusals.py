"""Dígitro's fake over real sockets: how it refuses, and that all of it keeps the contract."""

import json

from contracts.contract import HOME, load
from simulator.telephony.calls import Cause, Kind, Party
from simulator.vendors.digitro import VENDOR
from tests.core import run
from tests.raw_http import request
from tests.vendors.digitro_fake import RECEIVED, calls, let
from tests.vendors.digitro_world import DEVICE, DIVERT, ON_CALL, PREDICTIVE, fake

CONTRACT = load("digitro")


def slug_of(operation):
    return CONTRACT.operations[operation].path.rpartition("/")[2]


def request_to(line, *headers, body=b""):
    """Make a request once the key is known."""
    return lambda key: request(line, f"x-api-key: {key}", *headers, body=body)


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
