"""A Locust file: users who tell a HubSoft-like ERP on this machine that a call rings, and that it was lost.

``locust -f loadtests/notify.py --headless --host http://127.0.0.1:8055/hubsoft -u 10 -r 10 -t 5s``
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import gevent
from locust import events, task

from contracts.contract import Contract, load
from contracts.model import HttpResponse
from loadtests import guard
from loadtests.judging import Judge
from loadtests.sequences import Plot, Switchboard
from loadtests.users import LoopbackUser, seed
from simulator.errors import SimulatorError
from simulator.identity import Identity
from simulator.message import Login, Message
from simulator.vendors.hubsoft import VENDOR

if TYPE_CHECKING:
    from locust.env import Environment

TOKEN_ROW = "token"  # noqa: S105 (the name of a row)
PAUSE_SECONDS = 1.0
UNAUTHENTICATED = 401


class BadSetting(SimulatorError):
    """An environment variable has a value that cannot be used."""


class NotifyUser(LoopbackUser):
    """A PBX that gets a token once, and then tells of one lost call after the other."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        contract = _contract()
        self.judge = Judge(contract)
        self.switchboard = Switchboard(VENDOR, contract.choose({}), seed(), self.number)
        self.token: str | None = None
        self.proven = False  # the token was taken before, so a refusal means that its time is over

    @task
    def lost_call(self) -> None:
        """Tell that an extension rings, and that the caller has gone; pause where no token is to be had."""
        for message in self.switchboard.play(Plot.MISSED, datetime.now(UTC)):
            if not self.tell(message):
                gevent.sleep(PAUSE_SECONDS)
                return

    def tell(self, message: Message) -> bool:
        """Send a message with a token, and once more with a new one when the old one has expired.

        Return False when there is no token to send it with.
        """
        if not self._log_in():
            return False
        renewable = self.proven
        if self._tried(message) == UNAUTHENTICATED and renewable:
            if not self._log_in():
                return False
            self._tried(message)
        return True

    def _tried(self, message: Message) -> int:
        excused = UNAUTHENTICATED if self.proven else None
        headers = VENDOR.authorise(self.token or "")
        answer = self.send(self.judge, message, headers, accepted=VENDOR.accepted, excused=excused)
        status = answer.status if answer else 0
        if status == UNAUTHENTICATED:
            self.token = None
        self.proven = self.token is not None and (self.proven or status == 200)
        return status

    def _log_in(self) -> bool:
        if self.token is None:
            how = _login()
            message = how.request(credentials())
            answer = self.send(self.judge, message, row=TOKEN_ROW, accepted=_grants)
            granted = how.token(answer) if answer else None
            self.token = granted[0] if granted else None
        return self.token is not None


def credentials() -> Mapping[str, str]:
    """Return the credentials to get a token with: PBXSIM_CREDENTIALS, else those of a simulator's tenant default.

    Raises BadSetting.
    """
    made = VENDOR.credentials(Identity("credentials of default"))
    text = os.environ.get("PBXSIM_CREDENTIALS")
    if not text:
        return made
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in made):
        raise BadSetting(f"PBXSIM_CREDENTIALS cannot be used: expected a JSON object with the texts {', '.join(made)}")
    return given


def _grants(answer: HttpResponse) -> bool:
    return _login().token(answer) is not None


def _login() -> Login:
    if VENDOR.login is None:
        raise BadSetting(f"{VENDOR.title} gives no tokens")
    return VENDOR.login


@cache
def _contract() -> Contract:
    return load(VENDOR.key)


guard.install(events, credentials)
