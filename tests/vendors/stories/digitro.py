"""Dígitro remembers what commands leave with calls. No page has a list, a change or a removal of it."""

from __future__ import annotations

from typing import Any

from tests.vendors.caller import Caller


class Story:
    """The data of a call that is generated is the mark."""

    mark = "data"

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        device = next(r for r in caller.fake.live.records("digitro.device", caller.fake.tenant) if r["extension"])
        self.device = {"DISPOSITIVO": device["number"], "SENHA_DISPOSITIVO": "4567", "ROTA": "0"}
        self.path = f"/requests/{caller.fake.channel()}/chamada-preditiva"

    def make(self, mark: str) -> str:
        answer = self.caller("POST", self.path, {**self.device, "IDENTIDADE_DESTINO": "04832817000", "DADOS": mark})
        return str(answer.json["ID_CHAMADA"])

    def rows(self) -> dict[str, dict[str, Any]]:
        return {record["id"]: record for record in self.caller.records("digitro.call")}
