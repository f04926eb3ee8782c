"""Files that ``pbxsim`` cannot use: a clear message, exit code 2, no traceback, and nothing done."""

import pytest

from contracts.contract import HOME, discover
from tests.cli.running import inside

GOOD = """\
scenario: mine
title: An extension sends one text message
steps:
  - sms: {call: A, extension: "111", to: "37999912222", text: Ola}
"""
BAD = {
    "unquoted_number": (b"scenario: 0123\n", ':1:11: 0123 without quotes may be read as something else; write "0123"'),
    "duplicate_key": (b"scenario: a\nscenario: b\n", ':2:1: the key "scenario" stands twice'),
    "tab": (b"scenario: a\n\tsteps: []\n", ":2:1: a tab stands in the indentation"),
    "deep": (b"[" * 100_000, ":1:51: this is nested deeper than 50 levels"),
    "binary": (bytes(range(128, 256)) * 9, ":1:1: this is not UTF-8"),
    "control_character": (b"scenario: \x00\n", "U+0000"),
    "alias": (b"a: &x 1\nb: *x\n", "an anchor (&) is not taken"),
    "unclosed": (b"scenario: [a\n", "check the indentation, colons and quotes here"),
    "two_documents": (b"a: 1\n---\nb: 2\n", "a second document begins here"),
}
DOORS = {
    "scenario": ("run",),
    "world": ("run", "sms_sent", "--world"),
    "numbers": ("run", "sms_sent", "--numbers"),
    "played": ("serve", "--port", "0", "--play"),
    "served_world": ("serve", "--port", "0", "--world"),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_malformed_yaml_is_refused_with_its_place_and_the_remedy(tmp_path, door, content, said):
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)

    done = inside(*door, file)

    assert done.code == 2
    assert said in done.err
    assert f"{file}:" in done.err
    assert "Traceback" not in done.said
    assert "calls" not in done.out


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_file_of_two_megabytes_is_refused(tmp_path, door):
    file = tmp_path / "large.yaml"
    file.write_bytes(b"# large\n" * 250_000)

    done = inside(*door, file)

    assert done.code == 2
    assert str(file) in done.err
    assert "1 MB" in done.err or "1000000 bytes" in done.err


def test_unknown_step_is_refused_with_the_steps_there_are(tmp_path):
    file = tmp_path / "flying.yaml"
    file.write_text(GOOD.replace("sms:", "fly:"))

    done = inside("run", file)

    assert done.code == 2
    assert f"{file}:4:" in done.err
    assert "fly: unknown step; there are: at, after, inbound" in done.err


def test_empty_scenario_is_refused_and_an_empty_world_adds_nothing(tmp_path):
    file = tmp_path / "empty.yaml"
    file.touch()

    assert inside("run", file).code == 2
    assert "the file is empty" in inside("run", file).err
    assert inside("run", "sms_sent", "--world", file).code == 0


