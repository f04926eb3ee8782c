"""What the options of ``run`` and ``serve`` take, and what they refuse: exit code 2, before anything is done."""

import json

import pytest

from contracts.contract import discover
from simulator.discovery import discover_targets, discover_vendors
from tests.cli.running import inside
from tests.receiver import Receiver

SENDERS = ", ".join(discover_targets())
LOGINS = ", ".join(key for key, vendor in discover_vendors().items() if vendor.login is not None)
URL = "http://127.0.0.1:1/"
PUSH = f"pbx55={URL}"
REFUSED = {
    "target_without_url": (("--target", "pbx55"), "write VENDOR=URL, as in"),
    "target_of_an_unknown_vendor": (("--target", f"nokia={URL}"), f"vendor is 'nokia': use one of {SENDERS}"),
    "target_by_ftp": (("--target", "pbx55=ftp://127.0.0.1/"), "write http://host:port/path"),
    "target_without_host": (("--target", "pbx55=http://"), "has no host and port that can be read"),
    "target_with_bad_port": (("--target", "pbx55=http://127.0.0.1:99999/"), "a port is a number from 1 to 65535"),
    "target_with_password": (("--target", "pbx55=http://a:b@127.0.0.1/"), "a user name or password before the host"),
    "target_at_metadata": (("--target", "pbx55=http://169.254.169.254/"), "it is never connected to"),
    "method_get": (("--target", PUSH, "--method", "GET"), "method is 'GET': pbx55 sends POST or PUT"),
    "method_empty": (("--target", PUSH, "--method", ""), "pbx55 sends POST or PUT"),
    "method_alone": (("--method", "PUT"), "--method belongs to a --target VENDOR=URL"),
    "method_of_hubsoft": (("--target", f"hubsoft={URL}", "--method", "PUT"), "hubsoft fixes its methods; leave it out"),
    "methods_too_many": (("--target", PUSH, "--method", "PUT", "--method", "POST"), "given 2 times for 1 target"),
    "token_empty": (("--target", PUSH, "--token", ""), "use printable ASCII"),
    "token_with_a_newline": (("--target", PUSH, "--token", "a\nb"), "use printable ASCII"),
    "token_in_portuguese": (("--target", PUSH, "--token", "ação"), "use printable ASCII"),
    "token_alone": (("--token", "T"), "--token belongs to a --target VENDOR=URL"),
    "tokens_too_many": (("--target", PUSH, "--token", "T", "--token", "U"), "given 2 times for 1 target"),
    "credential_shape": (("--credential", "client_id=1"), "write VENDOR:NAME=VALUE, as in hubsoft:client_id=123"),
    "credential_vendor": (("--credential", "pbx55:token=1"), f"the vendor is one of: {LOGINS}"),
    "credential_name": (
        ("--target", f"hubsoft={URL}", "--credential", "hubsoft:clientid=1"),
        "the credentials of hubsoft are client_id, client_secret, username, password",
    ),
    "credential_alone": (("--credential", "hubsoft:client_id=1"), "belongs to a --target hubsoft=URL"),
    "clock_in_words": (("--clock", "fast"), "write real, jumping, or a speed as in 20x or 0.5x"),
    "clock_standing": (("--clock", "0x"), "write a speed from 0.01x to 1000x"),
    "clock_back": (("--clock", "-1x"), "is no clock"),
    "clock_empty": (("--clock", ""), "is no clock"),
    "start_in_words": (("--start", "yesterday"), "write a time with its zone, as in 2026-03-02T09:00:00-03:00"),
    "start_without_zone": (("--start", "2026-03-02T09:00:00"), "write a time with its zone"),
    "start_too_early": (("--start", "0001-01-01T00:00:00+14:00"), "the year is 1, and can be 1974 to 2499"),
    "start_too_late": (("--start", "9999-12-31T23:59:59-03:00"), "the year is 9999, and can be 1974 to 2499"),
    "zone_unknown": (("--zone", "Mars/Base"), "write one like America/Sao_Paulo or America/Manaus"),
    "zone_that_is_a_path": (("--zone", "../../etc/passwd"), "there is no time zone"),
    "zone_empty": (("--zone", ""), "there is no time zone"),
    "reading_shape": (("--reading", "H1"), f"write VENDOR:ID=READING, as in {discover()[0]}:"),
    "reading_vendor": (("--reading", "nokia:H1=strict"), f"the vendor is one of: {', '.join(discover())}"),
    "reading_id": (("--reading", "hubsoft:H99=strict"), "choose one of: H1, H2"),
    "reading_name": (
        ("--reading", "hubsoft:H1=foo"),
        "choose one of: seed-2019, either, current-2020, strict, lenient",
    ),
    "reading_twice": (
        ("--reading", "hubsoft:H1=strict", "--reading", "hubsoft:H1=lenient"),
        "hubsoft:H1 is given twice",
    ),
}


@pytest.mark.parametrize("command", [("run", "sms_sent"), ("serve", "--port", "0")], ids=["run", "serve"])
@pytest.mark.parametrize(("options", "said"), REFUSED.values(), ids=REFUSED)
def test_bad_option_is_refused_and_told_what_would_be_good(command, options, said):
    done = inside(*command, *options)

    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.said
    assert done.out == ""


def test_secret_of_a_bad_credential_is_not_repeated():
    done = inside("run", "sms_sent", "--credential", "hubsoft:password")
    named = inside("run", "sms_sent", "--credential", "nokia:password=hunter2")

    assert done.code == named.code == 2
    assert "hunter2" not in named.said


