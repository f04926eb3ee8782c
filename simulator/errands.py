"""What the simulator tells a fake of its own: each half of such an exchange learns what was done wrong with the other.

Both halves are in one process: a mark goes along that nobody else can know, and stands in no journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from secrets import token_hex

from contracts.model import HttpRequest
from simulator.sending import Outgoing

HEADER = "x-pbxsim-errand"


@dataclass(slots=True)
class Errand:
    """One request on its way to a fake of ours: to which target, what was done wrong with it, and with its answer."""

    target: str
    flaw: str | None = None
    struck: str | None = None


class Errands:
    """Those that are under way."""

    def __init__(self) -> None:
        self._under_way: dict[str, Errand] = {}

    @contextmanager
    def carry(self, outgoing: Outgoing, target: str, flaw: str | None) -> Iterator[tuple[Outgoing, Errand]]:
        """Give a request with a mark, and what will say how its answer was struck."""
        mark, errand = token_hex(8), Errand(target, flaw)
        self._under_way[mark] = errand
        try:
            yield replace(outgoing, headers=(*outgoing.headers, (HEADER, mark))), errand
        finally:
            del self._under_way[mark]

    def taken(self, http: HttpRequest) -> tuple[HttpRequest, Errand | None]:
        """Return a request that came in without its mark, and the errand that it is; None for anybody else's."""
        errand = self._under_way.get(http.header(HEADER) or "")
        if errand is None:
            return http, None
        return replace(http, headers=tuple(pair for pair in http.headers if pair[0].lower() != HEADER)), errand
