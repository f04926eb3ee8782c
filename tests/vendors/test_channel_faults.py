"""Event channels that fail on purpose: cut between events, cut inside one, gone on under a new id."""

import json

import pytest

from simulator.telephony.calls import Kind
from tests.core import entries, run, shown
from tests.raw_http import request
from tests.vendors.digitro_world import DIVERT, fake
from tests.vendors.test_digitro_channel import OPENING, happen, inbound

STARTED = "EVENTO_DE_INICIO_DE_CHAMADA"


async def add(pbx, do, **on):
    body = json.dumps({"on": {"vendor": "digitro", "answer": "openChannel", **on}, "do": do}).encode()
    seen = await pbx.ask(request("POST /_sim/faults", "Content-Type: application/json", body=body))
    assert seen.status == 201, seen.text


async def command(pbx, channel):
    return (await pbx.command("executa-desvio", DIVERT, channel))[1]


def tell(pbx):
    """Let three things happen to a call."""
    call = inbound(pbx)
    happen(pbx, call, Kind.QUEUED, queue="suporte")
    happen(pbx, call, Kind.RINGING, extension="112")


def openings(pbx):
    return shown([e for e in entries(pbx.tenant) if e.exchange.operation == "openChannel"], "status", "fault")


def open_channels(pbx):
    return [r["id"] for r in pbx.tenant.records["digitro.channel"].values() if r["open"]]


def test_channel_is_cut_behind_an_event():
    """What was told before is whole, the end is no orderly one, and the next channel is as it should be."""

    async def work():
        async with fake() as pbx:
            await add(pbx, {"channel_cut": 2}, nth=1)
            async with pbx.opened() as (stream, first):
                tell(pbx)
                heard = [(await stream.next()).name for _ in range(2)]
                rest = await stream.client.rest()
            async with pbx.opened() as (stream, second):
                inbound(pbx)
                again = (await stream.next()).name
            return heard, rest, again, first != second, openings(pbx)

    heard, rest, again, renewed, journal = run(work())

    assert len(set(heard)) == 2
    assert rest == b""  # not even the chunk that says the end
    assert (again, renewed) == (STARTED, True)
    assert journal == [(200, "channel_cut"), (200, None)]


def test_channel_is_cut_inside_an_event():
    async def work():
        async with fake() as pbx:
            await add(pbx, {"event_cut": 2})
            async with pbx.opened() as (stream, _):
                tell(pbx)
                first = (await stream.next()).name
                with pytest.raises(EOFError) as ended:
                    await stream.next()
            told = [e for e in entries(pbx.tenant) if e.exchange.call]
            return first, str(ended.value), openings(pbx), shown(told, "message", "status", "fault", "error")

    first, ended, journal, told = run(work())

    assert first == STARTED
    assert "event: EVENTO" in ended
    assert journal == [(200, "event_cut")]
    assert told == [
        ("started", 200, None, None),
        ("queued", None, "event_cut", "cut on purpose in the middle of it"),
        ("dequeued", None, None, "unheard: no channel was open"),
        ("ringing", None, None, "unheard: no channel was open"),
    ]


def test_event_that_is_cut_on_one_channel_is_whole_on_another():
    async def work():
        async with fake() as pbx:
            await add(pbx, {"event_cut": 1}, nth=1)
            async with pbx.opened() as (stream, _), pbx.opened() as (other, _):
                tell(pbx)
                with pytest.raises(EOFError):
                    await stream.next()
                heard = [(await other.next()).name for _ in range(4)]
            return heard, shown([e for e in entries(pbx.tenant) if e.exchange.call], "status", "fault")

    heard, told = run(work())

    assert heard[0] == STARTED
    assert told == [(200, None)] * 4


def test_channel_goes_on_under_a_new_id():
    """Its opening is told again, with another id; commands by the old one are refused, by the new one taken."""

    async def work():
        async with fake() as pbx:
            await add(pbx, {"channel_renewed": 1})
            async with pbx.opened() as (stream, old):
                call = inbound(pbx)
                (_, opening) = await stream.named(STARTED, OPENING)
                new = opening["ID_CANAL"]
                happen(pbx, call, Kind.QUEUED, queue="suporte")
                later = (await stream.next()).name
                told = shown([e for e in entries(pbx.tenant) if e.exchange.message == "opened"], "status", "target")
                return old, new, later, open_channels(pbx), await command(pbx, old), await command(pbx, new), told

    old, new, later, left, by_old, by_new, told = run(work())

    assert old != new
    assert later not in (STARTED, OPENING)
    assert left == [new]
    assert by_old != by_new
    assert "DETALHE" in by_old
    assert told == [(200, "channels")] * 2


@pytest.mark.parametrize("do", [{"status": 503}, {"refused": "forbidden"}])
def test_channel_does_not_open(do):
    async def work():
        async with fake() as pbx:
            await add(pbx, do)
            async with pbx.channel() as stream:
                return stream.head.status, pbx.tenant.records.get("digitro.channel", {})

    status, channels = run(work())

    assert status == do.get("status", 403)
    assert channels == {}


@pytest.mark.parametrize("do", [{"reset": True}, {"garbage": True}])
def test_channel_whose_opening_breaks_is_closed(do):
    """It was opened, and nobody hears it: it does not stay among those that are open."""

    async def work():
        async with fake() as pbx:
            await add(pbx, do)
            with pytest.raises((ConnectionError, EOFError)):
                async with pbx.channel() as stream:
                    await stream.next()
            return open_channels(pbx), pbx.tenant.channels.count("digitro"), openings(pbx)

    left, count, journal = run(work())

    assert (left, count) == ([], 0)
    assert journal == [(None, next(iter(do)))]


def test_held_channel_opens_when_its_time_is_over():
    async def work():
        async with fake() as pbx:
            await add(pbx, {"delay": "100ms"})
            async with pbx.opened() as (stream, _):
                inbound(pbx)
                return (await stream.next()).name, openings(pbx)

    assert run(work()) == (STARTED, [(200, "delay")])
