"""HubSoft, both ways: the ERP that a PBX tells of its calls, and the PBX that tells it."""

from __future__ import annotations

from simulator.calls import Kind
from simulator.vendor import Vendor
from simulator.vendors.hubsoft import credentials, messages, refusals, routes

VENDOR = Vendor(
    key="hubsoft",
    title="HubSoft",
    renders={
        Kind.RINGING: messages.notified,
        Kind.UNANSWERED: messages.cancelled,
        Kind.ANSWERED: messages.others_cancelled,
        Kind.ENDED: messages.all_cancelled,
    },
    messages=("notified", "cancelled"),
    login=messages.LOGIN,
    handlers={
        "issueToken": routes.issue_token,
        "notifyCall": routes.notify_call,
        "cancelCall": routes.cancel_call,
    },
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    curls=credentials.curls,
    switches={"validation_status": ("200", "422")},
    account={"name_customer": "no"},
)
