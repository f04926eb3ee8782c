"""A simulator with something to send again, and what replay says."""

from simulator.clock import Mode
from tests.cli.running import inside
from tests.live import live


def at(target):
    return live(clock=Mode.JUMPING, targets=(target,))


def replayed(running, number, *words):
    return inside("replay", number, "--url", running.url, "--json", *words)


def token_of(running):
    body = {"grant_type": "password", **running.credentials("hubsoft")}
    return running.ask("POST", "/hubsoft/oauth/token", body).json["access_token"]
