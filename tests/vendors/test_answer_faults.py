"""What is done wrong on purpose where the fakes answer: on real sockets, journaled as such, and no fault of ours."""

import asyncio
import gc
import json
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.app import Simulator
from simulator.clock import Mode
from simulator.shell.severing import GARBAGE
from simulator.tenancy.tenants import Profile
from tests.core import entries, log_in, play, run, running, shown, story, until
from tests.raw_http import ask, connected, request

JSON = "Content-Type: application/json"
TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}


@dataclass
class Erp:
    """HubSoft's fake of one tenant, as an integration with a token sees it."""

    simulator: Simulator
    tenant: object
    token: str

    @property
    def port(self):
        return self.simulator.server.port

    def notify(self, phone="37999912222"):
        body = json.dumps({"ramal": 111, "telefone": int(phone)}).encode()
        return request(
            "POST /hubsoft/api/v1/integracao/pbx/ligacao/notificar",
            JSON,
            f"Authorization: Bearer {self.token}",
            body=body,
        )

    async def ask(self, raw=None):
        return await ask(self.simulator.server, raw or self.notify())

    async def control(self, line, body=None):
        raw = json.dumps(body).encode() if body is not None else b""
        name = f"?tenant={self.tenant.name}"
        method, path = line.split()
        seen = await ask(self.simulator.server, request(f"{method} /_sim{path}{name}", JSON, body=raw))
        return seen.status, json.loads(seen.body)

    async def fault(self, do, **on):
        status, made = await self.control(
            "POST /faults", {"on": {"vendor": "hubsoft", "answer": "notifyCall", **on}, "do": do}
        )
        assert status == 201, made
        return made

    async def see(self, there):
        """Look at the faults until they are as wanted."""
        while not there((await self.control("GET /faults"))[1]["faults"]):
            pass

    def popups(self):
        return len(self.simulator.tenants.get(self.tenant.name).records.get("hubsoft.popup", {}))

    def journal(self, *fields):
        own = [e for e in entries(self.tenant) if e.exchange.operation == "notifyCall"]
        return shown(own, *fields)


@asynccontextmanager
async def erp(*, tenant=None, **settings):
    async with running(listen=True, clock=Mode.REAL, **settings) as simulator:
        own = simulator.add(Profile(tenant)) if tenant else simulator.default
        yield await logged_in(simulator, own)


async def logged_in(simulator, tenant):
    return Erp(simulator, tenant, json.loads((await log_in(simulator, tenant)).body)["access_token"])


def test_status_without_content_has_no_headers_of_content():
    async def work():
        async with erp() as one:
            await one.fault({"status": 204})
            return await one.ask()

    answer = run(work())

    assert (answer.status, answer.body) == (204, b"")
    assert [name for name, _ in answer.headers if name.startswith("content-")] == []


def test_control_is_as_it_should_be():
    """Without a fault the request is done, and answered well: what the other tests hold theirs against."""

    async def work():
        async with erp() as fake:
            seen = await fake.ask()
            return seen.status, json.loads(seen.body)["status"], fake.popups(), fake.journal("status", "fault")

    assert run(work()) == (200, "success", 1, [(200, None)])


@pytest.mark.parametrize(
    ("do", "status", "body", "kind"),
    [
        ({"status": 503}, 503, b"503 Service Unavailable\n", "status"),
        ({"too_many": "30s"}, 429, b"429 Too Many Requests\n", "too_many"),
        ({"refused": "failure"}, 500, None, "refused"),
        ({"refused": "unauthenticated"}, 401, None, "refused"),
        ({"refused": "violation"}, 200, None, "refused"),
    ],
)
def test_request_is_answered_otherwise_and_not_done(do, status, body, kind):
    """In a gateway's words or in the vendor's own envelope; the next request is done."""

    async def work():
        async with erp() as fake:
            await fake.fault(do, nth=1)
            seen, good = await fake.ask(), await fake.ask()
            (entry, _) = [e for e in entries(fake.tenant) if e.exchange.operation == "notifyCall"]
            return seen, good.status, fake.popups(), fake.journal("status", "fault"), entry.verdict

    seen, good, popups, journal, verdict = run(work())

    assert (seen.status, good, popups) == (status, 200, 1)
    assert journal == [(status, kind), (200, None)]
    assert verdict.violations == ()
    if body is not None:
        assert seen.body == body
    else:
        assert {"msg", "message"} & json.loads(seen.body).keys()
    assert seen.header("retry-after") == ("30" if kind == "too_many" else None)


