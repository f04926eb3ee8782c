"""Answers control requests: checked against the control contract, handled by a table of plain functions."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import strict_json
from contracts.contract import Contract
from contracts.errors import ContractError
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse, Part
from contracts.operation import Place
from contracts.parameters import query_of
from simulator.control.handlers import HANDLERS, OPEN, PREPARED
from simulator.control.replies import Failed, Missing, problem
from simulator.errors import EnvironmentProblem, SimulatorError
from simulator.faces.replying import lost, response_of
from simulator.shell.bridge import Slip, WsgiAnswer
from simulator.tenancy.registry import Taken
from simulator.vendor import Problem, Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator

log = logging.getLogger(__name__)

_STATUS = {
    Problem.NOT_FOUND: 404,
    Problem.METHOD_NOT_ALLOWED: 405,
    Problem.TOO_LARGE: 413,
    Problem.UNSUPPORTED_MEDIA: 415,
}
_EXPECTED = {
    404: "a path of the control API; GET /_sim/ lists them",
    405: "one of the methods in the Allow header",
    413: "a body of at most 1 MiB",
    500: "an answer; report this as a fault of the simulator",
    503: "fewer requests at once; try again in a second",
}


class Desk:
    """What the control face asks for its answers."""

    def __init__(self, simulator: Simulator, contract: Contract) -> None:
        self._simulator = simulator
        self._contract = contract

    def answer(self, operation: str, http: HttpRequest, path: Mapping[str, str], slip: Slip) -> HttpResponse:
        """Answer a control request."""
        if operation not in OPEN and not self._authorised(http):
            return response_of(problem(401, "no control token, or a wrong one", "Authorization: Bearer TOKEN"))
        exchange = Exchange("_sim", Direction.RECEIVED, http, operation=operation)
        refused = self._contract.check(exchange).refused
        if refused:
            first = refused[0]
            if first.clause == "media-type":
                return response_of(problem(415, first.found, f"{first.expected}: {first.remedy}"))
            return response_of(problem(400, f"{first.pointer or 'body'}: {first.found}", first.expected))
        query = query_of(http)
        known = [p.name for p in self._contract.operations[operation].parameters if p.place is Place.QUERY]
        # A misspelt ?tenant= would otherwise change the tenant default.
        if unknown := sorted(query.keys() - set(known)):
            expected = f"among query parameters only: {', '.join(known) or 'none'}"
            return response_of(problem(400, f"query: {', '.join(unknown)[:200]}", expected))
        return response_of(self._handled(self._received(operation, http, path, query), slip))

    def refuse(
        self,
        trouble: Problem,
        detail: str,
        http: HttpRequest,
        slip: Slip,
        *,
        allow: tuple[str, ...] = (),
        status: int | None = None,
    ) -> HttpResponse:
        """Refuse a request that reached no operation."""
        status = _STATUS.get(trouble) or status or 400
        reply = problem(status, detail, _EXPECTED.get(status, "a request of the control API"))
        headers = (("allow", ", ".join(allow)),) if allow else ()
        return response_of(Reply(reply.status, reply.body, headers))

    def _handled(self, received: Received, slip: Slip) -> Reply:
        try:
            reply = self._done(received, slip)
        except Missing as missing:
            return problem(404, str(missing), missing.expected)
        except Taken as taken:
            return problem(409, str(taken), "a name and credentials of its own")
        except Failed as failed:
            return problem(failed.status, str(failed), failed.expected)
        except EnvironmentProblem as trouble:
            return problem(503, str(trouble), "a machine with room for it")
        except (SimulatorError, ContractError) as refusal:
            return problem(422, str(refusal), _remedy(str(refusal)))
        slip.instruction = reply.instruction
        if received.http.method != "GET" and slip.prepare is None:
            slip.committed = self._simulator.pending()
            slip.on_failure = _not_kept
        return reply

    def _done(self, received: Received, slip: Slip) -> Reply:
        prepare = PREPARED.get(received.operation)
        if prepare is not None and slip.prepared is None:
            slip.prepare = prepare(self._simulator, received)
            return problem(503, "what the request needs is not made yet", _EXPECTED[503])
        if slip.prepared is not None:
            received = replace(received, body=slip.prepared.result())
        return HANDLERS[received.operation](self._simulator, received)

    def _received(
        self, operation: str, http: HttpRequest, path: Mapping[str, str], query: Mapping[str, str]
    ) -> Received:
        # The check has read it already: what is here is JSON, or nothing.
        body = self._contract.decode(
            self._contract.operations[operation], http.body, http.header("content-type"), Part.REQUEST
        )
        return Received(operation, http, body, path, query)

    def _authorised(self, http: HttpRequest) -> bool:
        token = self._simulator.settings.control_token
        given = http.header("authorization") or ""
        return token is None or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _not_kept() -> WsgiAnswer:
    return lost(problem(503, "the change could not be stored, and nothing has changed", "try it again in a second"))


def _remedy(text: str) -> str:
    """Return the part of a message that says what to do: behind its last semicolon, else behind its last colon.

    One that lists several problems says that of each.
    """
    if "\n" in text:
        return "a document that is right in each of these places"
    return text.rpartition("; ")[2] if "; " in text else text.rpartition(": ")[2]


def listed(contract: Contract) -> bytes:
    """Return the control API's operations as JSON: what a newcomer asks first."""
    return strict_json.dumps(
        {
            "operations": [
                {"method": method, "path": f"/_sim{operation.path}", "summary": operation.summary}
                for operation in contract.operations.values()
                for method in operation.methods
            ]
        }
    )
