"""What every vendor's fake keeps of whom it answers and what it remembers, whoever it is: found by its folder."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from contracts.examples import Example
from contracts.model import HttpRequest
from contracts.operation import Operation
from simulator.clock import Mode
from simulator.tenancy.tenants import UNCLAIMED
from simulator.vendor import Problem
from tests.live import Live, live
from tests.vendors.asked import Asked
from tests.vendors.caller import Caller, story_class, story_of
from tests.vendors.fake import EXAMPLES, SERVED, Fake

REFUSED = {Problem.UNAUTHENTICATED, Problem.FORBIDDEN}
CLIENTS, EACH = 16, 4
WITH_LOGIN = [key for key, vendor in SERVED.items() if vendor.login]
WITH_CHANNEL = [key for key, vendor in SERVED.items() if vendor.channel]


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live(clock=Mode.JUMPING) as simulator:
        simulator.make_tenant("other")
        yield simulator


def example_of(fake: Fake, operation: Operation) -> Example:
    return next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid)


def with_value(fake: Fake, name: str, value: str) -> Fake:
    """Return the fake as one sees it who has this value for one of the credentials."""
    other = copy.copy(fake)
    other.credentials = {**fake.credentials, name: value}
    return other


def shown(fake: Fake, example: Example) -> list[str]:
    """Return the credentials that a request shows one by one: its headers as a whole are another matter."""
    own = fake.request(example)
    return [name for name in fake.credentials if with_value(fake, name, "changed").request(example) != own]


def refused(asked: Asked, fake: Fake) -> bool:
    """Tell whether the vendor refused somebody, in its own words, and kept its contract with it."""
    return bool(fake.problems(asked) & REFUSED) and asked.answer.status in (401, 403) and asked.ours == []


def test_request_with_credentials_of_two_tenants_is_refused_as_documented(fake: Fake) -> None:
    """Where a request shows several credentials, each of them may be another tenant's: none of it is done."""
    other = Fake(fake.live, fake.key, "other")
    for operation in fake.operations():
        example = example_of(fake, operation)
        names = shown(fake, example)
        if len(names) < 2:
            continue
        for name in names:
            asked = fake.ask(with_value(fake, name, other.credentials[name]).request(example))

            assert refused(asked, fake), (name, asked.answer)
            assert asked.tenant == UNCLAIMED


def test_some_request_of_each_vendor_with_several_credentials_mixes_them(running: Live) -> None:
    """The test above has something to do, at the least for these, whose credentials are asked for together."""
    fakes = [Fake(running, key) for key in SERVED]

    mixed = {f.key: max(len(shown(f, example_of(f, operation))) for operation in f.operations()) for f in fakes}

    assert mixed.items() >= {"hubsoft": 4, "nextbilling": 2, "viacel": 2}.items()


@pytest.mark.parametrize("key", WITH_CHANNEL)
def test_channel_of_another_key_is_forbidden(running: Live, key: str) -> None:
    """A channel is a credential of its own: it is the key's that opened it, on every operation that names one."""
    fake, other = Fake(running, key), Fake(running, key, "other")
    strange = other.channel()
    named = []
    for operation in fake.operations():
        example = example_of(fake, operation)
        own = fake.request(example)
        theirs = replace(own, path=own.path.replace(f"/{fake.channel()}/", f"/{strange}/"))
        if theirs == own:
            continue
        named.append(operation.id)
        asked = fake.ask(theirs)

        assert (asked.tenant, asked.answer.status, asked.ours) == ("default", 403, [])
        assert fake.problems(asked) & {Problem.VIOLATION, Problem.FORBIDDEN}

    assert named


def test_each_wrong_credential_is_refused_as_documented(fake: Fake) -> None:
    """One of several that nobody has is as good as none."""
    for operation in fake.operations():
        example = example_of(fake, operation)
        for name in shown(fake, example):
            asked = fake.ask(with_value(fake, name, "nobody@example.com").request(example))

            assert refused(asked, fake), (name, asked.answer)
            assert asked.tenant == UNCLAIMED


def test_empty_credentials_name_nobody(fake: Fake) -> None:
    """An empty header, field or piece of the path lets nobody in."""
    empty = copy.copy(fake)
    empty.credentials = dict.fromkeys(fake.credentials, "")
    for operation in fake.operations():
        request = empty.request(example_of(fake, operation))
        headers = {name: "" if name in fake.headers else value for name, value in request.headers}
        bare = replace(request, headers=tuple(headers.items()))

        asked = fake.ask(bare)

        assert asked.tenant == UNCLAIMED
        assert 400 <= asked.answer.status < 500, asked.answer
        assert fake.problems(asked)


def test_credentials_of_a_tenant_that_was_removed_are_nobodys(fake: Fake) -> None:
    """So revoked is every credential that a tenant has; what it was issued goes with it."""
    fake.live.make_tenant("gone")
    gone = Fake(fake.live, fake.key, "gone")
    requests = [gone.request(example_of(gone, o)) for o in gone.operations() if not o.is_open]
    assert fake.live.control("DELETE", "/tenants/gone").status == 200

    for request in requests:
        asked = fake.ask(request)

        assert refused(asked, fake), asked.answer
        assert asked.tenant == UNCLAIMED


