"""A sixth vendor needs new files alone: the toy's are laid beside a copy of the others', and all of it works.

This is what proves docs/adding-a-vendor.md.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.contract import discover
from tests.cli.running import Started, environment
from tests.live import Client
from tests.receiver import Receiver

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).parent / "toy_vendor"
KEY = "campainha"
COPIED = ("contracts", "scenarios", "simulator", "loadtests", "tests", "docs", "pyproject.toml")
FILES = sorted(path.relative_to(TOY) for path in TOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
# What every vendor is held to, and the toy's own tests.
HELD_BY = (
    *(f"tests/vendors/{path.name}" for path in sorted(Path(__file__).parent.glob("test_conformance*.py"))),
    "tests/vendors/test_fuzz.py",
    "tests/contracts/test_shipped.py",
    "tests/test_house.py",
    "tests/vendors/test_campainha.py",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the repository with the toy's files laid beside the others'; none of these takes another's place."""
    place = tmp_path_factory.mktemp("tree")
    left_out = shutil.ignore_patterns("__pycache__", TOY.name, Path(__file__).name)
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, place / name, **({"ignore": left_out} if source.is_dir() else {}))
    for file in FILES:
        assert not (place / file).exists()
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOY / file, place / file)
    return place


@pytest.fixture(scope="module")
def served(tree):
    """The toy's tree, served in a process of its own: what it prints at the start, and where it is."""
    with Started("serve", "--port", "0", "--json", cwd=tree) as started:
        greeting = json.loads(started.line_with('"url"'))
        client = Client(greeting["url"])
        yield greeting, client
        client.close()


def run(tree, *words, longest=60):
    """Run Python in the toy's tree to its good end, and return what it printed."""
    done = subprocess.run(
        (sys.executable, *words),
        cwd=tree,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=longest,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_toy_is_discovered_by_its_folders(tree):
    found = run(tree, "-c", "from simulator.discovery import discover_vendors; print(*discover_vendors())")

    assert found.split() == sorted([KEY, *discover()])


def test_vendors_lists_the_toy(tree):
    vendors = json.loads(run(tree, "-m", "simulator", "vendors", "--json"))["vendors"]

    assert vendors.keys() == {KEY, *discover()}
    assert {o["operation"] for o in vendors[KEY]["operations"]} == {"ringBell", "callBegan"}
    assert vendors[KEY]["discrepancies"].keys() == {"C1"}


def test_serve_greets_with_the_toys_address_and_credentials(tree, served):
    greeting, client = served
    shown = json.loads(run(tree, "-m", "simulator", "credentials", "--url", greeting["url"], "--json"))

    toy = greeting["vendors"][KEY]

    assert toy["url"] == f"{greeting['url']}/{KEY}"
    assert toy["credentials"] == shown["credentials"][KEY]
    rung = client.ask("POST", f"/{KEY}/v1/toques", {"ramal": "111"}, toy["credentials"])
    assert (rung.status, rung.json["status"]) == (200, "tocando")


def test_control_api_knows_the_toy(served):
    _, client = served

    made = client.ask("POST", "/_sim/tenants", {"name": "reads", "readings": {KEY: {"C1": "either"}}})

    assert made.status == 201
    assert made.json["readings"] == {KEY: {"C1": "either"}}
    assert KEY in {vendor["key"] for vendor in client.ask("GET", "/_sim/vendors").json["vendors"]}
    number = client.ask("POST", f"/{KEY}/v1/toques", {"ramal": 111}, made.json["credentials"][KEY])
    assert number.status == 200
    rings = client.ask("GET", f"/_sim/records/{KEY}.ring?tenant=reads").json["records"]
    journal = client.ask("GET", "/_sim/journal?tenant=reads").json["entries"]
    assert [ring["extension"] for ring in rings] == ["111"]
    assert [(entry["vendor"], entry["operation"]) for entry in journal] == [(KEY, "ringBell")]


def test_calls_are_pushed_to_a_target_of_the_toys(served):
    _, client = served
    with Receiver() as receiver:
        target = {"vendor": KEY, "url": f"{receiver.url}/avisos"}
        assert client.ask("POST", "/_sim/targets", target).status == 201

        assert client.ask("POST", "/_sim/calls", {"from": "37999912222"}).status == 201

        (push,) = receiver.wait(1)
    assert push.path == "/avisos"
    assert push.json["telefone"] == "5537999912222"


def test_listen_asks_whose_pushes_arrive_where_several_vendors_push(tree):
    with Started("listen", "--port", "0", cwd=tree) as started:
        done = started.wait()

    assert done.code == 2
    assert f"--vendor: say whose pushes arrive, one of: {KEY}, pbx55" in done.err


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_holds_for_every_vendor_holds_for_the_toy(tree):
    """The suites that others inherit run in the toy's tree, for the toy and for what is asked of all together."""
    others = " or ".join(discover())

    how = ("-q", "-rA", "--no-header", "-p", "no:cacheprovider", "-k", f"not ({others})")

    told = run(tree, "-m", "pytest", *how, *HELD_BY, longest=280)

    passed = [line for line in told.splitlines() if line.startswith("PASSED ")]
    for file in HELD_BY:
        assert any(file in line and (KEY in line) for line in passed), file
    assert any("test_contract_vendor_and_prefix_have_one_name" in line for line in passed)
    assert any(f"test_valid_example_is_accepted[{KEY}-" in line for line in passed)
    assert "SKIPPED" not in told
