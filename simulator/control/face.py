"""The Flask faces of the control API and of the address without a path."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from flask import Flask, request

from contracts.contract import Contract, load_folder
from contracts.model import HttpResponse
from simulator.control.desk import Desk, listed
from simulator.faces.web import make_app

if TYPE_CHECKING:
    from simulator.app import Simulator

CONTROL = "/_sim"


def control_contract() -> Contract:
    """Return the contract of the control API."""
    with as_file(files("simulator.control")) as folder:
        return load_folder(folder)


def control_app(simulator: Simulator) -> Flask:
    """Return the app that serves ``/_sim``."""
    contract = control_contract()
    index = HttpResponse(200, (("content-type", "application/json"),), listed(contract))
    return make_app("control", contract, Desk(simulator, contract), lambda: index)


def index_app(simulator: Simulator) -> Flask:
    """Return the app for paths of no vendor: it says what is there."""
    app = Flask("pbxsim.index", static_folder=None)

    def index() -> tuple[dict[str, object], int]:
        served = {key: f"/{key}/" for key, vendor in simulator.vendors.items() if vendor.handlers}
        body: dict[str, object] = {"simulator": "pbxsim", "vendors": served, "control": "/_sim/"}
        if request.path == "/":
            return body, 200
        known = ", ".join((*served.values(), "/_sim/"))
        return {"error": f"nothing is served at {request.path}", "expected": f"a path below {known}"}, 404

    app.before_request(index)  # always answers, so that Flask's map is never asked
    return app
