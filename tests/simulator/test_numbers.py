"""What dialled numbers do by themselves: the table, who asks it, and how a wrong one is told."""

import pytest

from simulator.switch.numbers import KEY, KIND, conduct_of, from_mapping, load_numbers, parse_numbers, plain, shipped
from simulator.telephony.calls import Cause, Kind, State
from simulator.telephony.conduct import Conduct, Ending
from simulator.telephony.events import Party
from simulator.worlds.own_file import BadFile
from tests.core import play, run, running, story
from tests.work import DictWork


def work(*entries):
    return DictWork(records={KIND: {KEY: from_mapping({"numbers": list(entries)})}} if entries else {})


@pytest.mark.parametrize("dialled", ["04832817000", "4832817000", "554832817000"])
def test_printed_number_answers_however_it_is_dialled(dialled):
    assert conduct_of(work(), dialled) == Conduct(Ending.ANSWERS, ring=3, talk=60)


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("9001", Ending.ANSWERS),
        ("9002", Ending.NO_ANSWER),
        ("9003", Ending.BUSY),
        ("9004", Ending.REFUSES),
        ("9005", Ending.MACHINE),
        ("9006", Ending.UNKNOWN),
    ],
)
def test_shipped_endings_do_what_they_say(ending, outcome):
    found = [conduct_of(work(), number + ending) for number in ("3799998", "113000", "55113000")]

    assert [conduct.outcome for conduct in found] == [outcome] * 3


def test_number_that_is_not_in_the_table_does_nothing_by_itself():
    assert conduct_of(work(), "37999985555") is None


def test_whole_number_comes_before_an_ending_and_a_longer_ending_before_a_shorter():
    table = work(
        {"ending": "01", "outcome": "busy"},
        {"ending": "9001", "outcome": "refuses"},
        {"number": "037999989001", "outcome": "machine"},
    )

    outcomes = [conduct_of(table, number).outcome for number in ("37999989001", "37999979001", "37999979101")]

    assert outcomes == [Ending.MACHINE, Ending.REFUSES, Ending.BUSY]


def test_table_of_ones_own_is_in_the_place_of_the_shipped_one():
    table = work({"ending": "77", "outcome": "answers", "ring": 1.5, "talk": 9, "by": "inside"})

    assert conduct_of(table, "37999980077") == Conduct(Ending.ANSWERS, ring=1.5, talk=9, by=Party.INSIDE)
    assert conduct_of(table, "37999989001") is None


@pytest.mark.parametrize(("digits", "same"), [("08001234567", "08001234567"), ("190", "190"), ("000", "000")])
def test_free_and_short_numbers_stay_as_they_are_dialled(digits, same):
    assert plain(digits) == same


def test_shipped_table_is_right_in_itself():
    assert from_mapping(shipped()) == shipped()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("numbers:\n  - {ending: 9001, outcome: busy}\n", "2:14: found 9001, expected the last digits"),
        ("numbers:\n  - {ending: '9001', outcome: sleeps}\n", 'found "sleeps", expected answers, no_answer, busy'),
        ("numbers:\n  - {ending: '9001'}\n", "outcome is missing"),
        ("numbers:\n  - {outcome: busy}\n", "2:5: found neither, expected a number or an ending"),
        ("numbers:\n  - {number: '4832817000', ending: '00', outcome: busy}\n", "found number and ending"),
        ("numbers:\n  - {ending: '9001', outcome: busy, talk: 3}\n", "nobody talks where the outcome is busy"),
        ("numbers:\n  - {ending: '9001', outcome: busy, rings: 3}\n", "did you mean 'ring'?"),
        ("numbers:\n  - {ending: '9001', outcome: busy, ring: 3601}\n", "seconds before it does so, 0 to 3600"),
        (
            "numbers:\n  - {number: '04832817000', outcome: busy}\n  - {number: '4832817000', outcome: busy}\n",
            "3:5: number '4832817000' is that of /numbers/0 too",
        ),
        ("", "numbers is missing"),
        ("numbers: {}\n", "expected a list of at most 1000 numbers"),
    ],
)
def test_wrong_table_is_told_with_its_place_and_the_remedy(text, said):
    with pytest.raises(BadFile) as refused:
        parse_numbers(text, "mine.yaml")

    assert said in str(refused.value)
    assert "mine.yaml:" in str(refused.value)


