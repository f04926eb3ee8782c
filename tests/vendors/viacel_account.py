"""A tenant's account at the Viacel fake, asked over HTTP as a client does."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.answer import Answer
from tests.live import Client, Live

ADDRESS = "/viacel/pabx/api.php"
LENIENT = {"viacel": {"*": "lenient"}}

NUMBERS = count(1)
SECOND = {"cliente_id": 0, "login": "sol", "senha": "s3nha", "nome": "Padaria Sol"}


class Account:
    """One tenant's way to the fake."""

    def __init__(self, server: Live, name: str, **profile: Any) -> None:
        made_tenant = server.make_tenant(name, **profile)
        self.name = name
        self.server = server
        self.client: Client = server.client()
        self.auth = dict(made_tenant["credentials"]["viacel"])
        self._logins = count(1)

    def ask(self, acao: str, method: str = "POST", path: str = ADDRESS, **more: Any) -> Answer:
        return self.client.ask(method, path, {"autenticacao": self.auth, "acao": acao, **more})

    def do(self, acao: str, method: str = "POST", **more: Any) -> dict[str, Any]:
        """Ask for what must succeed."""
        answer = self.ask(acao, method, **more)
        assert answer.status == 200, answer.text
        assert answer.json["http_response_code"] == 200
        return dict(answer.json)

    def rows(self, acao: str, **more: Any) -> list[dict[str, Any]]:
        return list(self.do(acao, **more)["dados"])

    def company(self, **fields: Any) -> int:
        return int(self.do("inserir_cliente", dados={**SECOND, "login": f"sol{next(self._logins)}", **fields})["id"])

    def extension(self, company: int, number: str, **fields: Any) -> int:
        fields = {"cliente_id": company, "nome": f"Ramal {number}", "numero": number, **fields}
        return int(self.do("inserir_ramal", dados=fields)["id"])


def refused(answer: Answer, status: int, sentence: str) -> None:
    body = answer.json
    assert (answer.status, body["http_response_code"], body["mensagem"]) == (status, status, sentence)


KIND_OF = {"cliente": "company", "did": "did", "tronco": "trunk", "ramal": "extension", "plano_discagem": "dial_plan"}
