"""One tenant's PBX over real sockets, provisioned by an integration through the vendors' own APIs, and its calls."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from tests.live import Live

GROUPS, DEVICES = "/nextbilling/api/manageRingGroups", "/nextbilling/api/manageDevices"
NUMBERS = count(1)


class Pbx:
    """One tenant's PBX, provisioned by an integration."""

    def __init__(self, running: Live) -> None:
        self._running, self.name = running, f"provisioned-{next(NUMBERS)}"
        credentials = running.make_tenant(self.name, readings={"viacel": {"V15": "served"}})["credentials"]
        self._viacel, own = credentials["viacel"], credentials["nextbilling"]
        self.pair = f"{own['master_token']}/{own['master_key']}"

    def viacel(self, acao: str, **more: Any) -> dict[str, Any]:
        body = {"autenticacao": self._viacel, "acao": acao, **more}
        answer = self._running.ask("POST", "/viacel/pabx/api.php", body)
        assert answer.status == 200, answer.text
        return dict(answer.json)

    def extension(self, number: str, **fields: Any) -> None:
        rows = self.rows("listar_ramais")
        row = next(row for row in rows if row["numero"] == number)
        ids = {"ramal_id": int(row["ramal_id"]), "cliente_id": int(row["cliente_id"])}
        self.viacel("alterar_ramal", dados={**ids, **fields})

    def line(self, **fields: Any) -> None:
        """Change the first line."""
        (row, *_) = self.rows("listar_dids")
        ids = {"did_id": int(row["did_id"]), "cliente_id": int(row["cliente_id"])}
        self.viacel("alterar_did", cliente_id=ids["cliente_id"], dados={**ids, **fields})

    def rows(self, acao: str) -> list[dict[str, Any]]:
        companies = self.viacel("listar_clientes", pos_registro_inicial=0)["dados"]
        asked = [{"acao": acao, "cliente_id": int(company["cliente_id"])} for company in companies]
        more = {"pos_registro_inicial": 0} if acao == "listar_ramais" else {}
        bodies = [{"autenticacao": self._viacel, **one, **more} for one in asked]
        answers = [self._running.ask("POST", "/viacel/pabx/api.php", body) for body in bodies]
        return [row for answer in answers if answer.status == 200 for row in answer.json["dados"]]

    def group(self, method: str, query: str = "", **body: Any) -> dict[str, Any]:
        answer = self._running.ask(method, f"{GROUPS}/{self.pair}/0{query}", body or None)
        assert (answer.status, answer.json["error"]) == (200, 0), answer.text
        return dict(answer.json)

    def device(self, username: str, **fields: Any) -> int:
        """Create a line that stands for an extension; return its id."""
        body = {"customer_id": 1, "tech": "SIP", "username": username, **fields}
        answer = self._running.ask("PUT", f"{DEVICES}/{self.pair}/1", body)
        assert (answer.status, answer.json["error"]) == (200, 0), answer.text
        return int(answer.json["new_record"])

    def follow_me(self, username: str, *, of: dict[str, str], **fields: Any) -> int:
        """Create a line with follow-me that is on: when, and where to."""
        on = {f"sigame_{when}_{what}": value for when, to in of.items() for what, value in (("st", 1), ("dst", to))}
        return self.device(username, **on, **fields)

    def play(self, *steps: str) -> dict[str, Any]:
        """Play steps on a call from outside to the first line; return how it came out."""
        first = next(iter(self._running.control("GET", "/records/number", tenant=self.name).json["records"]))
        begin = f'inbound: {{call: A, from: "37999912222", to: "{first["number"]}"}}'
        return self.run(begin, *steps)

    def run(self, *steps: str) -> dict[str, Any]:
        listed = "".join(f"  - {step}\n" for step in steps)
        text = f"scenario: routed\ntitle: Routed\nsteps:\n{listed}"
        run = self._running.control("POST", "/runs", {"text": text}, tenant=self.name)
        assert run.status == 201, run.text
        over = self._running.control("GET", f"/runs/{run.json['id']}", tenant=self.name, wait=10).json
        assert over["status"] == "passed", over
        call = self._running.control("GET", f"/calls/{over['calls']['A']}", tenant=self.name).json
        return dict(call)


def rings(call: dict[str, Any]) -> list[str]:
    return [e.get("extension") or e["digits"] for e in call["events"] if e["kind"] == "ringing"]


def way(call: dict[str, Any]) -> list[tuple[str, int]]:
    """Return where it rang, each with the seconds since the call began."""
    began, *_ = (datetime.fromisoformat(e["at"]) for e in call["events"])
    at = [datetime.fromisoformat(e["at"]) - began for e in call["events"] if e["kind"] == "ringing"]
    return [(where, int(after.total_seconds())) for where, after in zip(rings(call), at, strict=True)]


def cause(call: dict[str, Any]) -> str:
    return str(call["events"][-1]["cause"])
