"""Why a handler has done nothing: what it raised, as the problem that its vendor words."""

from __future__ import annotations

import logging

from simulator.errors import Engaged, TalksTwice
from simulator.telephony.transitions import ImpossibleEvent
from simulator.vendor import Problem

log = logging.getLogger(__name__)


def why_failed(error: Exception, operation: str) -> tuple[Problem, str]:
    """Return what is wrong with a request whose handler raised; a fault of ours is logged.

    A handler looks at what its command names, and need not know all that the call model lets nobody do.
    """
    if isinstance(error, Engaged | TalksTwice | ImpossibleEvent):
        return Problem.VIOLATION, str(error)
    log.error("%s failed", operation, exc_info=error)
    return Problem.FAILURE, "the simulator failed; see its log"
