"""``pbxsim record``: a session becomes a scenario that plays as the session did."""

from datetime import datetime

import pytest

from contracts.exchanges import to_record
from scenarios.loader import load, load_text
from simulator.clock import Mode
from simulator.worlds.world import parse_world
from tests.cli.recorded import PLAIN, SESSION, at, happened, peer, recorded, targets
from tests.cli.running import inside
from tests.core import entries, play, refurnish, run, running, story
from tests.live import live
from tests.receiver import Receiver


def told(records):
    """Return what went out, as far as masks leave it alone: time since the first, vendor, message."""
    sent = [(datetime.fromisoformat(r["at"]), r["vendor"], r["message"]) for r in records if r["message"]]
    return sorted((at - sent[0][0], vendor, message) for at, vendor, message in sent)


def test_recorded_scenario_passes_and_sends_what_the_session_sent(session):
    """Played on its world, it pushes the same messages at the same times, and its own expectations hold."""
    made, before = session

    async def work():
        with Receiver() as receiver, peer() as erp:
            async with running(*targets(receiver, erp)) as simulator:
                refurnish(simulator, parse_world(made["world"], "world.yaml"))
                verdict = await play(simulator, load_text(made["scenario"], "recorded.yaml"))
                return verdict, [to_record(e.exchange) for e in entries(simulator.default)]

    verdict, journal = run(work())

    assert (verdict.problem, [o.text for o in verdict.missed], verdict.exit_code) == ("", [], 0)
    assert len(verdict.outcomes) > 10
    assert told(journal) == told(before)
    assert len(told(before)) > 10


# Between them they have what a session of people and agents can have; those with faults are played without them.
SCENARIOS = (
    *("agents_take_turns", "attended_transfer", "conference", "internal_call", "keys_and_data", "parked_and_picked_up"),
    *("predictive_abandoned", "ring_group", "routed_by_its_line", "sms_received", "survey_after_the_call", "voicemail"),
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_of_the_library_that_was_recorded_tells_what_it_told(scenario):
    """What agents and provisioning did by themselves is played by hand, and nothing is left out."""
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as session:
        happened(session, load(scenario).text, None)
        made, before = recorded(session), session.journal()

    async def work():
        with Receiver() as receiver, peer() as erp:
            async with running(*targets(receiver, erp)) as simulator:
                verdict = await play(simulator, load_text(made["scenario"], "recorded.yaml"))
                return verdict, [to_record(e.exchange) for e in entries(simulator.default)]

    verdict, journal = run(work())

    assert (made["left_out"], verdict.problem, [o.text for o in verdict.missed]) == ({}, "", [])
    assert told(journal) == told(before)


@pytest.mark.parametrize("scenario", ["internal_call", "attended_transfer", "answered_outbound"])
def test_session_plays_in_the_world_that_is_written_beside_it(scenario):
    """An internal call is on no line of ours, so that none is written for it."""
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as session:
        happened(session, load(scenario).text, None)
        made = recorded(session, "--world", "/dev/null")

    async def work():
        async with running() as simulator:
            refurnish(simulator, parse_world(made["world"] or "{}", "world.yaml"))
            return await play(simulator, load_text(made["scenario"], "recorded.yaml"))

    assert run(work()).problem == ""


def test_recorded_scenario_keeps_the_timing_to_the_microsecond(session):
    made, _ = session
    original, written = story(SESSION), load_text(made["scenario"], "recorded.yaml")

    assert [step.offset for step in written.steps] == [step.offset for step in original.steps]
    assert [step.verb for step in written.steps] == [step.verb for step in original.steps]


def test_without_a_world_the_scenario_plays_on_any_that_has_its_extensions():
    """Lines are not named then: the calls come by the first that there is."""
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        made = recorded(running_one)

    scenario = load_text(made["scenario"], "recorded.yaml")
    assert made["world"] is None
    assert scenario.needs.lines == {}

    async def work():
        async with running() as simulator:
            return await play(simulator, scenario)

    assert run(work()).exit_code == 0


def test_calls_can_be_chosen_and_one_by_transfer_needs_the_one_before_it():
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        first, both = recorded(running_one, "--call", "c1"), recorded(running_one, "--call", "c2", "--call", "c3")
        alone = inside("record", "--url", running_one.url, "--call", "c3")
        unknown = inside("record", "--url", running_one.url, "--call", "c99")

    assert (first["calls"], first["left_out"]) == ({"c1": "A", "c3": "B"}, {})
    assert both["calls"] == {"c2": "A"}
    assert both["left_out"] == {"c3": "it began by the transfer of c1, which is not recorded"}
    assert (alone.code, unknown.code) == (2, 2)
    assert "c3: it began by the transfer of c1" in alone.err
    assert "there is no call 'c99'; there are: c1, c2" in unknown.err


def test_snapshot_is_recorded_as_the_tenant_is(tmp_path):
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        (tmp_path / "tenant.json").write_bytes(running_one.control("POST", "/snapshot").body)
        asked = recorded(running_one, "--world", str(tmp_path / "w.yaml"))
        asked_world = (tmp_path / "w.yaml").read_text("utf-8")

    read = inside("record", "--snapshot", tmp_path / "tenant.json", "--json", "--world", tmp_path / "w.yaml")

    assert read.json == asked
    assert asked["world"] == asked_world == (tmp_path / "w.yaml").read_text("utf-8")


def test_files_are_written_and_the_next_command_is_told(tmp_path):
    scenario, world = tmp_path / "story.yaml", tmp_path / "world.yaml"
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one)

        done = inside("record", "--url", running_one.url, "-o", scenario, "--world", world, "--name", "mine")
        shown = inside("record", "--url", running_one.url, "--name", "mine")

    assert done.out.splitlines()[1] == f"  pbxsim run {scenario} --world {world}"
    played = inside(*done.out.splitlines()[1].split()[1:], "--json")
    assert played.code == 0, played.said
    assert played.json["runs"][0]["scenario"] == "mine"
    assert load_text(shown.out, "shown").name == "mine"


