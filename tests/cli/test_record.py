"""``pbxsim record``: a session becomes a scenario that plays as the session did, with nothing real in it."""

import json
from datetime import datetime

import pytest

from contracts.exchanges import to_record
from scenarios.expected import Clean, Received, Sent
from scenarios.loader import load, load_text
from simulator.cli.record import WouldLeak, look_through
from simulator.clock import Mode
from simulator.recording.masks import Masks
from simulator.telephony.phones import LineKind, kind, split
from simulator.worlds.world import parse_world
from tests.cli.running import inside
from tests.core import SMS, ask, entries, log_in, pbx55, play, refurnish, request, run, running, story
from tests.live import Live, live
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

REAL_PHONE, OTHER_PHONE, LANDLINE = "31987651234", "21998761111", "3132215678"
CPF, CNPJ, ORDER = "52998224725", "11222333000181", "99887766"
SECRET = "the-receivers-own-token"

WORLD = {
    "customers": [
        {
            "id": "501",
            "name": "Joaquina Exemplar da Silva",
            "document": CPF,
            "email": "joaquina@real.example",
            "phones": [REAL_PHONE, LANDLINE],
        }
    ],
    "users": [{"id": "bento", "name": "Bento Verdadeiro", "email": "bento@real.example"}],
    "extensions": [{"number": "2001", "name": "Bento Verdadeiro", "user": "bento"}],
    "numbers": [{"number": "553130305050"}, {"number": "551130306060"}],
    "queues": [{"name": "plantao", "extensions": ["2001", "111"]}],
}

SESSION = f"""
scenario: session
title: All that a scenario can say
steps:
  - inbound: {{call: one, from: "{REAL_PHONE}", to: "551130306060"}}
  - {{after: 2s, menu: {{call: one}}}}
  - {{after: 3s, choose: {{call: one, option: "2"}}}}
  - {{after: 1500ms, type_document: {{call: one, digits: "{CPF}"}}}}
  - {{after: 1s, type_order: {{call: one, digits: "{ORDER}"}}}}
  - {{after: 1s, queue: {{call: one, queue: plantao}}}}
  - {{after: 1s, ring: {{call: one, extension: "2001"}}}}
  - {{after: 9s, no_answer: {{call: one, extension: "2001"}}}}
  - {{after: 1s, ring: {{call: one, extension: "111"}}}}
  - outbound: {{call: two, extension: "113", to: "{OTHER_PHONE}"}}
  - {{after: 3s, answer: {{call: one}}}}
  - {{after: 1s, ring: {{call: two}}}}
  - {{after: 1s, hold: {{call: one}}}}
  - {{after: 1s, resume: {{call: one}}}}
  - {{after: 1s, busy: {{call: two}}}}
  - {{after: 30s, transfer: {{call: one, to: "112", as: three}}}}
  - {{after: 1s, ring: {{call: three, extension: "112"}}}}
  - {{after: 2s, answer: {{call: three}}}}
  - inbound: {{call: four, from: "{LANDLINE}"}}
  - {{after: 2s, menu: {{call: four}}}}
  - {{after: 2s, type_document: {{call: four, digits: "{CNPJ}"}}}}
  - {{after: 61s, hangup: {{call: three, by: inside}}}}
  - {{after: 1s, hangup: {{call: four, by: outside}}}}
  - sms: {{call: five, extension: "111", to: "{REAL_PHONE}", text: "oi"}}
  - outbound: {{call: six, extension: "114", to: "{REAL_PHONE}"}}
  - {{after: 1s, ring: {{call: six}}}}
  - {{after: 1s, refuse: {{call: six}}}}
"""


# The same on a world that every tenant has.
PLAIN = SESSION.replace("2001", "115").replace("plantao", "suporte").replace(', to: "551130306060"', "")
NOTIFY = "/hubsoft/api/v1/integracao/pbx/ligacao/notificar"


def targets(receiver, erp):
    return pbx55(receiver, token=SECRET), hubsoft(erp)


