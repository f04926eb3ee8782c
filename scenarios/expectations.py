"""Holds what was expected against what happened. Pure: a list of records in, a list of outcomes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scenarios.durations import format_duration
from scenarios.expected import Clean, Expectation, Holds, Match, Order, Reaction, Received, Sent, vendor_of
from scenarios.holding import Left, Nothing, found, near, unknown
from scenarios.sendings import OWN, Record, Sending, describe, differences, near_misses, sendings

__all__ = ["Outcome", "Record", "evaluate"]

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an expectation. ``near_misses`` are lines for people, at most three, if it was not met.

    ``judged`` is False where nothing can be said, since the vendor had no target or no channel, or was not asked for
    anything; such a one counts as met.
    """

    expectation: Expectation
    met: bool
    text: str
    near_misses: tuple[str, ...] = ()
    judged: bool = True


def evaluate(
    expectations: Sequence[Expectation],
    log: Sequence[Record],
    *,
    errors: int = 0,
    unsent: Collection[str] = (),
    unheard: Collection[str] = (),
    left: Left | None = None,
) -> list[Outcome]:
    """Return the outcome of each expectation, in order.

    ``log`` is in the order in which things happened; ``errors`` is how many errors the contract check found;
    ``unsent`` names the vendors whose messages had no target, ``unheard`` those whose channel nobody opened; ``left``
    is what the run left behind. Attempts of one delivery count once, each duplicate by a fault for itself.
    """
    out = sendings(r for r in log if r.direction == "sent")
    came, own = ([Sending(r, (r,)) for r in log if r.direction == direction] for direction in ("received", OWN))
    start = next((record.at for record in log if record.at), None)
    told = {s.first.vendor for s in out}
    silent = {vendor: f"{vendor} has no target in this run" for vendor in unsent if vendor not in told}
    silent |= {vendor: f"nobody opened a channel of {vendor}" for vendor in unheard if vendor not in told}
    seen = _Seen(out, came, start, silent, errors, left or Nothing())
    return [_with_symptom(_with_own(_outcome(expectation, seen), own, start)) for expectation in expectations]


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that happened, since when, why some vendors told nothing, and the count of contract errors."""

    out: Sequence[Sending]
    came: Sequence[Sending]
    start: datetime | None
    silent: Mapping[str, str]
    errors: int
    left: Left


def _with_own(outcome: Outcome, own: Sequence[Sending], start: datetime | None) -> Outcome:
    """Show what looks like the request that did not come, and was the simulator's own message to its own fake."""
    wanted = outcome.expectation
    if outcome.met or outcome.near_misses or not isinstance(wanted, Received):
        return outcome
    alike = _matching(wanted.match, own)[:SHOWN]
    lines = (f"{describe(s, start)}: the simulator's own message, no request of an integration" for s in alike)
    return replace(outcome, near_misses=tuple(lines))


def _with_symptom(outcome: Outcome) -> Outcome:
    expectation = outcome.expectation
    if outcome.met or isinstance(expectation, Clean) or not expectation.symptom:
        return outcome
    return replace(outcome, text=f"{outcome.text}: {expectation.symptom}")


def _outcome(expectation: Expectation, seen: _Seen) -> Outcome:
    match expectation:
        case Clean():
            return _clean(expectation, seen.errors)
        case Received():
            return _received(expectation, seen)
        case Holds():
            return _held(expectation, seen.left)
    vendor = vendor_of(expectation)
    if vendor is not None and vendor in seen.silent:
        text = f"{_title(expectation)}: not judged, since {seen.silent[vendor]}"
        return Outcome(expectation, met=True, text=text, judged=False)
    if isinstance(expectation, Reaction):
        return _reacted(expectation, seen)
    outcomes = [_at_target(expectation, sent, seen.start, at) for at, sent in _by_target(vendor, seen.out)]
    return next((o for o in outcomes if not o.met), outcomes[0])


def _received(expectation: Received, seen: _Seen) -> Outcome:
    vendor = expectation.match.vendor
    if expectation.optional and all(request.first.vendor != vendor for request in seen.came):
        text = f"{_title(expectation)}: not judged, since nothing was asked of {vendor}"
        return Outcome(expectation, met=True, text=text, judged=False)
    return _counted(expectation, seen.came, seen.start, "")


def _at_target(expectation: Sent | Order, sent: Sequence[Sending], start: datetime | None, label: str) -> Outcome:
    if isinstance(expectation, Order):
        return _ordered(expectation, sent, start, label)
    return _counted(expectation, sent, start, label)


def _by_target(vendor: str | None, out: Sequence[Sending]) -> Iterator[tuple[str, list[Sending]]]:
    """Yield what each target of a vendor got; other vendors' sendings stay in as possible near misses."""
    targets = list(dict.fromkeys(s.first.target for s in out if s.first.vendor == vendor)) or [None]
    for target in targets:
        label = f" at {target}" if len(targets) > 1 else ""
        yield label, [s for s in out if s.first.vendor != vendor or s.first.target == target]


def _counted(
    expectation: Sent | Received, candidates: Sequence[Sending], start: datetime | None, label: str
) -> Outcome:
    wanted, least, most = expectation.match, expectation.least, expectation.most
    matching = _matching(wanted, candidates)
    text = f"{_title(expectation)}: expected {_range(least, most)}{label}, found {len(matching)}"
    misses: list[str] = []
    if len(matching) < least:
        misses = near_misses(wanted, candidates, start, SHOWN)
    elif most is not None and len(matching) > most:
        misses = [f"{describe(s, start)}: one too many" for s in matching[most:][:SHOWN]]
    elif isinstance(expectation, Sent) and expectation.deliveries is not None:
        return _same_ids(expectation, matching, start, text)
    met = least <= len(matching) and (most is None or len(matching) <= most)
    return Outcome(expectation, met, text, tuple(misses))


