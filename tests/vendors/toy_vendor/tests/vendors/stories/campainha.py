"""Campainha remembers rings. No page has a list, a change or a removal of them."""

from __future__ import annotations

from typing import Any

from tests.vendors.caller import Caller


class Story:
    """What is said of who rings is the mark."""

    mark = "note"

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def make(self, mark: str) -> str:
        return str(self.caller("POST", "/v1/toques", {"ramal": "111", "recado": mark}).json["toque"])

    def rows(self) -> dict[str, dict[str, Any]]:
        return {str(ring["id"]): ring for ring in self.caller.records("campainha.ring")}