def at(receiver, erp):
    return live(clock=Mode.JUMPING, targets=targets(receiver, erp))


def peer():
    # Login, then what rings and what no longer does.
    return Receiver([granted("the-login-token"), NOTIFIED, CANCELLED], otherwise=NOTIFIED)


def recorded(session: Live, *words) -> dict:
    done = inside("record", "--url", session.url, "--json", *words)
    assert done.code == 0, done.said
    return done.json


def happened(session: Live, text: str = SESSION, world=WORLD) -> None:
    """Let a scenario happen to the tenant default, to its end."""
    if world is not None:
        assert session.control("PUT", "/world", world).status == 200
    begun = session.control("POST", "/runs", {"text": text})
    assert begun.status == 201, begun.text
    while session.control("GET", f"/runs/{begun.json['id']}", wait=20).json["status"] == "running":
        pass


@pytest.fixture(scope="module")
def session():
    """What record wrote of a session with everything in it, and the journal of that session."""
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as running_one:
        happened(running_one)
        return recorded(running_one, "--world", "/dev/null"), running_one.journal()


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


def test_nothing_real_is_left_in_what_is_written(session):
    """Neither phones in any form, documents, order numbers, names, addresses nor tokens."""
    made, before = session
    text = (made["scenario"] + made["world"]).lower()
    phones = (REAL_PHONE, OTHER_PHONE, LANDLINE, "3130305050", "1130306060")

    real = [*phones, *(phone[2:] for phone in phones), CPF, CNPJ, ORDER]
    real += ["Joaquina", "Exemplar", "Bento", "Verdadeiro", "real.example", SECRET, "the-login-token", "two-secret"]
    assert [value for value in real if value.lower() in text] == []
    assert CPF in json.dumps(before)  # it was there to be left


def test_one_real_value_has_one_made_up_value_of_its_kind(session):
    made, _ = session
    steps = load_text(made["scenario"], "recorded.yaml").steps
    customer = parse_world(made["world"], "world.yaml").records["customer"]["70001"]
    by_call = {step.call: step.fields for step in steps if step.begins and "as" not in step.fields}

    caller = by_call["A"]["from"]
    assert (by_call["D"]["from"], by_call["E"]["to"], by_call["F"]["to"])[1:] == (caller, caller)
    assert customer["phones"] == [caller, by_call["D"]["from"]]
    assert (kind(caller), split(caller).area) == (LineKind.MOBILE, "31")
    assert (kind(by_call["D"]["from"]), split(by_call["D"]["from"]).area) == (LineKind.LANDLINE, "31")
    typed = [step.fields["digits"] for step in steps if step.verb in ("type_document", "type_order")]
    assert [len(digits) for digits in typed] == [11, 8, 14]
    assert customer["document"] == typed[0]
    assert customer["email"].endswith(("@example.com", "@example.org"))


def test_what_is_made_up_hangs_on_the_seed_and_nothing_else(session):
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as running_one:
        happened(running_one)
        same = recorded(running_one, "--world", "/dev/null")
        other = recorded(running_one, "--seed", "another")

    assert same == session[0]
    assert other["scenario"] != same["scenario"]


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


def test_requests_of_the_integration_are_expected_again():
    """Not its login, which it need not repeat."""
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        own = running_one.credentials("hubsoft")
        body = {"grant_type": "password", **own}
        token = running_one.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        call = {"ramal": 111, "telefone": int(REAL_PHONE)}
        running_one.ask("POST", NOTIFY, call, {"authorization": f"Bearer {token}"})
        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    received = [e for e in scenario.expectations if isinstance(e, Received)]
    assert [(e.match.vendor, e.match.operation, e.match.status, e.least, e.most) for e in received] == [
        ("hubsoft", "notifyCall", 200, 1, None)
    ]

    async def work(*, asked):
        async with running(listen=True) as simulator:
            begun = simulator.engine.play(simulator.default, scenario)
            if asked:
                token = json.loads((await log_in(simulator)).body)["access_token"]
                headers = ("Content-Type: application/json", f"Authorization: Bearer {token}")
                await ask(simulator.server, request(f"POST {NOTIFY}", *headers, body=json.dumps(call).encode()))
            return await simulator.engine.verdict(simulator.default, begun.id)

    assert run(work(asked=True)).exit_code == 0
    assert [o.met for o in run(work(asked=False)).outcomes if isinstance(o.expectation, Received)] == [False]


