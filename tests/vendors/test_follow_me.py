"""Lines that an integration creates with follow-me, and the calls that find them, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.clock import Mode
from tests.live import Live, live
from tests.vendors.provisioned import DEVICES, Pbx, cause, way

ROUTE, BUSY = "route: {call: A}", 'internal: {call: B, extension: "111", to: "119"}'
EVERY_CASE = {"always": "112", "busy": "113", "noanswer": "114", "offline": "115"}


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live(clock=Mode.JUMPING) as simulator:
        yield simulator


@pytest.fixture
def pbx(running: Live) -> Pbx:
    return Pbx(running)


@pytest.fixture
def led(pbx: Pbx) -> Pbx:
    """A PBX whose first line leads to extension 111."""
    pbx.line(apontar_para=1, destino="111")
    return pbx


def test_created_line_rings_with_its_group(pbx: Pbx) -> None:
    number = pbx.device("118")
    pbx.group("POST", id_record=1, strategy="linear", devices=[number, 2])

    call = pbx.play('ring: {call: A, group: "1"}', "{after: 25s, answer: {call: A}}")

    assert (way(call), call["agent"]) == ([("118", 0), ("112", 20)], "112")


def test_second_line_with_the_login_of_another_is_refused(running: Live, pbx: Pbx) -> None:
    pbx.device("111")

    answer = running.ask("PUT", f"{DEVICES}/{pbx.pair}/1", {"customer_id": 1, "username": "111"})

    assert (answer.status, answer.json["reason"]) == (422, "Login de linha já em uso")


def test_follow_me_of_all_calls_goes_before_the_other_cases(led: Pbx) -> None:
    led.follow_me("111", of=EVERY_CASE)

    free, busy = led.play(ROUTE), led.play(BUSY, ROUTE)

    assert (way(free), way(busy)) == ([("112", 0)], [("112", 0)])


def test_follow_me_of_a_busy_line_is_followed_while_it_talks(led: Pbx) -> None:
    led.follow_me("111", of={"busy": "113"})

    free, busy = led.play(ROUTE), led.play(BUSY, ROUTE)

    assert (way(busy), cause(busy)) == ([("113", 0)], "no_answer")
    assert (way(free), cause(free)) == ([("111", 0)], "no_answer")


@pytest.mark.parametrize(("fields", "seconds"), [({}, 20), ({"max_ringtime": 0}, 20), ({"max_ringtime": 12}, 12)])
def test_follow_me_of_an_unanswered_line_is_followed_once_it_has_rung(
    led: Pbx, fields: dict[str, int], seconds: int
) -> None:
    led.follow_me("111", of={"noanswer": "114"}, **fields)

    call = led.play(ROUTE)

    assert (way(call), call["duration"]) == ([("111", 0), ("114", seconds)], seconds + 20)


def test_line_that_is_answered_in_time_has_its_call(led: Pbx) -> None:
    led.follow_me("111", of={"noanswer": "114"}, max_ringtime=30)

    call = led.play(ROUTE, "{after: 29s, answer: {call: A}}")

    assert (way(call), call["agent"], call["waiting"]) == ([("111", 0)], "111", 29)


def test_follow_me_of_a_line_that_cannot_be_reached_is_followed_at_once(led: Pbx) -> None:
    led.follow_me("111", of={case: EVERY_CASE[case] for case in ("busy", "noanswer", "offline")}, status=0)
    inactive = led.play(ROUTE)
    led.follow_me("9999", of={"offline": "115"})
    led.line(apontar_para=1, destino="9999")
    without_extension = led.play(ROUTE)

    assert (way(inactive), way(without_extension)) == ([("115", 0)], [("115", 0)])


def test_inactive_line_is_passed_over_by_its_group(pbx: Pbx) -> None:
    number = pbx.follow_me("118", of={"offline": "115"}, status=0)
    pbx.group("POST", id_record=1, strategy="linear", devices=[number, 2])

    call = pbx.play('ring: {call: A, group: "1"}')

    assert way(call) == [("112", 0)]


def test_follow_me_of_a_member_is_not_followed(pbx: Pbx) -> None:
    number = pbx.follow_me("118", of={"always": "115", "noanswer": "116"}, max_ringtime=5)
    pbx.group("POST", id_record=1, strategy="linear", devices=[number, 2])

    call = pbx.play('ring: {call: A, group: "1"}')

    assert way(call) == [("118", 0), ("112", 20)]


@pytest.mark.parametrize(("when", "rung"), [("always", []), ("noanswer", [("111", 0), ("112", 20)])])
def test_follow_me_in_a_circle_of_two_ends(led: Pbx, when: str, rung: list[tuple[str, int]]) -> None:
    led.follow_me("111", of={when: "112"})
    led.follow_me("112", of={when: "111"})

    call = led.play(ROUTE)

    assert (way(call), cause(call)) == (rung, "no_answer")


@pytest.mark.parametrize(
    ("to", "talk", "why"),
    [("37999989001", 60, "normal"), ("37999989003", 0, "busy"), ("37999985555", 0, "no_answer")],
    ids=["answers", "is engaged", "is in no table"],
)
def test_follow_me_to_the_outside_does_what_the_table_of_numbers_says(led: Pbx, to: str, talk: int, why: str) -> None:
    led.follow_me("111", of={"always": to})

    call = led.play(ROUTE)

    assert (way(call), call["talk"], cause(call)) == ([(to, 0)], talk, why)


def test_follow_me_that_is_off_rings_the_line_itself(led: Pbx) -> None:
    off = {f"sigame_{when}_{what}": value for when in EVERY_CASE for what, value in (("st", 0), ("dst", "112"))}
    led.device("111", **off)

    call, busy = led.play(ROUTE), led.play(BUSY, ROUTE)

    assert (way(call), cause(call)) == ([("111", 0)], "no_answer")
    assert (way(busy), cause(busy)) == ([], "busy")


def test_follow_me_goes_before_what_another_vendor_says(led: Pbx) -> None:
    led.extension("111", encaminhar_todas_chamadas={"encaminhamento_tipo": 1, "encaminhamento_destino": "113"})
    theirs = led.play(ROUTE)
    led.device("111")
    silent = led.play(ROUTE)
    led.extension("112", encaminhar_todas_chamadas={"encaminhamento_tipo": 1, "encaminhamento_destino": "113"})
    led.device("112", sigame_always_st=0)
    led.line(apontar_para=1, destino="112")
    off = led.play(ROUTE)

    assert (way(theirs), way(silent), way(off)) == ([("113", 0)], [("113", 0)], [("112", 0)])
