"""``pbxsim check``: recorded exchanges are judged as they were when they were made, and bad files are named by line."""

import json
from pathlib import Path

import pytest

from contracts.contract import discover
from tests.cli.overlays import impossible
from tests.cli.running import inside
from tests.live import live
from tests.receiver import Receiver

EXAMPLES = Path(__file__).parents[2] / "contracts" / "hubsoft" / "examples"
NOTIFY = json.loads((EXAMPLES / "notifyCall" / "valid" / "customer-named.json").read_text("utf-8"))["request"]


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """A clean journal of a transferred call."""
    file = tmp_path_factory.mktemp("journal") / "clean.jsonl"
    assert inside("run", "transferred_inbound", "--journal", file).code == 0
    return file


@pytest.fixture
def broken(journal, tmp_path):
    """The same journal, in which the first push has lost its first field, and that push's line, counted from 1."""
    lines = journal.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if json.loads(line)["vendor"] == "pbx55")
    record = json.loads(lines[number])
    body = json.loads(record["request"]["body"])
    del body[next(iter(body))]
    record["request"]["body"] = json.dumps(body)
    lines[number] = json.dumps(record)
    file = tmp_path / "broken.jsonl"
    file.write_text("\n".join(lines))
    return file, number + 1


def lines_of(journal):
    """Return how many exchanges a journal has: each vendor that tells of calls has some of them."""
    return len(journal.read_text().splitlines())


def findings_of(verdict):
    """Return what was found, without where the reader finds it."""
    return sorted(
        json.dumps({k: v for k, v in found.items() if k not in ("place", "exchange")}, sort_keys=True)
        for found in verdict["findings"]
    )


def test_clean_journal_is_clean(journal):
    done = inside("check", journal)

    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines()[-1].startswith(f"CLEAN: {lines_of(journal)} exchanges, 0 errors, 0 warnings;")


def test_rules_that_need_the_records_of_a_fake_are_named_as_not_judged(journal):
    done = inside("check", journal)

    assert "not judged: extension-exists (2 times)" in done.out
    assert "10 rule checks need the records of a fake and were not made" in done.out


def test_violation_is_told_with_file_and_line_and_ends_with_1(broken):
    file, line = broken

    done = inside("check", file)

    assert done.code == 1
    assert f"{file}:{line}, pbx55 started, request" in done.out
    assert f"NOT CLEAN: {lines_of(file)} exchanges, 1 error" in done.out


def test_json_of_a_check_has_the_findings_with_their_places(broken, journal):
    file, line = broken

    done, clean = inside("check", file, journal, "--json"), inside("check", journal, "--json")

    assert (done.code, done.json["exit_code"], done.json["passes"]) == (1, 1, False)
    assert {found["place"] for found in done.json["findings"]} == {f"{file}:{line}"}
    assert (clean.code, clean.json["exit_code"], clean.json["passes"]) == (0, 0, True)


def test_files_are_judged_each_as_a_recording_of_its_own(journal, tmp_path):
    """Two runs have the same calls and deliveries: what one of them lacks, the other does not make good."""
    headless = tmp_path / "headless.jsonl"
    headless.write_bytes(b"".join(line for line in journal.read_bytes().splitlines(True) if b'"started"' not in line))

    alone, together = inside("check", headless, "--json"), inside("check", journal, headless, "--json")

    assert alone.code == together.code == 1
    assert {found["place"] for found in together.json["findings"]} == {
        found["place"] for found in alone.json["findings"]
    }


def test_reading_on_the_command_line_goes_before_the_recorded_one(tmp_path):
    """A journal carries the readings it was made under; what a lenient run sends is not all right to a strict eye."""
    file = tmp_path / "lenient.jsonl"
    inside("run", "transferred_inbound", "--journal", file, "--reading", "pbx55:*=lenient")

    recorded, strict = inside("check", file, "--json"), inside("check", file, "--json", "--reading", "pbx55:*=strict")

    assert recorded.json["findings"] == []
    assert strict.json["findings"] != []


def test_unknown_reading_is_usage_and_names_those_there_are(journal):
    unknown = inside("check", journal, "--reading", "pbx55:P99=strict")

    assert unknown.code == 2
    assert "'P99' is not known; choose one of: P1" in unknown.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "so there is nothing to judge"),
        (b"\n\n  \n", "so there is nothing to judge"),
        (b"x", ":1: the text is not JSON"),
        (b'{"vendor": "pbx55"}', ":1: "),
        (b"[" * 100_000, ":1: "),
        (b'{"a": NaN}', ":1: "),
        (b"\xff\xfe\x00", ":1: "),
        (b"null", ":1: "),
    ],
)
def test_file_that_is_no_journal_is_usage_and_named(tmp_path, content, said):
    file = tmp_path / "odd.jsonl"
    file.write_bytes(content)

    done = inside("check", file)

    assert done.code == 2
    assert str(file) in done.err
    assert said in done.err
    assert "Traceback" not in done.said
    assert done.out == ""


def test_one_broken_line_is_named_and_nothing_is_called_clean(journal, tmp_path):
    lines = journal.read_bytes().splitlines()
    file = tmp_path / "torn.jsonl"
    file.write_bytes(b"\n".join((*lines[:4], lines[4][:100], *lines[5:])))

    done = inside("check", journal, file)

    assert done.code == 2
    assert f"{file}:5: " in done.err
    assert "CLEAN" not in done.out