def test_unknown_field_of_a_world_is_refused_with_the_fields_there_are(tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text("custmers: []\n")

    done = inside("run", "sms_sent", "--world", file)

    assert done.code == 2
    assert f"{file}:1:" in done.err
    assert "did you mean 'customers'?" in done.err


@pytest.mark.parametrize("command", [("run", "sms_sent"), ("serve", "--port", "0")], ids=["run", "serve"])
def test_world_that_names_a_record_that_is_not_there_is_refused_before_anything_is_done(tmp_path, command):
    """What it may name of the made-up records is looked up at once, not when the first request comes."""
    file = tmp_path / "world.yaml"
    file.write_text('extensions:\n  - {number: "4001", user: nobody_has_this_name}\n')

    done = inside(*command, "--world", file)

    assert done.code == 2
    assert f"{file}:2:" in done.err
    assert "nobody_has_this_name" in done.err
    assert done.out == ""


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_missing_file_is_refused_by_its_name(tmp_path, door):
    done = inside(*door, tmp_path / "nowhere.yaml")

    assert done.code == 2
    assert "nowhere.yaml" in done.err
    assert "Traceback" not in done.said


def test_directory_is_no_world(tmp_path):
    done = inside("run", "sms_sent", "--world", tmp_path)

    assert done.code == 2
    assert "Is a directory" in done.err


def test_directory_without_scenarios_is_refused(tmp_path):
    done = inside("run", tmp_path)

    assert done.code == 2
    assert "no scenario lies here" in done.err


def test_directory_of_scenarios_is_played_whole(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(GOOD.replace("mine", name))

    done = inside("run", tmp_path)

    assert done.code == 0
    assert "PASS one" in done.out
    assert "PASS two" in done.out
    assert "2 of 2 scenarios pass" in done.out


def test_one_bad_file_in_a_directory_stops_all_before_anything_is_played(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("scenario: 0123\n")

    done = inside("run", tmp_path)

    assert done.code == 2
    assert "b.yaml:1:11" in done.err
    assert done.out == ""


@pytest.mark.parametrize("name", ["", "transfered_inbound", "/dev/null", "ação"])
def test_name_that_is_no_scenario_is_refused(name):
    done = inside("run", name)

    assert done.code == 2
    assert "scenario" in done.err or ".yaml" in done.err
    assert done.out == ""


def test_misspelt_scenario_is_told_the_right_name():
    assert "did you mean 'transferred_inbound'?" in inside("run", "transfered_inbound").err


def test_scenario_that_the_world_cannot_play_is_refused_with_its_line(tmp_path):
    """The file is right, but names an extension that no record has."""
    file = tmp_path / "unfit.yaml"
    file.write_text(GOOD.replace('"111"', '"99999"'))

    done = inside("run", file)

    assert done.code == 2
    assert "99999" in done.err
    assert "Traceback" not in done.said


@pytest.mark.parametrize("command", [("run", "sms_sent"), ("serve", "--port", "0"), ("vendors",), ("check", "x")])
class TestContracts:
    """``--contracts DIR`` lays a user's files over the shipped ones."""

    def test_contracts_of_an_unknown_vendor_are_refused(self, tmp_path, command):
        (tmp_path / "nokia").mkdir()
        (tmp_path / "nokia" / "openapi.yaml").write_text("{}")

        done = inside(*command, "--contracts", tmp_path)

        assert done.code == 2
        vendors = ", ".join(discover())
        assert f"nokia: it matches no vendor; name the folders in it after vendors: {vendors}" in done.err

    def test_contracts_with_a_broken_file_are_refused_with_its_place(self, tmp_path, command):
        (tmp_path / "pbx55").mkdir()
        (tmp_path / "pbx55" / "openapi.yaml").write_text("openapi: 3.1.0\ninfo: [\n")

        done = inside(*command, "--contracts", tmp_path)

        assert done.code == 2
        assert "openapi.yaml:3:1" in done.err

    def test_contracts_with_a_file_of_no_use_are_refused(self, tmp_path, command):
        (tmp_path / "pbx55").mkdir()
        (tmp_path / "pbx55" / "opnapi.yaml").write_text("openapi: 3.1.0\n")

        done = inside(*command, "--contracts", tmp_path)

        assert done.code == 2
        assert "opnapi.yaml: it matches no file of the contract pbx55" in done.err

    def test_contracts_that_are_no_folder_are_refused(self, tmp_path, command):
        done = inside(*command, "--contracts", tmp_path / "nowhere")

        assert done.code == 2
        assert "nowhere" in done.err


def test_contract_with_an_operation_that_nothing_does_is_refused_before_anything_is_served(tmp_path):
    """The fake would have no answer to it but a failure."""
    file = tmp_path / "hubsoft" / "openapi.yaml"
    file.parent.mkdir()
    shipped = (HOME / "hubsoft" / "openapi.yaml").read_text("utf-8")
    file.write_text(shipped.replace("operationId: notifyCall", "operationId: ringCall"), "utf-8")

    done = inside("run", "sms_sent", "--contracts", tmp_path)

    assert done.code == 2
    assert "contracts/hubsoft/openapi.yaml: nothing does ringCall" in done.err
    assert "notifyCall" in done.err
