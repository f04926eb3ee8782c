"""One call stands behind everything: who asks when a push arrives sees what the push says."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from simulator.tenancy.targets import Target
from simulator.vendors.pbx55.credentials import ALWAYS
from tests.core import play, run, running
from tests.live import Client

REPORT = f"/pbx55/api/pbx/reports/metrics/{ALWAYS}/all_queues/all_numbers/all_agent/report_02/undefined/undefined/-3"


class Curious:
    """A receiver that asks the simulator for calls, reports and lists before it answers a push."""

    def __init__(self):
        self.seen = []  # a push, the calls of the control API, what the vendors have of each by its number
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

    def ask_at(self, url, credentials):
        self._url, self._credentials = url, credentials

    def hear(self, push):
        client = Client(self._url)
        try:
            calls = client.ask("GET", "/_sim/calls").json["calls"]
            self.seen.append((push, calls, *(ask(client, self._credentials) for ask in (report, record, history))))
        finally:
            client.close()


def report(client, credentials):
    """55PBX's report of the calls."""
    rows = client.ask("GET", REPORT, headers={"key": credentials["pbx55"]["key"]}).json["data_report02"]
    return {row["call_id"].split(".")[1]: row for row in rows}


def record(client, credentials):
    """NextBilling's."""
    token, key = (credentials["nextbilling"][f"master_{name}"] for name in ("token", "key"))
    rows = client.ask("GET", f"/nextbilling/api/cdr/{token}/{key}").json["data"]
    return {row["id"]: row for row in rows}


def history(client, credentials):
    """Viacel's."""
    question = {"acao": "listar_historico_chamada", "autenticacao": dict(credentials["viacel"])}
    rows = client.ask("POST", "/viacel/pabx/api.php", question).json.get("dados", [])
    return {row["cdr_id"]: row for row in rows}


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
            target = Target("curious", "pbx55", receiver.url, method="POST")
            async with running(target, listen=True, readings={"viacel": {"V15": "lenient"}}) as simulator:
                receiver.ask_at(simulator.server.url, simulator.default.profile.credentials)
                verdict = await play(simulator, scenario)
                assert verdict.exit_code == 0
                return receiver.seen

    return run(work())


@pytest.mark.parametrize("scenario", ["transferred_inbound", "agents_take_turns", "voicemail", "predictive_answered"])
def test_what_a_push_says_is_there_to_be_asked_for(scenario):
    """By every list there is; what is not over stands in none but that of the calls."""
    for push, calls, reported, recorded, listed in heard(scenario):
        number = push["call_id"].split(".")[1]
        call = next(c for c in calls if str(c["serial"]) == number)
        over = push["call_disconnection"] != ""

        assert (call["state"] == "ended") == over
        assert [number in rows for rows in (reported, recorded, listed)] == [over] * 3
        if over:
            talk = (push["call_time"], push["call_duration"])
            assert talk == (call["talk"], call["duration"])
            assert reported[number]["type_call"] == push["call_status"]
            assert (recorded[number]["tempo_falado"], recorded[number]["duracao"]) == tuple(map(str, talk))
            assert (listed[number]["duracao_chamada"], listed[number]["chamada_id"]) == (str(talk[0]), push["call_id"])
