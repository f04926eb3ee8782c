"""Viacel's fake: the world that it begins with, and the list of calls."""

from __future__ import annotations

from tests.vendors.viacel_account import Account


def test_world_is_there_from_the_start(account: Account) -> None:
    """The tenant's companies, extensions and numbers, each with an owner, a plan and a trunk."""
    total = account.do("listar_ramais")["qtd_total_resultados"]
    companies = {row["cliente_id"] for row in account.rows("listar_clientes")}

    assert total == 20
    assert {row["cliente_id"] for row in account.rows("listar_ramais")} <= companies
    assert {row["cliente_id"] for row in account.rows("listar_troncos")} == companies
    assert len(account.rows("listar_dids")) == 4
    assert len(account.rows("listar_regras_roteamento")) == 6 * len(companies)


def test_history_has_the_calls_that_are_over(lenient: Account) -> None:
    """Both ends, what it cost and how long it lasted; filters narrow, pages have twenty rows or what is asked for."""
    story = """
scenario: calls
title: One is answered, one is not
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - {after: 4s, answer: {call: A}}
  - {after: 60s, hangup: {call: A, by: outside}}
  - inbound: {call: B, from: "37999912223"}
  - {after: 1s, ring: {call: B, extension: "112"}}
  - {after: 9s, hangup: {call: B, by: outside}}
"""
    play(lenient, story)

    first, second = lenient.rows("listar_historico_chamada", quantidade=500)
    one = lenient.do("listar_historico_chamada", quantidade=1, pos_registro_inicial=1)
    answered = lenient.rows("listar_historico_chamada", status="ANSWERED", ramal_destino="111")
    nobody = lenient.do("listar_historico_chamada", data_inicial="01/01/2020", data_final="02/01/2020")

    assert (first["origem"], first["destino"], first["duracao_chamada"]) == ("37999912222", "111", "60")
    assert (first["status"], second["status"]) == ("ANSWERED", "NO ANSWER")
    assert (second["origem"], second["duracao_chamada"]) == ("37999912223", "0")
    assert (one["qtd_total_resultados"], one["dados"]) == (2, [second])
    assert answered == [first]
    assert nobody["dados"] == []
    assert lenient.rows("listar_historico_chamada", chamada_id=second["chamada_id"]) == [second]


def play(account: Account, story: str) -> None:
    """Play a story on a jumping clock, to its end."""
    control = account.server.control
    assert control("PUT", "/clock", {"clock": "jumping"}, tenant=account.name).status == 200
    run = control("POST", "/runs", {"text": story}, tenant=account.name)
    assert run.status in (200, 201, 202), run.text
    verdict = control("GET", f"/runs/{run.json['id']}", tenant=account.name, wait=20)
    assert verdict.status == 200, verdict.text


def test_history_tells_both_ends_of_an_internal_call_and_a_busy_number(lenient: Account) -> None:
    play(
        lenient,
        """
scenario: ends
title: One extension calls another, and a number that is busy
steps:
  - internal: {call: A, extension: "111", to: "112"}
  - ring: {call: A, extension: "112"}
  - {after: 3s, answer: {call: A, extension: "112"}}
  - {after: 9s, hangup: {call: A, by: inside}}
  - outbound: {call: B, extension: "111", to: "37999912222"}
  - {after: 1s, ring: {call: B}}
  - {after: 1s, busy: {call: B}}
""",
    )

    inside, busy = lenient.rows("listar_historico_chamada")

    assert (inside["origem"], inside["destino"], inside["status"]) == ("111", "112", "ANSWERED")
    assert (busy["origem"], busy["status"], busy["status_descricao"]) == ("111", "BUSY", "Ocupado")
    assert (inside["preco"], busy["preco"]) == ("0.00", "0.00")


def test_history_links_a_recording_where_the_extension_is_recorded_or_somebody_began_to(lenient: Account) -> None:
    """Inferred: an extension's gravar_chamadas does it, and so does a recording on demand; not of a missed call."""
    talk = """
  - inbound: {{call: {0}, from: "37999912222"}}
  - ring: {{call: {0}, extension: "111"}}
  - {{after: 2s, answer: {{call: {0}}}}}{1}
  - {{after: 9s, hangup: {{call: {0}, by: outside}}}}"""
    begun = "\n  - {after: 2s, record: {call: B}}"
    missed = talk.format("C", "").replace("answer", "no_answer")
    play(lenient, f"scenario: a\ntitle: t\nsteps:{talk.format('A', '')}{talk.format('B', begun)}{missed}")
    (desk,) = [row for row in lenient.rows("listar_ramais") if row["numero"] == "111"]
    ids = {name: int(desk[name]) for name in ("ramal_id", "cliente_id")}

    on_demand = lenient.rows("listar_historico_chamada")
    lenient.do("alterar_ramal", dados={**ids, "gravar_chamadas": 1})
    always = lenient.rows("listar_historico_chamada")

    assert [bool(row["link_gravacao"]) for row in on_demand] == [False, True, False]
    assert [bool(row["link_gravacao"]) for row in always] == [True, True, False]
    assert on_demand[1]["link_gravacao"].endswith(f"/{on_demand[1]['chamada_id']}.wav")


def test_history_has_twenty_calls_a_page_unless_more_are_asked_for(lenient: Account) -> None:
    """As the list of companies pages: twenty further each time."""
    one = "  - inbound: {{call: C{0}, from: '379999{0:05}'}}\n  - hangup: {{call: C{0}, by: outside}}\n"
    story = "scenario: many\ntitle: Many call\nsteps:\n" + "".join(one.format(number) for number in range(23))
    run = lenient.server.control("POST", "/runs", {"text": story}, tenant=lenient.name)
    lenient.server.control("GET", f"/runs/{run.json['id']}", tenant=lenient.name, wait=20)

    pages = [lenient.do("listar_historico_chamada", pos_registro_inicial=start) for start in (0, 20)]
    whole = lenient.do("listar_historico_chamada", quantidade=500)

    assert [page["qtd_resultados_retornados"] for page in pages] == [20, 3]
    assert {page["qtd_total_resultados"] for page in pages} == {23}
    assert pages[0]["dados"] + pages[1]["dados"] == whole["dados"]
