"""HubSoft's list of all tickets, page by page, over real HTTP: two documents that disagree on how it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from simulator.clock import Mode
from tests.live import Answer, Live, live
from tests.vendors.fake import Fake

PAGES = "/hubsoft/api/v1/integracao/atendimento/paginado/"
DAYS = {"data_inicio": "2026-03-01", "data_fim": "2026-03-31"}
TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}
WRONG_VERB = {"status": "error", "msg": "Método não permitido para esta rota"}


class Provider:
    """A tenant whose five tickets were opened on the morning at which a jumping clock begins."""

    def __init__(self, running: Live, name: str, **readings: str) -> None:
        running.make_tenant(name, readings={"hubsoft": readings})
        self.running, self.headers = running, Fake(running, "hubsoft", name).headers
        self.tickets = [self.send("POST", "/hubsoft/api/v1/integracao/atendimento", TICKET) for _ in range(5)]
        self.ids = [t.json["atendimento"]["id_atendimento"] for t in self.tickets]

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        return self.running.ask(method, path, body, self.headers)

    def post(self, size: int, days: Mapping[str, str] = DAYS, **query: object) -> Answer:
        return self.send("POST", f"{PAGES}{size}?{urlencode(query)}", dict(days))

    def get(self, size: int, days: Mapping[str, str] = DAYS, **query: object) -> Answer:
        return self.send("GET", f"{PAGES}{size}?{urlencode({**query, **days})}")


def shown(answer: Answer) -> list[int]:
    return [ticket["id_atendimento"] for ticket in answer.json["atendimentos"]["data"]]


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live(clock=Mode.JUMPING) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def provider(running: Live) -> Provider:
    return Provider(running, "pages")


def test_pages_have_the_newest_first_and_end_with_a_short_one(provider: Provider) -> None:
    """Both methods show the same, each under its own name for the page."""
    newest = provider.ids[::-1]

    posted = [shown(provider.post(2, page=number)) for number in (1, 2, 3, 4)]
    got = [shown(provider.get(2, pagina=number)) for number in (1, 2, 3, 4)]

    assert posted == got == [newest[:2], newest[2:4], newest[4:], []]
    assert shown(provider.post(2)) == shown(provider.get(2, pagina="")) == newest[:2]


def test_page_says_where_it_stands(provider: Provider) -> None:
    """As the server's paginator does, with addresses that lead on."""
    base = f"{provider.running.url}{PAGES}2"

    middle, beyond = provider.post(2, page=2).json, provider.post(2, page=9).json["atendimentos"]

    page = middle["atendimentos"]
    page.pop("data")
    assert page == {
        "current_page": 2,
        "first_page_url": f"{base}?page=1",
        "from": 3,
        "last_page": 3,
        "last_page_url": f"{base}?page=3",
        "next_page_url": f"{base}?page=3",
        "path": base,
        "per_page": 2,
        "prev_page_url": f"{base}?page=1",
        "to": 4,
        "total": 5,
    }
    assert (middle["status"], middle["msg"], middle["cliente"]) == ("success", "Dados consultados com sucesso", None)
    assert (beyond["data"], beyond["from"], beyond["to"], beyond["next_page_url"]) == ([], None, None, None)


def test_address_of_the_next_page_leads_there(provider: Provider) -> None:
    """By POST with the days again; by GET they are put to the address."""
    page = provider.post(3).json["atendimentos"]
    again = urlsplit(page["next_page_url"])
    got = urlsplit(provider.get(3).json["atendimentos"]["next_page_url"])

    posted = provider.send("POST", f"{again.path}?{again.query}", DAYS)
    by_get = provider.send("GET", f"{got.path}?{got.query}&{urlencode(DAYS)}")

    assert shown(posted) == shown(by_get) == provider.ids[::-1][3:]


def test_ticket_of_a_page_has_names_beside_its_ids(provider: Provider) -> None:
    """What was opened is what is shown, with the service, the customer and the kind."""
    opened = provider.tickets[0].json["atendimento"]

    (ticket,) = provider.post(1, page=5).json["atendimentos"]["data"]

    assert (ticket["id_atendimento"], ticket["protocolo"]) == (opened["id_atendimento"], opened["protocolo"])
    assert ticket["status"]["descricao"] == opened["status"] == "Aguardando Análise"
    assert ticket["tipo_atendimento"] == {"id_tipo_atendimento": 1, "descricao": "SAC"}
    assert ticket["cliente_servico"]["id_cliente_servico"] == 11201
    customer = ticket["cliente_servico"]["cliente"]
    assert (customer["codigo_cliente"], customer["nome_razaosocial"]) == (
        opened["cliente"]["codigo_cliente"],
        opened["cliente"]["nome_razaosocial"],
    )
    assert ticket["data_cadastro"][:10] == "2026-03-02"


