"""55PBX's rules: arithmetic in a push, and what one push says of another; one function for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from math import ceil

from contracts.pbx55 import report_rules
from contracts.pbx55.pushes import (
    AMOUNTS,
    ENDED,
    FINAL,
    SMS,
    STARTED,
    TIMES,
    TRANSFER_KEYS,
    TRANSFERRED,
    Push,
    age,
    calls,
    moment,
    same_moment,
)
from contracts.rules import Finding, RuleFunction, SequenceRuleFunction, Subject

_CENT = Decimal("0.01")


def duration_covers_its_parts(subject: Subject) -> Iterator[Finding]:
    """Find a whole that is less than talk and waiting together."""
    push = Push.of(subject)
    whole = push.number(push.whole)
    talk, waiting = push.number(push.talk) or 0, push.number("call_time_waiting") or 0
    if whole is not None and whole < talk + waiting:
        yield Finding(f"/{push.whole}", str(whole), f"{push.talk} {talk} + call_time_waiting {waiting}, or more")


def cost_follows_tax(subject: Subject) -> Iterator[Finding]:
    """Find a cost that no increment makes of the tax and the time for which the line may have been put through."""
    push = Push.of(subject)
    tax, cost, talk = push.number("call_tax"), push.number("call_cost"), push.number(push.talk) or Decimal(0)
    if tax is None or cost is None:
        return
    least, most = (tax, tax) if push.is_message else (tax * talk / 60, tax * ceil(_through(push, talk) / 60))
    if push.number("call_balance") == 0:
        least = Decimal(0)  # a prepaid account gives no more than it has
    # Less than a cent more or less is rounding.
    if not least - _CENT < cost < most + _CENT:
        what = f"{tax} a message" if push.is_message else f"{tax} a minute for {talk} s of talk"
        yield Finding("/call_cost", str(cost), f"from {least:.2f} to {most:.2f}: {what}")


def _through(push: Push, talk: Decimal) -> Decimal:
    """Return for how long the line may have been put through: whom a dialler has called may wait after the answer."""
    waited = Decimal(0) if push.is_outbound else push.number("call_time_waiting") or Decimal(0)
    return max(talk, (push.number(push.whole) or Decimal(0)) - waited)


def date_agrees_with_id(subject: Subject) -> Iterator[Finding]:
    """Find a date that is not the moment in the call's identifier."""
    push = Push.of(subject)
    key, date = push.text("call_id"), push.body.get("call_date")
    began = age(key)
    if began is None or date is None:
        return
    try:
        agrees = same_moment(moment(date), began[0])
    except ValueError:
        yield Finding("/call_date", str(date), "a date that exists")
        return
    if not agrees:
        expected = datetime.fromtimestamp(began[0], UTC)
        yield Finding("/call_date", str(date), f"{expected:%Y-%m-%d %H:%M:%S} UTC, as in call_id {key}")


def audio_names_the_call(subject: Subject) -> Iterator[Finding]:
    """Find a recording without address or file name, or whose names are not the call's."""
    push = Push.of(subject)
    url, name, key = push.text("call_url_audio"), push.text("call_audio_file"), push.text("call_id")
    if bool(url) != bool(name):
        missing = "call_audio_file" if url else "call_url_audio"
        yield Finding(f"/{missing}", "nothing", "both of call_url_audio and call_audio_file, or neither")
        return
    number = push.text("call_area_code") + push.text("call_number") + key
    if url and key not in url.rpartition("/")[2]:
        yield Finding("/call_url_audio", url, f"an address whose last part has {key} in it")
    if name and number not in name:
        yield Finding("/call_audio_file", name, f"a name with area code, number and call_id: {number}")


def first_push_tells_no_end(subject: Subject) -> Iterator[Finding]:
    """Find talk, a recording or a disconnection where the call is new."""
    push = Push.of(subject)
    if push.text("call_status") == "new_call":
        keys = ("call_time", "call_url_audio", "call_audio_file", "call_disconnection")
        yield from _filled(push, keys, "nothing yet: call_status is new_call")


def call_has_status(subject: Subject) -> Iterator[Finding]:
    """Find a call, unlike a text message, without a status."""
    push = Push.of(subject)
    if not push.is_message and not push.text("call_status"):
        yield Finding("/call_status", "nothing", "a status such as new_call, call_attended or call_abandoned")


def message_has_no_call(subject: Subject) -> Iterator[Finding]:
    """Find what only a call can have in a text message."""
    push = Push.of(subject)
    if push.is_message:
        keys = (*TIMES, "call_url_audio", "call_audio_file", "call_queue", "call_disconnection")
        yield from _filled(push, keys, "nothing: this is a text message")


def transfer_names_another_call(subject: Subject) -> Iterator[Finding]:
    """Find a call that was transferred into itself."""
    push = Push.of(subject)
    field, other = push.transfer
    if other and other == push.text("call_id"):
        yield Finding(f"/{field}", other, "the identifier of another call")