@pytest.mark.parametrize("key", WITH_LOGIN)
@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_issued_token_that_is_over_is_refused_as_documented(running: Live, key: str, how: str) -> None:
    """By an administrator, or after its time on the tenant's clock: a new login lets in again."""
    name = f"token-{how}"
    running.make_tenant(name)
    fake = Fake(running, key, name)
    before = [fake.ask(request) for request in with_token(fake)]
    if how == "revoked":
        assert running.control("POST", "/revocations", {"vendor": key}, tenant=name).json["revoked"] == 1
    else:
        assert running.control("PUT", "/clock", {"forward": "366d"}, tenant=name).status == 200

    over = [fake.ask(request) for request in with_token(fake)]
    again = [asked.tenant for asked in map(fake.ask, with_token(Fake(running, key, name)))]

    assert {asked.tenant for asked in before} == set(again) == {name}
    assert all(refused(asked, fake) for asked in over)
    assert {asked.tenant for asked in over} == {UNCLAIMED}


def with_token(fake: Fake) -> list[HttpRequest]:
    return [fake.request(example_of(fake, o)) for o in fake.operations() if not o.is_open]


def test_what_is_made_is_seen_by_the_next_list(fake: Fake) -> None:
    story = story_of(Caller(fake))
    before = story.rows()

    key = story.make("10000001")

    after = story.rows()
    assert key not in before
    assert after[key][story.mark] == "10000001"
    assert {k: row for k, row in after.items() if k != key} == before


@pytest.mark.parametrize("key", [key for key in SERVED if hasattr(story_class(key), "change")])
def test_change_keeps_what_it_does_not_name(running: Live, key: str) -> None:
    story = story_of(Caller(Fake(running, key)))
    made = story.make("10000002")
    before = story.rows()

    story.change(made, "10000003")

    assert story.rows() == {**before, made: before[made] | {story.mark: "10000003"}}


@pytest.mark.parametrize("key", [key for key in SERVED if hasattr(story_class(key), "remove")])
def test_second_removal_is_answered_as_documented(running: Live, key: str) -> None:
    """The first takes it from the next list, and nothing else; the second changes nothing more."""
    story = story_of(Caller(Fake(running, key)))
    before = story.rows()
    made = story.make("10000004")

    first = story.remove(made)
    left = story.rows()
    again = story.remove(made)

    assert first.status == 200
    assert left == story.rows() == before
    assert story.refused(again), again


def test_two_tenants_under_sixteen_clients_never_see_each_other(fake: Fake) -> None:
    """What eight clients of each make at once is all there, once, and nothing of the other's; so are the journals."""
    names = [f"left-{fake.key}", f"right-{fake.key}"]
    for name in names:
        fake.live.make_tenant(name)
    sides = [Fake(fake.live, fake.key, name) for name in names]
    stories = [story_of(Caller(sides[number % 2])) for number in range(CLIENTS)]
    before = [set(stories[side].rows()) for side in (0, 1)]

    def work(number: int) -> list[str]:
        story, marks = stories[number], [f"{number % 2 + 1}{number:03}{turn:04}" for turn in range(EACH)]
        keys = [story.make(mark) for mark in marks]
        rows = story.rows()
        assert [rows[key][story.mark] for key in keys] == marks
        assert {row[story.mark][0] for key, row in rows.items() if key not in before[number % 2]} <= {marks[0][0]}
        return marks

    with ThreadPoolExecutor(CLIENTS) as clients:
        made = list(clients.map(work, range(CLIENTS)))

    for side in (0, 1):
        rows = stories[side].rows()
        marks = sorted(row[stories[side].mark] for key, row in rows.items() if key not in before[side])
        assert marks == sorted(mark for mine in made[side::2] for mark in mine)
        entries = fake.live.journal(names[side])
        assert {entry["tenant"] for entry in entries} == {names[side]}
        assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))


BARREN = {"nothing": {}, "one extension": {"extensions": [{"number": "111"}]}}


@pytest.mark.parametrize("world", BARREN)
@pytest.mark.parametrize("key", SERVED)
def test_no_request_fails_in_a_world_that_has_little(running: Live, key: str, world: str) -> None:
    """Whatever a user leaves out of a world of their own, every request is answered, and as the contract has it."""
    name = f"barren-{key}-{list(BARREN).index(world)}"
    running.make_tenant(name)
    assert running.control("PUT", "/world", {"baseline": False, **BARREN[world]}, tenant=name).status == 200
    fake = Fake(running, key, name)

    valid = [e for e in EXAMPLES[key] if e.valid and fake.contract.operations[e.operation].kind == "path"]
    asked = [fake.ask(fake.request(example)) for example in valid]

    assert {each.answer.status for each in asked if each.answer.status >= 500} == set()
    assert [violation for each in asked for violation in each.ours] == []


@pytest.mark.parametrize("key", SERVED)
def test_one_seed_makes_one_world(key: str) -> None:
    """The same seed and requests give the same credentials, records and answers, to the byte; another seed does not."""
    one, same, other = (told(key, seed) for seed in ("7", "7", "8"))

    assert one == same
    assert one["records"] != other["records"]


def told(key: str, seed: str) -> dict[str, Any]:
    """Return all that a tenant of this seed has and answers, in a simulator of its own."""
    with live(clock=Mode.JUMPING) as running:
        running.make_tenant("told", seed=seed)
        fake = Fake(running, key, "told")
        answers = []
        for operation in fake.operations():
            answer = fake.ask(fake.request(example_of(fake, operation))).answer
            answers.append((operation.id, answer.status, answer.text.replace(running.url, "")))
        records = running.on_loop(lambda simulator: json.dumps(simulator.tenants.get("told").records, default=dict))
        return {"credentials": fake.credentials, "answers": answers, "records": records}
