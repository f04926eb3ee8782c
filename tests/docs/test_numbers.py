"""docs/numbers.md and the shipped table say the same of every number, and the page's own example can be read."""

import json
import re
from pathlib import Path

from simulator.switch.numbers import parse_numbers, shipped
from simulator.telephony.calls import Party
from simulator.telephony.conduct import Ending

PAGE = (Path(__file__).parents[2] / "docs" / "numbers.md").read_text("utf-8")
SCHEMA = json.loads((Path(__file__).parents[2] / "simulator" / "numbers.schema.json").read_text("utf-8"))


def row(entry):
    """Return an entry as a line of the page's table."""
    spoken = "talk" in entry
    cells = (
        f"`{entry['number']}`" if "number" in entry else f"`…{entry['ending']}`",
        entry["outcome"],
        f"{entry['ring']} s",
        f"{entry['talk']} s" if spoken else "",
        entry.get("by", Party.OUTSIDE.value) if spoken else "",
        entry["about"],
    )
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def test_page_has_the_lines_of_the_file_in_its_order():
    table = [line for line in PAGE.splitlines() if re.match(r"\| `[…0-9]", line)]

    assert table == [row(entry) for entry in shipped()["numbers"]]


def test_every_outcome_has_a_number():
    assert {entry["outcome"] for entry in shipped()["numbers"]} == set(Ending)


def test_page_names_every_field_and_outcome():
    fields = SCHEMA["properties"]["numbers"]["items"]["properties"]

    assert set(fields["outcome"]["enum"]) == set(Ending)
    assert [word for word in (*fields, *Ending) if f"`{word}`" not in PAGE] == []


def test_example_of_the_page_can_be_read():
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)

    assert len(parse_numbers(text, "numbers.md")["numbers"]) == 2
