"""HubSoft's tickets: opened, edited, closed and listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.worlds.directory import CUSTOMER
from tests.vendors.hubsoft_neighbours import TICKET, ask, world
from tests.work import DictWork


def listed(work: DictWork, kind: str, term: Any, **more: Any) -> list[dict[str, Any]]:
    return list(ask(work, "listTickets", busca=kind, termo_busca=term, **more)["atendimentos"])


def opened(work: DictWork, **more: Any) -> dict[str, Any]:
    return dict(ask(work, "openTicket", {**TICKET, **more})["atendimento"])


def test_opened_ticket_is_found_by_the_next_list_under_its_protocol() -> None:
    """What was answered is what is listed, with the service beside it."""
    work = world()

    answer = ask(work, "openTicket", TICKET)

    ticket = answer["atendimento"]
    assert ticket["id_atendimento"] == 300
    assert ticket["protocolo"][:-1] == "20260302090000"
    assert answer["msg"] == f"Atendimento aberto com sucesso. Anote o protocolo: {ticket['protocolo']}."
    assert ticket["descricao_abertura"] == "Sem acesso | ATENDIMENTO ABERTO VIA API"
    assert (ticket["data_cadastro"], ticket["status"], ticket["ordens_servico"]) == (
        "02/03/2026",
        "Aguardando Análise",
        [],
    )
    (found,) = listed(work, "protocolo", ticket["protocolo"])
    assert found.pop("servico")["id_cliente_servico"] == "11201"
    assert found == ticket


@pytest.mark.parametrize(
    ("kind", "term"), [("codigo_cliente", "421"), ("id_cliente_servico", "11201"), ("cpf_cnpj", None)]
)
def test_ticket_is_listed_by_customer_and_service(kind: str, term: str | None) -> None:
    """By code, by document, and by the service."""
    work = world()
    number = opened(work)["id_atendimento"]
    record = work.get(CUSTOMER, "11201")
    assert record

    found = listed(work, kind, term or record["document"])

    assert number in [t["id_atendimento"] for t in found]
    assert listed(work, "codigo_cliente", "422") == []


def test_work_order_is_opened_when_asked_for() -> None:
    """The sentence says so, as printed; kind and status are the default's or the request's."""
    work = world()

    plain = ask(work, "openTicket", {**TICKET, "abrir_os": True})
    chosen = opened(work, abrir_os=True, parametros_ordem_servico={"id_tipo_ordem_servico": "1", "status": "pendente"})

    assert plain["msg"].endswith(". Foi aberto também uma ordem de serviço e encaminhada ao sertor responsável")
    (first,), (second,) = plain["atendimento"]["ordens_servico"], chosen["ordens_servico"]
    assert (first["id_ordem_servico"], first["numero_ordem_servico"]) == (340, "320")
    assert (first["tipo"], first["status"]) == ("ABERTURA VIA API", "aguardando_agendamento")
    assert (first["data_inicio_programado"], first["data_termino_programado"]) == (
        "02/03/2026 10:00:00",
        "02/03/2026 11:00:00",
    )
    assert (second["id_ordem_servico"], second["tipo"], second["status"]) == (341, "TIPO 1", "pendente")


def test_numbers_are_kept_as_digits_however_they_are_written() -> None:
    """A JSON number with a fraction of nothing, and formatted text where the reading takes it (H3)."""
    work = world(H3="formatted")
    written = {"id_cliente_servico": "11-201", "id_tipo_atendimento": "4-4", "telefone": 37999112233.0}

    key = str(opened(work, **written)["id_atendimento"])

    record = work.get("hubsoft.ticket", key)
    assert record
    assert (record["service"], record["kind"], record["phone"]) == ("11201", 44, "37999112233")


def test_protocols_of_one_second_differ() -> None:
    """One digit for ten of them, and more where they do not suffice."""
    work = world()

    protocols = [opened(work)["protocolo"] for _ in range(25)]
    work.now += timedelta(seconds=1)
    later = opened(work)["protocolo"]

    assert len(set(protocols)) == 25
    assert {len(p) for p in protocols[:10]} == {15}
    assert later.startswith("20260302090001")


def test_edited_params_are_kept_and_replace_the_earlier_ones() -> None:
    """No documented route reads them back; the tenant's records show them."""
    work = world()
    key = str(opened(work, parametros={"id_ligacao": "1"})["id_atendimento"])

    answer = ask(work, "editTicket", {"parametros": {"url": "x"}, "fechar_atendimento": False}, key=key)

    record = work.get("hubsoft.ticket", key)
    assert record
    assert record["params"] == {"url": "x"}
    assert answer["atendimento"]["data_fechamento"] is None
    assert (answer["atendimento"]["nome_contato"], answer["atendimento"]["telefone_contato"]) == (
        "Ana",
        "37999112233",
    )