def transfer_names_a_newer_call(subject: Subject) -> Iterator[Finding]:
    """Find a call that was transferred into an older one."""
    push = Push.of(subject)
    field, other = push.transfer
    here, there = age(push.text("call_id")), age(other)
    if here and there and there < here:
        yield Finding(f"/{field}", other, f"a call that began after {push.text('call_id')}")


def first_push_comes_first(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find calls whose final push went out without a first one, or before it."""
    for key, pushes in calls(subjects).items():
        index, push = next(((i, p) for i, p in pushes if p.kind in (STARTED, *FINAL)), pushes[0])
        if push.kind in FINAL:
            yield index, Finding("", f"a final push of {key}", "the first push of this call before it")


def number_of_pushes(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find pushes that a call has too often, and a third one without a second."""
    for key, pushes in calls(subjects).items():
        kinds = Counter(push.kind for _, push in pushes)
        if not kinds.keys() & {*FINAL, SMS}:
            continue
        seen: Counter[str] = Counter()
        for index, push in pushes:
            seen[push.kind] += 1
            most = 0 if push.kind == STARTED and push.reads("P7", "end-only") else 1
            if seen[push.kind] > most:
                found = f"{push.kind} push number {seen[push.kind]} of {key}"
                yield index, Finding("", found, f"{most} of this kind")
            elif push.kind == TRANSFERRED and not kinds[ENDED]:
                yield index, Finding("", f"a third push of {key} and no second", "the second push as well")


def final_push_is_complete(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find final pushes that do not say how the call ended."""
    for index, subject in enumerate(subjects):
        push = Push.of(subject)
        if push.kind not in FINAL:
            continue
        texts = ("call_disconnection", *(() if push.reads("P12", "manual-v1") else ("call_status",)))
        for key in texts:
            if not push.text(key):
                yield index, Finding(f"/{key}", "nothing", "how the call ended: this push is a final one")
        for key in (*TIMES, *AMOUNTS):
            if push.number(key) is None:
                yield index, Finding(f"/{key}", "nothing", "a number: this push is a final one")


def third_push_repeats_the_second(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find what the third push says differently from the second, but for the call that it names."""
    for pushes in calls(subjects).values():
        second = next((push.body for _, push in pushes if push.kind == ENDED), None)
        third = next(((i, push.body) for i, push in pushes if push.kind == TRANSFERRED), None)
        if second is None or third is None:
            continue
        index, body = third
        for key in sorted((second.keys() | body.keys()) - {*TRANSFER_KEYS}):
            if (key in second, second.get(key)) != (key in body, body.get(key)):
                said = f"as in the second push: {second.get(key)}"
                yield index, Finding(f"/{key}", str(body.get(key)), said)


def balance_falls_by_the_cost(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find final pushes whose balance is that of no other one, less their own cost.

    Calls that end together may be told in any order, so the pushes are put in the order in which the balance fell.
    """
    if any(subject.incomplete for subject in subjects):
        return
    charged: dict[str, tuple[Decimal, Decimal, int]] = {}
    for index, subject in enumerate(subjects):
        push = Push.of(subject)
        key, cost, balance = push.text("call_id"), push.number("call_cost"), push.number("call_balance")
        if push.kind in (ENDED, SMS) and cost is not None and balance is not None:
            charged.setdefault(key, (balance + cost, balance, index))
    fallen = sorted(charged.values(), key=lambda charge: (-charge[0], -charge[1]))
    for (_, before, _), (due, balance, index) in pairwise(fallen):
        if due != before:
            cost = due - balance
            yield index, Finding("/call_balance", str(balance), f"{before} - {cost} = {before - cost}")


def call_date_stays(subjects: Sequence[Subject]) -> Iterator[tuple[int, Finding]]:
    """Find calls that began twice."""
    for pushes in calls(subjects).values():
        first = pushes[0][1].body.get("call_date")
        for index, push in pushes[1:]:
            date = push.body.get("call_date")
            if date != first:
                yield index, Finding("/call_date", str(date), f"{first}, as in the first push of this call")


def _filled(push: Push, keys: Sequence[str], expected: str) -> Iterator[Finding]:
    return (Finding(f"/{key}", str(push.body[key]), expected) for key in keys if push.body.get(key))


RULES: dict[str, RuleFunction] = {
    **report_rules.RULES,
    "duration-covers-its-parts": duration_covers_its_parts,
    "cost-follows-tax": cost_follows_tax,
    "date-agrees-with-id": date_agrees_with_id,
    "audio-names-the-call": audio_names_the_call,
    "first-push-tells-no-end": first_push_tells_no_end,
    "call-has-status": call_has_status,
    "message-has-no-call": message_has_no_call,
    "transfer-names-another-call": transfer_names_another_call,
    "transfer-names-a-newer-call": transfer_names_a_newer_call,
}

SEQUENCE_RULES: dict[str, SequenceRuleFunction] = {
    "first-push-comes-first": first_push_comes_first,
    "number-of-pushes": number_of_pushes,
    "final-push-is-complete": final_push_is_complete,
    "third-push-repeats-the-second": third_push_repeats_the_second,
    "balance-falls-by-the-cost": balance_falls_by_the_cost,
    "call-date-stays": call_date_stays,
}
