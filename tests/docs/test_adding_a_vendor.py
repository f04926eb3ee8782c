"""The page on adding a vendor quotes the toy vendor's files as they are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "vendors" / "toy_vendor"
PAGE = (ROOT / "docs" / "adding-a-vendor.md").read_text("utf-8")
QUOTED = dict(re.findall(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$", PAGE, re.M | re.S))


@pytest.mark.parametrize("file", QUOTED)
def test_quoted_file_is_the_toys(file):
    assert (TOY / file).read_text("utf-8") == QUOTED[file]


def test_page_quotes_a_file_of_each_kind():
    wanted = {"openapi.yaml", "rules.yaml", "rules.py", "discrepancies.yaml", "__init__.py", "routes.py", "messages.py"}

    assert wanted | {"credentials.py", "refusals.py", "test_campainha.py"} <= {Path(file).name for file in QUOTED}
    assert {"valid", "invalid"} <= {Path(file).parent.name for file in QUOTED}


def test_every_block_with_a_language_is_quoted_from_a_file():
    assert len(re.findall(r"^```\w+$", PAGE, re.M)) == len(QUOTED)
