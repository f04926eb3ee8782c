"""Tells a vendor's messages on its event channels, worded as the ``x-channel`` block of its contract says.

What is told goes out when the change that caused it is on disk, and stands in the journal whether or not anybody heard
it. Nothing is told twice: a new channel begins with its own opening.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from contracts import strict_json
from contracts.contract import Contract
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from contracts.openapi import CHANNEL
from contracts.redaction import redact, redact_verdict
from scenarios.answers import AnswerFlaw
from scenarios.model import Flaw
from simulator.board import Opening
from simulator.errors import EnvironmentProblem
from simulator.faults.faults import Plan, spoil
from simulator.issued import channel_kind
from simulator.message import Message
from simulator.storage.store import Store
from simulator.tenancy.channel import Channel, Reception
from simulator.tenancy.tenants import Tenant
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Vendor, secret_kinds

UNHEARD = "unheard: no channel was open"
DROPPED = "dropped on purpose"
CUT = "cut on purpose in the middle of it"
EVERYONE = "channels"
MOST_CHANNELS = 1000
# Of the channels that were closed so many are remembered, at least, so that a late command is told what is wrong.
KEPT_CLOSED = 1000

_WHOLE = Plan()
_HEARD = HttpResponse(200, (("content-type", "text/event-stream"),))


class BrokenBlock(EnvironmentProblem):
    """The ``x-channel`` block of a contract cannot be used."""

    def __init__(self, vendor: str, wrong: str) -> None:
        super().__init__(f"contracts/{vendor}/openapi.yaml, {CHANNEL}: {wrong}; write it as the shipped one")


@dataclass(frozen=True, slots=True)
class Wording:
    """How a vendor's channel is worded under one set of readings; ``events`` is message operation to wire name."""

    path: str
    opened: str
    closed: str
    name_key: str
    id_key: str
    idle: bytes
    seconds: float
    events: Mapping[str, str]

    @classmethod
    def of(cls, contract: Contract, readings: Mapping[str, str]) -> Wording:
        """Read the block of a contract. Raises BrokenBlock."""
        variant = contract.under(readings)[1]
        block = variant.channel
        try:
            operation = variant.operations[block["open"]]
            wording = cls(
                path=operation.path,
                opened=str(block["opened"]),
                closed=str(block["closed"]),
                name_key=str(block["name-key"]),
                id_key=str(block["id-key"]),
                idle=f"{block['keep-alive']}\n\n".encode(),
                seconds=float(block["seconds"]),
                events=dict(block["events"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BrokenBlock(contract.key, f"{type(error).__name__} {error}") from None
        for key in (wording.opened, wording.closed, *wording.events):
            if key not in variant.operations or key not in wording.events:
                raise BrokenBlock(contract.key, f"{key} is not both an event with a name and one of the webhooks")
        return wording

    def body(self, operation: str, fields: Mapping[str, Any]) -> bytes:
        """Return the data of an event, with its name."""
        return strict_json.dumps({self.name_key: self.events[operation], **fields})

    def frame(self, operation: str, body: bytes) -> bytes:
        """Return an event as it goes out: named, one line of data, and an empty line."""
        return b"event: %s\ndata: %s\n\n" % (self.events[operation].encode(), body)


class Announcer:
    """Opens channels, tells on them, and writes down both. Raises BrokenBlock when it is made."""

    def __init__(self, vendors: Mapping[str, Vendor], contracts: Mapping[str, Contract], store: Store) -> None:
        self._vendors = vendors
        self._contracts = contracts
        self._store = store
        for key, vendor in vendors.items():
            if vendor.channel:
                Wording.of(contracts[key], {})

    def listens(self, tx: Transaction, vendor: str) -> bool:
        """Tell whether the tenant ever opened a channel of a vendor: before that, nobody misses an event."""
        return next(iter(tx.all(channel_kind(vendor))), None) is not None

    def unheard(self, tx: Transaction) -> tuple[str, ...]:
        """Return the vendors that tell on channels, and of which the tenant never opened one."""
        channels = (key for key, vendor in self._vendors.items() if vendor.channel)
        return tuple(key for key in channels if not self.listens(tx, key))

    def open(self, tx: Transaction, vendor: str) -> Opening | None:
        """Open a channel, in this unit of work; None when as many are open as may be."""
        if tx.channels.count(vendor) >= MOST_CHANNELS:
            return None
        wording, kind = self._wording(tx, vendor), channel_kind(vendor)
        # Tenants do not share ids, so that an id of one is strange to the key of another.
        number = tx.identity.integer(kind, tx.tenant, low=1, high=999_999) * 1000 + tx.next_number(kind)
        tx.put(kind, str(number), {"id": number, "open": True, "opened_at": tx.now.isoformat()})
        first = wording.body(wording.opened, {wording.id_key: number})
        farewell = b""
        if self._offered(tx, vendor, wording.closed):
            farewell = wording.frame(wording.closed, wording.body(wording.closed, {wording.id_key: number}))
        channel = Channel(vendor, number, wording.idle, farewell)
        self._record(tx, Message(vendor, wording.opened, "opened", first, ""), wording)
        tx.on_commit(lambda written: tx.channels.add(channel))
        return Opening(number, wording.frame(wording.opened, first), channel, wording.seconds)

    def announce(self, tx: Transaction, message: Message, planned: Plan = _WHOLE) -> None:
        """Tell a message on every channel of its vendor that is open, once this unit of work is on disk.

        It is told as often, and spoilt, as is planned; one that is dropped on purpose stands in the journal all the
        same. When it is told is its caller's affair.
        """
        vendor = message.vendor
        if not (self.listens(tx, vendor) and self._offered(tx, vendor, message.operation)):
            return
        wording, channels = self._wording(tx, vendor), tx.channels.of(vendor)
        good = wording.body(message.operation, strict_json.loads(message.body))
        body = spoil(planned.flaw, good, "", None, self._vendors[vendor].spoils)[0]
        whole = Message(vendor, message.operation, message.name, body, message.call)
        told, ahead = bool(channels) and planned.copies > 0, tx.announced.get(vendor, 0)
        for copy in range(max(1, planned.copies)):
            received = {channel.reception(ahead + copy) for channel in channels} if told else set()
            cut = Reception.WHOLE not in received and Reception.CUT in received
            fault = planned.flaw or (AnswerFlaw.EVENT_CUT if cut else None)
            self._record(tx, whole, wording, error=_missed(received, planned), fault=fault)
        if told:
            tx.announced[vendor] = ahead + planned.copies
            tx.on_commit(partial(_tell, channels, wording.frame(message.operation, body), planned.copies))

    def left(self, tenant: Tenant, channel: Channel) -> None:
        """Write down that a channel is closed, since its client is gone."""
        tx = Transaction(tenant, self._store, channel.vendor)
        kind = channel_kind(channel.vendor)
        record = tx.get(kind, str(channel.number))
        if record is not None:
            tx.put(kind, str(channel.number), {**record, "open": False})
        if len(tenant.records.get(kind, ())) > MOST_CHANNELS + 2 * KEPT_CLOSED:
            for old in [r for r in tx.all(kind) if not r["open"]][:-KEPT_CLOSED]:
                tx.remove(kind, str(old["id"]))
        tx.commit()

    def _record(
        self,
        tx: Transaction,
        message: Message,
        wording: Wording,
        *,
        error: str | None = None,
        fault: Flaw | AnswerFlaw | None = None,
    ) -> None:
        contract = self._contracts[message.vendor]
        exchange = Exchange(
            vendor=message.vendor,
            direction=Direction.SENT,
            request=HttpRequest("POST", wording.path, "", (("content-type", message.content_type),), message.body),
            response=_HEARD if error is None else None,
            error=error,
            fault=fault.value if fault else None,
            operation=message.operation,
            message=message.name,
            readings=tx.readings_of(message.vendor),
            tenant=tx.tenant,
            at=tx.now,
            call=message.call or None,
            target=EVERYONE,
        )
        # A client may have put a credential where it is told again, as what goes with a call.
        known = self._secrets(tx, message.vendor)
        judgement = redact_verdict(contract.check(exchange), exchange, contract, known)
        tx.record(redact(exchange, contract, known), judgement)

    def _secrets(self, tx: Transaction, vendor: str) -> dict[str, str]:
        kinds = secret_kinds(self._vendors[vendor], self._contracts[vendor])
        return {value: kinds[field] for field, value in tx.credentials(vendor).items() if field in kinds}

    def _offered(self, tx: Transaction, vendor: str, operation: str) -> bool:
        return self._vendors[vendor].serves(tx.switches_of(vendor), operation)

    def _wording(self, tx: Transaction, vendor: str) -> Wording:
        return Wording.of(self._contracts[vendor], tx.readings_of(vendor))


def _missed(received: Collection[Reception], planned: Plan) -> str | None:
    if planned.flaw is Flaw.DROP:
        return DROPPED
    if Reception.WHOLE in received:
        return None
    return CUT if Reception.CUT in received else UNHEARD


def _tell(channels: tuple[Channel, ...], frame: bytes, copies: int, written: asyncio.Future[None] | None) -> None:
    def tell(change: asyncio.Future[None]) -> None:
        if not change.cancelled() and change.exception() is None:
            for channel in channels:
                channel.put(frame * copies)

    for channel in channels:
        channel.count(copies)
    if written is not None:
        written.add_done_callback(tell)
