"""HubSoft's neighbouring routes over HTTP: a call that leads to a ticket, two tenants, and what the journal keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.answer import Answer
from tests.live import Live, live

API = "/hubsoft/api/v1/integracao"
TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Live]:
    with live() as running:
        yield running


class Integration:
    """An integration that has logged in as a tenant."""

    def __init__(self, simulator: Live, tenant: str = "default") -> None:
        secrets = {"grant_type": "password", **simulator.credentials("hubsoft", tenant)}
        token = simulator.ask("POST", "/hubsoft/oauth/token", secrets).json["access_token"]
        self._simulator, self._headers = simulator, {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return self._simulator.ask(method, API + path, body, self._headers)


def test_window_leads_to_the_customer_and_a_ticket(simulator: Live) -> None:
    """A call rings; who calls is looked up, a ticket is opened with the call's id, closed, and found again."""
    erp = Integration(simulator)
    erp.ask("POST", "/pbx/ligacao/notificar", {"ramal": 111, "telefone": 37999912222})

    (customer,) = erp.ask("GET", "/cliente?busca=telefone&termo_busca=37999912222").json["clientes"]
    service = customer["servicos"][0]["id_cliente_servico"]
    body = {**TICKET, "id_cliente_servico": service, "parametros": {"id_ligacao": "1"}}
    ticket = erp.ask("POST", "/atendimento", body).json["atendimento"]
    change = {"parametros": {"url_ligacao": "https://example.com/1"}, "fechar_atendimento": True}
    edited = erp.ask("PUT", f"/atendimento/{ticket['id_atendimento']}", change).json
    query = f"busca=protocolo&termo_busca={ticket['protocolo']}&apenas_pendente=nao"
    (found,) = erp.ask("GET", f"/cliente/atendimento?{query}").json["atendimentos"]

    (window,) = simulator.records("hubsoft.popup")
    assert window["customer"] == str(customer["id_cliente"])
    assert edited["atendimento"]["status_fechamento"] == "concluido"
    assert found["cliente"]["codigo_cliente"] == customer["codigo_cliente"]
    kept = [r for r in simulator.records("hubsoft.ticket") if r["id"] == str(ticket["id_atendimento"])]
    assert kept[0]["params"] == {"url_ligacao": "https://example.com/1"}


def test_tenants_see_their_own_tickets_alone(simulator: Live) -> None:
    """The protocol number of one finds nothing in the other."""
    simulator.make_tenant("first")
    simulator.make_tenant("second")
    first, second = Integration(simulator, "first"), Integration(simulator, "second")
    ticket = first.ask("POST", "/atendimento", TICKET).json["atendimento"]
    path = f"/cliente/atendimento?busca=protocolo&termo_busca={ticket['protocolo']}"

    seen = [len(erp.ask("GET", path).json["atendimentos"]) for erp in (first, second)]

    assert seen == [1, 0]
    unknown = second.ask(
        "PUT", f"/atendimento/{ticket['id_atendimento']}", {"parametros": {}, "fechar_atendimento": True}
    )
    assert unknown.json == {"status": "error", "msg": "Atendimento de ID 300 não encontrado"}


def test_broken_rule_is_in_the_journal(simulator: Live) -> None:
    """The envelope says it in the vendor's words, the journal by the name of the rule."""
    erp, before = Integration(simulator), simulator.journal_end()

    erp.ask("POST", "/atendimento", {**TICKET, "id_cliente_servico": 49742})

    (entry,) = simulator.journal(after=before)
    assert "service-exists" in str(entry)


def test_password_of_a_connection_is_not_in_the_journal(simulator: Live) -> None:
    """The look-up shows it, and the journal does not."""
    erp, before = Integration(simulator), simulator.journal_end()

    (customer,) = erp.ask("GET", "/cliente?busca=telefone&termo_busca=37999912222").json["clientes"]

    (entry,) = simulator.journal(after=before)
    assert customer["servicos"][0]["senha"]
    assert customer["servicos"][0]["senha"] not in str(entry["response"])
    assert "[redacted:password]" in str(entry["response"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/cliente?busca=telefone&termo_busca=1", 401),
        ("POST", "/atendimento", 401),
        ("DELETE", "/atendimento/1", 405),
        ("POST", "/cliente", 405),
        ("GET", "/clientes", 404),
    ],
)
def test_without_a_token_or_a_route_nothing_is_served(simulator: Live, method: str, path: str, status: int) -> None:
    """As on the vendor's other routes."""
    answer = simulator.ask(method, API + path)

    assert answer.status == status
    assert (answer.header("allow") is not None) is (status == 405)


def test_reset_brings_the_printed_ticket_back(simulator: Live) -> None:
    """And forgets what was opened."""
    erp = Integration(simulator)
    erp.ask("POST", "/atendimento", TICKET)

    simulator.control("POST", "/reset")

    assert [ticket["id"] for ticket in simulator.records("hubsoft.ticket")] == ["1"]