@pytest.mark.parametrize("do", [None, {"delay": "1ms"}])
def test_request_leaves_nothing_that_only_the_garbage_collector_finds(do):
    """Each round of the collector stops all that is under way, the longer the more it has to look at."""
    asked = 20

    async def work():
        async with erp() as fake, connected(fake.port) as client:
            if do:
                await fake.fault(do)
            for number in range(2 * asked):
                if number == asked:  # by then all is loaded
                    gc.collect()
                    gc.disable()
                client.send(fake.notify())
                assert (await client.answer()).status == 200
            return gc.collect()

    try:
        found = run(work())
    finally:
        gc.enable()

    assert found < asked  # less than one thing a request


def test_token_expires_half_way():
    """The second request finds its token expired, and so does every later one, until the integration logs in again."""

    async def work():
        async with erp() as fake:
            await fake.fault({"token_expired": True}, answer="any", nth=2)
            seen = [(await fake.ask()).status for _ in range(3)]
            again = await logged_in(fake.simulator, fake.tenant)
            return seen, (await again.ask()).status, fake.journal("status", "fault")

    seen, again, journal = run(work())

    assert (seen, again) == ([200, 401, 401], 200)
    # The third names nobody any more: it is in the journal of unclaimed.
    assert journal == [(200, None), (401, "token_expired"), (200, None)]


def test_empty_answer_has_its_head_and_no_body():
    async def work():
        async with erp() as fake:
            await fake.fault({"empty": True})
            seen = await fake.ask()
            return seen, fake.popups(), fake.journal("status", "fault")

    seen, popups, journal = run(work())

    assert (seen.status, seen.header("content-length"), seen.body, popups) == (200, "0", b"", 1)
    assert journal == [(200, "empty")]


