from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.egress import Forbidden
from loadtests.guard import check_address, check_host
from tests.loadtests.locust_run import ROOT, locust

# Addresses for documentation (RFC 5737, RFC 3849), which nobody has.
ELSEWHERE = ["http://192.0.2.1/", "https://198.51.100.7:8443/x", "http://[2001:db8::1]:80/", "http://10.0.0.1/"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8055/a?b=c", "http://[::1]:80", "http://127.9.9.9/", "https://localhost/"]
)
def test_loopback_is_let_through(url: str) -> None:
    """Whatever is on this machine may be loaded."""
    check_host(url)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_every_other_host_is_refused(url: str) -> None:
    """There is no option that opens it, and the text says what to use."""
    with pytest.raises(Forbidden, match=r"is not on this machine: .* use --host http://127\.0\.0\.1:PORT"):
        check_host(url)


@pytest.mark.parametrize("url", [None, "", "127.0.0.1:8055", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/"])
def test_a_host_that_is_no_plain_url_is_refused(url: str | None) -> None:
    """What cannot be read alike by every parser is not sent to."""
    with pytest.raises(Forbidden):
        check_host(url)


def test_a_name_that_leads_elsewhere_is_refused() -> None:
    """The address counts, and not the name."""
    with pytest.raises(Forbidden, match=r"localhost leads to 192\.0\.2\.1, which is not on this machine"):
        check_address("localhost", "192.0.2.1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "http://192.0.2.1/x"], "192.0.2.1 is not on this machine"),
        ([], "give --host http://127.0.0.1:PORT/path"),
        (["--host", "http://127.0.0.1:9/x", "-t", "0"], "give --run-time, such as 60s"),
        (["--headful", "--web-host", "192.0.2.1"], "192.0.2.1 is not on this machine"),
    ],
)
def test_a_run_out_of_bounds_ends_before_it_begins(options: list[str], said: str, tmp_path: Path) -> None:
    """Exit code 1, the reason, and not one request."""
    run = locust("push.py", tmp_path, "-t", "2s", *options)

    assert run.code == 1
    assert said in run.output
    assert run.rows == {}


@pytest.mark.slow
def test_a_plain_run_is_bounded_and_opens_nothing() -> None:
    """What Locust leaves open is closed by default: the time, its web page, its port for workers."""
    lines = (
        "import loadtests.push",
        "from locust.argument_parser import get_parser",
        "found = get_parser().parse_args([])",
        "print(found.run_time, found.headless, found.web_host, found.master_bind_host)",
    )

    assert in_python(lines) == "60 True 127.0.0.1 127.0.0.1"


@pytest.mark.slow
def test_a_connection_elsewhere_is_not_opened() -> None:
    """The pool judges the address it connects to, after all names are resolved."""
    lines = (
        "from loadtests.pool import LoopbackPool",
        "try: LoopbackPool(connection_timeout=1).get_client('http://192.0.2.1/').get('/')",
        "except PermissionError as error: print(error.strerror)",
    )

    assert in_python(lines).startswith("192.0.2.1 is not on this machine")


def in_python(lines: tuple[str, ...]) -> str:
    """Return what a program of its own prints."""
    command = (sys.executable, "-c", "\n".join(lines))
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
