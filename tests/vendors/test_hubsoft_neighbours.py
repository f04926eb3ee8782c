"""HubSoft's routes that a window leads to: who calls, and the ticket that is opened, changed, closed and listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.contract import load
from simulator.identity import Identity
from simulator.vendors.hubsoft import VENDOR
from simulator.vendors.hubsoft.refusals import FILL_IN, SEARCHES
from simulator.worlds.directory import CUSTOMER
from tests.vendors.hubsoft_neighbours import ask, world
from tests.work import DictWork

TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}


def find(work: DictWork, kind: str, term: Any, **more: Any) -> list[dict[str, Any]]:
    answer = ask(work, "findCustomers", busca=kind, termo_busca=term, **more)
    assert (answer["status"], answer["msg"]) == ("success", "Dados consultados com sucesso")
    return list(answer["clientes"])


def listed(work: DictWork, kind: str, term: Any, **more: Any) -> list[dict[str, Any]]:
    return list(ask(work, "listTickets", busca=kind, termo_busca=term, **more)["atendimentos"])


def opened(work: DictWork, **more: Any) -> dict[str, Any]:
    return dict(ask(work, "openTicket", {**TICKET, **more})["atendimento"])


def firm(work: DictWork) -> dict[str, Any]:
    return dict(next(c for c in work.all(CUSTOMER) if len(c["document"]) == 14))


def test_caller_is_found_by_phone_with_what_the_world_knows() -> None:
    """Ids, name, document, phones and mail are the customer's record; the service has the customer's own id."""
    work = world()
    record = work.get(CUSTOMER, "11201")
    assert record

    (customer,) = find(work, "telefone", "37999912222")

    assert {key: customer[key] for key in list(customer)[:9]} == {
        "id_cliente": 11201,
        "codigo_cliente": 421,
        "nome_razaosocial": record["name"],
        "nome_fantasia": None,
        "tipo_pessoa": "pf",
        "cpf_cnpj": record["document"],
        "telefone_primario": "37999912222",
        "telefone_secundario": "37988242968",
        "telefone_terciario": "",
    }
    assert customer["email_principal"] == record["email"]
    assert [s["id_cliente_servico"] for s in customer["servicos"]] == [11201, 11000]
    assert customer["servicos"][0]["endereco_instalacao"]["cidade"] == "Divinópolis"
    assert customer["servicos"][0]["endereco_instalacao"]["coordenadas"]["latitude"] is not None
    assert customer["servicos"][0]["endereco_fiscal"]["coordenadas"] == {"latitude": None, "longitude": None}


@pytest.mark.parametrize("phone", ["5537999912222", "037999912222", "(37) 99991-2222", "37988242968"])
def test_caller_is_found_however_the_phone_is_written(phone: str) -> None:
    """With country code, with a zero, formatted, and by the second phone."""
    assert [c["id_cliente"] for c in find(world(), "telefone", phone)] == [11201]


@pytest.mark.parametrize(
    "kind",
    ["nome_razaosocial", "cpf_cnpj", "codigo_cliente", "login_radius", "ipv4", "mac", "id_cliente_servico"],
)
def test_customer_is_found_by_everything_that_the_answer_shows(kind: str) -> None:
    """What a look-up by phone tells leads to the same customer by every other kind of search."""
    work = world()
    (customer,) = find(work, "telefone", "37999912222")
    service = customer["servicos"][0]
    known = {**customer, **service, "login_radius": service["login"], "mac": service["mac_addr"]}

    found = find(work, kind, known[kind])

    assert [c["id_cliente"] for c in found] == [11201]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("nome_razaosocial", lambda text: text.upper()),
        ("nome_razaosocial", lambda text: text.split()[1]),
        ("cpf_cnpj", lambda text: f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"),
        ("codigo_cliente", lambda text: f"0{text}"),
        ("mac", lambda text: text.lower().replace(":", "-")),
    ],
)
def test_search_is_not_strict_about_form(kind: str, change: Any) -> None:
    """Case, a part of a name, punctuation and zeros in front make no difference."""
    work = world()
    (customer,) = find(work, "telefone", "37999912222")
    known = {**customer, "mac": customer["servicos"][0]["mac_addr"]}

    found = find(work, kind, change(str(known[kind])), limit=100)

    assert 11201 in [c["id_cliente"] for c in found]


def test_firm_is_found_by_its_trade_name_and_a_person_is_not() -> None:
    """Only firms have a nome_fantasia."""
    work = world()
    name = firm(work)["name"]

    assert name in [c["nome_fantasia"] for c in find(work, "nome_fantasia", name)]
    assert find(work, "nome_fantasia", find(work, "telefone", "37999912222")[0]["nome_razaosocial"]) == []


@pytest.mark.parametrize(
    ("kind", "term"),
    [
        ("telefone", "37900000000"),
        ("telefone", "nenhum"),
        ("cpf_cnpj", "nenhum"),
        ("codigo_cliente", "1099"),
        ("id_cliente_servico", "49742"),
        ("ipv4", "10.0.0.1"),
        ("mac", "FF:FF:FF:FF:FF:FF"),
        ("login_radius", "guilhermesilva1068"),
    ],
)
def test_nobody_found_is_an_empty_list(kind: str, term: str) -> None:
    """It is a success."""
    assert find(world(), kind, term) == []


def test_five_customers_are_shown_unless_more_are_asked_for() -> None:
    """limit is 5 where it is left out or empty."""
    work = world()

    shown = [len(find(work, "nome_razaosocial", "a", **more)) for more in ({}, {"limit": ""}, {"limit": 2})]

    assert shown == [5, 5, 2]
    assert len(find(work, "nome_razaosocial", "a", limit=100)) > 50


@pytest.mark.parametrize(
    ("reading", "direction", "rising"),
    [("rising", "asc", True), ("rising", "desc", False), ("falling", "asc", False), ("falling", "", False)],
)
def test_customers_are_sorted_as_asked_for(reading: str, direction: str, rising: bool) -> None:
    """By code; asc rises, or falls where the note of the page is taken at its word (H13)."""
    work = world(H13=reading)
    order = {"order_by": "codigo_cliente", "order_type": direction, "limit": 100}

    codes = [c["codigo_cliente"] for c in find(work, "nome_razaosocial", "a", **order)]

    assert codes == sorted(codes, reverse=not rising)


def test_customers_come_by_the_day_they_were_entered() -> None:
    """data_cadastro, the oldest first, is the default."""
    days = [c["data_cadastro"] for c in find(world(), "nome_razaosocial", "a", limit=100)]

    assert days == sorted(days)


def test_cancelled_services_are_shown_when_asked_for() -> None:
    """cancelado=nao is the default; the customer is there all the same."""
    work = world()
    gone = next(s for s in work.all("hubsoft.service") if s["status"] == "cancelado")

    (without,) = find(work, "id_cliente_servico", gone["id"])
    (all_of_them,) = find(work, "id_cliente_servico", gone["id"], cancelado="sim")

    assert [s["status"] for s in all_of_them["servicos"]] == [without["servicos"][0]["status"], "Cancelado"]
    assert len(without["servicos"]) == 1


def test_customers_are_filtered_by_how_a_service_stands() -> None:
    """Only those who have a service that stands so."""
    found = find(world(), "nome_razaosocial", "a", servico_status="suspenso_debito", limit=100)

    assert 0 < len(found) < 30
    assert all("suspenso_debito" in [s["status_prefixo"] for s in c["servicos"]] for c in found)


def test_connection_contracts_and_alarms_are_shown_when_asked_for() -> None:
    """Each is left out otherwise."""
    work = world()
    asked = {"ultima_conexao": "sim", "incluir_contrato": "sim", "incluir_alarmes": "sim"}

    (plain,) = find(work, "telefone", "37999912222", **dict.fromkeys(asked, "nao"))
    (whole,) = find(work, "telefone", "37999912222", **asked)

    extra = {key: value for key, value in whole["servicos"][0].items() if key not in plain["servicos"][0]}
    assert sorted(extra) == ["alarmes", "contratos", "ultima_conexao"]
    assert extra["ultima_conexao"]["conectado"] is True
    assert extra["ultima_conexao"]["ultima_conexao_datetime"][-3:] == "-03"


def test_inactive_customers_are_none() -> None:
    """No customer here is inactive; all of them are everybody."""
    work = world()

    assert find(work, "telefone", "37999912222", inativo="sim") == []
    assert len(find(work, "telefone", "37999912222", inativo="todos")) == 1


def test_services_follow_from_the_seed() -> None:
    """The same seed makes the same services, another one others; no two have one id."""
    one, again, other = world(), world(), world(seed="2")

    assert one.records["hubsoft.service"] == again.records["hubsoft.service"]
    assert one.records["hubsoft.service"] != other.records["hubsoft.service"]
    assert {s["customer"] for s in one.all("hubsoft.service")} == {c["id"] for c in one.all(CUSTOMER)}


def test_services_are_those_of_a_users_own_customers() -> None:
    """A world of one's own has services too, for any digits as id and with as little as a customer needs."""
    bare = {"id": "7", "code": "7", "name": "-", "document": "", "email": "", "phones": []}

    made = VENDOR.world(Identity("1"), {CUSTOMER: {"7": bare}}, False)
    work = world()
    work.records |= {CUSTOMER: {"7": bare}, **{kind: dict(found) for kind, found in made.items()}}

    assert made["hubsoft.ticket"] == {}
    (customer,) = find(work, "codigo_cliente", 7)
    assert customer["servicos"][0]["id_cliente_servico"] == 7
    assert VENDOR.world(Identity("1"), {}, True) == {"hubsoft.service": {}, "hubsoft.ticket": {}}


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


