"""Dígitro: a PBX that is commanded over HTTP, and tells of its calls on the event channels that clients hold open."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.digitro import rules
from simulator.telephony.calls import Kind
from simulator.vendor import Handler, Vendor
from simulator.vendors.digitro import (
    agents,
    credentials,
    door,
    effects,
    messages,
    moments,
    naming,
    refusals,
    routes,
    spoils,
    world,
)

# What each operation does; it is asked with the devices' own names.
_HANDLERS: Mapping[str, Handler] = {
    "openChannel": routes.open_channel,
    "divertToQueue": routes.divert_to_queue,
    "detectDigits": routes.detect_digits,
    "changePassword": routes.change_password,
    "startPredictiveCall": routes.start_call,
    "startRouteCall": routes.start_call,
    **dict.fromkeys(effects.EFFECTS, effects.command),
    "verifyPassword": agents.verify,
    "validateUser": agents.verify,
    "logInOrOut": agents.log_in_or_out,
}

VENDOR = Vendor(
    key=messages.KEY,
    title="Dígitro",
    renders={
        Kind.STARTED: messages.started,
        Kind.QUEUED: messages.queued,
        Kind.RINGING: messages.ringing,
        Kind.ANSWERED: messages.answered,
        Kind.HELD: messages.held,
        Kind.RESUMED: messages.resumed,
        Kind.TRANSFERRED: messages.transferred,
        Kind.ENDED: messages.ended,
        Kind.UNANSWERED: messages.unanswered,
        **moments.RENDERS,
    },
    agents=moments.AGENTS,
    messages=("opened", *messages.NAMES.values()),
    handlers={operation: door.behind(handler) for operation, handler in _HANDLERS.items()},
    serves=routes.serves,
    channel=True,
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    secrets={credentials.FIELD: "key"},
    curls=credentials.curls,
    spoils=spoils.SPOILS,
    switches={"inferred": ("on", "off"), "refusals": ("status", "event")},
    kinds=(rules.CHANNEL, rules.DEVICE, rules.ALIAS, rules.ACCOUNT, naming.CALL, naming.SAMPLE),
    world=world.make,
)