def _same_ids(expectation: Sent, matching: Sequence[Sending], start: datetime | None, text: str) -> Outcome:
    ids = len({s.first.delivery for s in matching})
    met = ids == expectation.deliveries
    text = f"{text}; expected {expectation.deliveries} distinct delivery ids, found {ids}"
    lines = (f"{describe(s, start)}: delivery {s.first.delivery}" for s in matching[:SHOWN])
    return Outcome(expectation, met, text, () if met else tuple(lines))


def _ordered(expectation: Order, sent: Sequence[Sending], start: datetime | None, label: str) -> Outcome:
    title = f"{_title(expectation)}{label}"
    before: Sending | None = None
    for index, wanted in enumerate(expectation.of):
        again, matching = expectation.of[:index].count(wanted), _matching(wanted, sent)
        if again >= len(matching):
            times = f"went out only {len(matching)} of {again + 1} times" if matching else "never went out"
            misses = near_misses(wanted, sent, start, SHOWN)
            return Outcome(expectation, False, f"{title}: {_named(wanted)} {times}", tuple(misses))
        this = matching[again]
        if before and this.first.number < before.first.number:
            text = f"{title}: {_named(wanted)} went out before {_named(expectation.of[index - 1])}"
            return Outcome(expectation, False, text, (describe(this, start), describe(before, start)))
        before = this
    return Outcome(expectation, True, title)


def _reacted(expectation: Reaction, seen: _Seen) -> Outcome:
    """Hold each message that should cause a request against the first such request that came after it."""
    title = _title(expectation)
    causes = _matching(expectation.to, seen.out)
    if not causes:
        text = f"{title}: {_named(expectation.to)} never went out"
        return Outcome(expectation, False, text, tuple(near_misses(expectation.to, seen.out, seen.start, SHOWN)))
    requests = _matching(expectation.by, seen.came)
    late = [(cause, _delay(cause, requests)) for cause in causes]
    limit = expectation.within.total_seconds()
    missed = [(cause, delay) for cause, delay in late if delay is None or delay > limit]
    if not missed:
        longest = max(delay for _, delay in late if delay is not None)
        return Outcome(expectation, True, f"{title}: after {longest:.3f} s at the latest")
    lines = [f"{describe(cause, seen.start)}: {_how_late(delay)}" for cause, delay in missed[:SHOWN]]
    if not requests:
        lines += near_misses(expectation.by, seen.came, seen.start, SHOWN - len(lines))
    return Outcome(expectation, False, f"{title}: missed by {len(missed)} of {len(causes)}", tuple(lines))


def _delay(cause: Sending, requests: Sequence[Sending]) -> float | None:
    left = cause.first.wall
    times = (r.first.wall for r in requests)
    return min((at - left for at in times if left is not None and at is not None and at >= left), default=None)


def _how_late(delay: float | None) -> str:
    return "no such request came after it" if delay is None else f"the request came {delay:.3f} s after it"


def _held(expectation: Holds, left: Left) -> Outcome:
    there = found(expectation, left)
    met = expectation.least <= len(there) and (expectation.most is None or len(there) <= expectation.most)
    met = met and not unknown(expectation, left)
    text = f"{_title(expectation)}: expected {_range(expectation.least, expectation.most)}, found {len(there)}"
    return Outcome(expectation, met, text, () if met else tuple(near(expectation, left)))


def _matching(wanted: Match, candidates: Sequence[Sending]) -> list[Sending]:
    return [s for s in candidates if not s.dropped and not differences(wanted, s)]


def _clean(expectation: Clean, errors: int) -> Outcome:
    found = f"{errors} error{'' if errors == 1 else 's'}"
    if not expectation.wanted:
        return Outcome(expectation, True, f"clean: contract errors are allowed, found {found}")
    return Outcome(expectation, errors == 0, f"clean: expected no contract error, found {found}")


def _title(expectation: Expectation) -> str:
    match expectation:
        case Sent():
            return f"{'not_sent' if expectation.most == 0 else 'sent'} {_named(expectation.match)}"
        case Received():
            return f"{'not_received' if expectation.most == 0 else 'received'} {_named(expectation.match)}"
        case Order():
            return f"order {', '.join(_named(wanted) for wanted in expectation.of)}"
        case Reaction():
            within = format_duration(expectation.within)
            return f"reaction to {_named(expectation.to)} by {_named(expectation.by)} within {within}"
        case Holds():
            what = f"call {expectation.call}" if expectation.call else expectation.record
            wanted = ", ".join(f"{name} {value}" for name, value in expectation.fields.items())
            return f"{'not_state' if expectation.most == 0 else 'state'} {what}{f' with {wanted}' if wanted else ''}"
        case Clean():
            return "clean"


def _named(wanted: Match) -> str:
    words = [word for word in (wanted.vendor, wanted.message, wanted.operation) if word]
    words += [f"of {wanted.call}"] if wanted.call else []
    words += [f"with status {wanted.status}"] if wanted.status is not None else []
    if wanted.delivered is not None:
        words.append("delivered" if wanted.delivered else "not delivered")
    words += [f"in {wanted.attempts} attempts"] if wanted.attempts is not None else []
    return " ".join(words)


def _range(least: int, most: int | None) -> str:
    if least == most:
        return f"exactly {least}" if least else "none"
    return f"at least {least}" if most is None else f"{least} to {most}"
