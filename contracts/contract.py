"""A contract: what one vendor promises, loaded from its folder, and the one check that judges every exchange.

Contracts are found by being there: a folder beside this module that has an ``openapi.yaml``.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from contracts import bodies, checking, folder, hiding, openapi, readings, rulebook, sequences
from contracts.errors import ContractError
from contracts.model import Confidence, Exchange, Judgement, Part, Violation
from contracts.operation import Dispatch, Operation, OperationKind, SecurityScheme
from contracts.readings import Discrepancy
from contracts.routing import Routes
from contracts.rules import Facts
from contracts.variant import Variant

HOME = Path(__file__).parent
# Choices come from users: what is remembered of them has an end.
MAX_KEPT = 1000


class UnknownVendor(ContractError):
    """No contract has this key."""

    def __init__(self, key: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no contract {key!r}; choose one of: {', '.join(known) or 'none is installed'}")


class Contract:
    """One vendor's contract. Made by `load` or `load_folder`; safe to share between tenants, since it never changes."""

    def __init__(self, source: folder.Folder, rules: ModuleType | None) -> None:
        self.source = source
        self.key = source.name
        self.discrepancies: Mapping[str, Discrepancy] = readings.parse(source.files.get(readings.FILE))
        self.rulebook = rulebook.parse(source.files.get(rulebook.FILE), rules)
        self._variants: dict[frozenset[tuple[str, str]], Variant] = {}
        self._under: dict[frozenset[tuple[str, str]], tuple[Mapping[str, str], Variant]] = {}
        self._newest: tuple[Mapping[str, str], tuple[Mapping[str, str], Variant]] | None = None
        self.strict = self.under({})[1]
        self.title: str = source.files[openapi.FILE].get("info", {}).get("title", self.key)
        self.secrets: Mapping[str, str] = self.strict.secret_names()
        self.secret_headers: Mapping[str, str] = self.strict.secret_headers()
        self.hidden_headers: Mapping[str, str] = {**self.secret_headers, **hiding.ALWAYS}
        self.secret_paths: Mapping[tuple[str, ...], Mapping[str, str]] = self.strict.secret_paths()
        self.secret_shapes = tuple((re.compile(s), kind) for s, kind in self.strict.secret_shapes().items())
        self._routes = Routes(self.served)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The operations and pushes by their key, under the strict readings."""
        return self.strict.operations

    @property
    def has_channel(self) -> bool:
        """True when what it tells goes over channels that clients hold open (``x-channel``), and to no address."""
        return self.strict.channel is not None

    @property
    def dispatches(self) -> Mapping[str, Dispatch]:
        """The paths that mean several operations, by the key of what these have in common, under strict readings."""
        return self.strict.dispatches

    @property
    def served(self) -> tuple[Operation, ...]:
        """What has a path and method to itself: operations, and what stands for those that share one."""
        own = (o for o in self.operations.values() if o.kind is OperationKind.PATH and o.selector is None)
        return (*own, *(dispatch.common for dispatch in self.dispatches.values()))

    @property
    def security_schemes(self) -> Mapping[str, SecurityScheme]:
        """The ways to show a credential, by name."""
        return self.strict.security_schemes

    @property
    def rules(self) -> Mapping[str, rulebook.Rule]:
        """The rules by their id."""
        return self.rulebook.rules

    @property
    def routes(self) -> Routes:
        """The served paths."""
        return self._routes

    def methods_of(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path takes (for Allow), sorted; none when there is no such path."""
        return self._routes.methods_of(path)

    def choose(self, choices: Mapping[str, str]) -> Mapping[str, str]:
        """Return the reading of every discrepancy: the chosen ones, else strict.

        A choice is a reading's id, ``strict`` or ``lenient``; the key ``*`` chooses for all others. Raises
        UnknownReading, which names the possible ones.
        """
        return readings.choose(self.discrepancies, choices)

    def decode(
        self,
        operation: Operation,
        body: bytes,
        content_type: str | None,
        part: Part = Part.REQUEST,
        *,
        status: int | None = None,
    ) -> Any:
        """Return a decoded body: None for one that is empty and may be, or that the contract says nothing of.

        ``status`` is needed for an answer. Raises UnreadableBody, which names the clause.
        """
        if part is Part.REQUEST:
            return bodies.decode(operation.body, body, content_type)[0]
        answer = operation.answer(status) if status is not None else None
        return bodies.decode(answer.body if answer else None, body, content_type)[0]

    def check(
        self,
        exchange: Exchange,
        *,
        facts: Facts | None = None,
        strict_inferred: bool = False,
        body: bodies.Once | None = None,
    ) -> Judgement:
        """Judge one exchange under its readings. ``facts`` are the tenant's records, for rules that need them.

        ``body`` is that of the request, for whoever has decoded it before.
        """
        return checking.check(self, exchange, facts, strict_inferred=strict_inferred, body=body)

    def check_reply(self, exchange: Exchange, request: Judgement, *, body: bodies.Once | None = None) -> Judgement:
        """Judge the answer of an exchange whose request was judged before; return what was found in both."""
        return checking.check_reply(self, exchange, request, body=body)

    def check_sequence(
        self, exchanges: Sequence[Exchange], *, strict_inferred: bool = False, partial: bool = False
    ) -> list[tuple[int, Violation]]:
        """Judge what only several exchanges together show. They stand in the order in which they were sent.

        Return the index of the exchange that each violation is about, and the violation. ``partial``: other calls of
        the same stream are not among them.
        """
        return sequences.check(self, exchanges, strict_inferred=strict_inferred, partial=partial)

    def provenance_counts(self) -> Mapping[Confidence, int]:
        """Return how many operations are documented, observed and inferred."""
        counts = Counter(operation.provenance.confidence for operation in self.operations.values())
        return {confidence: counts[confidence] for confidence in Confidence}

    def under(self, choices: Mapping[str, str]) -> tuple[Mapping[str, str], Variant]:
        """Return the full readings for these choices, and the contract's files as they stand under them."""
        # Most ask with the choices of whoever asked last, and to compare costs less than to look for them.
        if self._newest is not None and choices == self._newest[0]:
            return self._newest[1]
        key = frozenset(choices.items())
        known = self._under.get(key)
        if known is None:
            chosen = self.choose(choices)
            known = chosen, self._variant(chosen)
            if len(self._under) < MAX_KEPT:
                self._under[key] = known
        self._newest = dict(choices), known
        return known

    def _variant(self, chosen: Mapping[str, str]) -> Variant:
        changes = readings.changes(self.discrepancies, chosen)
        if changes not in self._variants:
            files = readings.patched(self.source.files, self.discrepancies, chosen)
            self._variants[changes] = Variant(files)
        return self._variants[changes]


def discover() -> tuple[str, ...]:
    """Return the keys of the contracts that are there, sorted."""
    return tuple(sorted(path.parent.name for path in HOME.glob(f"*/{openapi.FILE}")))


def load(key: str, overlay: Path | None = None) -> Contract:
    """Load a vendor's contract. Files in ``overlay/<vendor>/`` replace the shipped ones. Raises ContractError."""
    known = discover()
    if key not in known:
        raise UnknownVendor(key, known)
    if overlay is not None:
        folder.refuse_foreign(overlay, known)
    if overlay is None or not (overlay / key).is_dir():
        return _shipped(key)
    return load_folder(HOME / key, overlay / key, _rules_of(key))


def load_folder(path: Path, overlay: Path | None = None, rules: ModuleType | None = None) -> Contract:
    """Load a contract from a folder. Files in ``overlay`` replace those of the same name. Raises ContractError."""
    return Contract(folder.read(path, overlay), rules)


@functools.cache
def _shipped(key: str) -> Contract:
    return load_folder(HOME / key, None, _rules_of(key))


def _rules_of(key: str) -> ModuleType | None:
    if not (HOME / key / "rules.py").exists():
        return None
    return importlib.import_module(f"{__package__}.{key}.rules")
