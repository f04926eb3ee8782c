"""NextBilling remembers ring groups."""

from __future__ import annotations

from typing import Any

from tests.live import Answer
from tests.vendors.caller import Caller


class Story:
    """A group's name is the mark."""

    mark = "descricao"

    def __init__(self, caller: Caller) -> None:
        fake = caller.fake
        self.caller = caller
        self.owner = fake.live.records("nextbilling.subscriber", fake.tenant)[0]["id"]
        mine = fake.credentials
        self.path = f"/api/manageRingGroups/{mine['master_token']}/{mine['master_key']}/0"

    def make(self, mark: str) -> str:
        group = {"id_cliente": self.owner, "descricao": mark, "strategy": "linear", "devices": [], "status": 1}
        return str(self.caller("PUT", self.path, group).json["new_record"])

    def rows(self) -> dict[str, dict[str, Any]]:
        return {group["id"]: group for group in self.caller("GET", self.path).json["data"]}

    def change(self, key: str, mark: str) -> None:
        """Name a group otherwise; what is not named is kept (N13)."""
        self.caller("POST", self.path, {"id_record": int(key), "descricao": mark})

    def remove(self, key: str) -> Answer:
        return self.caller("DELETE", f"{self.path}?id_record={key}")

    def refused(self, again: Answer) -> bool:
        return (again.status, again.json["error"]) == (404, 1)
