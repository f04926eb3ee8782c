"""A world by the control API: made beside everything else, and put in place whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from simulator.control.handlers import HANDLERS, PREPARED
from simulator.control.replies import Failed, Missing
from simulator.vendor import Received
from tests.live import live

NUMBERS = [str(number) for number in range(4000, 4100)]
WORLD = {"extensions": [{"number": number} for number in NUMBERS]}


@pytest.fixture
def running():
    with live() as simulator:
        simulator.make_tenant("acme", seed="1")
        yield simulator


def extensions(running, tenant="acme"):
    return [record["number"] for record in running.records("extension", tenant)]


def asked(running, tenant="acme"):
    """Return the request for the world, as its handler gets it once the world is made."""

    def make(simulator):
        received = Received("replaceWorld", None, WORLD, query={"tenant": tenant})
        return replace(received, body=PREPARED["replaceWorld"](simulator, received)())

    return running.on_loop(make)


def test_world_is_there_when_its_request_is_answered(running):
    shown = running.control("PUT", "/world", {**WORLD, "baseline": False}, tenant="acme")

    assert [record["number"] for record in shown.json["extension"]] == NUMBERS
    assert extensions(running) == NUMBERS
    assert {device["extension"] for device in running.records("digitro.device", "acme")} == set(NUMBERS)


def test_world_that_cannot_be_leaves_the_one_that_there_is(running):
    before = extensions(running)
    lost = {"extensions": [{"number": "4000", "user": "nobody"}]}

    refused = running.control("PUT", "/world", lost, tenant="acme")

    assert refused.status == 422
    assert "/extensions/0/user" in refused.text
    assert extensions(running) == before


def test_worlds_that_are_asked_for_at_once_are_each_whole(running):
    """One of them is last, and all of what is there is its."""
    worlds = [{"baseline": False, "extensions": [{"number": f"{n}{place:02}"} for n in (70, 71)]} for place in range(8)]

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda world: running.control("PUT", "/world", world, tenant="acme"), worlds))

    assert [answer.status for answer in answers] == [200] * 8
    assert extensions(running) in [[each["number"] for each in world["extensions"]] for world in worlds]


def test_world_that_was_made_for_a_tenant_is_not_put_into_another_of_its_name(running):
    made = asked(running)
    assert running.control("DELETE", "/tenants/acme").status == 200
    with pytest.raises(Missing):
        running.on_loop(lambda simulator: HANDLERS["replaceWorld"](simulator, made))
    running.make_tenant("acme", seed="2")
    before = extensions(running)

    with pytest.raises(Failed, match="made anew") as refused:
        running.on_loop(lambda simulator: HANDLERS["replaceWorld"](simulator, made))

    assert refused.value.status == 409
    assert extensions(running) == before


def test_world_that_was_made_before_a_reset_is_good_after_it(running):
    made = asked(running)
    assert running.control("POST", "/reset", tenant="acme").status == 200

    shown = running.on_loop(lambda simulator: HANDLERS["replaceWorld"](simulator, made))

    assert shown.status == 200
    assert extensions(running)[: len(NUMBERS)] == NUMBERS
