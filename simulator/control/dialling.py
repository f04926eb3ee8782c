"""Control operations on the table that says what dialled numbers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.control.showing import tenant_of, tenant_with_world
from simulator.switch.numbers import KEY, KIND, from_mapping, table_of
from simulator.tenancy.transactions import Transaction
from simulator.vendor import Received, Reply

if TYPE_CHECKING:
    from simulator.app import Simulator


def show_numbers(simulator: Simulator, received: Received) -> Reply:
    """Return the table that counts for a tenant."""
    return Reply(200, table_of(Transaction(tenant_of(simulator, received), simulator.store)))


def replace_numbers(simulator: Simulator, received: Received) -> Reply:
    """Give a tenant a table of its own, in the place of any other."""
    table = from_mapping(received.body)
    tx = Transaction(tenant_with_world(simulator, received), simulator.store)
    tx.put(KIND, KEY, table)
    tx.commit()
    return Reply(200, table)
