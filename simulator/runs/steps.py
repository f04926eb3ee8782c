"""What each word of a scenario does to the PBX: one function a verb, in a literal table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scenarios.model import STARTING, Step, Verb
from simulator.switch.floor import agent_does
from simulator.switch.moves import attended_transfer, hang_up, swap
from simulator.switch.numbers import play_far_end
from simulator.switch.pbx import Pbx
from simulator.switch.router import ring_group, route
from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Call, Cause, Direction, ImpossibleEvent, Kind, Medium, Party, State
from simulator.telephony.reaching import called, why_not_unreached
from simulator.tenancy.runs import Run
from simulator.tenancy.transactions import Transaction

# What a step of this table does; its calls are given by their ids. The run, if there is one, comes back with it.
Act = Callable[[Pbx, Transaction, Run | None, Step], Run | None]

PARTIES = {"outside": Party.OUTSIDE, "inside": Party.INSIDE, "system": Party.SYSTEM}
_CAUSES = {Verb.BUSY: Cause.BUSY, Verb.REFUSE: Cause.REFUSED, Verb.MACHINE: Cause.MACHINE}


def act(pbx: Pbx, tx: Transaction, run: Run, step: Step) -> Run:
    """Do one step of a run. Raises a SimulatorError when the call or the world cannot do it."""
    if step.other is not None:
        step = replace(step, fields={**step.fields, "with": run.calls[step.other]})
    if step.call and step.verb not in STARTING:
        step = replace(step, call=run.calls[step.call])
    return act_by_id(pbx, tx, run, step) or run


def act_by_id(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    """Do a step whose calls are named by their ids, as part of a run if they are one's. Raises as `act`."""
    return ACTS[step.verb](pbx, tx, run, step)


def possible_steps(call: Call) -> list[str]:
    """Return the words of the steps that a call can take as it stands."""
    kinds = call.possible
    return sorted(
        verb.value
        for verb, kind in _KINDS.items()
        if kind in kinds and not why_not_unreached(call, {"cause": _CAUSES.get(verb)})
    )


def why_impossible(refusal: ImpossibleEvent, run: Run, step: Step) -> str:
    """Say in the words of a scenario that a call cannot take a step, and which it can."""
    call, can = refusal.call, possible_steps(refusal.call)
    steps = f"it can take: {', '.join(can)}" if can else "it has ended and takes nothing more"
    return f'{step.verb}: call "{run.name_of(call.id) or call.id}" is {call.state.value}; {refusal.why or steps}'


