"""Campainha: a bell that is rung at extensions, and tells of every call that begins."""

from __future__ import annotations

from simulator.telephony.calls import Kind
from simulator.vendor import Vendor
from simulator.vendors.campainha import credentials, messages, refusals, routes

VENDOR = Vendor(
    key=credentials.KEY,
    title="Campainha",
    renders={Kind.STARTED: messages.began},
    messages=("began",),
    handlers={"ringBell": routes.ring_bell},
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    curls=credentials.curls,
    kinds=(routes.RING,),
)