def test_refusal_is_json_too_when_json_is_asked_for():
    done = inside("run", "sms_sent", "--json", "--clock", "fast")

    assert done.code == 2
    assert done.json["exit_code"] == 2
    assert "'fast' is no clock" in done.json["error"]


def test_two_targets_each_get_every_push_with_the_token_and_the_method_given_for_all():
    with Receiver() as first, Receiver() as second:
        targets = ("--target", f"pbx55={first.url}/a", "--target", f"pbx55={second.url}/b")

        done = inside("run", "transferred_inbound", *targets, "--method", "PUT", "--token", "T")

    assert done.code == 0
    for receiver, path in ((first, "/a"), (second, "/b")):
        assert [(r.method, r.path, r.header("token")) for r in receiver.requests] == [("PUT", path, "T")] * 5
    assert sorted(r.body for r in first.requests) == sorted(r.body for r in second.requests)


def test_methods_and_tokens_given_for_each_target_go_to_each_in_order():
    with Receiver() as first, Receiver() as second:
        targets = ("--target", f"pbx55={first.url}", "--target", f"pbx55={second.url}")

        done = inside(
            "run", "sms_sent", *targets, "--method", "put", "--method", "POST", "--token", "T", "--token", "U"
        )

    assert done.code == 0
    assert [(r.method, r.header("token")) for r in first.requests] == [("PUT", "T")]
    assert [(r.method, r.header("token")) for r in second.requests] == [("POST", "U")]


def test_target_without_a_token_gets_none():
    with Receiver() as receiver:
        inside("run", "sms_sent", "--target", f"pbx55={receiver.url}")

    assert [r.header("token") for r in receiver.requests] == [None]


def test_method_for_all_leaves_a_vendor_with_a_method_of_its_own_as_it_is():
    with Receiver() as receiver:
        targets = ("--target", f"hubsoft={receiver.url}", "--target", f"pbx55={receiver.url}/push")

        inside("run", "answered_inbound", *targets, "--method", "PUT", "--token", "T")

    assert {r.method for r in receiver.requests if r.path == "/push"} == {"PUT"}
    assert {r.method for r in receiver.requests if r.path != "/push"} == {"POST"}


def test_target_with_a_login_is_told_the_simulators_own_credentials_unless_others_are_given():
    """The integrator sees them with ``pbxsim credentials``, or says which the ERP knows."""
    with Receiver() as receiver:
        target = ("--target", f"hubsoft={receiver.url}")
        inside("run", "answered_inbound", *target)
        inside("run", "answered_inbound", *target, "--credential", "hubsoft:client_id=77")

    made, given = receiver.requests[0].json, receiver.requests[-1].json
    assert set(made) == {"grant_type", "client_id", "client_secret", "username", "password"}
    assert given == made | {"client_id": "77"}


def test_seed_decides_every_made_up_value_and_nothing_else_does(tmp_path):
    def canonical(name, *options):
        file = tmp_path / name
        assert inside("run", "answered_inbound", "--journal", file, "--canonical", *options).code == 0
        return file.read_bytes()

    assert canonical("a", "--seed", "7") == canonical("b", "--seed", "7")
    assert canonical("c", "--seed", "8") != canonical("d", "--seed", "7")


def test_start_and_zone_decide_the_dates_on_the_wire(tmp_path):
    file = tmp_path / "journal.jsonl"

    options = ("--start", "2031-05-06T07:00:00-03:00", "--zone", "America/Manaus")
    done = inside("run", "sms_sent", "--journal", file, *options)

    (push,) = [json.loads(line) for line in file.read_text().splitlines()]
    assert done.code == 0
    assert push["at"].startswith("2031-05-06T10:00:00")
    assert "2031-05-06 06:00:00" in push["request"]["body"]


def test_reading_decides_how_a_discrepancy_is_spoken(tmp_path):
    def bodies(name, reading):
        file = tmp_path / name
        done = inside("run", "answered_inbound", "--journal", file, "--reading", f"pbx55:*={reading}")
        records = [json.loads(line) for line in file.read_text().splitlines()]
        assert done.code == 0
        return [record["request"]["body"] for record in records if record["vendor"] == "pbx55"]

    assert bodies("a", "strict") == bodies("b", "strict")
    assert bodies("c", "strict") != bodies("d", "lenient")


def test_speed_of_the_clock_is_taken():
    done = inside("run", "sms_sent", "--clock", "1000x")

    assert done.code == 0


def test_json_of_a_run_has_every_verdict_and_the_exit_code():
    done = inside("run", "sms_sent", "answered_inbound", "--json")

    assert done.code == 0
    assert done.err == ""
    assert done.json["exit_code"] == 0
    assert [(run["scenario"], run["passes"]) for run in done.json["runs"]] == [
        ("sms_sent", True),
        ("answered_inbound", True),
    ]


def test_list_names_every_scenario_of_the_library_in_words_and_in_json():
    words, machine = inside("run", "--list"), inside("run", "--list", "--json")

    assert words.code == machine.code == 0
    assert {line.split()[0] for line in words.out.splitlines()} == set(machine.json["scenarios"])
    assert "transferred_inbound" in machine.json["scenarios"]
    assert machine.json["exit_code"] == 0


def test_run_without_a_scenario_is_usage_and_says_what_lists_the_library():
    done = inside("run")

    assert done.code == 2
    assert "one of the library, which --list lists and --library plays" in done.err