def _inbound(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    return pbx.start(tx, Direction.INBOUND, step.fields["from"], line=step.fields.get("to"), run=run, name=step.call)[1]


def _outbound(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    return _dialled(pbx, tx, run, step, step.fields["extension"])


def _sms(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    sender, medium = step.fields.get("extension"), Medium.SMS
    return pbx.start(
        tx, Direction.OUTBOUND, step.fields["to"], extension=sender, medium=medium, run=run, name=step.call
    )[1]


def _sms_in(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    line, medium = step.fields.get("to"), Medium.SMS
    return pbx.start(tx, Direction.INBOUND, step.fields["from"], line=line, medium=medium, run=run, name=step.call)[1]


def _event(kind: Kind, *names: str, **renamed: str) -> Act:
    """Make the act for a verb that is one event; ``names`` and ``renamed`` say which words become its facts."""

    def do(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
        words = {**dict.fromkeys(names), **renamed}
        facts = {fact: step.fields.get(word or fact) for fact, word in words.items()}
        return pbx.happen(tx, step.call, kind, run=run, **facts)[1]

    return do


def _with_device(kind: Kind) -> Act:
    """Make the act for a verb whose device may be left out: then it is the one that rings."""

    def do(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
        call = tx.known_call(step.call)
        device = step.fields.get("extension") or next(iter(call.alerted), None)
        if device is None and call.state is not State.RINGING:
            _needs_far_end(call, kind)
        return pbx.happen(tx, call.id, kind, run=run, extension=device)[1]

    return do


def _internal(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    extension = step.fields["extension"]
    return pbx.start(tx, Direction.INTERNAL, step.fields["to"], extension=extension, run=run, name=step.call)[1]


def _predictive(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    return _dialled(pbx, tx, run, step, None)


def _dialled(pbx: Pbx, tx: Transaction, run: Run | None, step: Step, extension: str | None) -> Run | None:
    to = step.fields["to"]
    call, after = pbx.start(tx, Direction.OUTBOUND, to, extension=extension, run=run, name=step.call)
    if "by_number" in step.fields:
        play_far_end(tx, call.id, call.outside)
    return after


def _route(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    return route(pbx, tx, step.call, run=run)[1]


def _ring(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    key, group = step.call, step.fields.get("group")
    if group is not None:
        return ring_group(pbx, tx, key, group, run=run)[1]
    extension = step.fields.get("extension")
    if extension is None:
        _needs_far_end(tx.known_call(step.call), Kind.RINGING)
    return pbx.happen(tx, key, Kind.RINGING, run=run, extension=extension)[1]


def _queue(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    priority = int(step.fields["priority"]) if "priority" in step.fields else None
    key, queue = step.call, step.fields["queue"]
    return pbx.happen(tx, key, Kind.QUEUED, run=run, queue=queue, priority=priority)[1]


def _press(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    key, by = step.call, PARTIES[step.fields.get("by", "outside")]
    return pbx.happen(tx, key, Kind.DIGITS_PRESSED, run=run, digits=step.fields["digits"], by=by)[1]


def _swap(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    return swap(pbx, tx, step.call, step.fields["with"], run=run)[1]


def _transfer(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    key, fields, to = step.call, step.fields, step.fields.get("to")
    call = tx.known_call(step.call)
    if to is not None and to in call.present and to in (call.agent, call.extension):
        raise ImpossibleEvent(call, Kind.TRANSFERRED, f"extension {to} has the call: transfer it to another one")
    if "with" in fields:
        consultation = fields["with"]
        return attended_transfer(pbx, tx, key, fields["to"], consultation, run=run, name=fields["as"])[1]
    by, queue = fields.get("extension"), fields.get("queue")
    if by is not None and by not in call.present:
        raise ImpossibleEvent(call, Kind.TRANSFERRED, f"extension {by} is not in the call")
    new, after = pbx.transfer(tx, key, to, queue=queue, by=by, run=run, name=fields["as"])
    if "queue" in fields:
        return pbx.happen(tx, new.id, Kind.QUEUED, run=after, queue=fields["queue"])[1]
    return after


def _agent(kind: AgentKind) -> Act:
    def do(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
        fields = step.fields
        queue, reason = fields.get("queue"), fields.get("reason")
        key = run.id if run else ""
        if run is not None:
            tx.put_run(run)  # its faults count what is told
        agent_does(pbx, tx, fields["extension"], kind, queue=queue, reason=reason, run=key)
        return tx.run(key)

    return do


def _unreached(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    call, cause = tx.known_call(step.call), _CAUSES[step.verb]
    # What a machine is, the PBX finds out and ends.
    by = Party.SYSTEM if cause is Cause.MACHINE else called(call)
    return pbx.happen(tx, call.id, Kind.ENDED, run=run, by=by, cause=cause)[1]


def _hang_up(pbx: Pbx, tx: Transaction, run: Run | None, step: Step) -> Run | None:
    call = tx.known_call(step.call)
    by = PARTIES[step.fields.get("by", "outside")]
    return hang_up(pbx, tx, call.id, by, run=run)[1]


def _needs_far_end(call: Call, kind: Kind) -> None:
    """Refuse what was said of no device, where nobody was dialled who could be meant."""
    if call.direction is not Direction.OUTBOUND and kind in call.possible:
        raise ImpossibleEvent(call, kind, "no device rings, and nobody outside was dialled: name the extension")


ACTS: dict[Verb, Act] = {
    Verb.INBOUND: _inbound,
    Verb.OUTBOUND: _outbound,
    Verb.INTERNAL: _internal,
    Verb.PREDICTIVE: _predictive,
    Verb.SMS: _sms,
    Verb.SMS_IN: _sms_in,
    Verb.MENU: _event(Kind.MENU_ENTERED),
    Verb.CHOOSE: _event(Kind.MENU_CHOSEN, digits="option"),
    Verb.TYPE_DOCUMENT: _event(Kind.DOCUMENT_TYPED, "digits"),
    Verb.TYPE_ORDER: _event(Kind.ORDER_TYPED, "digits"),
    Verb.QUEUE: _queue,
    Verb.ROUTE: _route,
    Verb.RING: _ring,
    Verb.NO_ANSWER: _with_device(Kind.UNANSWERED),
    Verb.ANSWER: _with_device(Kind.ANSWERED),
    Verb.PICK_UP: _event(Kind.PICKED_UP, "extension"),
    Verb.HOLD: _event(Kind.HELD, "extension"),
    Verb.RESUME: _event(Kind.RESUMED, "extension"),
    Verb.CHANGE_QUEUE: _event(Kind.QUEUE_CHANGED, "queue"),
    Verb.SWAP: _swap,
    Verb.PARK: _event(Kind.PARKED),
    Verb.JOIN: _event(Kind.JOINED, "extension"),
    Verb.BREAK_IN: _event(Kind.BROKE_IN, "extension"),
    Verb.LEAVE: _event(Kind.LEFT, "extension"),
    Verb.PRESS: _press,
    Verb.ATTACH: _event(Kind.DATA_ATTACHED, "data"),
    Verb.PRESET: _event(Kind.DESTINATION_PRESET, "extension"),
    Verb.RECORD: _event(Kind.RECORDING_STARTED),
    Verb.STOP_RECORDING: _event(Kind.RECORDING_STOPPED),
    Verb.VOICEMAIL: _event(Kind.MAILBOX_REACHED, "extension"),
    Verb.TRANSFER: _transfer,
    Verb.BUSY: _unreached,
    Verb.REFUSE: _unreached,
    Verb.MACHINE: _unreached,
    Verb.HANGUP: _hang_up,
    Verb.LOGIN: _agent(AgentKind.LOGGED_IN),
    Verb.LOGOUT: _agent(AgentKind.LOGGED_OUT),
    Verb.PAUSE: _agent(AgentKind.PAUSED),
    Verb.UNPAUSE: _agent(AgentKind.UNPAUSED),
}

# What a step makes of its call; those that begin one, and those of agents, are not here.
_KINDS: dict[Verb, Kind] = {
    Verb.MENU: Kind.MENU_ENTERED,
    Verb.CHOOSE: Kind.MENU_CHOSEN,
    Verb.TYPE_DOCUMENT: Kind.DOCUMENT_TYPED,
    Verb.TYPE_ORDER: Kind.ORDER_TYPED,
    Verb.QUEUE: Kind.QUEUED,
    Verb.RING: Kind.RINGING,
    Verb.NO_ANSWER: Kind.UNANSWERED,
    Verb.ANSWER: Kind.ANSWERED,
    Verb.PICK_UP: Kind.PICKED_UP,
    Verb.HOLD: Kind.HELD,
    Verb.RESUME: Kind.RESUMED,
    Verb.CHANGE_QUEUE: Kind.QUEUE_CHANGED,
    Verb.PARK: Kind.PARKED,
    Verb.JOIN: Kind.JOINED,
    Verb.BREAK_IN: Kind.BROKE_IN,
    Verb.LEAVE: Kind.LEFT,
    Verb.PRESS: Kind.DIGITS_PRESSED,
    Verb.ATTACH: Kind.DATA_ATTACHED,
    Verb.PRESET: Kind.DESTINATION_PRESET,
    Verb.RECORD: Kind.RECORDING_STARTED,
    Verb.STOP_RECORDING: Kind.RECORDING_STOPPED,
    Verb.VOICEMAIL: Kind.MAILBOX_REACHED,
    Verb.TRANSFER: Kind.TRANSFERRED,
    Verb.BUSY: Kind.ENDED,
    Verb.REFUSE: Kind.ENDED,
    Verb.MACHINE: Kind.ENDED,
    Verb.HANGUP: Kind.ENDED,
}
