"""The house's own rules: where wire words may stand, how long a module may be, what ``serve`` may import."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.contract import discover, load

ROOT = Path(__file__).parents[1]
PACKAGES = ("contracts", "scenarios", "simulator", "loadtests")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# Names of properties and parameters that are plain English, and so say nothing of a vendor: each lists its own.
PLAIN = {word for path in (ROOT / "tests/vendors/plain").glob("*.txt") for word in path.read_text("utf-8").split()}


def wire_words(key, plain=PLAIN):
    """Return every name of a property, or of a parameter in path or query, that is a word of a vendor's alone."""
    return {word for content in load(key).source.files.values() for word in _names(content)} - plain


def _names(node):
    if isinstance(node, dict):
        yield from node["properties"] if isinstance(node.get("properties"), dict) else ()
        if node.get("in") in ("path", "query"):  # the names of headers are HTTP's
            yield node["name"]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


@pytest.mark.parametrize("key", discover())
def test_wire_words_of_a_vendor_stand_in_its_folders_only(key):
    words = wire_words(key)
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(words))) + r")\b")
    # Two vendors may share a word, so one vendor's folder says nothing against another's.
    own = [ROOT / folder / vendor for folder in ("contracts", "simulator/vendors") for vendor in discover()]
    data = [p for package in PACKAGES for p in (ROOT / package).rglob("*") if p.suffix in (".yaml", ".json")]

    strangers = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in (*MODULES, *data)
        if not any(folder in path.parents for folder in own) and (found := pattern.search(path.read_text("utf-8")))
    }

    assert words
    assert strangers == set()


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_no_module_is_named_after_nothing():
    vague = {"utils", "util", "helpers", "helper", "manager", "handler", "common", "misc", "data", "info"}

    assert [str(path.relative_to(ROOT)) for path in MODULES if path.stem in vague] == []


def test_serve_imports_no_more_than_it_needs():
    """What costs start-up time and memory comes with its first use: names, deliveries, explanations, the store."""
    code = (
        "import asyncio, json, sys\n"
        "from simulator.app import build\n"
        "from simulator.settings import Settings\n"
        "async def main():\n"
        "    simulator = build(Settings(port=0))\n"
        "    await simulator.start()\n"
        "    print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
        "    await simulator.stop()\n"
        "asyncio.run(main())\n"
    )

    done = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, check=True, timeout=60)

    foreign = set(json.loads(done.stdout)) - set(sys.stdlib_module_names)
    assert {name for name in foreign if not name.startswith("_")} <= {
        *PACKAGES,
        *("flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "blinker", "click", "uvicorn", "httptools"),
        *("uvloop", "jsonschema_rs", "yaml", "cython_runtime", "h11", "typing_extensions", "sitecustomize"),
    }


@pytest.mark.parametrize("path", sorted((ROOT / "tests/vendors/plain").glob("*.txt")), ids=lambda path: path.stem)
def test_plain_words_of_a_vendor_are_on_its_wire(path):
    assert set(path.read_text("utf-8").split()) <= wire_words(path.stem, plain=set())


def test_no_test_sleeps():
    """A turn for the others (``sleep(0)``) is none. The figures are measured, and are no tests."""
    tests = (path for path in TESTS if ROOT / "tests/figures" not in path.parents)

    sleeping = [str(path.relative_to(ROOT)) for path in tests if re.search(r"sleep\((?!0\))", path.read_text("utf-8"))]

    assert sleeping == []
