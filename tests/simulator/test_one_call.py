"""One call stands behind everything: who asks when a push arrives sees what the push says."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from simulator.targets import Target
from simulator.vendors.pbx55.credentials import ALWAYS
from tests.core import play, run, running
from tests.live import Client

REPORT = f"/pbx55/api/pbx/reports/metrics/{ALWAYS}/all_queues/all_numbers/all_agent/report_02/undefined/undefined/-3"


class Curious:
    """A receiver that asks the simulator for calls and reports before it answers a push."""

    def __init__(self):
        self.seen = []  # a push, the calls of the control API, the rows of the report
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def ask_at(self, url, key):
        self._url, self._key = url, key

    def hear(self, push):
        client = Client(self._url, {"key": self._key})
        try:
            calls = client.ask("GET", "/_sim/calls").json["calls"]
            rows = client.ask("GET", REPORT).json["data_report02"]
            self.seen.append((push, calls, {row["call_id"]: row for row in rows}))
        finally:
            client.close()


def _handler(owner):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            owner.hear(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def heard(scenario):
    async def work():
        with Curious() as receiver:
            async with running(Target("curious", "pbx55", receiver.url, method="POST"), listen=True) as simulator:
                key = simulator.default.profile.credentials["pbx55"]["key"]
                receiver.ask_at(simulator.server.url, key)
                verdict = await play(simulator, scenario)
                assert verdict.exit_code == 0
                return receiver.seen

    return run(work())


@pytest.mark.parametrize("scenario", ["transferred_inbound", "agents_take_turns", "voicemail", "predictive_answered"])
def test_what_a_push_says_is_there_to_be_asked_for(scenario):
    for push, calls, rows in heard(scenario):
        call = next(c for c in calls if push["call_id"].endswith(f".{c['serial']}"))
        over = push["call_disconnection"] != ""

        assert (call["state"] == "ended") == over
        assert (push["call_id"] in rows) == over
        if over:
            assert (push["call_time"], push["call_duration"]) == (call["talk"], call["duration"])
            assert rows[push["call_id"]]["type_call"] == push["call_status"]
