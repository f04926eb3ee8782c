"""The Flask face of a vendor: the URL map comes from the contract, and every answer from the pipeline.

One app a vendor, since only an app can answer 404 and 405 in the vendor's own envelope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from contracts.contract import Contract
from contracts.model import HttpRequest, HttpResponse
from contracts.operation import Operation
from simulator.bridge import REFUSAL, REFUSAL_STATUS, SLIP, Slip
from simulator.vendor import Problem, Refusal

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")

_PROBLEMS = {
    404: Problem.NOT_FOUND,
    405: Problem.METHOD_NOT_ALLOWED,
    413: Problem.TOO_LARGE,
    415: Problem.UNSUPPORTED_MEDIA,
    500: Problem.FAILURE,
}
# Without the path, which may hold a secret.
_DETAILS = {
    404: "nothing is served at this path",
    405: "this path does not take this method",
    500: "the simulator failed; see its log",
}


class Answerer(Protocol):
    """What a face asks for its answers (see `simulator.pipeline.Pipeline`)."""

    def answer(self, operation: str, http: HttpRequest, path: dict[str, str], slip: Slip) -> HttpResponse:
        """Answer a request for an operation, or for one of those that share its path."""

    def refuse(
        self,
        problem: Problem,
        detail: str,
        http: HttpRequest,
        slip: Slip,
        /,
        *,
        allow: tuple[str, ...] = (),
        status: int | None = None,
    ) -> HttpResponse:
        """Refuse a request that reached no operation; ``status`` stands in where nothing documents one."""


def make_app(name: str, contract: Contract, answerer: Answerer) -> Flask:
    """Return a Flask app that serves the paths of a contract."""
    app = Flask(f"pbxsim.{name}", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    for operation in contract.served:
        view = _view(operation, contract, answerer)
        for rule in _rules(operation):
            app.add_url_rule(
                rule,
                endpoint=operation.id,
                view_func=view,
                methods=list(operation.methods),
                provide_automatic_options=False,
            )
    app.before_request(_refused(answerer))
    app.register_error_handler(HTTPException, _wrong(answerer))
    return app


def _rules(operation: Operation) -> Iterator[str]:
    yield _PARAMETER.sub(r"<\1>", operation.path)
    if operation.ending:
        yield operation.ending
        yield f"/<path:before>{operation.ending}"


def _view(operation: Operation, contract: Contract, answerer: Answerer) -> Callable[..., Response]:
    def view(**_: str) -> Response:
        http = _http()
        # Flask has matched the decoded path; as it was on the wire, %2F is no slash, and a last slash is one too many.
        path = contract.routes.parameters_of(operation, http.path)
        if path is None:
            return _flask(answerer.refuse(Problem.NOT_FOUND, _DETAILS[404], http, _slip()))
        return _flask(answerer.answer(operation.id, http, dict(path), _slip()))

    return view


def _refused(answerer: Answerer) -> Callable[[], Response | None]:
    """What the shell refuses (too large, too slow) is worded here, in the vendor's envelope."""

    def before() -> Response | None:
        refusal: Refusal | None = request.environ.get(REFUSAL)
        if refusal is None:
            return None
        status = request.environ.get(REFUSAL_STATUS)
        return _flask(answerer.refuse(refusal.problem, refusal.detail, _http(), _slip(), status=status))

    return before


def _wrong(answerer: Answerer) -> Callable[[HTTPException], Response]:
    def wrong(error: HTTPException) -> Response:
        plain = error.get_response()
        allow = tuple(sorted(plain.headers.get("Allow", "").replace(" ", "").split(","))) if error.code == 405 else ()
        problem = _PROBLEMS.get(error.code or 500, Problem.MALFORMED)
        detail = _DETAILS.get(error.code or 500, error.name)
        return _flask(answerer.refuse(problem, detail, _http(), _slip(), allow=allow, status=error.code))

    return wrong


def _http() -> HttpRequest:
    # The path as it was on the wire, below the vendor's prefix: %2F must not turn into a slash.
    raw: str = request.environ.get("RAW_URI") or request.full_path
    path, _, query = raw.partition("?")
    prefix = request.environ.get("SCRIPT_NAME", "")
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    return HttpRequest(request.method, path.removeprefix(prefix) or "/", query, headers, request.get_data())


def _slip() -> Slip:
    slip: Any = request.environ.get(SLIP)
    return slip if isinstance(slip, Slip) else Slip()


def _flask(response: HttpResponse) -> Response:
    return Response(response.body, response.status, list(response.headers))
