"""The Flask face of a vendor: the contract says which operation a path means, and the pipeline every answer.

One app a vendor, since only an app can answer 404 and 405 in the vendor's own envelope. Flask's map stays empty: it
would match decoded paths, where %2F is a slash, forgive slashes, and find nothing where a path has a line break.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException

from contracts.contract import Contract
from contracts.model import HttpRequest, HttpResponse
from simulator.shell.bridge import REFUSAL, REFUSAL_STATUS, SLIP, Slip
from simulator.vendor import Problem, Refusal

# Without the path, which may hold a secret.
_NOWHERE = "nothing is served at this path"
_OTHER_METHOD = "this path does not take this method"
_FAILED = "the simulator failed; see its log"

# What PEP 3333 has under keys of its own, empty where it is not there, and some servers a second time.
_OWN = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
_TWICE = frozenset({"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"})

Index = Callable[[], HttpResponse]
Environ = dict[str, Any]


class Answerer(Protocol):
    """What a face asks for its answers (see `simulator.faces.pipeline.Pipeline`)."""

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


def make_app(name: str, contract: Contract, answerer: Answerer, index: Index | None = None) -> Flask:
    """Return a Flask app that serves the paths of a contract, and at ``/`` what ``index`` returns."""
    app = Flask(f"pbxsim.{name}", static_folder=None)
    app.before_request(_view(contract, answerer, index))  # always answers, so that Flask's map is never asked
    app.create_url_adapter = _no_map  # type: ignore[assignment, method-assign]
    app.register_error_handler(HTTPException, _failed(answerer))
    return app


def answered(
    contract: Contract, answerer: Answerer, http: HttpRequest, slip: Slip, index: Index | None = None
) -> HttpResponse:
    """Return the answer to a request, by what the contract says that its path means."""
    method = "GET" if http.method == "HEAD" else http.method  # what sends it leaves the body away
    found = contract.routes.match(method, http.path)
    if found is not None:
        operation, path = found
        return answerer.answer(operation.id, http, dict(path), slip)
    if index is not None and method == "GET" and http.path == "/":
        return index()
    allow = contract.methods_of(http.path)
    if not allow:
        return answerer.refuse(Problem.NOT_FOUND, _NOWHERE, http, slip, status=404)
    allow = tuple(sorted({*allow, "HEAD"} if "GET" in allow else allow))
    return answerer.refuse(Problem.METHOD_NOT_ALLOWED, _OTHER_METHOD, http, slip, allow=allow, status=405)


def _view(contract: Contract, answerer: Answerer, index: Index | None) -> Callable[..., Response]:
    def view() -> Response:
        environ = request.environ
        refusal: Refusal | None = environ.get(REFUSAL)
        if refusal is None:
            return _flask(answered(contract, answerer, _http(environ), _slip(environ), index))
        # What the shell refuses (too large, too slow) is worded here, in the vendor's envelope.
        status, refused = environ.get(REFUSAL_STATUS), (refusal.problem, refusal.detail)
        return _flask(answerer.refuse(*refused, _http(environ), _slip(environ), status=status))

    return view


def _no_map(asked: Request | None) -> None:
    """Spare each request two looks at a map that has nothing."""


def _failed(answerer: Answerer) -> Callable[[HTTPException], Response]:
    """With every path and method answered, what comes here is a fault of our own."""

    def failed(error: HTTPException) -> Response:
        environ = request.environ
        return _flask(answerer.refuse(Problem.FAILURE, _FAILED, _http(environ), _slip(environ), status=500))

    return failed


def _http(environ: Environ) -> HttpRequest:
    # The path as it was on the wire, below the vendor's prefix: %2F must not turn into a slash.
    raw: str = environ.get("RAW_URI") or request.full_path
    path, _, query = raw.partition("?")
    prefix = environ.get("SCRIPT_NAME", "")
    named = ((_header_name(key), key, value) for key, value in environ.items())
    headers = tuple((name, value) for name, key, value in named if name and (value or key not in _OWN))
    # The bridge has the whole body there, and Flask's way to it costs as much as all else that is read here.
    body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else request.get_data()
    return HttpRequest(environ["REQUEST_METHOD"].upper(), path.removeprefix(prefix) or "/", query, headers, body)


@lru_cache(maxsize=512)
def _header_name(key: str) -> str | None:
    """Return the name, in small letters, of the header that stands under a key of the environ; None: it is none."""
    if key in _OWN:
        return key.lower().replace("_", "-")
    return key[5:].lower().replace("_", "-") if key.startswith("HTTP_") and key not in _TWICE else None


def _slip(environ: Environ) -> Slip:
    slip = environ.get(SLIP)
    return slip if isinstance(slip, Slip) else Slip()


def _flask(response: HttpResponse) -> Response:
    made = Response(response.body, response.status, list(response.headers))
    if not response.body and not any(name.lower() == "content-type" for name, _ in response.headers):
        made.headers.pop("content-type")  # Flask's own, which says what content that is not there is
    return made
