"""A Locust file: users who push whole 55PBX call sequences to an endpoint on this machine.

``locust -f loadtests/push.py --headless --host http://127.0.0.1:PORT/path -u 10 -r 10 -t 5s``
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from locust import events, task

from contracts.contract import Contract, load
from contracts.model import Headers
from loadtests import guard
from loadtests.judging import Judge
from loadtests.sequences import Switchboard
from loadtests.users import LoopbackUser, seed
from simulator.errors import SimulatorError
from simulator.vendors.pbx55 import VENDOR

if TYPE_CHECKING:
    from locust.env import Environment


class BadSetting(SimulatorError):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How pushes go out: by which method, and with which token."""

    method: str | None
    headers: Headers


class PushUser(LoopbackUser):
    """A PBX account whose calls are pushed one after the other, the pushes of a call in their order."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        contract = _contract()
        self.settings = settings()
        self.judge = Judge(contract)
        self.switchboard = Switchboard(VENDOR, contract.choose({}), seed(), self.number)

    @task
    def call(self) -> None:
        """Push all that a call of the mix has to tell. A push that fails is not repeated, and the next ones go out."""
        for message in self.switchboard.play_any(datetime.now(UTC)):
            self.send(self.judge, message, self.settings.headers, method=self.settings.method)


def settings() -> Settings:
    """Read PBXSIM_METHOD and PBXSIM_TOKEN. Raises BadSetting."""
    method = os.environ.get("PBXSIM_METHOD", "").upper() or None
    pushes = (operation for operation in _contract().operations.values() if operation.kind == "webhook")
    possible = sorted({name for push in pushes for name in push.methods})
    if method is not None and method not in possible:
        raise BadSetting(f"PBXSIM_METHOD is {method}: expected {' or '.join(possible)}")
    token = os.environ.get("PBXSIM_TOKEN", "")
    if not all("!" <= letter <= "~" for letter in token):
        raise BadSetting("PBXSIM_TOKEN has a character that no header can hold: expected printable ASCII")
    return Settings(method, VENDOR.authorise(token) if token else ())


@cache
def _contract() -> Contract:
    return load(VENDOR.key)


guard.install(events, settings)
