"""What the simulator tells a fake of its own: each half of such an exchange learns what was done wrong with the other.

Both halves are in one process: a mark goes along that nobody else can know, and stands in no journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from secrets import token_hex
from urllib.parse import urlsplit

from contracts.model import HttpRequest
from simulator.delivery.sending import Outgoing

HEADER = "x-pbxsim-errand"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Errand:
    """One request on its way to a fake of ours: to which target, with which ``flaw`` of its own.

    ``other_fault`` is what the fake does wrong with its answer; ``id`` is that of the exchange, where it has one
    (see `simulator.tenancy.journal.REPLAY`).
    """

    target: str
    flaw: str | None = None
    id: str = ""
    other_fault: str | None = None


class Errands:
    """Those that are under way. ``home`` is where this simulator itself listens, if it does."""

    def __init__(self) -> None:
        self.home: str | None = None
        self._under_way: dict[str, Errand] = {}

    def leads_home(self, url: str) -> bool:
        """Tell whether a URL is of a fake of this simulator, by whichever loopback name."""
        if self.home is None:
            return False
        here, there = urlsplit(self.home), urlsplit(url)
        return there.scheme == here.scheme and there.port == here.port and there.hostname in {here.hostname, *_LOOPBACK}

    @contextmanager
    def carry(self, outgoing: Outgoing, errand: Errand) -> Iterator[Outgoing]:
        """Give a request with a mark, by which its fake finds the errand and says how its answer was struck."""
        mark = token_hex(8)
        self._under_way[mark] = errand
        try:
            yield replace(outgoing, headers=(*outgoing.headers, (HEADER, mark)))
        finally:
            del self._under_way[mark]

    def taken(self, http: HttpRequest) -> tuple[HttpRequest, Errand | None]:
        """Return a request that came in without its mark, and the errand that it is; None for anybody else's."""
        errand = self._under_way.get(http.header(HEADER) or "")
        if errand is None:
            return http, None
        return replace(http, headers=tuple(pair for pair in http.headers if pair[0].lower() != HEADER)), errand
