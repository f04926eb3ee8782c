"""Writes what a tenant's calls did as a scenario: steps from their events, expectations from what was exchanged.

Pure. Which step stands for which event is one table, so that a new kind of event is a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, product
from string import ascii_uppercase
from typing import Any

from scenarios.durations import format_duration
from scenarios.shape import findings
from simulator.recording.masks import Masks
from simulator.telephony.calls import Call, Cause, Direction, Event, Kind, Medium

MOST_CALLS, MOST_STEPS = 100, 1000
MOST_DATA = 100  # characters, as a step has them

# What is pressed and too long for a choice is a number that somebody knows; from six digits on every text is masked.
_PIN = re.compile(r"(?<![0-9])[0-9]{4,5}(?![0-9])")

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step is written with: the scenario's names of the calls, the masks, and whether lines are named."""

    names: Mapping[str, str]
    masks: Masks
    lines: bool = False


Fact = Callable[[Call, Event, Scene], str | int | None]
Write = Callable[[Call, Event, Scene], Step | None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Steps of a scenario in order, the names of their calls, and which calls were left out and why."""

    steps: tuple[Step, ...]
    names: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)


def _says(verb: str, **words: Fact) -> Write:
    """Make a writer of a step: its verb, and where each of its words comes from; one that is None is left out."""

    def write(call: Call, event: Event, scene: Scene) -> Step:
        facts = {word.rstrip("_"): fact(call, event, scene) for word, fact in words.items()}
        return {verb: {"call": scene.names[call.id], **{w: value for w, value in facts.items() if value is not None}}}

    return write


def _started(call: Call, event: Event, scene: Scene) -> Step | None:
    if call.origin is not None:
        return None  # the transfer has begun it
    write = _STARTS.get((call.direction, call.medium))
    return write(call, event, scene) if write else {f"{call.direction.value} {call.medium.value}": {}}


def _ended(call: Call, event: Event, scene: Scene) -> Step | None:
    return _ENDS.get(event.cause, _HANGUP)(call, event, scene)


def _outside(call: Call, event: Event, scene: Scene) -> str:
    return scene.masks.phone(call.outside)


def _line(call: Call, event: Event, scene: Scene) -> str | None:
    return scene.masks.line(call.line) if scene.lines else None


def _dialled_by(call: Call, event: Event, scene: Scene) -> str | None:
    return call.extension


def _extension(call: Call, event: Event, scene: Scene) -> str | None:
    return event.extension


def _queue(call: Call, event: Event, scene: Scene) -> str | None:
    return event.queue


def _actor(call: Call, event: Event, scene: Scene) -> str | None:
    return event.actor if event.actor != call.agent else None


def _priority(call: Call, event: Event, scene: Scene) -> int | None:
    return event.priority


def _queued(call: Call, event: Event, scene: Scene) -> Step | None:
    if call.origin is not None and event.number == 2 and event.at == call.started:
        return None  # the transfer to the queue has done it
    return _QUEUE(call, event, scene)


def _dialled(call: Call, event: Event, scene: Scene) -> Step | None:
    return (_OUTBOUND if call.extension else _PREDICTIVE)(call, event, scene)


def _called(call: Call, event: Event, scene: Scene) -> str:
    return call.outside


def _keys(call: Call, event: Event, scene: Scene) -> str:
    return _PIN.sub(lambda found: scene.masks.number(found[0]), scene.masks.text(event.digits or ""))


def _data(call: Call, event: Event, scene: Scene) -> str:
    return scene.masks.text(event.data or "")[:MOST_DATA]  # what is made up may be longer than what was real


def _digits(call: Call, event: Event, scene: Scene) -> str | None:
    return event.digits


def _number(call: Call, event: Event, scene: Scene) -> str:
    return scene.masks.number(event.digits or "")


def _other(call: Call, event: Event, scene: Scene) -> str | None:
    return scene.names.get(event.other or "")


def _by(call: Call, event: Event, scene: Scene) -> str | None:
    return event.by.value if event.by else None


_STARTS: Mapping[tuple[Direction, Medium], Write] = {
    (Direction.INBOUND, Medium.VOICE): _says("inbound", from_=_outside, to=_line),
    (Direction.OUTBOUND, Medium.VOICE): _dialled,
    (Direction.INTERNAL, Medium.VOICE): _says("internal", extension=_dialled_by, to=_called),
    (Direction.OUTBOUND, Medium.SMS): _says("sms", extension=_dialled_by, to=_outside),
    (Direction.INBOUND, Medium.SMS): _says("sms_in", from_=_outside, to=_line),
}
_OUTBOUND = _says("outbound", extension=_dialled_by, to=_outside)
_PREDICTIVE = _says("predictive", to=_outside)
_QUEUE = _says("queue", queue=_queue, priority=_priority)
_HANGUP = _says("hangup", by=_by)
_ENDS: Mapping[Cause | None, Write] = {
    Cause.BUSY: _says("busy"),
    Cause.REFUSED: _says("refuse"),
    Cause.MACHINE: _says("machine"),
}

# Every kind of event, and the step that lets it happen again.
STEPS: Mapping[Kind, Write] = {
    Kind.STARTED: _started,
    Kind.SMS_SENT: _started,
    Kind.SMS_RECEIVED: _started,
    Kind.SMS_UNSENT: _started,
    Kind.MENU_ENTERED: _says("menu"),
    Kind.MENU_CHOSEN: _says("choose", option=_digits),
    Kind.DOCUMENT_TYPED: _says("type_document", digits=_number),
    Kind.ORDER_TYPED: _says("type_order", digits=_number),
    Kind.QUEUED: _queued,
    Kind.RINGING: _says("ring", extension=_extension),
    Kind.UNANSWERED: _says("no_answer", extension=_extension),
    Kind.ANSWERED: _says("answer", extension=_extension),
    Kind.HELD: _says("hold", extension=_extension),
    Kind.RESUMED: _says("resume", extension=_extension),
    Kind.QUEUE_CHANGED: _says("change_queue", queue=_queue),
    Kind.PICKED_UP: _says("pick_up", extension=_extension),
    Kind.PARKED: _says("park"),
    Kind.JOINED: _says("join", extension=_extension),
    Kind.BROKE_IN: _says("break_in", extension=_extension),
    Kind.LEFT: _says("leave", extension=_extension),
    Kind.DIGITS_PRESSED: _says("press", digits=_keys, by=_by),
    Kind.DATA_ATTACHED: _says("attach", data=_data),
    Kind.DESTINATION_PRESET: _says("preset", extension=_extension),
    Kind.RECORDING_STARTED: _says("record"),
    Kind.RECORDING_STOPPED: _says("stop_recording"),
    Kind.MAILBOX_REACHED: _says("voicemail", extension=_extension),
    Kind.TRANSFERRED: _says("transfer", to=_extension, queue=_queue, as_=_other, extension=_actor),
    Kind.ENDED: _ended,
}


def record(calls: Sequence[Call], masks: Masks, *, lines: bool = False) -> Recorded:
    """Return the steps that let these calls happen again; ``lines``: with the number of ours that each came by.

    A call with something that no step says is left out, and so is one that began by the transfer of such a one.
    """
    names = dict(zip((call.id for call in calls), _names(), strict=False))
    scene = Scene(names, masks, lines)
    written: list[tuple[datetime, int, int, Step]] = []
    left_out: dict[str, str] = {}
    for call in sorted(calls, key=lambda c: c.serial):
        why, steps = _written(call, scene, left_out)
        if why:
            left_out[call.id] = why
        else:
            written += [(at, call.serial, number, step) for at, number, step in steps]
    written.sort(key=lambda each: each[:3])
    kept = {key: name for key, name in names.items() if key not in left_out}
    return Recorded(tuple(_timed(written)), kept, left_out)


def _written(call: Call, scene: Scene, left_out: Mapping[str, str]) -> tuple[str, list[tuple[datetime, int, Step]]]:
    """Return why a call cannot be written ("" if it can), and its steps with the time and number of each."""
    if call.origin is not None and (call.origin not in scene.names or call.origin in left_out):
        return f"it began by the transfer of {call.origin}, which is not recorded", []
    steps = []
    for event in call.events:
        write = STEPS.get(event.kind)
        step = write(call, event, scene) if write else {event.kind.value: {}}
        if step is None:
            continue
        if findings({"scenario": "one", "title": "One step", "steps": [step]}):
            return f"no step says what happened to it as event {event.number} ({event.kind.value})", []
        steps.append((event.at, event.number, step))
    return "", steps


def _timed(written: Sequence[tuple[datetime, int, int, Step]]) -> Iterator[Step]:
    before = written[0][0] if written else None
    for at, _, _, step in written:
        wait = format_duration(at - before) if before and at > before else None
        yield {"after": wait, **step} if wait else step
        before = at


def _names() -> Iterator[str]:
    """Yield A to Z, AA to ZZ, and so on."""
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_uppercase, repeat=length))
