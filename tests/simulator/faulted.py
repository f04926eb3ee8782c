"""A call whose messages go wrong, and what came of them."""

from simulator.message import Message
from tests.core import pbx55, played, story
from tests.receiver import Receiver

CALL = """
scenario: faulted
title: A call whose messages go wrong
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 10s, ring: {call: A, extension: "111"}}
  - {after: 10s, hangup: {call: A, by: outside}}
"""
SPARED = "and nth, every, rate or a fault before it left it none of them"


def faulted(*faults, steps=CALL):
    """Return the scenario with these faults, each ``(on, do)`` in the words of a scenario file."""
    lines = "".join(f"  - {{on: {{{on}}}, do: {{{do}}}}}\n" for on, do in faults)
    return story(f"{steps}faults:\n{lines}")


def message(name="started", vendor="pbx55", call="c1"):
    return Message(vendor, "callData", name, b"{}", call, order=call)


STARTED, ENDED = "vendor: pbx55, message: started", "vendor: pbx55, message: ended"


def arrived(receiver, journal):
    """Return which message each request that a receiver got was, by the delivery id that it carried."""
    names = {entry.exchange.delivery: entry.exchange.message for entry in journal}
    return [names[key] for key in ids(receiver)]


def ids(receiver):
    return [request.header("x-pbxsim-delivery") for request in receiver.requests]


def outcome(scenario):
    """Play a faulted scenario; return what arrived, the journal and the verdict."""
    with Receiver() as receiver:
        verdict, journal = played(scenario, pbx55(receiver, delivery_header=True))
    return receiver, verdict, journal
