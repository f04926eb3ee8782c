"""What an integration provisions through the vendors' own APIs acts on the calls that follow, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.clock import Mode
from simulator.telephony.distribution import Strategy
from simulator.vendors.nextbilling import VENDOR
from tests.live import Live, live
from tests.vendors.nextbilling_world import ask, work_of
from tests.vendors.provisioned import Pbx, cause, rings


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live(clock=Mode.JUMPING) as simulator:
        yield simulator


@pytest.fixture
def pbx(running: Live) -> Pbx:
    return Pbx(running)


def test_group_rings_as_it_was_created_changed_and_switched_off(pbx: Pbx) -> None:
    # A tenant's lines 1 to 20 stand for the extensions 111 to 130.
    desk = {"id_cliente": 1, "descricao": "Recepção", "strategy": "linear", "devices": [5, 2], "status": 1}
    number = int(pbx.group("PUT", **desk)["new_record"])
    ring = f'ring: {{call: A, group: "{number}"}}'

    in_turn = pbx.play(ring)
    by_name = pbx.play("ring: {call: A, group: Recepção}")
    pbx.group("POST", id_record=number, strategy="ringall", devices=[2, 5, 7])
    together = pbx.play(ring, '{after: 4s, answer: {call: A, extension: "115"}}')
    pbx.group("POST", id_record=number, status=0)
    off = pbx.play(ring)

    assert (rings(in_turn), in_turn["duration"], cause(in_turn)) == (["115", "112"], 40, "no_answer")
    assert rings(by_name) == ["115", "112"]
    assert (rings(together), together["agent"], together["waiting"]) == (["112", "115", "117"], "115", 4)
    assert (rings(off), cause(off)) == ([], "no_answer")


def test_group_that_was_removed_is_told_before_anybody_calls(running: Live, pbx: Pbx) -> None:
    pbx.group("DELETE", "?id_record=1")
    text = (
        'scenario: x\ntitle: X\nsteps:\n  - inbound: {call: A, from: "37999912222"}\n  - ring: {call: A, group: "1"}\n'
    )

    answer = running.control("POST", "/runs", {"text": text}, tenant=pbx.name)

    assert answer.status == 422
    assert "text:5:5: there is no ring group '1'; there are: none" in answer.json["error"]


def test_line_leads_where_it_was_pointed(pbx: Pbx) -> None:
    pbx.line(apontar_para=1, destino="118")
    at_an_extension = pbx.play("route: {call: A}", "{after: 2s, answer: {call: A}}")
    pbx.line(apontar_para=3, destino="vendas")
    in_a_queue = pbx.play("route: {call: A}")
    pbx.line(apontar_para=9, destino="118")
    in_a_mailbox = pbx.play("route: {call: A}")
    pbx.line(habilitar_horario_funcionamento=1, horario_funcionamento_lista_feriados="02/03")
    on_a_holiday = pbx.play("route: {call: A}")

    assert (rings(at_an_extension), at_an_extension["state"]) == (["118"], "talking")
    assert (in_a_queue["queue"], rings(in_a_queue)) == ("vendas", ["116"])  # nobody has logged in to it
    assert (in_a_mailbox["state"], in_a_mailbox["events"][-1]["extension"]) == ("mailbox", "118")
    assert cause(on_a_holiday) == "closed"


def test_extension_forwards_as_it_was_told(pbx: Pbx) -> None:
    pbx.line(apontar_para=1, destino="111")
    several = [{"encaminhamento_tipo": 1, "encaminhamento_destino": "112"}]
    several += [{"encaminhamento_tipo": 8, "encaminhamento_destino": "37999989001"}]
    none = {"encaminhamento_tipo": 0, "encaminhamento_destino": ""}
    forwards = {"encaminhamento_tipo": 5, "encaminhamento_destino": "", "encaminhamento_destinos": several}
    pbx.extension("111", encaminhar_todas_chamadas=none, encaminhar_offline_sem_atendimento=forwards)
    unanswered = pbx.play("route: {call: A}")
    pbx.extension("111", encaminhar_todas_chamadas={"encaminhamento_tipo": 1, "encaminhamento_destino": "113"})
    always = pbx.play("route: {call: A}")
    pbx.extension("113", bloquear_ramal=1, habilitar_caixa_postal=1)
    blocked = pbx.play("route: {call: A}")

    assert rings(unanswered) == ["111", "112", "37999989001"]
    assert (unanswered["talk"], unanswered["duration"], cause(unanswered)) == (60, 103, "normal")
    assert rings(always) == ["113"]
    assert (rings(blocked), blocked["state"]) == ([], "mailbox")


def test_outbound_call_takes_the_trunk_of_its_plan_and_the_history_finds_it(pbx: Pbx) -> None:
    company, plan = _company_and_plan(pbx, "111")
    trunk = {"tronco_id": 0, "cliente_id": company, "nome": "Nova", "endereco": "sip.example.com"}
    key = int(pbx.viacel("inserir_tronco", dados={**trunk, "insere_digitos": "015"})["id"])
    regions = [{"regiao_id": region, "regiao_nome": "", "roteamentos": _by(key)} for region in (3, 4)]
    pbx.viacel("alterar_regras_roteamento", plano_discagem_id=plan, dados={"regioes": regions})
    dial = 'outbound: {call: A, extension: "111", to: "37999985555"}'

    out = pbx.run(dial, "route: {call: A}", "{after: 2s, hangup: {call: A, by: inside}}")
    found = pbx.viacel("listar_historico_chamada", tronco_id=key, cliente_id=company, pos_registro_inicial=0)
    pbx.viacel(
        "alterar_regras_roteamento",
        plano_discagem_id=plan,
        dados={"regioes": [{**region, "roteamentos": []} for region in regions]},
    )
    barred = pbx.run(dial, "route: {call: A}")
    after = pbx.viacel("listar_historico_chamada", tronco_id=key, cliente_id=company, pos_registro_inicial=0)

    assert rings(out) == ["01537999985555"]
    assert [row["destino"] for row in found["dados"]] == ["37999985555"]
    assert (rings(barred), cause(barred)) == ([], "not_allowed")
    assert after["dados"] == found["dados"]  # it went out on no trunk


def _by(trunk: int) -> list[dict[str, Any]]:
    return [{"prioridade": 1, "tronco_id": trunk, "tronco_nome": ""}]


def _company_and_plan(pbx: Pbx, extension: str) -> tuple[int, int]:
    row = next(row for row in pbx.rows("listar_ramais") if row["numero"] == extension)
    return int(row["cliente_id"]), int(row["plano_discagem_id"])


def test_lines_that_no_extension_stands_for_ring_nowhere() -> None:
    """A login that names no extension; the sample's other lines are more than there are extensions here."""
    work = work_of()
    ask(work, "createDevice", {"customer_id": 9, "tech": "SIP", "username": "novo"})
    work.put("nextbilling.group", "4", {**work.records["nextbilling.group"]["4"], "devices": [1001, 3, 77, 1, 4]})
    assert VENDOR.routing

    (group,) = VENDOR.routing.groups(work)

    assert (group.key, group.name, group.members, group.strategy) == ("4", "Ramais Recepção", ("112", "111"), "linear")


@pytest.mark.parametrize(
    ("word", "strategy"),
    [("ringall", Strategy.RING_ALL), ("linear", Strategy.LINEAR), ("random", Strategy.RANDOM)],
)
def test_strategy_is_the_groups(word: str, strategy: Strategy) -> None:
    work = work_of()
    ask(work, "updateRingGroup", {"id_record": 4, "strategy": word})
    assert VENDOR.routing

    (group,) = VENDOR.routing.groups(work)

    assert group.strategy is strategy
