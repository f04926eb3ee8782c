"""55PBX reports calls, which happen on the phone: none of its routes makes, changes or removes one."""

from __future__ import annotations

from typing import Any

from simulator.vendors.pbx55.credentials import ALWAYS
from tests.vendors.caller import Caller

CALLS = f"/api/pbx/reports/metrics/{ALWAYS}/all_queues/all_numbers/all_agent/report_02/undefined/undefined/-3"
STORY = """scenario: one_call
title: Somebody calls and hangs up
steps:
  - inbound: {{call: A, from: "379{mark}"}}
  - hangup: {{call: A, by: outside}}
"""


class Story:
    """The caller's number, of which nine digits are local, is the mark."""

    mark = "call_number"

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def make(self, mark: str) -> str:
        before = set(self.rows())
        run = self.caller.control("POST", "/runs", {"text": STORY.format(mark=mark)}).json["id"]
        self.caller.control("GET", f"/runs/{run}", wait=20)
        rows = self.rows()
        return next(key for key in rows if key not in before and rows[key][self.mark] == mark)

    def rows(self) -> dict[str, dict[str, Any]]:
        calls = self.caller("GET", CALLS).json["data_report02"]
        return {row["call_id"]: row | {self.mark: row[self.mark][1:]} for row in calls}