@pytest.mark.parametrize(
    ("reading", "status"), [("success", "success"), ("as-printed", "suscess"), ("either", "success")]
)
def test_list_has_the_status_of_its_reading(reading: str, status: str) -> None:
    """The page prints another word than every other route (H14)."""
    answer = ask(world(H14=reading), "listTickets", busca="codigo_cliente", termo_busca="1099", limit=2)

    assert answer == {"status": status, "msg": "Dados consultados com sucesso", "atendimentos": []}


@pytest.mark.parametrize(
    ("reading", "phone", "taken"),
    [
        ("ten-or-eleven", "3734151100", True),
        ("ten-or-eleven", 37999112233, True),
        ("ten-or-eleven", "999112233", False),
        ("eleven", "3734151100", False),
        ("eleven", "37999112233", True),
        ("any-digits", "190", True),
    ],
)
def test_phone_of_who_asks_is_as_long_as_its_reading_says(reading: str, phone: object, taken: bool) -> None:
    """The format has eleven digits, a printed answer ten (H15)."""
    answer = ask(world(H15=reading), "openTicket", {**TICKET, "telefone": phone})

    assert answer["status"] == ("success" if taken else "error")
    assert taken or answer["errors"] == ["O campo telefone não possui um valor válido."]


@pytest.mark.parametrize(
    ("reading", "errors"),
    [("required", ["O campo fechar atendimento é obrigatório."]), ("default-false", None)],
)
def test_closing_is_said_or_not_as_its_reading_has_it(reading: str, errors: list[str] | None) -> None:
    """Required in one table, false by default in the other (H16)."""
    answer = ask(world(H16=reading), "editTicket", {"parametros": {}}, key="1")

    assert answer.get("errors") == errors
    assert errors or answer["atendimento"]["data_fechamento"] is None


