"""``pbxsim schema``: the schemas of the files that people write, as they are used."""

import json
from pathlib import Path

import pytest

from contracts.strict_yaml import load
from scenarios.shape import schema
from simulator.cli.schema import schemas
from tests.cli.running import inside

ROOT = Path(__file__).parents[2]
SHIPPED = {path.name.removesuffix(".schema.json"): path for path in ROOT.glob("*/*.schema.json")}


def test_every_schema_that_is_shipped_is_listed():
    done, record = inside("schema"), inside("schema", "--json")

    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[: len(SHIPPED)]] == list(schemas())
    assert record.json["schemas"].keys() == SHIPPED.keys() >= {"scenario", "world", "journal"}
    assert all(record.json["schemas"].values())
    assert record.json["exit_code"] == 0


@pytest.mark.parametrize("name", SHIPPED)
def test_schema_is_printed_as_it_is_used(name):
    done, record = inside("schema", name), inside("schema", name, "--json")

    assert done.code == record.code == 0
    assert json.loads(done.out) == record.json["schema"] == json.loads(SHIPPED[name].read_text("utf-8"))


def test_schema_alone_judges_a_file_as_pbxsim_does(tmp_path):
    """What an editor does with it: no other file is needed."""
    import jsonschema_rs

    printed = json.loads(inside("schema", "scenario").out)
    validator = jsonschema_rs.Draft202012Validator(printed)
    good = load((ROOT / "scenarios" / "library" / "answered_inbound.yaml").read_bytes(), name="x").value

    assert printed == schema()
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "step": []})


def test_editor_is_told_by_a_line_that_names_the_file_to_save():
    done, record = inside("schema", "scenario", "--editor"), inside("schema", "scenario", "--editor", "--json")

    assert done.code == 0
    assert record.json["modeline"] == "# yaml-language-server: $schema=./scenario.schema.json"
    assert f"  {record.json['modeline']}\n" in done.out
    assert "pbxsim schema scenario > scenario.schema.json" in done.out


def test_modeline_does_not_disturb_a_scenario(tmp_path):
    line = inside("schema", "scenario", "--editor", "--json").json["modeline"]
    library = ROOT / "scenarios" / "library" / "sms_sent.yaml"
    (tmp_path / "mine.yaml").write_text(f"{line}\n{library.read_text('utf-8')}", "utf-8")

    assert inside("run", tmp_path / "mine.yaml", "--json").code == 0


def test_unknown_schema_is_usage_and_lists_those_there_are():
    for words in (("nope",), ("--editor",)):
        done = inside("schema", *words, "--json")

        assert done.code == done.json["exit_code"] == 2
        assert "scenario, numbers, world, journal" in done.err
