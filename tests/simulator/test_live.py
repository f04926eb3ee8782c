"""The running simulator that other tests use leaves nothing behind."""

from __future__ import annotations

import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.live import live


def test_live_simulator_leaves_no_thread_and_no_port() -> None:
    """Not even when a long poll was under way, a connection was left open, and the test failed."""
    before, addresses = set(threading.enumerate()), []

    def fail() -> None:
        with live() as running:
            url = urlsplit(running.url)
            addresses.append((url.hostname or "", url.port))
            waiting = HTTPConnection(*addresses[0])
            waiting.request("GET", "/_sim/journal?wait=60")
            running.client().ask("GET", "/_sim/health")
            running.control("POST", "/calls", {})
            waiting.close()
            raise RuntimeError("the test failed")

    with pytest.raises(RuntimeError, match="the test failed"):
        fail()

    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection(*addresses[0]).connect()