@pytest.mark.parametrize(("reading", "status"), [("with-sample", "success"), ("table-only", "error")])
def test_printed_sort_is_taken_as_its_reading_has_it(reading: str, status: str) -> None:
    """The printed request sorts by a field that the table does not have (H12)."""
    query = {"busca": "nome_razaosocial", "termo_busca": "guilherme", "limit": 2, "order_by": "codigo_cliente"}

    assert ask(world(H12=reading), "findCustomers", **query)["status"] == status


KINDS = "nome_razaosocial,nome_fantasia,cpf_cnpj,codigo_cliente,telefone,login_radius,ipv4,mac,id_cliente_servico"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"termo_busca": "1"}, "O campo busca é obrigatória"),
        ({"busca": "", "termo_busca": ""}, "O campo busca é obrigatória"),
        (
            {"busca": "email", "termo_busca": "a"},
            f"O tipo de busca (email) não é válido | Valores aceitos para esse campo: {KINDS}",
        ),
    ],
)
def test_wrong_kind_of_search_is_told_in_the_sentence(query: dict[str, str], said: str) -> None:
    """As printed for other routes: no errors beside it."""
    assert ask(world(), "findCustomers", **query) == {"status": "error", "msg": said}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "O campo termo busca é obrigatório."),
        ({"termo_busca": "1", "limit": "101"}, "O campo limit não possui um valor válido."),
        ({"termo_busca": "1", "cancelado": "true"}, "O campo cancelado não possui um valor válido."),
    ],
)
def test_other_parameters_are_told_in_errors(query: dict[str, str], error: str) -> None:
    """With the sentence of every other field."""
    answer = ask(world(), "findCustomers", busca="telefone", **query)

    assert answer == {"status": "error", "msg": FILL_IN, "errors": [error]}


def test_unknown_service_and_ticket_are_told_in_the_sentence() -> None:
    """As printed for other records."""
    work = world()

    service = ask(work, "openTicket", {**TICKET, "id_cliente_servico": 49742})
    ticket = ask(work, "editTicket", {"parametros": {}, "fechar_atendimento": True}, key="49742")

    assert service == {"status": "error", "msg": "Serviço do cliente de ID 49742 não encontrado"}
    assert ticket == {"status": "error", "msg": "Atendimento de ID 49742 não encontrado"}


def test_several_faults_are_told_together() -> None:
    """A missing name and a wrong type are two errors; who exists is looked at when the shape is right."""
    body = {**TICKET, "id_cliente_servico": 49742, "abrir_os": "sim"}
    del body["nome"]

    answer = ask(world(), "openTicket", body)

    assert answer["errors"] == ["O campo abrir_os deve ser do tipo boolean", "O campo nome é obrigatório."]


@pytest.mark.parametrize("operation", ["findCustomers", "listTickets"])
def test_kinds_of_search_are_those_of_the_contract(operation: str) -> None:
    """The sentence lists what the contract takes."""
    (parameter,) = (p for p in load("hubsoft").operations[operation].parameters if p.name == "busca")
    assert parameter.ref

    file, _, pointer = parameter.ref.partition("#")
    schema: Any = load("hubsoft").source.files[file]
    for step in pointer.removeprefix("/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        schema = schema[int(step)] if isinstance(schema, list) else schema[step]

    assert SEARCHES[operation].split(",") == schema["enum"]
