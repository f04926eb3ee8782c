"""Faults where we answer are every vendor's: found by its folder, asked by its first example, over real HTTP."""

from __future__ import annotations

import pytest

from tests.live import Live
from tests.vendors.fake import EXAMPLES, SERVED, Fake


@pytest.mark.parametrize(
    ("do", "status"),
    [
        ({"status": 502}, 502),
        ({"too_many": "1s"}, 429),
        ({"refused": "failure"}, None),
        ({"refused": "unauthenticated"}, None),
        ({"delay": "1ms"}, None),
        ({"late": "1ms"}, None),
        ({"empty": True}, None),
    ],
    ids=lambda value: next(iter(value.items()), None) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("key", SERVED)
def test_fault_strikes_an_answer_of_every_vendor(running: Live, key: str, do: dict[str, object], status: int) -> None:
    """Each is journaled by its name, has no violation of ours, and leaves the next request alone."""
    fake, flaw = Fake(running, key), next(iter(do))
    examples = [e for e in EXAMPLES[key] if e.valid and e.operation in SERVED[key].handlers]
    example = next(e for e in examples if e.operation != "openChannel")
    fake.as_at_first()
    on = {"vendor": key, "answer": example.operation, "nth": 1}
    assert running.control("POST", "/faults", {"on": on, "do": do}, tenant=fake.tenant).status == 201

    asked, then = fake.ask(fake.request(example)), fake.ask(fake.request(example))

    running.control("DELETE", "/faults", tenant=fake.tenant)
    assert (asked.entry["fault"], then.entry["fault"]) == (flaw, None)
    assert asked.ours == []
    assert status is None or asked.answer.status == status
