"""HubSoft, both ways: the ERP that a PBX tells of its calls and asks for customers, and the PBX that tells it."""

from __future__ import annotations

import json

from contracts.hubsoft import rules
from contracts.model import HttpResponse
from simulator.telephony.calls import Kind
from simulator.vendor import Vendor
from simulator.vendors.hubsoft import (
    credentials,
    lookup,
    messages,
    pages,
    refusals,
    routes,
    spoils,
    subscriptions,
    tickets,
)


def _accepted(answer: HttpResponse) -> bool:
    """Tell an acceptance from a refusal, which may have the same HTTP status."""
    try:
        envelope = json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    good = isinstance(envelope, dict) and envelope.get("status") == "success"
    return good and 200 <= answer.status < 300


VENDOR = Vendor(
    key=messages.KEY,
    title="HubSoft",
    renders={
        Kind.RINGING: messages.notified,
        Kind.UNANSWERED: messages.cancelled,
        Kind.ANSWERED: messages.others_cancelled,
        Kind.PICKED_UP: messages.others_cancelled,
        Kind.MAILBOX_REACHED: messages.all_cancelled,
        Kind.ENDED: messages.all_cancelled,
    },
    messages=("notified", "cancelled"),
    login=messages.LOGIN,
    accepted=_accepted,
    handlers={
        "issueToken": routes.issue_token,
        "notifyCall": routes.notify_call,
        "cancelCall": routes.cancel_call,
        "findCustomers": lookup.find_customers,
        "listTickets": tickets.list_tickets,
        "pageTickets": pages.page_tickets,
        "pageTicketsByQuery": pages.page_tickets,
        "openTicket": tickets.open_ticket,
        "editTicket": tickets.edit_ticket,
    },
    claim=credentials.claim,
    refuse=refusals.refuse,
    credentials=credentials.make,
    curls=credentials.curls,
    kinds=(rules.SERVICE, rules.TICKET, routes.TOKEN, routes.WINDOW, tickets.PROTOCOL),
    world=subscriptions.world,
    # The one calls extension 111 in one document, and customer 11201 with code 421 has the other in another.
    phones=("37999912222", "37988242968"),
    switches={"validation_status": ("200", "422")},
    account={"name_customer": "no"},
    spoils=spoils.SPOILS,
)
