"""The loops that a server may run on."""

import asyncio

import pytest

from simulator.shell.limits import Limits


def _default_loop():
    return asyncio.new_event_loop()


def _uv_loop():
    return pytest.importorskip("uvloop").new_event_loop()


LOOPS = pytest.mark.parametrize("loop", [_default_loop, _uv_loop], ids=["asyncio", "uvloop"])


def hello(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]


def run(loop, steps):
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(steps)


def shell_for(app):
    from simulator.shell.hosts import AllowedHosts
    from simulator.shell.shell import Shell

    return Shell({"/v": app}, default=app, settings=Limits(), allowed_hosts=AllowedHosts.of())
