"""What is logged reaches a user as a line each; a traceback only whom it helps."""

import subprocess
import sys

from tests.cli.running import environment

PROGRAM = """
import logging
from simulator.cli.logs import show_log
show_log()
log = logging.getLogger("simulator.any")
log.info("nobody needs to know")
log.warning("%s is slow", "the disk")
try:
    raise ZeroDivisionError("oh")
except ZeroDivisionError:
    log.exception("job %s failed", 7)
"""


def logged(**env):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment(env), capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr


def test_log_is_a_line_an_error_without_a_traceback():
    """A warning, such as of a slow request, helps a developer of the simulator and nobody else."""
    assert logged() == "pbxsim: job 7 failed (ZeroDivisionError: oh); PBXSIM_DEBUG=1 shows where\n"


def test_log_has_the_traceback_and_the_warnings_for_who_asks():
    shown = logged(PBXSIM_DEBUG="1")

    assert "pbxsim: the disk is slow\n" in shown
    assert "pbxsim: job 7 failed\nTraceback (most recent call last):" in shown