def test_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadFile, match="it cannot be read"):
        load_numbers(tmp_path / "none.yaml")


def played(steps, **settings):
    async def work():
        async with running(**settings) as simulator:
            verdict = await play(simulator, story(f"scenario: dialled\ntitle: Dialled\nsteps:\n{steps}"))
            return simulator.default.calls["c1"], verdict

    return run(work())


def dialled(number, by_number=", by_number: true", more=""):
    begins = f'  - outbound: {{call: A, extension: "111", to: "{number}"{by_number}}}\n'
    return f"{begins}  - {{after: 1s, ring: {{call: A}}}}\n{more}"


@pytest.mark.parametrize(
    ("ending", "at", "cause", "by"),
    [
        ("9001", 64, Cause.NORMAL, Party.OUTSIDE),
        ("9002", 31, Cause.NO_ANSWER, Party.SYSTEM),
        ("9003", 2, Cause.BUSY, Party.OUTSIDE),
        ("9004", 6, Cause.REFUSED, Party.OUTSIDE),
        ("9005", 9, Cause.MACHINE, Party.SYSTEM),
        ("9006", 2, Cause.UNKNOWN_NUMBER, Party.SYSTEM),
        ("9007", 64, Cause.NORMAL, Party.INSIDE),
    ],
)
def test_scenario_leaves_the_far_end_to_the_table(ending, at, cause, by):
    call, verdict = played(dialled(f"3799998{ending}"))

    assert verdict.problem == ""
    assert ((call.ended - call.started).total_seconds(), call.last.cause, call.last.by) == (at, cause, by)


def test_call_of_a_scenario_that_does_not_say_so_is_played_by_its_steps_alone():
    call, _ = played(dialled("37999989001", by_number=""))

    assert (call.state, call.last.kind) == (State.RINGING, Kind.RINGING)


def test_step_that_comes_first_has_done_it():
    call, verdict = played(dialled("37999989001", more="  - {after: 1s, busy: {call: A}}\n"))

    assert (verdict.problem, call.last.cause, call.duration) == ("", Cause.BUSY, 2)


def test_far_end_that_is_rung_again_takes_its_time_again():
    again = "  - {after: 10s, no_answer: {call: A}}\n  - {after: 2s, ring: {call: A}}\n"

    call, _ = played(dialled("37999989008", more=again))

    assert (call.answered - call.started).total_seconds() == 1 + 10 + 2 + 25


def test_predictive_call_to_a_machine_ends_by_itself():
    steps = '  - predictive: {call: A, to: "37999989005", by_number: true}\n  - ring: {call: A}\n'

    call, _ = played(steps)

    assert (call.last.cause, call.duration) == (Cause.MACHINE, 8)


def test_routed_call_asks_the_table_too():
    steps = '  - outbound: {call: A, extension: "111", to: "37999989009", by_number: true}\n  - route: {call: A}\n'

    call, _ = played(steps)

    assert (call.talk, call.duration) == (2, 3)


def test_table_of_a_file_is_every_tenants(tmp_path):
    file = tmp_path / "numbers.yaml"
    file.write_text('numbers:\n  - {ending: "5555", outcome: refuses, ring: 4}\n')

    call, _ = played(dialled("37999985555"), numbers=file)
    other, _ = played(dialled("37999989001"), numbers=file)

    assert (call.last.cause, call.duration) == (Cause.REFUSED, 5)
    assert other.state is State.RINGING


def test_talk_of_a_predictive_call_counts_from_when_the_agent_has_it():
    steps = (
        '  - predictive: {call: A, to: "37999989009", by_number: true}\n  - ring: {call: A}\n'
        '  - {after: 10s, ring: {call: A, extension: "111"}}\n  - {after: 5s, answer: {call: A}}\n'
    )

    call, verdict = played(steps)

    assert (verdict.problem, call.duration, call.last.cause) == ("", 17, Cause.NORMAL)