def test_calls_of_several_days_are_no_scenario_and_one_of_them_is():
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one)
        running_one.control("PUT", "/clock", {"forward": "2d"})
        happened(running_one)

        all_of_them = inside("record", "--url", running_one.url)
        one = inside("record", "--url", running_one.url, "--call", "c1")

    assert (all_of_them.code, one.code) == (2, 0)
    assert "and a scenario lasts at most 1d: name calls of one day by --call" in all_of_them.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "the tenant has no calls"),
        (("--tenant", "nobody"), 2, "there is no tenant 'nobody'"),
        (("--name", "No Name"), 2, "small letters"),
        (("--snapshot", "nowhere.json"), 2, "cannot be read"),
        (("--snapshot", __file__), 2, "this is no snapshot"),
        (("--url", "http://127.0.0.1:1"), 3, "start one with pbxsim serve"),
    ],
)
def test_what_cannot_be_recorded_is_told_in_plain_words(words, code, said):
    with live() as running_one:
        done = inside("record", "--url", running_one.url, "--json", *words)

    assert done.code == done.json["exit_code"] == code
    assert said in done.err


def test_file_that_cannot_be_written_is_the_environments_fault(tmp_path):
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)

        done = inside("record", "--url", running_one.url, "-o", tmp_path / "no" / "folder.yaml")

    assert done.code == 3
    assert "name a file in a folder that can be" in done.err


CALLED = """
scenario: called
title: A call through a queue
steps:
  - inbound: {call: A, from: "31987651234"}
  - {after: 1s, queue: {call: A, queue: suporte}}
  - {after: 1s, ring: {call: A, extension: "201"}}
  - {after: 1s, answer: {call: A, extension: "201"}}
  - {after: 1s, attach: {call: A, data: "passou do Suporte para Daniel"}}
  - {after: 9s, hangup: {call: A, by: outside}}
"""
COMMON = ("Daniel", "Fernanda", "Oliveira", "Silva", "Souza", "Santos", "Carolina", "Gabriel", "Rafael", "Juliana")


@pytest.mark.parametrize("words", [(), ("--world", "/dev/null")], ids=["scenario", "world"])
def test_extension_that_is_called_as_its_queue_is_recorded(words):
    """The queue's name stays, the extension's is made up; a name is looked for as a word, and not in others."""
    world = {
        "extensions": [
            {"number": "201", "name": "Suporte"},
            *({"number": f"3{n:02}", "name": name} for n, name in enumerate(COMMON)),
        ],
        "queues": [{"name": "suporte", "extensions": ["201"]}],
    }
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, CALLED, world)
        made = [recorded(running_one, *words, "--seed", str(seed)) for seed in range(8)]

    for each in made:
        steps = load_text(each["scenario"], "recorded.yaml").steps
        data = next(step.fields["data"] for step in steps if step.verb == "attach")
        assert "queue: suporte" in each["scenario"]
        assert data.startswith("passou do ")
        assert [name for name in ("Suporte", *COMMON) if name in f"{data}{each['world'] or ''}"] == []