def test_closed_ticket_stays_on_its_page(running: Live) -> None:
    """The route is for all tickets, not the open ones."""
    provider = Provider(running, "closed")
    body = {"parametros": {}, "fechar_atendimento": True}
    provider.send("PUT", f"/hubsoft/api/v1/integracao/atendimento/{provider.ids[4]}", body)

    ticket = provider.post(1).json["atendimentos"]["data"][0]

    assert (ticket["id_atendimento"], ticket["status"]["prefixo"]) == (provider.ids[4], "finalizado")
    assert ticket["data_fechamento"] is not None


@pytest.mark.parametrize(
    ("first", "last", "total"),
    [
        ("2026-03-02", "2026-03-02", 5),
        ("2026-03-01", "2026-03-01", 0),
        ("2026-03-03", "2026-03-31", 0),
        ("2020-01-01", "2030-12-31", 5),
    ],
)
def test_days_are_the_tenants_own_and_both_are_included(provider: Provider, first: str, last: str, total: int) -> None:
    days = {"data_inicio": first, "data_fim": last}

    totals = [answer.json["atendimentos"]["total"] for answer in (provider.post(5, days), provider.get(5, days))]

    assert totals == [total, total]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"data_inicio": "2026-03-01"}, "O campo data fim é obrigatório."),
        ({**DAYS, "data_inicio": "01/03/2026"}, "O campo data inicio não possui um valor válido."),
        ({**DAYS, "data_inicio": "2026-02-30"}, "O campo data inicio não possui um valor válido."),
        ({**DAYS, "data_fim": "2026-02-28"}, "O campo data fim deve ser maior ou igual ao campo data inicio."),
    ],
)
def test_wrong_days_are_refused_by_both_methods(provider: Provider, days: dict[str, str], sentence: str) -> None:
    for answer in (provider.post(5, days), provider.get(5, days)):
        assert (answer.status, answer.json["status"], answer.json["errors"]) == (200, "error", [sentence])


@pytest.mark.parametrize("size", ["0", "501", "abc", "-1", "1.5"])
def test_wrong_size_of_a_page_is_refused(provider: Provider, size: str) -> None:
    """1 to 500; what is no number at all is a page that is not there, or refused too."""
    answer = provider.send("POST", f"{PAGES}{size}", DAYS)

    assert (answer.status, answer.json["status"]) in {(200, "error"), (404, "error")}


@pytest.mark.parametrize(
    ("reading", "post", "get"), [("either", 200, 200), ("post-only", 200, 405), ("get-only", 405, 200)]
)
def test_method_is_taken_as_the_reading_of_h17_says(running: Live, reading: str, post: int, get: int) -> None:
    """What is not taken is refused as a wrong method, with the one that is."""
    provider = Provider(running, f"h17-{reading}", H17=reading)

    posted, got = provider.post(5), provider.get(5)

    assert (posted.status, got.status) == (post, get)
    for answer, other in ((posted, "GET"), (got, "POST")):
        if answer.status == 405:
            assert answer.header("allow") == other
            assert answer.json.items() >= WRONG_VERB.items()
        else:
            assert answer.json["status"] == "success"


@pytest.mark.parametrize(("reading", "page"), [("as-printed", 1), ("either", 2)])
def test_other_name_of_the_page_counts_as_the_reading_of_h18_says(running: Live, reading: str, page: int) -> None:
    provider = Provider(running, f"h18-{reading}", H18=reading)

    numbers = [
        answer.json["atendimentos"]["current_page"] for answer in (provider.post(2, pagina=2), provider.get(2, page=2))
    ]

    assert numbers == [page, page]


def test_no_answer_of_the_pages_breaks_its_contract(provider: Provider) -> None:
    """The journal has judged what the tests above were answered."""
    entries = provider.running.journal("pages")

    assert len(entries) > 10
    broken = [v for e in entries for v in (e.get("verdict") or {}).get("violations", ()) if v["part"] == "response"]
    assert broken == []
