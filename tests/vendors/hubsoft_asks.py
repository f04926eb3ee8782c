"""What HubSoft's tests ask its handlers and its credentials."""

from __future__ import annotations

from contracts.model import HttpRequest
from simulator.vendor import Received, Reply
from simulator.vendors.hubsoft import VENDOR
from tests.work import DictWork


def ask(work: DictWork, operation: str, **body: object) -> Reply:
    return VENDOR.handlers[operation](work, Received(operation, HttpRequest("POST", "/"), body))
