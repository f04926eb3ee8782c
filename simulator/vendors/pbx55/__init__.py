"""55PBX: tells the customer's endpoint of every call and text message by a push, and is asked nothing yet."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from simulator.calls import Kind
from simulator.vendor import Vendor
from simulator.vendors.pbx55 import messages


def curls(base: str, credentials: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a command that causes pushes; ``base`` is the simulator's own, since 55PBX is asked nothing."""
    call = """-H 'content-type: application/json' -d '{"from": "37999912222"}'"""
    command = f"curl -sS {shlex.quote(base + '/_sim/calls')} {call}"
    return (("let 37999912222 call in, and push that to every target of 55PBX", command),)


VENDOR = Vendor(
    key=messages.KEY,
    title="55PBX",
    renders={
        Kind.STARTED: messages.started,
        Kind.ENDED: messages.ended,
        Kind.TRANSFERRED: messages.transferred,
        Kind.SMS_SENT: messages.sms,
    },
    messages=("started", "ended", "transferred", "sms"),
    authorise=lambda token: (("token", token),),
    curls=curls,
    account={"central_id": "1000", "audio_base": "https://sip1.55pbx.com"},
)
