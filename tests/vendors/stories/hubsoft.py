"""HubSoft remembers tickets: opened for a service, listed while they are open, and closed rather than removed."""

from __future__ import annotations

from typing import Any

from tests.live import Answer
from tests.vendors.caller import Caller

API = "/api/v1/integracao"
TICKET = {"nome": "Ana", "telefone": "37999112233", "email": "ana@example.com"}


class Story:
    """A ticket's description is the mark."""

    mark = "descricao_abertura"

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.service = caller.fake.live.records("hubsoft.service", caller.fake.tenant)[0]["id"]

    def make(self, mark: str) -> str:
        ticket = {**TICKET, "id_cliente_servico": self.service, "descricao": mark}
        answer = self.caller("POST", f"{API}/atendimento", ticket)
        return str(answer.json["atendimento"]["id_atendimento"])

    def rows(self) -> dict[str, dict[str, Any]]:
        query = f"busca=id_cliente_servico&termo_busca={self.service}&limit=50"
        tickets = self.caller("GET", f"{API}/cliente/atendimento?{query}").json["atendimentos"]
        return {str(t["id_atendimento"]): t | {self.mark: t[self.mark].partition(" | ")[0]} for t in tickets}

    def change(self, key: str, mark: str) -> None:
        """Describe a ticket otherwise; what it is about, who asks and its number stay."""
        self._edit(key, {"descricao": mark, "parametros": {}, "fechar_atendimento": False})

    def remove(self, key: str) -> Answer:
        return self._edit(key, {"parametros": {}, "fechar_atendimento": True})

    def refused(self, again: Answer) -> bool:
        """Nothing says that a closed ticket cannot be closed: it is a success that changes nothing."""
        return (again.status, again.json["status"]) == (200, "success")

    def _edit(self, key: str, body: dict[str, Any]) -> Answer:
        return self.caller("PUT", f"{API}/atendimento/{key}", body)
