"""What the vendors' documents print, run against the fakes by the real curl.

Only host, credentials and line breaks are replaced, and samples that are no JSON run in their repaired form too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from contracts.examples import Example
from tests.live import Live, live
from tests.needs import needs
from tests.vendors.fake import Fake
from tests.vendors.printed import Curled, curl, lines, words_of
from tests.vendors.samples import printed

NEXTBILLING_TOKEN = "7cb40d54-4ebf-55a6-875a-5f57234e97cc-9990"
NEXTBILLING_KEY = "b12c87a7-6dd6-5f99-9b47-c7c3be66fe73-8629"
HUBSOFT_TOKEN = re.compile(r"eyJ[0-9A-Za-z]+")
FOUND = "Dados consultados com sucesso"


@pytest.fixture
def running() -> Iterator[Live]:
    """A simulator as ``serve`` starts it."""
    needs("curl")
    with live() as simulator:
        yield simulator


def hubsoft(running: Live, title: str) -> Curled:
    """Run a line of HubSoft's with host and token replaced; of one line the quote behind the token is not printed."""
    line = lines("hubsoft")[title]
    bearer = Fake(running, "hubsoft").headers["authorization"].removeprefix("Bearer ")
    (token,) = HUBSOFT_TOKEN.findall(line)
    host = "http://endereco_servidor" if "http://endereco_servidor" in line else "https://endereco_servidor"
    unclosed = {f"{token} \\": f"{token}' \\"} if f"{token} \\" in line else {}
    return curl(words_of(line, {host: f"{running.url}/hubsoft", **unclosed, token: bearer}))


def nextbilling(running: Live, title: str) -> Curled:
    mine = running.credentials("nextbilling")
    own = {NEXTBILLING_TOKEN: mine["master_token"], NEXTBILLING_KEY: mine["master_key"]}
    return curl(
        words_of(lines("nextbilling")[title], {"https://sip.nextbilling.com.br": f"{running.url}/nextbilling", **own})
    )


def digitro(running: Live, channel: str = "", key: str = "") -> Curled:
    """Run Dígitro's line, which has no host, with a channel and a key in their empty places or without."""
    own = {"'/requests//": f"'{running.url}/digitro/requests/{channel}/"}
    own |= {"x-api-key;": f"x-api-key: {key}"} if key else {}
    return curl(words_of(lines("digitro")["api-10270983, curl"], own))


def broken(running: Live, tenant: str = "default") -> list[str]:
    """Return every clause that an exchange of the tenant broke."""
    return [v["clause"] for e in running.journal(tenant) for v in (e.get("verdict") or {}).get("violations", ())]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("hubsoft-pbx, notificação", {"msg": "Ligação notificada com sucesso"}),
        ("hubsoft-pbx, cancelamento", {"msg": "Ligação cancelada com sucesso"}),
        ("pbx.rst 2020-11-09, notificação", {"msg": "Ligação notificada com sucesso"}),
        ("clientes/consulta.rst", {"msg": FOUND}),
        ("clientes/atendimento.rst", {"msg": FOUND}),
        ("atendimento/novo.rst", {}),
        ("atendimento/editar.rst", {"msg": "Atendimento atualizado com sucesso"}),
        ("atendimento/consulta.rst", {"msg": FOUND}),
    ],
)
def test_line_of_hubsofts_is_answered_as_printed(running: Live, title: str, said: dict[str, str]) -> None:
    """HTTP 200, success, the printed sentence, and no clause broken."""
    answer = hubsoft(running, title)

    assert (answer.status, answer.json["status"]) == (200, "success")
    assert answer.json.items() >= said.items()
    assert broken(running) == []


def test_every_line_and_sample_that_is_kept_is_run() -> None:
    """One that somebody adds needs a test. Viacel prints 23 samples, of which eight are no JSON."""
    run = {"hubsoft": 8, "nextbilling": 4, "digitro": 1, "pbx55": 1}

    assert {name: len(lines(name)) for name in run} == run
    assert (len(printed("viacel")), len(printed("viacel", readable=False))) == (23, 8)
    assert len([p for p in printed("digitro") if "/valid/" in p.id]) == 4


