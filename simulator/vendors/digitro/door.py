"""The door at which every command comes in: what it calls a device by another name is called by its one name behind it.

So all that is kept and told of a device has the name by which a client that follows the pages knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contracts.digitro.rules import DESTINATIONS, device_at
from simulator.vendor import Handler, Received, Reply, Work

# The fields of a command that name a device, or may.
FIELDS = ("DISPOSITIVO", *DESTINATIONS, "IDENTIDADE_ORIGINADOR")


def behind(handler: Handler) -> Handler:
    """Make a handler that is asked with the devices' own names."""

    def handle(work: Work, received: Received) -> Reply:
        body = received.body
        if not isinstance(body, Mapping):
            return handler(work, received)
        named = {name: device_at(work, body[name]) for name in FIELDS if isinstance(body.get(name), str)}
        own = {name: device["number"] for name, device in named.items() if device is not None}
        return handler(work, replace(received, body={**body, **own}))

    return handle