def test_truncated_answer_ends_in_its_middle():
    """The head announces more than comes; the journal has what came."""

    async def work():
        async with erp() as fake:
            whole = await fake.ask()
            await fake.fault({"truncated": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                head, rest = await client.head(), await client.rest()
            kept = next(e for e in entries(fake.tenant) if e.exchange.fault).exchange.response.body
            return len(whole.body), int(head.header("content-length")), rest, kept

    whole, announced, came, kept = run(work())

    assert announced == whole
    assert len(came) == whole // 2
    assert kept == came


def test_garbage_is_no_http_and_the_connection_closes():
    async def work():
        async with erp() as fake:
            await fake.fault({"garbage": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                came = await client.rest()
            return came, fake.popups(), fake.journal("status", "fault", "error"), (await fake.ask(_health())).status

    came, popups, journal, health = run(work())

    assert (came, popups, health) == (GARBAGE, 1, 200)
    assert journal == [(None, "garbage", "answered with garbage on purpose")]


def test_reset_breaks_the_connection_without_a_word():
    """A TCP reset, and no orderly end: reading fails."""

    async def work():
        async with erp() as fake:
            await fake.fault({"reset": True})
            async with connected(fake.port) as client:
                client.send(fake.notify())
                with pytest.raises(ConnectionResetError):
                    await client.rest()
            return fake.popups(), fake.journal("status", "fault", "error"), (await fake.ask(_health())).status

    popups, journal, health = run(work())

    assert (popups, health) == (1, 200)
    assert journal == [(None, "reset", "the connection was reset on purpose")]


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


def test_secrets_of_a_faulted_answer_stay_out_of_the_journal():
    """Half a token would be one still."""

    async def work():
        async with erp() as fake:
            await fake.fault({"truncated": True}, answer="issueToken")
            own = fake.tenant.profile.credentials["hubsoft"]
            body = json.dumps({"grant_type": "password", **own}).encode()
            async with connected(fake.port) as client:
                client.send(request("POST /hubsoft/oauth/token", JSON, body=body))
                await client.head()
                came = await client.rest()
            kept = entries(fake.tenant)[-1].exchange
            return came.decode(), kept

    came, kept = run(work())

    assert kept.fault == "truncated"
    begin = came.partition('"access_token": "')[2] or came.partition('"access_token":"')[2]
    assert begin
    assert begin[:8] not in kept.response.body.decode()


def test_faults_are_one_tenants_and_end_with_a_reset():
    async def work():
        async with erp(tenant="one") as one:
            two = await logged_in(one.simulator, one.simulator.add(Profile("two")))
            await one.fault({"status": 503})
            statuses = (await one.ask()).status, (await two.ask()).status
            (listed,) = (await one.control("GET /faults"))[1]["faults"]
            await one.control("POST /reset")
            fresh = await logged_in(one.simulator, one.simulator.tenants.get("one"))
            return statuses, listed, (await fresh.ask()).status, (await one.control("GET /faults"))[1]

    statuses, listed, after, none = run(work())

    assert statuses == (503, 200)
    assert (listed["id"], listed["matched"], listed["struck"], listed["run"]) == ("f1", 1, 1, "")
    assert (after, none) == (200, {"faults": []})


def test_faults_are_removed_one_by_one_and_all():
    async def work():
        async with erp() as fake:
            for status in (501, 502, 503):
                await fake.fault({"status": status})
            seen = [(await fake.ask()).status]
            answers = [await fake.control("DELETE /faults/f1")]
            seen.append((await fake.ask()).status)
            answers += [await fake.control("DELETE /faults"), await fake.control("DELETE /faults/f2")]
            return [*seen, (await fake.ask()).status], answers

    seen, answers = run(work())

    assert seen == [501, 502, 200]
    assert answers[:2] == [(200, {"removed": "f1"}), (200, {"removed": 2})]
    assert answers[2] == (404, {"error": "there is no fault 'f2'", "expected": "one of GET /_sim/faults"})


def test_faults_and_their_counts_survive_a_restart(tmp_path):
    async def work():
        store = tmp_path / "store.sqlite"
        async with erp(store=store) as fake:
            await fake.fault({"status": 503}, nth=2)
            first = (await fake.ask()).status
        async with erp(store=store) as fake:
            return first, (await fake.ask()).status, (await fake.ask()).status

    assert run(work()) == (200, 503, 200)


STORY = """
scenario: erp_down
title: The ERP does not answer while a call rings
steps:
  - inbound: {call: A, from: "37999912222"}
  - {after: 1s, ring: {call: A, extension: "111"}}
  - await: {request: {vendor: hubsoft, operation: notifyCall}, within: 20s}
  - hangup: {call: A, by: outside}
faults:
  - on: {vendor: hubsoft, answer: notifyCall, times: 1}
    do: {status: 503}
  - on: {vendor: hubsoft, answer: notifyCall, nth: 9}
    do: {reset: true}
expect:
  - received: {vendor: hubsoft, operation: notifyCall, status: 503, times: 1}
"""


def test_fault_of_a_scenario_stands_while_it_is_played():
    """The integration meets it, the verdict holds it against nobody, and afterwards it is gone."""

    async def work():
        async with erp() as fake:
            playing = asyncio.create_task(play(fake.simulator, story(STORY)))
            await fake.see(lambda faults: len(faults) == 2)
            during = (await fake.ask()).status
            verdict = await playing
            return during, verdict, (await fake.ask()).status, (await fake.control("GET /faults"))[1]

    during, verdict, after, left = run(work())

    assert (during, after, left) == (503, 200, {"faults": []})
    assert (verdict.passes, verdict.errors) == (True, ())
    assert verdict.idle == (
        "story.yaml:12:5: reset struck nothing: 1 request matched, "
        "and nth, every, rate or a fault before it left it none of them",
    )


def test_example_of_the_page_is_met_by_an_integration_that_asks_again():
    """The first notification gets a 503, the second is done: the example's expectations hold."""
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(scenario: erp_hiccup.+?)```", page, re.DOTALL)

    async def work():
        async with erp() as fake:
            playing = asyncio.create_task(play(fake.simulator, story(example.replace("2s", "0s").replace("20s", "0s"))))
            await fake.see(lambda faults: len(faults) == 2)
            statuses = [(await fake.ask()).status for _ in range(2)]
            return statuses, await playing

    statuses, verdict = run(work())

    assert statuses == [503, 200]
    assert (verdict.missed, verdict.passes) == ((), True)


def test_scenario_with_a_fault_that_could_never_strike_is_refused():
    async def work():
        async with erp() as fake:
            text = STORY.replace("answer: notifyCall, times: 1", "answer: nofityCall")
            return await fake.control("POST /runs", {"text": text})

    status, body = run(work())

    assert status == 422
    assert "text:10:5: hubsoft serves no operation 'nofityCall'; did you mean 'notifyCall'?" in body["error"]


def _health():
    return request("GET /_sim/health")
