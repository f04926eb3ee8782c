"""The loader: where scenarios are found, and what is said of bad files."""

from __future__ import annotations

import os

import pytest

from contracts.errors import ContractError
from contracts.strict_yaml import MalformedYaml
from scenarios.errors import ScenarioError
from scenarios.loader import load, load_directory, load_text

HEAD = "scenario: small\ntitle: A small one\nsteps:\n"
INBOUND = '  - inbound: {call: A, from: "37999912222"}\n'
SMALL = HEAD + INBOUND


def refusal(text):
    with pytest.raises(ContractError) as caught:
        load_text(text, "s.yaml")
    return str(caught.value)


def test_load_reads_a_file(tmp_path):
    """A path is read as a file, and its name stands in the places of the steps."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")

    scenario = load(path)

    assert (scenario.name, scenario.source, scenario.text) == ("small", str(path), SMALL)
    assert scenario.steps[0].where == f"{path}:4:5"


def test_load_finds_a_library_name():
    """A name that is no file is looked up in the library."""
    assert load("sms_sent").name == "sms_sent"


def test_load_prefers_a_file_to_a_library_name(tmp_path, monkeypatch):
    """A file in the working directory hides the library scenario of the same name."""
    (tmp_path / "sms_sent").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert load("sms_sent").name == "small"


def test_load_finds_a_library_name_beside_a_directory_of_that_name(tmp_path, monkeypatch):
    """A directory does not hide a library scenario."""
    (tmp_path / "sms_sent").mkdir()
    monkeypatch.chdir(tmp_path)

    assert load("sms_sent").name == "sms_sent"


def test_load_suggests_the_nearest_library_name():
    """A name that is nearly right is answered with the right one."""
    with pytest.raises(ScenarioError, match="did you mean 'transferred_inbound'"):
        load("tranfered_inbound.yaml")


def test_load_says_what_lists_the_library_for_a_strange_name():
    """A name that is like none is not answered with all of them: they are many."""
    with pytest.raises(ScenarioError, match="pbxsim run --list lists the library"):
        load("zzz")


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "/dev/null", ".", "/dev/null/x"])
def test_load_refuses_odd_paths(path):
    """A path that cannot be a scenario file is refused in a sentence."""
    with pytest.raises(ScenarioError):
        load(path)


def test_load_refuses_a_pipe_without_waiting(tmp_path):
    """A named pipe is refused, not read."""
    os.mkfifo(tmp_path / "pipe.yaml")

    with pytest.raises(ScenarioError, match="no regular file"):
        load(tmp_path / "pipe.yaml")


def test_load_refuses_more_than_a_megabyte(tmp_path):
    """A file of 1 MB is read, and one byte more is not."""
    path = tmp_path / "large.yaml"
    path.write_bytes(SMALL.encode() + b"#" * (1_000_000 - len(SMALL)))

    assert load(path).name == "small"

    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(ScenarioError, match="larger than 1 MB: split it"):
        load(path)


def test_load_refuses_what_is_not_utf_8(tmp_path):
    """A file in another encoding is refused with the place of the first strange byte."""
    path = tmp_path / "latin.yaml"
    path.write_bytes("scenario: a\ntitle: Ligação\n".encode("latin-1"))

    with pytest.raises(MalformedYaml, match=r"latin\.yaml:2:12: .*UTF-8"):
        load(path)


@pytest.mark.parametrize("text", ["", "\n", "# a remark\n", "---\n", "null\n"])
def test_load_text_refuses_an_empty_file(text):
    """A file without content is called empty, with the line to begin with."""
    assert "s.yaml: the file is empty: begin with a line such as" in refusal(text)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        (SMALL + "  - choose: {call: A, option: 0123}\n", "s.yaml:5:31", 'write "0123"'),
        (SMALL + "  - ring: {call: A, extension: 111}\n", "s.yaml:5:32", 'write "111"'),
        (SMALL + "title: Again\n", "s.yaml:5:1", 'the key "title" stands twice'),
        (SMALL + "  - menu: {call: A, call: A}\n", "s.yaml:5:21", 'the key "call" stands twice'),
        (SMALL + "  - rign: {call: A}\n", "s.yaml:5:11", "rign: unknown step; did you mean 'ring'?"),
        (HEAD + "\t- menu: {call: A}\n", "s.yaml:4:1", "a tab stands in the indentation; indent with spaces"),
        ("[" * 100_000, "s.yaml:1:51", "nested deeper than 50 levels"),
        ("a: &a [x]\nb: [*a, *a, *a]\n", "s.yaml:1:4", "an anchor (&) is not taken"),
        ("- scenario\n", "s.yaml:1:1", "expected a mapping with the words scenario, title"),
        ("scenario: small\n", "s.yaml:1:1", '"steps" is missing: a list of 1 to 1,000 steps'),
        (SMALL + "  - after: 5\n    menu: {call: A}\n", "s.yaml:5:12", "write 5s"),
        (SMALL + "  - after: 5x\n    menu: {call: A}\n", "s.yaml:5:12", "'5x' is no duration"),
        (SMALL + "  - hangup: {call: A, by: caller}\n", "s.yaml:5:27", "outside (the other party)"),
        (SMALL + "  - menu: {call: A}\n    hold: {call: A}\n", "s.yaml:5:5", "found menu and hold"),
        (SMALL + "  - {}\n", "s.yaml:5:5", "write one of inbound, outbound"),
        (SMALL + "---\nscenario: b\n", "s.yaml:5:1", "a second document begins here"),
    ],
    ids=lambda value: value[-30:],
)
def test_load_text_names_place_and_remedy(text, place, hint):
    """Each mistake is told with file, line, column and what to do."""
    told = refusal(text)

    assert f"{place}: " in told
    assert hint in told


def test_load_text_tells_several_mistakes_at_once():
    """The first five mistakes are listed in the order of the file, and the rest is counted."""
    told = refusal(HEAD + "  - rign: {call: A}\n" * 7).splitlines()

    assert [line.split(": ")[0] for line in told[:5]] == [f"s.yaml:{n}:11" for n in range(4, 9)]
    assert told[5] == "and 2 more"


def test_load_text_survives_hostile_text():
    """No control character, surrogate or huge number comes out as anything but a refusal."""
    hostile = [
        "\0",
        'title: "\\ud800"',
        "a: \ud800",
        "a: " + "9" * 5000,
        "a: .inf",
        "a: !!python/object x",
        "? : :",
    ]

    for text in hostile:
        assert refusal(text)


def test_load_directory_reads_in_the_order_of_file_names(tmp_path):
    """Every .yaml and .yml file is read, and nothing else."""
    for name in ("b.yaml", "a.yml", "c.txt"):
        (tmp_path / name).write_text(SMALL.replace("small", name[0]), encoding="utf-8")

    assert [s.name for s in load_directory(tmp_path)] == ["a", "b"]


def test_load_directory_refuses_one_without_scenarios(tmp_path):
    """A directory in which no scenario lies is no silent pass."""
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")

    with pytest.raises(ScenarioError, match="no scenario lies here"):
        load_directory(tmp_path)


def test_load_directory_refuses_one_that_is_not_there(tmp_path):
    """A directory that does not exist is named."""
    with pytest.raises(ScenarioError, match="there is no such directory"):
        load_directory(tmp_path / "nowhere")


def test_load_directory_refuses_one_name_for_two(tmp_path):
    """Two files cannot bear one scenario name, since reports go by it."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(SMALL, encoding="utf-8")

    with pytest.raises(ScenarioError, match=r"b\.yaml: \"small\" is the name of .*a\.yaml too"):
        load_directory(tmp_path)


def test_load_directory_reads_at_most_a_thousand_files(tmp_path):
    """1,001 files are refused before any is read."""
    for number in range(1001):
        (tmp_path / f"{number}.yaml").touch()

    with pytest.raises(ScenarioError, match="1001 files, at most 1000"):
        load_directory(tmp_path)