def test_hubsofts_lines_tell_a_story(running: Live) -> None:
    """The printed notice opens a window for the user of 111 and closes it; the printed ticket is opened and closed."""
    notified = hubsoft(running, "hubsoft-pbx, notificação")
    opened = [w["status"] for w in running.records("hubsoft.popup")]
    cancelled = hubsoft(running, "hubsoft-pbx, cancelamento")
    ticket = hubsoft(running, "atendimento/novo.rst").json["atendimento"]
    edited = hubsoft(running, "atendimento/editar.rst").json["atendimento"]

    (window,) = running.records("hubsoft.popup")
    assert notified.json == {"status": "success", "msg": "Ligação notificada com sucesso"}
    assert cancelled.json == {"status": "success", "msg": "Ligação cancelada com sucesso"}
    assert (opened, window["status"]) == (["open"], "closed")
    assert (window["extension"], window["phone"], window["user"] is None) == ("111", "37999912222", False)
    assert window["customer"] is not None
    assert ticket["descricao_abertura"] == "Abertura de atendimento de teste | ATENDIMENTO ABERTO VIA API"
    assert (edited["id_atendimento"], edited["status_fechamento"]) == (1, "concluido")


def test_nextbillings_lines_are_answered_with_success(running: Live) -> None:
    """Create, remove, list lines, list calls; a second removal finds nothing, and that is the one broken clause."""
    created = nextbilling(running, "nextbilling-ring-groups, curl -X PUT")
    groups = running.records("nextbilling.group")
    removed = nextbilling(running, "nextbilling-ring-groups, curl -X DELETE")
    again = nextbilling(running, "nextbilling-ring-groups, curl -X DELETE")
    devices = nextbilling(running, "listDevices")
    calls = nextbilling(running, "cdr NR5")

    assert (created.status, created.json) == (200, {"error": 0, "reason": "OK", "new_record": 101})
    assert (groups[-1]["name"], groups[-1]["devices"]) == ("Ramais Recepção", [1, 4, 19, 23])
    assert (removed.status, removed.json) == (200, {"error": 0, "reason": "OK"})
    assert (again.status, again.json) == (404, {"error": 1, "reason": "Registro não encontrado"})
    assert (devices.status, devices.json["data"][0]["data"][0]["username"]) == (200, "fernando9000")
    assert (calls.status, calls.json["error"], calls.json["total_records"]) == (200, 0, 0)
    assert broken(running) == ["group-exists"]


def test_digitros_line_is_refused_as_printed(running: Live) -> None:
    """Without a channel the path is none, whoever asks; with one, the key that curl sends is empty."""
    fake = Fake(running, "digitro")

    as_printed = digitro(running)
    with_key = digitro(running, key=fake.credentials["api_key"])
    with_channel = digitro(running, channel=fake.channel())

    assert (as_printed.status, as_printed.json["MENSAGEM"]) == (404, "Não encontrado")
    assert (with_key.status, with_channel.status) == (404, 401)
    assert with_channel.json["MENSAGEM"] == "Não autorizado"
    assert running.records("digitro.call") == []


def test_digitros_line_diverts_the_printed_call_once_channel_and_key_are_put_in(running: Live) -> None:
    fake = Fake(running, "digitro")

    answer = digitro(running, channel=fake.channel(), key=fake.credentials["api_key"])

    assert (answer.status, answer.json) == (200, {})
    (kept,) = running.records("digitro.call")
    assert (kept["id"], kept["data"]) == ("08/07/24 10:46:19 010A 0974/00", "111222333-44;Fulano")
    assert broken(running) == []


def test_address_of_55pbxs_report_is_answered(running: Live) -> None:
    """The one printed address of the report API, with the host replaced and a key in its header."""
    line = lines("pbx55")["the vendor's sample"]
    address = line.replace("https://reportapi02.55pbx.com:50500", f"{running.url}/pbx55")

    answer = curl(["curl", "-H", f"key: {running.credentials('pbx55')['key']}", address])

    assert (answer.status, answer.json["totalCallAttendedReceptive"]) == (200, 0)
    assert broken(running) == []


def test_hubsofts_token_request_is_answered_with_a_token(running: Live) -> None:
    """The printed body with the four secrets put in, and as it is printed."""
    (sample,) = (p.values[0] for p in printed("hubsoft", "issueToken") if p.id.endswith("/printed"))
    body = json.loads(sample.exchange.request.body)
    own = body | running.credentials("hubsoft")
    ask = ["curl", f"{running.url}/hubsoft/oauth/token", "-H", "content-type: application/json", "-d"]

    given, refused = curl([*ask, json.dumps(own)]), curl([*ask, sample.exchange.request.body.decode()])

    assert own.keys() == body.keys()
    assert (given.status, given.json["token_type"], given.json["expires_in"]) == (200, "Bearer", 2592000)
    assert (refused.status, refused.json["error"]) == (401, "invalid_credentials")


