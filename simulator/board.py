"""What a vendor's handler may make happen beside its own records, and an answer that stays open: protocols alone.

Whoever stands behind them works in the handler's unit of work: state, messages and reply are kept together, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from simulator.telephony.agents import AgentKind
from simulator.telephony.calls import Call, Direction, Kind, Party

if TYPE_CHECKING:
    from asyncio import Future

    from simulator.message import Message

Note = Callable[[Call], None]


class Stream(Protocol):
    """An answer that stays open, as the shell sees it: it waits until it is ready, and sends what it takes."""

    @property
    def idle(self) -> bytes:
        """What goes out when nothing else did for a while."""

    @property
    def broken(self) -> bool:
        """True when the connection is to break behind what was taken last."""

    def ready(self) -> Future[None]:
        """Return what is done when there is something to take."""

    def take(self) -> tuple[bytes, bool]:
        """Return all that is to be sent now, and whether it is the last."""

    def will_break(self, event: int, *, inside: bool) -> None:
        """Take note that it will break on purpose behind the event of this number (1 first), or ``inside`` it."""

    def close(self) -> None:
        """Take note that nobody listens any more."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An event channel that opens: its id, its first event, what follows, and after how much silence it shows life."""

    number: int
    first: bytes
    stream: Stream
    seconds: float


class Board(Protocol):
    """Calls, and what is told of them, for a handler."""

    def start(
        self, direction: Direction, outside: str, *, extension: str | None = None, note: Note | None = None
    ) -> Call:
        """Begin a call. ``note`` sees it before anybody is told of it, so that it can write records of it.

        Raises a SimulatorError when the world has no such extension, or no line.
        """

    def happen(self, key: str, kind: Kind, **facts: Any) -> Call:
        """Let something happen to a call. Raises a SimulatorError when it cannot."""

    def enter_queue(self, key: str, queue: str, **place: Any) -> Call:
        """Put a call in a queue; where nobody has logged in to it, its first free extension rings.

        ``place`` says where in it. Raises a SimulatorError.
        """

    def transfer(
        self, key: str, *, extension: str | None = None, queue: str | None = None, by: str | None = None
    ) -> Call:
        """Transfer a call (``by`` whom of ours), and return the one that goes on for it. Raises a SimulatorError."""

    def hang_up(self, key: str, by: Party, *, extension: str | None = None) -> Call:
        """End a call for this party; the other one goes on where that was preset. Raises a SimulatorError.

        ``extension`` is who of ours hangs up, and only leaves while others of ours talk on.
        """

    def swap(self, active: str, held: str, *, extension: str | None = None) -> Call:
        """Hold the active call of a device and go on with the held one, which is returned. Raises a SimulatorError."""

    def end_and_reconnect(self, active: str, held: str, *, extension: str | None = None) -> Call:
        """End the active call of a device and go on with the held one, which is returned. Raises a SimulatorError."""

    def go_on(
        self, key: str, *, extension: str | None = None, queue: str | None = None, undetected: bool = False
    ) -> None:
        """Say where a call that was dialled for nobody yet goes by itself as soon as its far end has picked up.

        With ``undetected`` nobody listens who that is: an answering machine goes there like a person.
        """

    def agent(self, extension: str, kind: AgentKind, *, queue: str | None = None) -> None:
        """Let something happen to an agent. Raises a SimulatorError when it cannot, and then has done nothing."""

    def tell(self, message: Message) -> None:
        """Tell something that is no event of a call."""

    def open_channel(self) -> Opening | None:
        """Open an event channel of the vendor; None when as many are open as may be."""
