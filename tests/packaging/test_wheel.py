"""What is shipped works without this repository: the wheel, in an empty environment, from a foreign folder."""

import json
import os
import re
import signal
import site
import subprocess
import sys
import sysconfig
import threading
import venv
import zipfile
from pathlib import Path

import pytest

from contracts.contract import discover
from scenarios.loader import library
from tests.needs import needs

ROOT = Path(__file__).parents[2]
DATA = (".json", ".yaml", ".md", ".py", "/py.typed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this repository, built as for a release but without the network."""
    place = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = place.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel in it, and beside it only the dependencies of the running one; its pbxsim."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    python = place / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--disable-pip-version-check", wheel], check=True, timeout=100)
    # A path in a .pth file is added as it is: the .pth file of the editable install that lies there is not read.
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return place / "bin" / "pbxsim"


def shipped(wheel):
    """Return the names of the files in the wheel, without its own records."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def tracked(package):
    """Return the files of a package that should be shipped."""
    files = (path for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel):
    expected = tracked("contracts") | tracked("scenarios") | tracked("simulator") | tracked("loadtests")

    assert shipped(wheel) == expected


def test_wheel_holds_the_data_that_the_commands_read(wheel):
    names = shipped(wheel)

    for key in discover():
        for file in ("openapi.yaml", "rules.yaml", "rules.py", "discrepancies.yaml", "SOURCES.md"):
            assert f"contracts/{key}/{file}" in names
        assert any(name.startswith(f"contracts/{key}/schemas/") for name in names)
        assert any(name.startswith(f"contracts/{key}/examples/") for name in names)
    assert {f"scenarios/library/{name}.yaml" for name in library()} <= names
    assert {
        "contracts/journal.schema.json",
        "scenarios/scenario.schema.json",
        "simulator/world.schema.json",
        "simulator/numbers.yaml",
        "simulator/numbers.schema.json",
        "simulator/control/openapi.yaml",
    } <= names


def test_wheel_holds_no_test_and_nothing_but_code_and_data(wheel):
    names = shipped(wheel)

    assert not [name for name in names if name.startswith("tests/") or "/test_" in name]
    assert [name for name in names if not name.endswith(DATA)] == []


def test_installed_pbxsim_is_not_the_repositorys(installed, tmp_path):
    program = "import simulator, contracts, sys; print(simulator.__file__, contracts.__file__, *sys.path, sep='\\n')"
    done = run(installed.parent / "python", "-c", program, cwd=tmp_path)

    first, second, *path = done.splitlines()
    assert Path(first).is_relative_to(installed.parents[1])
    assert Path(second).is_relative_to(installed.parents[1])
    assert str(ROOT) not in path


def test_installed_pbxsim_plays_a_scenario_from_a_foreign_folder(installed, tmp_path):
    done = run(installed, "run", "transferred_inbound", "--journal", "calls.jsonl", cwd=tmp_path)

    assert "PASS transferred_inbound" in done
    assert "CLEAN" in run(installed, "check", "calls.jsonl", cwd=tmp_path)


def test_printed_commands_of_the_installed_pbxsim_work_when_they_are_pasted(installed, tmp_path):
    needs("curl", "sed", "tr")
    command = (installed, "serve", "--port", "0")
    with subprocess.Popen(command, cwd=tmp_path, env=bare(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        guard = threading.Timer(60, process.kill)
        guard.start()
        try:
            pasted = list(commands(process.stdout))
            answers = {path: json.loads(run("sh", "-c", each, cwd=tmp_path)) for path, each in pasted}
        finally:
            process.send_signal(signal.SIGINT)
            guard.cancel()

    assert process.returncode == 0
    assert answers["/hubsoft/"]["status"] == "success"
    assert answers["/digitro/"]["ID_CHAMADA"]  # the first call
    assert answers["/_sim/calls"]["call"] == "c2"
    assert answers["/_sim/targets"]["vendor"] == "pbx55"


def commands(lines):
    """Yield what each command that is printed is for, and the command, up to the last line of the welcome."""
    for line in lines:
        if line.strip().startswith("curl "):
            yield re.search(r"127\.0\.0\.1:[0-9]+(/_sim/[a-z]+|/[a-z0-9]+/)", line)[1], line.strip()
        if "Ctrl-C ends it" in line:
            return


def run(*command, cwd):
    """Run a command to its good end and return what it printed."""
    done = subprocess.run(command, cwd=cwd, env=bare(cwd), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bare(home):
    """Return an environment in which nothing points to this repository."""
    return {"PATH": os.defpath + ":/usr/local/bin", "HOME": str(home), "LANG": "C.UTF-8"}
