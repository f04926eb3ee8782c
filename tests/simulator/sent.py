"""Requests sent over HTTP, and their answers."""

import asyncio

from contracts.egress import Gate
from simulator.delivery.sending import Sender

OTHER = "http://203.0.113.9/"  # TEST-NET-3: nobody's, and never reached


def send(*outgoing, gate=None, **options):
    """Send requests one after the other with one sender; return their answers."""

    async def run():
        sender = Sender(gate or Gate(), **options)
        try:
            return [await sender.send(each) for each in outgoing]
        finally:
            await sender.close()

    return asyncio.run(run())
