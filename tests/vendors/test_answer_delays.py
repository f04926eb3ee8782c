"""What a fake does wrong on purpose with the time of an answer, and with a request that comes twice."""

import asyncio
import json

import pytest

from tests.core import entries, run, shown, until
from tests.raw_http import connected, request
from tests.vendors.hubsoft_erp import JSON, erp

TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}


def test_dripping_answer_comes_in_pieces_and_whole():
    async def work():
        async with erp() as fake:
            whole = await fake.ask()
            await fake.fault({"drip": "200ms"})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                head = await client.head()
                pieces, length = [], int(head.header("content-length"))
                while sum(map(len, pieces)) < length:
                    pieces.append(await client.reader.read(65536))
            return whole.body, pieces

    whole, pieces = run(work())

    assert len(b"".join(pieces)) == len(whole)
    assert len(pieces) > 2


def test_request_that_is_held_is_not_done_when_its_client_leaves():
    """Nothing else waits for it; the journal says that nobody did in the end."""

    async def work():
        async with erp() as fake:
            await fake.fault({"delay": "10min"}, nth=1)
            async with connected(fake.port) as client:
                client.send(fake.notify())
                await fake.see(lambda faults: faults[0]["matched"] == 1)
                other, popups = (await fake.ask()).status, fake.popups()
            await until(fake.tenant, lambda: len(fake.journal()) == 2)
            return other, popups, fake.popups(), fake.journal("status", "fault", "error")

    other, popups, after, journal = run(work())

    assert (other, popups, after) == (200, 1, 1)
    assert journal[0] == (200, None, None)
    assert journal[1][:2] == (None, "delay")
    assert "hung up while its request was held" in journal[1][2]


def test_request_that_is_answered_late_is_done_at_once():
    async def work():
        async with erp() as fake:
            await fake.fault({"late": "10min"})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                await until(fake.tenant, lambda: len(fake.journal()) == 1)
                return fake.popups(), fake.journal("status", "fault")

    assert run(work()) == (1, [(200, "late")])


@pytest.mark.parametrize(
    "latency", ["200ms", {"uniform": ["200ms", "250ms"]}, {"lognormal": {"median": "200ms", "sigma": 0.1}}]
)
def test_many_clients_wait_at_once(latency):
    """A hundred held for 0.2 s each are all done after a second, where one after the other would take twenty."""

    async def work():
        async with erp() as fake:
            await fake.fault({"delay": latency})
            began = asyncio.get_running_loop().time()
            seen = await asyncio.gather(*(fake.ask() for _ in range(100)))
            took = asyncio.get_running_loop().time() - began
            return {each.status for each in seen}, took, fake.popups(), fake.journal("fault")

    statuses, took, popups, journal = run(work())

    assert statuses == {200}
    assert 0.1 < took < 10
    assert (popups, len(journal)) == (1, 100)  # each window is of the same call
    assert set(journal) == {("delay",)}


def test_held_answers_go_out_when_the_server_stops():
    async def work():
        async with erp() as fake:
            await fake.fault({"delay": "10min"})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                await fake.see(lambda faults: faults[0]["matched"] == 1)
                stopping = asyncio.create_task(fake.simulator.stop())
                seen = await client.answer()
                await stopping
                return seen.status

    assert run(work()) == 200


def test_request_is_done_twice_and_answered_once():
    """As when something in between sends it again: two tickets, two entries, one answer."""

    async def work():
        async with erp() as fake:
            await fake.fault({"twice": True}, answer="openTicket", nth=1)
            raw = request(
                "POST /hubsoft/api/v1/integracao/atendimento",
                JSON,
                f"Authorization: Bearer {fake.token}",
                body=json.dumps(TICKET).encode(),
            )
            before = len(fake.tenant.records["hubsoft.ticket"])
            seen = await fake.ask(raw)
            own = [e for e in entries(fake.tenant) if e.exchange.operation == "openTicket"]
            return (
                json.loads(seen.body),
                shown(own, "status", "fault"),
                len(fake.tenant.records["hubsoft.ticket"]) - before,
            )

    answer, journal, tickets = run(work())

    assert answer["status"] == "success"
    assert journal == [(200, "twice"), (200, "twice")]
    assert tickets == 2