@pytest.mark.parametrize("example", [p for p in printed("digitro") if "/valid/" in p.id])
def test_sample_of_digitros_is_received(running: Live, example: Example) -> None:
    """The four printed bodies, on a channel and with a key."""
    fake = Fake(running, "digitro")
    request = fake.request(example)
    headers = [word for name, value in request.headers for word in ("-H", f"{name}: {value}")]

    answer = curl(["curl", f"{running.url}/digitro{request.path}", *headers, "-d", request.body.decode()])

    assert answer.status == 200
    assert set(answer.json) == ({"ID_CHAMADA"} if example.operation == "startPredictiveCall" else set())
    assert broken(running) == []


def viacel(running: Live, example: Example, body: bytes) -> Curled:
    method, address = example.exchange.request.method, f"{running.url}/viacel/pabx/api.php"
    return curl(["curl", "-X", method, "-H", "content-type: application/json", "-d", body.decode(), address])


@pytest.fixture(scope="module")
def shared() -> Iterator[Live]:
    """One simulator for samples that change nothing of each other's."""
    needs("curl")
    with live() as simulator:
        yield simulator


@pytest.mark.parametrize("example", printed("viacel", readable=True))
def test_sample_of_viacels_reaches_its_action(shared: Live, example: Example) -> None:
    """With credentials put in, all that may be refused is a 0 that names no record. Deletions are by DELETE."""
    body = json.loads(example.exchange.request.body) | {"autenticacao": shared.credentials("viacel")}
    before = shared.journal_end()

    answer = viacel(shared, example, json.dumps(body).encode())

    (entry,) = shared.journal(after=before)
    wrong = entry["verdict"]["violations"]
    assert entry["operation"] == example.operation
    assert answer.json["http_response_code"] == answer.status
    assert answer.status in ((400,) if wrong else (200, 404))
    assert {v["found"] for v in wrong} <= {"0"}


@pytest.mark.parametrize("example", printed("viacel", readable=False))
def test_sample_of_viacels_that_is_no_json_is_refused_as_such(shared: Live, example: Example) -> None:
    """As the document prints it, brackets and all."""
    answer = viacel(shared, example, example.exchange.request.body)

    assert (answer.status, answer.json["mensagem"]) == (400, "O corpo da mensagem deve ser um objeto JSON.")


def test_tenant_default_holds_what_the_samples_name(shared: Live) -> None:
    """Extensions, phones, lines, groups, devices, accounts and their passwords, as the pages print them."""
    devices = {r["number"]: r for r in shared.records("digitro.device")}
    accounts = {r["number"] for r in shared.records("digitro.account")}
    lines_of_nine = {r["id"] for r in shared.records("nextbilling.line") if r["subscriber"] == 9}
    groups = {r["id"]: r for r in shared.records("nextbilling.group")}

    assert "111" in {r["number"] for r in shared.records("extension")}
    assert any("37999912222" in r["phones"] for r in shared.records("customer"))
    assert {1, 3, 4, 5, 6, 9, 19, 23} <= lines_of_nine
    assert (groups[4]["subscriber"], groups[4]["devices"]) == (9, [1, 4, 19, 23])
    assert {"1125000", "1132000", "1244000", "1112000"} <= devices.keys()
    assert devices["1132000"]["queue"] is not None
    assert "1114000" in accounts


def test_tenant_default_has_the_printed_call_and_passwords(running: Live) -> None:
    """Both passwords are taken, and the call goes on: digits are detected in an established one only."""
    fake = Fake(running, "digitro")
    base, key = f"{running.url}/digitro/requests/{fake.channel()}", f"x-api-key: {fake.credentials['api_key']}"
    device = {"DISPOSITIVO": "1125000", "SENHA_DISPOSITIVO": "4567"}
    bodies = {
        "detectar-cifras-dtmf": {**device, "ID_CHAMADA": "08/07/24 10:46:19 010A 0974/00"},
        "verifica-senha": {**device, "CONTA": "1114000", "SENHA": "1234"},
    }

    def command(slug: str, body: dict[str, str]) -> Curled:
        typed = ["-H", "content-type: application/json", "-d", json.dumps(body)]
        return curl(["curl", f"{base}/{slug}", "-H", key, *typed])

    answers = {slug: command(slug, body) for slug, body in bodies.items()}
    refused = command("verifica-senha", bodies["verifica-senha"] | {"SENHA": "4321"})

    assert {slug: (a.status, a.json) for slug, a in answers.items()} == dict.fromkeys(bodies, (200, {}))
    assert refused.status == 403
