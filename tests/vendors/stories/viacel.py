"""Viacel remembers what a company has: here its numbers."""

from __future__ import annotations

from typing import Any

from tests.live import Answer
from tests.vendors.caller import Caller


class Story:
    """The number is the mark."""

    mark = "numero"

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.company = int(self._ask("listar_clientes").json["dados"][0]["cliente_id"])

    def make(self, mark: str) -> str:
        return str(self._with("inserir_did", {"numero": mark, "destino": "111"}).json["id"])

    def rows(self) -> dict[str, dict[str, Any]]:
        answer = self._ask("listar_dids", cliente_id=self.company)
        return {did["did_id"]: did for did in answer.json["dados"]} if answer.status == 200 else {}

    def change(self, key: str, mark: str) -> None:
        self._with("alterar_did", {"did_id": int(key), "numero": mark})

    def remove(self, key: str) -> Answer:
        return self._ask("deletar_did", "DELETE", did_id=int(key), cliente_id=self.company)

    def refused(self, again: Answer) -> bool:
        return (again.status, again.json["mensagem"]) == (400, "Registro não encontrado.")

    def _with(self, action: str, fields: dict[str, Any]) -> Answer:
        return self._ask(action, cliente_id=self.company, dados={"cliente_id": self.company, **fields})

    def _ask(self, action: str, method: str = "POST", **more: Any) -> Answer:
        body = {"autenticacao": self.caller.fake.credentials, "acao": action, **more}
        return self.caller(method, "/pabx/api.php", body)