def test_request_that_broke_the_contract_is_expected_to_do_so_again():
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, PLAIN, None)
        body = {"grant_type": "password", **running_one.credentials("hubsoft")}
        token = running_one.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
        running_one.ask("POST", NOTIFY, {"ramal": []}, {"authorization": f"Bearer {token}"})

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [e.wanted for e in scenario.expectations if isinstance(e, Clean)] == [False]


def test_what_was_sent_to_a_fake_of_our_own_is_no_request_of_the_integration():
    with live(clock=Mode.JUMPING) as running_one:
        own = running_one.credentials("hubsoft")
        target = {"vendor": "hubsoft", "url": f"{running_one.url}/hubsoft", "credentials": own}
        assert running_one.control("POST", "/targets", target).status == 201
        happened(running_one, PLAIN, None)

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [e for e in scenario.expectations if isinstance(e, Received)] == []
    assert [e for e in scenario.expectations if isinstance(e, Sent)] != []


def test_message_that_a_fault_spoilt_is_expected_without_a_count():
    text = SMS + "faults: [{on: {vendor: pbx55}, do: {duplicate: true}}]\n"
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running_one:
        happened(running_one, text, None)

        scenario = load_text(recorded(running_one)["scenario"], "recorded.yaml")

    assert [(e.match.message, e.least, e.most) for e in scenario.expectations if isinstance(e, Sent)] == [
        ("sms", 1, None)
    ]


def test_expectations_beyond_those_that_a_scenario_may_have_are_left_out_and_counted():
    steps = "".join(f'  - inbound: {{call: c{n}, from: "{REAL_PHONE}"}}\n' for n in range(90))
    steps += "".join(f"  - {{after: 1s, hangup: {{call: c{n}, by: outside}}}}\n" for n in range(90))
    with Receiver() as receiver, live(clock=Mode.JUMPING, targets=(pbx55(receiver),)) as running_one:
        happened(running_one, f"scenario: many\ntitle: Many calls\nsteps:\n{steps}", None)
        made = recorded(running_one)
        told_so = inside("record", "--url", running_one.url).err

    scenario = load_text(made["scenario"], "recorded.yaml")
    assert (len(made["calls"]), len(scenario.expectations)) == (90, 201)  # and clean, which needs no writing
    assert made["expectations_left_out"] == 70
    assert told_so.startswith("70 expectations are left out")


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


@pytest.mark.parametrize("words", [(), ("--world", "/dev/null")], ids=["scenario", "world"])
def test_name_in_what_goes_with_a_call_is_made_up(words):
    """The same one as in the world that is written."""
    attached = "- attach: {call: one, data: 'Cliente: JOAQUINA Exemplar da Silva, de Bento Verdadeiro'}\n"
    text = SESSION.replace("- {after: 30s, transfer:", attached + "  - {after: 30s, transfer:")
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, text)
        made = recorded(running_one, *words)

    written = (made["scenario"] + (made["world"] or "")).lower()
    assert [name for name in ("joaquina", "exemplar", "bento", "verdadeiro") if name in written] == []
    assert "cliente: " in written


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


def test_what_would_leak_is_told_and_not_written():
    masks = Masks("1", ["Joaquina Exemplar"], ["suporte"])

    with pytest.raises(WouldLeak, match=r"would stand in it: 'Joaquina Exemplar'; try another --seed, or leave out"):
        look_through(masks, [{"choose": {"option": "joaquina exemplar"}}], {"queues": [{"name": "suporte"}]})
