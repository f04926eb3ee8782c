"""The board of one unit of work: what a handler does with calls, done by the PBX in that same transaction.

What is done with a call of a run is part of the run: its faults count what is told, and its verdict waits for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.board import Note, Opening
from simulator.message import Message
from simulator.switch.entering import enter
from simulator.switch.floor import agent_does
from simulator.switch.following import ONWARD
from simulator.switch.moves import Moved, end_and_reconnect, hang_up, swap
from simulator.switch.numbers import play_far_end
from simulator.switch.pbx import Pbx
from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Call, Direction, Kind, Party
from simulator.tenancy.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Switchboard:
    """See `simulator.board.Board`. ``operation`` is the command that is done."""

    pbx: Pbx
    tx: Transaction
    vendor: str
    operation: str = ""

    def __post_init__(self) -> None:
        """Whoever is at the board is who acts in its unit of work."""
        self.tx.by = f"{self.operation or 'a command'} of {self.vendor}"

    def start(
        self, direction: Direction, outside: str, *, extension: str | None = None, note: Note | None = None
    ) -> Call:
        """Begin a call."""
        return self.pbx.start(self.tx, direction, outside, extension=extension, note=note)[0]

    def happen(self, key: str, kind: Kind, **facts: Any) -> Call:
        """Let something happen to a call."""
        if kind is Kind.RINGING and facts.get("extension") is None:
            call = self.tx.call(key)
            if call is not None and call.direction is Direction.OUTBOUND:
                play_far_end(self.tx, key, call.outside)  # no step will play who was dialled
        return self._kept(self.pbx.happen(self.tx, key, kind, run=self.tx.run_of(key), **facts))

    def enter_queue(self, key: str, queue: str, **place: Any) -> Call:
        """Put a call in a queue, where a device rings if nobody has logged in to it."""
        return self._kept(enter(self.pbx, self.tx, key, queue, run=self.tx.run_of(key), **place))

    def transfer(
        self, key: str, *, extension: str | None = None, queue: str | None = None, by: str | None = None
    ) -> Call:
        """Transfer a call, and return the one that goes on for it."""
        run = self.tx.run_of(key)
        name = run.name_after(key) if run else ""
        return self._kept(self.pbx.transfer(self.tx, key, extension, queue=queue, by=by, run=run, name=name))

    def hang_up(self, key: str, by: Party, *, extension: str | None = None) -> Call:
        """End a call for this party, or let an extension of ours leave it."""
        return self._kept(hang_up(self.pbx, self.tx, key, by, extension=extension, run=self.tx.run_of(key)))

    def swap(self, active: str, held: str, *, extension: str | None = None) -> Call:
        """Hold the active call of a device and go on with the held one."""
        run = self.tx.run_of(active)
        return self._kept(swap(self.pbx, self.tx, active, held, extension=extension, run=run))

    def end_and_reconnect(self, active: str, held: str, *, extension: str | None = None) -> Call:
        """End the active call of a device and go on with the held one."""
        run = self.tx.run_of(active)
        return self._kept(end_and_reconnect(self.pbx, self.tx, active, held, extension=extension, run=run))

    def go_on(
        self, key: str, *, extension: str | None = None, queue: str | None = None, undetected: bool = False
    ) -> None:
        """Say where a call goes by itself as soon as its far end has picked up."""
        call = self.tx.call(key)
        if undetected and call is not None:
            play_far_end(self.tx, key, call.outside, undetected=True)
        facts = {"extension": extension} if queue is None else {"queue": queue}
        self.tx.put(ONWARD, key, {"call": key, "facts": facts})

    def agent(self, extension: str, kind: AgentKind, *, queue: str | None = None) -> None:
        """Let something happen to an agent."""
        agent_does(self.pbx, self.tx, extension, kind, queue=queue)

    def tell(self, message: Message) -> None:
        """Tell something that is no event of a call."""
        self.pbx.tell(self.tx, message)

    def open_channel(self) -> Opening | None:
        """Open an event channel of the vendor."""
        return self.pbx.announcer.open(self.tx, self.vendor)

    def _kept(self, moved: Moved) -> Call:
        call, run = moved
        if run is not None:
            self.tx.put_run(run)
        return call
