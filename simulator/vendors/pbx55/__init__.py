"""55PBX: tells the customer's endpoint of every call and text message by a push, and is asked for reports of them."""

from __future__ import annotations

from simulator.telephony.calls import Kind
from simulator.vendor import Vendor
from simulator.vendors.pbx55 import credentials, messages, refusals, reports, selection, spoils

ACCOUNT = {"central_id": "1000", "audio_base": "https://sip1.55pbx.com"}

_REPORT = reports.reporter(ACCOUNT)

VENDOR = Vendor(
    key=messages.KEY,
    title="55PBX",
    renders={
        Kind.STARTED: messages.started,
        Kind.ENDED: messages.ended,
        Kind.TRANSFERRED: messages.transferred,
        Kind.SMS_SENT: messages.sms,
        Kind.SMS_RECEIVED: messages.sms,
    },
    messages=("started", "ended", "transferred", "sms"),
    authorise=lambda token: (("token", token),),
    handlers={"getReport": _REPORT, "getReportShort": _REPORT},
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    curls=credentials.curls,
    # Which calls have an audio: all, or only those that somebody began to record.
    switches={"recording": ("always", "on_demand")},
    kinds=(selection.QUEUE,),
    world=selection.world,
    account=ACCOUNT,
    lists=selection.shows,
    spoils=spoils.SPOILS,
)
