"""HubSoft's customers: found by phone and eight other ways, and their services."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.identity import Identity
from simulator.vendors.hubsoft import VENDOR
from simulator.worlds.directory import CUSTOMER
from tests.vendors.hubsoft_neighbours import ask, world
from tests.work import DictWork


def find(work: DictWork, kind: str, term: Any, **more: Any) -> list[dict[str, Any]]:
    answer = ask(work, "findCustomers", busca=kind, termo_busca=term, **more)
    assert (answer["status"], answer["msg"]) == ("success", "Dados consultados com sucesso")
    return list(answer["clientes"])


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
