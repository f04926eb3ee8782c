from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from contracts.contract import load
from contracts.model import Exchange, HttpResponse
from loadtests.judging import exchange_of
from loadtests.sequences import MIX, Plot, Switchboard
from simulator.message import Message
from simulator.vendor import Vendor
from simulator.vendors.hubsoft import VENDOR as HUBSOFT
from simulator.vendors.pbx55 import VENDOR as PBX55

END = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plot", "names"),
    [
        (Plot.ANSWERED, ["A started", "A ended"]),
        (Plot.TRANSFERRED, ["A started", "B started", "A ended", "A transferred", "B ended"]),
        (Plot.ABANDONED, ["A started", "A ended"]),
        (Plot.MISSED, ["A started", "A ended"]),
        (Plot.SMS, ["A sms"]),
    ],
)
def test_a_call_is_pushed_in_its_order(plot: Plot, names: list[str]) -> None:
    """Each way a call goes gives its pushes; a transferred one A1, B1, A2, A3, B2."""
    messages = switchboard(PBX55).play(plot, END)

    assert told(messages) == names


def test_a_missed_call_is_notified_and_cancelled() -> None:
    """An ERP is told of the ringing, and of the loss."""
    messages = switchboard(HUBSOFT).play(Plot.MISSED, END)

    assert told(messages) == ["A notified", "A cancelled"]


@pytest.mark.parametrize("vendor", [PBX55, HUBSOFT])
def test_what_is_sent_keeps_the_contract(vendor: Vendor) -> None:
    """Not one clause is broken, not even an inferred one, in any message or in their sequence."""
    board, contract = switchboard(vendor), load(vendor.key)

    messages = [message for _ in range(60) for plot in Plot for message in board.play(plot, END)]
    exchanges = [exchange(vendor, message) for message in messages]

    assert [v for e in exchanges for v in contract.check(e).violations] == []
    assert contract.check_sequence(exchanges) == []


def test_users_never_share_a_call() -> None:
    """The serial number of a call has its user's number in it, so that no two calls of a run have one identifier."""
    boards = [switchboard(PBX55, number) for number in (1, 2, 10_001)]

    calls = [{m.call for _ in range(50) for m in board.play_any(END)} for board in boards]

    assert len(set.union(*calls)) == sum(map(len, calls))


def test_the_mix_is_seeded() -> None:
    """One seed gives the same calls, byte for byte; another gives others."""
    first, again, other = (switchboard(PBX55, seed=seed) for seed in ("1", "1", "2"))

    played = [[board.play_any(END) for _ in range(20)] for board in (first, again, other)]

    assert played[0] == played[1]
    assert played[0] != played[2]


def test_the_mix_has_its_shares() -> None:
    """Of many calls, each way has about its share of a hundred."""
    board = switchboard(PBX55)

    shapes = Counter(tuple(told(board.play_any(END))) for _ in range(2000))

    texts = shapes["A sms",]
    transfers = shapes["A started", "B started", "A ended", "A transferred", "B ended"]
    assert abs(texts / 20 - MIX[Plot.SMS]) < 3
    assert abs(transfers / 20 - MIX[Plot.TRANSFERRED]) < 3
    assert shapes["A started", "A ended"] == 2000 - texts - transfers


def switchboard(vendor: Vendor, number: int = 1, seed: str = "1") -> Switchboard:
    return Switchboard(vendor, load(vendor.key).choose({}), seed, number)


def told(messages: tuple[Message, ...]) -> list[str]:
    names = dict(zip(sorted({m.call for m in messages}), "AB", strict=False))
    return [f"{names[m.call]} {m.name}" for m in messages]


def exchange(vendor: Vendor, message: Message) -> Exchange:
    headers = (("content-type", message.content_type), *vendor.authorise("t"))
    made = exchange_of(vendor.key, message, message.method, headers, HttpResponse(200))
    return made if vendor is PBX55 else unanswered(made)


def unanswered(made: Exchange) -> Exchange:
    return Exchange(made.vendor, made.direction, made.request, operation=made.operation, message=made.message)