def test_line_of_an_unknown_vendor_is_named(journal, tmp_path):
    lines = journal.read_text().splitlines()
    file = tmp_path / "foreign.jsonl"
    file.write_text("\n".join((lines[0], json.dumps(json.loads(lines[1]) | {"vendor": "nokia"}))))

    done = inside("check", file)

    assert done.code == 2
    assert f"{file}:2: there is no vendor 'nokia'; there are: {', '.join(discover())}" in done.err


def test_line_with_an_unknown_reading_is_named(journal, tmp_path):
    record = json.loads(journal.read_text().splitlines()[0])
    file = tmp_path / "odd.jsonl"
    file.write_text(json.dumps(record | {"readings": {"P99": "strict"}}))

    done = inside("check", file)

    assert done.code == 2
    assert f"{file}:1: " in done.err
    assert "P99" in done.err


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_path_that_is_no_file_is_usage_and_named(tmp_path, name):
    done = inside("check", tmp_path / name)

    assert done.code == 2
    assert "cannot be read" in done.err


def test_check_without_a_file_is_usage():
    assert inside("check").code == 2


def test_error_is_json_too_when_json_is_asked_for(tmp_path):
    done = inside("check", "--json", tmp_path / "nowhere.jsonl")

    assert done.code == 2
    assert done.json["exit_code"] == 2
    assert "nowhere.jsonl" in done.json["error"]


class TestSameVerdict:
    """What ``run`` finds and what ``check`` finds in its journal is the same."""

    def both(self, tmp_path, *options, only=()):
        file = tmp_path / "journal.jsonl"
        played = inside("run", *options, "--journal", file, "--json")
        return played, inside("check", file, "--json", *only)

    def test_of_a_violation(self, tmp_path):
        overlay = impossible(tmp_path / "overlay", "documented")

        played, checked = self.both(
            tmp_path, "transferred_inbound", "--contracts", overlay, only=("--contracts", overlay)
        )

        assert findings_of(checked.json)
        assert findings_of(checked.json) == findings_of(played.json["runs"][0])
        assert played.code == checked.code == 1

    def test_of_a_guess_that_is_broken(self, tmp_path):
        """It is a warning, and an error under --strict-inferred, for both."""
        overlay = impossible(tmp_path / "overlay", "inferred")
        contracts = ("--contracts", overlay)
        strict = (*contracts, "--strict-inferred")

        played, checked = self.both(tmp_path, "transferred_inbound", *contracts, only=contracts)
        hard, judged_hard = self.both(tmp_path, "transferred_inbound", *strict, only=strict)

        assert played.code == checked.code == 0
        assert played.json["runs"][0]["warnings"] == checked.json["warnings"] > 0
        assert hard.code == judged_hard.code == 1
        assert hard.json["runs"][0]["errors"] == judged_hard.json["errors"] == checked.json["warnings"]
        assert findings_of(judged_hard.json) == findings_of(hard.json["runs"][0])

    def test_of_a_rule_that_needed_the_records_of_the_fake(self, tmp_path):
        """The fake found it when it had its records, and its word is in the journal."""
        with live() as running:
            form = {"grant_type": "password", **running.credentials("hubsoft")}
            token = running.ask("POST", "/hubsoft/oauth/token", form).json["access_token"]
            bearer = {"authorization": f"Bearer {token}"}
            running.ask("POST", f"/hubsoft{NOTIFY['path']}", dict.fromkeys(NOTIFY["body"], 99999), bearer)
            entries = running.journal()
        file = tmp_path / "journal.jsonl"
        file.write_text("\n".join(json.dumps(entry) for entry in entries))

        done = inside("check", file, "--json")

        found = [found["clause"] for found in done.json["findings"]]
        assert sorted(found) == sorted(v["clause"] for entry in entries for v in entry["verdict"]["violations"])
        assert "extension-exists" in found

    def test_of_answers_of_a_receiver(self, tmp_path):
        with Receiver([500, 404]) as receiver:
            played, checked = self.both(tmp_path, "answered_inbound", "--target", f"pbx55={receiver.url}")

        assert findings_of(checked.json) == findings_of(played.json["runs"][0])

    def test_of_messages_that_never_left(self, tmp_path):
        """The login failed, so there was no credential to send: that is nobody's violation."""
        nobody = ("--target", "hubsoft=http://127.0.0.1:1/")

        played, checked = self.both(tmp_path, "answered_inbound", *nobody)

        assert checked.json["exchanges"] > 0
        assert checked.json["findings"] == played.json["runs"][0]["findings"] == []

    def test_of_every_scenario_in_one_journal(self, tmp_path):
        """Each is a recording of its own, though all begin at the same moment with the same calls."""
        names = list(inside("run", "--list", "--json").json["scenarios"])

        played, checked = self.both(tmp_path, *names)

        assert checked.json["exchanges"] == sum(run["exchanges"] for run in played.json["runs"])
        assert findings_of(checked.json) == sorted(f for run in played.json["runs"] for f in findings_of(run))
        assert checked.code == 0
