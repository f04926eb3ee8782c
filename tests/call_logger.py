"""An integration as teams write them: it hears 55PBX's pushes and opens a HubSoft ticket for every call.

Written without the project, on the standard library. Each `Bug` is one that was met in the field.
"""

from __future__ import annotations

import http.client
import json
import threading
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit


class Bug(Enum):
    """What is wrong with a logger."""

    MISREADS = "a push without audio and talk time is taken for a first one"
    FORGETS = "the hang-up of a call that it has not heard of is dropped"
    SWALLOWS = "a second push with one status of a call is taken for a duplicate"
    STALE = "a token is got once and for all"
    IMPATIENT = "what is not answered within a second and a half is asked again"


class CallLogger:
    """A context manager that listens on a port of its own; ``url`` is where pushes go."""

    def __init__(self, bug: Bug | None = None) -> None:
        self._bug = bug
        self._tickets: dict[str, int | None] = {}
        self._seen: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> CallLogger:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def talk_to(self, erp: str, credentials: dict[str, str]) -> None:
        """Log in to a HubSoft-like ERP."""
        self._erp = urlsplit(erp)
        self._credentials = credentials
        self._log_in()

    def _log_in(self) -> None:
        self._token = ""
        answer = self._ask("POST", "/oauth/token", {"grant_type": "password", **self._credentials})
        self._token = answer["access_token"]

    def hear(self, push: dict) -> None:
        """Take a push in."""
        with self._lock:
            key, status = push["call_id"], push["call_status"]
            if self._bug is Bug.SWALLOWS and (key, status) in self._seen:
                return
            self._seen.add((key, status))
            if self._begins(push):
                self._tickets.setdefault(key, None)
            elif push["call_transfer_id"]:
                self._note_transfer(key, push["call_transfer_id"])
            elif key in self._tickets or self._bug is not Bug.FORGETS:
                self._log(key, push)

    def _begins(self, push: dict) -> bool:
        if self._bug is Bug.MISREADS:
            return not push["call_url_audio"] and not push["call_time"]
        return push["call_status"] == "new_call"

    def _log(self, key: str, push: dict) -> None:
        if self._tickets.get(key) is not None:
            return
        phone = push["call_area_code"] + push["call_number"]
        query = urlencode({"busca": "telefone", "termo_busca": phone})
        customers = self._ask("GET", f"/api/v1/integracao/cliente?{query}")["clientes"]
        service = customers[0]["servicos"][0]["id_cliente_servico"]
        told = f"{push['call_type']} {push['call_status']} {push['call_time']} s"
        body = {"id_cliente_servico": service, "descricao": told, "nome": "call log", "telefone": phone}
        answer = self._ask("POST", "/api/v1/integracao/atendimento", body)
        self._tickets[key] = answer["atendimento"]["id_atendimento"]

    def _note_transfer(self, key: str, other: str) -> None:
        ticket = self._tickets.get(key)
        if ticket is not None:
            body = {"parametros": {}, "descricao": f"transferred to {other}", "fechar_atendimento": False}
            self._ask("PUT", f"/api/v1/integracao/atendimento/{ticket}", body)

    def _ask(self, method: str, path: str, body: dict | None = None) -> dict:
        try:
            status, answer = self._exchange(method, path, body, 1.5 if self._bug is Bug.IMPATIENT else 10)
        except TimeoutError:
            status, answer = self._exchange(method, path, body, 10)
        if status == 401 and self._token and self._bug is not Bug.STALE:
            self._log_in()
            return self._ask(method, path, body)
        return answer

    def _exchange(self, method: str, path: str, body: dict | None, timeout: float) -> tuple[int, dict]:
        connection = http.client.HTTPConnection(self._erp.netloc, timeout=timeout)
        try:
            headers = {"content-type": "application/json", "authorization": f"Bearer {self._token}"}
            text = json.dumps(body) if body is not None else None
            connection.request(method, self._erp.path + path, text, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def _handler(logger: CallLogger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            logger.hear(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.send_header("connection", "close")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    return Handler