def test_closed_ticket_leaves_the_list_of_open_ones() -> None:
    """apenas_pendente is sim by default; its work order is closed too, and it stays closed."""
    work = world()
    ticket = opened(work, abrir_os=True)
    key = str(ticket["id_atendimento"])
    work.now += timedelta(minutes=90)

    closed = ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": True}, key=key)["atendimento"]
    work.now += timedelta(minutes=10)
    again = ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": False, "descricao": "x"}, key=key)

    assert (closed["status_fechamento"], closed["descricao_fechamento"]) == (
        "concluido",
        "Fechamento automático.",
    )
    assert (closed["minutos_em_aberto"], closed["tempo_restante"]) == (90, "-0h 30min")
    assert again["atendimento"] == {**closed, "descricao_abertura": "x"}
    assert listed(work, "protocolo", ticket["protocolo"]) == []
    (found,) = listed(work, "protocolo", ticket["protocolo"], apenas_pendente="nao")
    assert (found["status"], found["data_fechamento"]) == ("Finalizado", "02/03/2026")
    assert (found["ordens_servico"][0]["status"], found["ordens_servico"][0]["data_termino_executado"]) == (
        "finalizado",
        "02/03/2026 10:30:00",
    )


def test_printed_ticket_is_answered_as_printed() -> None:
    """The times of the printed answer come out of its two moments."""
    work = world()
    work.now = datetime(2020, 3, 11, 12, 56, 10, tzinfo=UTC)

    answer = ask(work, "editTicket", {"parametros": {"xpto": 123456}, "fechar_atendimento": True}, key="1")

    ticket = answer["atendimento"]
    printed = {
        "protocolo": "202003051452007",
        "id_tipo_atendimento": 44,
        "descricao_abertura": "INSTALAÇÃO NOVA",
        "descricao_fechamento": "Fechamento automático.",
        "data_cadastro": "2020-03-05 14:52:00",
        "data_fechamento": "2020-03-11 09:56:10",
        "status_fechamento": "concluido",
        "id_motivo_fechamento_atendimento": 5,
        "id_atendimento_status": 24,
        "data_cadastro_br": "05/03/2020 14:52",
        "data_cadastro_timestamp": 1583430720000,
        "data_fechamento_br": "11/03/2020 09:56",
        "data_fechamento_timestamp": 1583931370000,
        "minutos_em_aberto": 8344,
        "tempo_restante": "-138h 4min",
        "percentual_tempo_restante": 0,
        "percentual_color_class": "white-fg md-red-bg",
    }
    assert {key: ticket[key] for key in printed} == printed


def test_new_ticket_has_its_hour_left() -> None:
    """The time that is left falls with the tenant's clock."""
    work = world()
    key = str(opened(work)["id_atendimento"])
    work.now += timedelta(minutes=15)

    ticket = ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": False}, key=key)["atendimento"]

    assert (ticket["tempo_restante"], ticket["percentual_tempo_restante"]) == ("0h 45min", 75)


def test_tickets_are_listed_between_days_of_the_tenants_zone() -> None:
    """Both days are included; 23:30 in Brazil is tomorrow in UTC."""
    work = world()
    work.now = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    protocol = opened(work)["protocolo"]
    periods = [("2026-03-02", "2026-03-02"), ("2026-03-03", ""), ("", "2026-03-01"), ("", "")]

    shown = [len(listed(work, "protocolo", protocol, data_inicio=first, data_fim=last)) for first, last in periods]

    assert shown == [1, 0, 0, 1]


def test_tickets_are_sorted_and_limited() -> None:
    """The oldest first, twenty of them; by the day of closing what is open comes last."""
    work = world()
    keys = []
    for _ in range(25):
        work.now += timedelta(minutes=1)
        keys.append(opened(work)["id_atendimento"])
    ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": True}, key=str(keys[7]))

    def shown(**more: Any) -> list[int]:
        return [t["id_atendimento"] for t in listed(work, "id_cliente_servico", "11201", **more)]

    assert shown() == [key for key in keys if key != keys[7]][:20]
    assert shown(order_type="desc", limit=2) == [keys[-1], keys[-2]]
    assert shown(order_by="data_fechamento", apenas_pendente="nao", limit=2) == [keys[7], keys[0]]


def test_oldest_ticket_is_forgotten_for_the_ten_thousand_and_first() -> None:
    """Tickets do not pile up."""
    work = world()
    first = opened(work)
    work.sequences["hubsoft.ticket"] = 10_000

    opened(work)

    assert listed(work, "protocolo", first["protocolo"]) == []
