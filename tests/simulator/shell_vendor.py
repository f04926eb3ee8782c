"""A small vendor app for the tests of the shell, and what they do with it."""

import asyncio
from dataclasses import dataclass, field

import flask

from simulator.shell.bridge import Slip
from simulator.vendor import Instruction, Wait


@dataclass
class Vendor:
    """A small vendor app that words refusals itself, and does to a request what its test says."""

    act: object = lambda slip: None
    asked: list = field(default_factory=list)

    def __post_init__(self):
        self.app = flask.Flask("vendor")
        self.app.before_request(self._refused)
        self.app.add_url_rule("/<path:path>", view_func=self._view, methods=["GET", "POST", "DELETE"])
        self.app.add_url_rule("/", view_func=self._view, methods=["GET", "POST"], defaults={"path": ""})

    def _refused(self):
        refusal = flask.request.environ.get("pbxsim.refusal")
        if refusal is None:
            return None
        self.asked.append("refused")
        status = flask.request.environ["pbxsim.refusal_status"]
        return {"status": "error", "msg": f"{refusal.problem}: {refusal.detail}"}, status

    def _view(self, path):
        environ = flask.request.environ
        again = environ.get("pbxsim.again", False)
        self.asked.append("again" if again else flask.request.method)
        said = self.act(environ["pbxsim.slip"])
        body = flask.request.get_data()
        return {"path": path, "mount": flask.request.script_root, "body": body.decode(), "said": said}


def wish(slip: Slip, wait: Wait, seconds: float = 0.0):
    slip.instruction = Instruction(wait, seconds)


def under_way(server):
    return len(server._uvicorn.server_state.tasks)


async def until_true(true):
    """Let the loop turn until this holds; the suite's time limit bounds it."""
    while not true():
        await asyncio.sleep(0)
