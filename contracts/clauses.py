"""Makes the violations of clauses that no schema holds: the operation, its credential, media type and status."""

from __future__ import annotations

from contracts.bodies import UnreadableBody
from contracts.marks import weigh
from contracts.model import Part, Provenance, Violation
from contracts.wording import shorten


def violation(
    clause: str, part: Part, pointer: str, found: str, expected: str, remedy: str, mark: Provenance
) -> Violation:
    """Return a violation whose severity follows its mark, inferred clauses taken as warnings."""
    severity, drift = weigh(mark.confidence, clause, strict_inferred=False)
    return Violation(
        clause=clause,
        part=part,
        pointer=pointer,
        found=shorten(found),
        expected=expected,
        remedy=remedy,
        source=mark.source,
        confidence=mark.confidence,
        severity=severity,
        discrepancy=mark.discrepancy,
        drift=drift,
    )


def unreadable(error: UnreadableBody, part: Part, mark: Provenance) -> Violation:
    """Return the violation that a body is which cannot be decoded."""
    pointer = "header:content-type" if error.clause == "media-type" else ""
    return violation(error.clause, part, pointer, error.found, error.expected, error.remedy, mark)
