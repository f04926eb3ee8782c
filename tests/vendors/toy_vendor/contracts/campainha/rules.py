"""Campainha's rules: one function for each entry of ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.rules import Finding, RuleFunction, SequenceRuleFunction, Subject

EXTENSION = "extension"


def extension_exists(subject: Subject) -> Iterator[Finding]:
    """Find an extension that the PBX does not have."""
    wanted = str(subject.request["ramal"])
    if subject.facts is not None and subject.facts.get(EXTENSION, wanted) is None:
        yield Finding("/ramal", wanted, "an extension that there is")


RULES: dict[str, RuleFunction] = {"extension-exists": extension_exists}
SEQUENCE_RULES: dict[str, SequenceRuleFunction] = {}
