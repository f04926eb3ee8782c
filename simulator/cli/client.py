"""What commands ask of a running simulator: its control API, and why it gave no answer, in plain words."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import click

from simulator.cli.options import control_token as token_or_environment
from simulator.errors import EnvironmentProblem, SimulatorError

SECONDS = 10.0
MOST_BYTES = 256 * 2**20

_F = TypeVar("_F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--url", default="http://127.0.0.1:8055", show_default=True, help="Where the simulator is."),
    click.option("--tenant", default="default", show_default=True, help="Whose."),
    click.option("--control-token", help="The token of /_sim (or PBXSIM_CONTROL_TOKEN)."),
)


class NoSimulator(EnvironmentProblem):
    """Nothing that answers like a simulator is at the URL."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"no simulator answers at {url}: {why}; start one with pbxsim serve, or name it with --url")


class Refused(SimulatorError):
    """The simulator answered, and did not do what it was asked."""


def asks_a_simulator(command: _F) -> _F:
    """Add the options that say which simulator and tenant are meant; `asked` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Asked:
    """A simulator's control API, for one tenant. Raises NoSimulator or Refused."""

    place: SplitResult
    tenant: str
    token: str | None

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"{self.place.scheme}://{self.place.netloc}"

    def get(self, path: str, holds: str, *, wait: int = 0, **query: object) -> dict[str, Any]:
        """Return what is there, which ``holds`` this field; with ``wait``, it may take so many seconds longer."""
        more: dict[str, object] = {"wait": wait} if wait else {}
        asked = {"tenant": self.tenant, **query, **more}
        return self._holding(holds, self._ask("GET", path, asked, SECONDS + wait))

    def get_tenant(self) -> dict[str, Any]:
        """Return the tenant itself."""
        return self._holding("seed", self._ask("GET", f"/tenants/{quote(self.tenant, safe='')}", {}, SECONDS))

    def vendors(self) -> list[str]:
        """Return the keys of the vendors that it has."""
        return list(self._holding("vendors", self._ask("GET", "/health", {}, SECONDS))["vendors"])

    def post(self, path: str, holds: str) -> dict[str, Any]:
        """Ask for something to be done, and return what came of it, which ``holds`` this field."""
        return self._holding(holds, self._ask("POST", path, {"tenant": self.tenant}, SECONDS))

    def _holding(self, field: str, said: dict[str, Any]) -> dict[str, Any]:
        if field not in said:
            raise NoSimulator(self.url, "what answered is something else")
        return said

    def _ask(self, method: str, path: str, query: dict[str, object], seconds: float) -> dict[str, Any]:
        target = f"/_sim{path}?{urlencode(query)}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection = http.client.HTTPConnection(self.place.hostname or "", self.place.port or 80, timeout=seconds)
        try:
            connection.request(method, target, headers=headers)
            answer = connection.getresponse()
            status, said = answer.status, _object(answer.read(MOST_BYTES))
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise NoSimulator(self.url, _in_words(error, seconds)) from None
        finally:
            connection.close()
        return self._judged(status, said)

    def _judged(self, status: int, said: dict[str, Any] | None) -> dict[str, Any]:
        if status in (401, 403):
            why = "has another control token than this one" if self.token else "asks for its control token"
            raise Refused(f"the simulator at {self.url} {why}: give --control-token, or set PBXSIM_CONTROL_TOKEN")
        if said is None or (status >= 400 and "error" not in said):
            raise NoSimulator(self.url, f"something else answered, with {status}")
        if status >= 400:
            error, expected = str(said["error"]), str(said.get("expected"))
            raise Refused(error if expected in error else f"{error}; expected {expected}")
        return said


def asked(url: str, tenant: str, control_token: str | None) -> Asked:
    """Return the simulator that the options mean. Raises click.UsageError."""
    try:
        place = urlsplit(url)
        good = place.scheme == "http" and bool(place.hostname) and place.port != 0
    except ValueError:
        good = False
    if not good:
        raise click.UsageError(f"--url {url!r}: write http://HOST:PORT, as pbxsim serve prints it")
    return Asked(place, tenant, token_or_environment(control_token))


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _in_words(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, OSError) and error.errno:
        return (error.strerror or os.strerror(abs(error.errno))).lower()
    return str(error) or type(error).__name__
