"""What Viacel's records do to calls: lines with their hours, forwards, dial plans. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.telephony.routing import Destination, Forwards, Outgoing, Place, Trunk
from simulator.vendors.viacel import VENDOR
from simulator.vendors.viacel.routing import region_of
from tests.work import DictWork

ZONE = ZoneInfo("America/Sao_Paulo")
LINE = "551130037293"
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)
SAYS = VENDOR.routing
WORLD = {
    "company": {"1": {"id": "1", "name": "Padaria Sol", "document": ""}},
    "extension": {number: {"number": number, "name": number, "company": "1"} for number in ("111", "112")},
    "number": {LINE: {"number": LINE, "kind": "landline"}},
    "queue": {"vendas": {"name": "vendas", "extensions": ["111"]}},
}


@pytest.fixture
def work():
    work = DictWork(records={kind: dict(records) for kind, records in WORLD.items()})
    for kind, records in VENDOR.world(work.identity, WORLD, False).items():
        for key, record in records.items():
            work.put(kind, key, record)
    return work


def change(work, kind, key="1", **fields):
    work.put(f"viacel.{kind}", key, {**work.get(f"viacel.{kind}", key), **fields})


def forward(to, text="", *several):
    listed = [{"encaminhamento_tipo": t, "encaminhamento_destino": d} for t, d in several]
    return {"encaminhamento_tipo": to, "encaminhamento_destino": text, "encaminhamento_destinos": listed}


def test_line_leads_to_the_first_extension_of_its_company(work):
    found = SAYS.incoming(work, LINE, MONDAY)

    assert found.destinations == (Destination(Place.EXTENSION, "111"),)
    assert (found.closed, found.most) == (False, None)


@pytest.mark.parametrize(
    ("kind", "text", "destination"),
    [
        (1, "112", Destination(Place.EXTENSION, "112")),
        (8, "37999989001", Destination(Place.OUTSIDE, "37999989001")),
        (9, "112", Destination(Place.MAILBOX, "112")),
        (4, "vendas", Destination(Place.QUEUE, "vendas")),
        (4, "112", Destination(Place.EXTENSION, "112")),
        (4, "none", None),
        (1, "", None),
        (9, "", None),
        (0, "111", None),
    ],
)
def test_line_leads_where_its_kind_and_text_say(work, kind, text, destination):
    change(work, "did", apontar_para=kind, destino=text)

    found = SAYS.incoming(work, LINE, MONDAY)

    assert (found.destinations[0] if found else None) == destination


def test_line_that_was_deleted_or_has_no_did_is_no_business_of_ours(work):
    work.remove("viacel.did", "1")

    assert SAYS.incoming(work, LINE, MONDAY) is None


def test_line_takes_so_many_calls_at_once(work):
    change(work, "did", maximo_chamadas_simultaneas=3)

    assert SAYS.incoming(work, LINE, MONDAY).most == 3


def at(days=0, hour=10, minute=0):
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=days)


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        (("08:00", "18:00"), at(hour=8), True),
        (("08:00", "18:00"), at(hour=7, minute=59), False),
        (("08:00", "18:00"), at(hour=17, minute=59), True),
        (("08:00", "18:00"), at(hour=18), False),
        (("22:00", "06:00"), at(hour=23), True),
        (("22:00", "06:00"), at(hour=5), True),
        (("22:00", "06:00"), at(hour=12), False),
        (("08:00:00", "18:00:00"), at(hour=19), False),
        (("", ""), at(hour=3), True),
        (("dawn", "dusk"), at(hour=3), True),
        (("08:00", "08:00"), at(hour=3), True),
    ],
)
def test_hours_are_those_of_the_local_day(work, hours, moment, is_open):
    first, last = hours
    change(
        work,
        "did",
        habilitar_horario_funcionamento=1,
        horario_funcionamento_inicio=first,
        horario_funcionamento_fim=last,
    )

    assert SAYS.incoming(work, LINE, moment).closed is not is_open


@pytest.mark.parametrize(
    ("days", "moment", "is_open"),
    [
        ([1], at(), True),
        ([1], at(1), False),
        ([0], at(6), True),
        ([7], at(6), True),
        ([6], at(6), False),
        ([1, 2, 3, 4, 5], at(4), True),
        ([1, 2, 3, 4, 5], at(5), False),
        ([], at(6), True),
    ],
)
def test_days_count_from_monday_and_sunday_is_0_or_7(work, days, moment, is_open):
    change(work, "did", habilitar_horario_funcionamento=1, horario_funcionamento_dias_semana=days)

    assert SAYS.incoming(work, LINE, moment).closed is not is_open


def test_night_belongs_to_the_day_on_which_it_begins(work):
    change(
        work,
        "did",
        habilitar_horario_funcionamento=1,
        horario_funcionamento_inicio="22:00",
        horario_funcionamento_fim="06:00",
        horario_funcionamento_dias_semana=[1],
    )

    closed = [SAYS.incoming(work, LINE, moment).closed for moment in (at(0, 5), at(0, 23), at(1, 5), at(1, 23))]

    assert closed == [True, False, False, True]


@pytest.mark.parametrize(
    ("holidays", "closed"),
    [
        ("02/03", True),
        ("25/12, 02/03/2026", True),
        ("02/03/2025", False),
        ("03/02", False),
        ("", False),
        ("natal", False),
    ],
)
def test_holidays_are_closed(work, holidays, closed):
    change(work, "did", habilitar_horario_funcionamento=1, horario_funcionamento_lista_feriados=holidays)

    assert SAYS.incoming(work, LINE, MONDAY).closed is closed


def test_hours_that_are_not_enabled_close_nothing(work):
    change(work, "did", horario_funcionamento_lista_feriados="02/03", horario_funcionamento_dias_semana=[5])

    assert not SAYS.incoming(work, LINE, MONDAY).closed


def test_extension_has_its_forwards(work):
    change(
        work,
        "extension",
        encaminhar_todas_chamadas=forward(5, "", (1, "112"), (8, "37999989001"), (0, "x"), (9, "")),
        encaminhar_offline_sem_atendimento=forward(1, "112"),
        encaminhar_ocupado_indisponivel=forward(9),
    )

    assert SAYS.forwards(work, "111") == Forwards(
        always=(
            Destination(Place.EXTENSION, "112"),
            Destination(Place.OUTSIDE, "37999989001"),
            Destination(Place.MAILBOX, "111"),
        ),
        no_answer=(Destination(Place.EXTENSION, "112"),),
        busy=(Destination(Place.MAILBOX, "111"),),
        offline=(Destination(Place.EXTENSION, "112"),),
    )


def test_number_abroad_that_is_written_with_a_plus_is_dialled_with_two_zeros(work):
    change(work, "extension", encaminhar_todas_chamadas=forward(8, "+12025550123"))

    assert SAYS.forwards(work, "111").always == (Destination(Place.OUTSIDE, "0012025550123"),)


def test_list_of_destinations_counts_for_the_kind_that_has_one(work):
    change(work, "extension", encaminhar_todas_chamadas=forward(0, "", (1, "112")))

    assert SAYS.forwards(work, "111").always == ()


def test_mailbox_takes_what_no_forward_does(work):
    change(work, "extension", habilitar_caixa_postal=1, encaminhar_ocupado_indisponivel=forward(1, "112"))

    found = SAYS.forwards(work, "111")

    assert found.no_answer == found.offline == (Destination(Place.MAILBOX, "111"),)
    assert found.busy == (Destination(Place.EXTENSION, "112"),)
    assert found.always == ()


def test_blocked_extension_is_off_and_may_not_dial(work):
    change(work, "extension", bloquear_ramal=1)

    assert SAYS.forwards(work, "111").off
    assert SAYS.outgoing(work, "111", "1130037294") == Outgoing(())


def test_extension_that_was_deleted_is_no_business_of_ours(work):
    work.remove("viacel.extension", "1")

    assert (SAYS.forwards(work, "111"), SAYS.outgoing(work, "111", "1130037294")) == (None, None)


def test_trunks_come_by_priority_and_those_that_are_gone_are_left_out(work):
    trunk = work.get("viacel.trunk", "1")
    work.put("viacel.trunk", "2", {**trunk, "tronco_id": 2, "nome": "Outra", "insere_digitos": "015"})
    ways = [{"prioridade": place, "tronco_id": key} for place, key in ((1, 9), (2, 2), (3, 1))]
    work.put("viacel.route", "1-1", {"plano_discagem_id": 1, "regiao_id": 1, "roteamentos": ways})

    found = SAYS.outgoing(work, "111", "551130037294")

    assert found.trunks == (Trunk("2", "Outra", "0151130037294"), Trunk("1", "Operadora", "1130037294"))


def test_trunk_cuts_digits_before_it_adds_some(work):
    change(work, "trunk", qtd_digitos_cortados=2, insere_digitos="0")

    assert SAYS.outgoing(work, "111", "551130037294").trunks[0].dialled == "030037294"


@pytest.mark.parametrize(
    ("digits", "region"),
    [
        ("1130037294", 1),
        ("3732210000", 2),
        ("11999990000", 3),
        ("37999990000", 4),
        ("08001234567", 5),
        ("03001234567", 2),
        ("190", 0),
    ],
)
def test_plan_without_a_route_for_the_region_lets_nothing_out(work, digits, region):
    for key in range(1, 7):
        if key != region:
            work.remove("viacel.route", f"1-{key}")

    assert bool(SAYS.outgoing(work, "111", digits).trunks) is (region > 0)
    work.remove("viacel.route", f"1-{region}")
    assert SAYS.outgoing(work, "111", digits) == Outgoing(())


def test_extension_without_a_plan_may_not_dial(work):
    change(work, "extension", plano_discagem_id=0)

    assert SAYS.outgoing(work, "111", "1130037294") == Outgoing(())


def test_area_code_of_the_extension_says_what_is_local(work):
    change(work, "extension", codigo_area=37)
    work.remove("viacel.route", "1-2")

    assert SAYS.outgoing(work, "111", "3732210000").trunks
    assert SAYS.outgoing(work, "111", "1130037294") == Outgoing(())


def test_region_of_a_number_depends_on_where_it_is_seen_from():
    seen = {"11", "1130037293", "551130037293"}

    assert {region_of("1130037294", origin) for origin in seen} == {1}
    assert {region_of("1130037294", origin) for origin in ("37", "08001234567", "")} == {2}
    assert {region_of(n, "34") for n in ("0011234567890", "0034912345678", "0012025550123")} == {6}
    assert {region_of(n, "37") for n in ("0059829010000", "004722334455")} == {6}  # as short as a local one
    assert region_of("0055119999", "11") == 0


def test_number_abroad_is_dialled_as_it_is_by_the_trunks_of_its_region(work):
    assert SAYS.outgoing(work, "111", "0034912345678").trunks[0].dialled == "0034912345678"

    work.remove("viacel.route", "1-6")

    assert SAYS.outgoing(work, "111", "0034912345678") == Outgoing(())
