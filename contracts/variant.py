"""A contract's files under one set of readings, with the operations, validators and clause counts that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.marks import own_provenance, reachable
from contracts.model import Confidence
from contracts.openapi import CHANNEL, FILE, OpenapiReader
from contracts.operation import Body, Operation, Place
from contracts.validators import Schemas


class Variant:
    """What stands under one set of readings. Validators and counts are made when they are first asked for."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.files = files
        reader = OpenapiReader(files)
        self.operations = reader.operations()
        self.dispatches = reader.dispatches()
        self.security_schemes = reader.security_schemes()
        self.schemas = Schemas(files)
        self._counts: dict[str, Counter[Confidence]] = {}

    @property
    def channel(self) -> Any:
        """The block that says how an event channel is opened and worded (``x-channel``); None where there is none."""
        return self.files[FILE].get(CHANNEL)

    def clauses(self, ref: str | None) -> Counter[Confidence]:
        """Return how many marked schema objects a schema is made of, by confidence."""
        if ref is None:
            return Counter()
        if ref not in self._counts:
            marks = (own_provenance(node) for _, _, node in reachable(self.files, ref))
            self._counts[ref] = Counter(mark.confidence for mark in marks if mark is not None)
        return self._counts[ref]

    def served(self, key: str) -> Operation:
        """Return what has a path and method to itself: an operation, or what stands for those that share one."""
        dispatch = self.dispatches.get(key)
        return dispatch.common if dispatch else self.operations[key]

    def pick(self, key: str, body: object) -> str | None:
        """Return the key of the operation that a decoded body means where ``key`` is served; None for none of them."""
        dispatch = self.dispatches.get(key)
        return dispatch.pick(body) if dispatch else key

    def refs(self) -> list[str]:
        """Return every schema that an operation, a parameter or an answer names, each once."""
        found: dict[str, None] = {}
        for operation in (*self.operations.values(), *(d.common for d in self.dispatches.values())):
            bodies: list[Body | None] = [operation.body, *(answer.body for answer in operation.answers)]
            named = [ref for body in bodies if body for ref in body.media.values()]
            found.update(dict.fromkeys(ref for ref in [*named, *(p.ref for p in operation.parameters)] if ref))
        return list(found)

    def secret_names(self) -> dict[str, str]:
        """Return the names, in small letters, under which bodies and queries keep secrets, with the kind of each."""
        names: dict[str, str] = {}
        for operation in self.operations.values():
            for body in (operation.body, *(answer.body for answer in operation.answers)):
                names.update({name.lower(): kind for name, kind in (body.secrets if body else {}).items()})
            queries = (p for p in operation.parameters if p.place is Place.QUERY)
            names.update({p.name.lower(): p.secret for p in queries if p.secret})
        schemes = self.security_schemes.values()
        return names | {s.name.lower(): "key" for s in schemes if s.kind == "apiKey" and s.place == "query"}

    def secret_headers(self) -> dict[str, str]:
        """Return the headers, in small letters, that carry secrets, with the kind of each."""
        parameters = (p for operation in self.operations.values() for p in operation.parameters)
        found = {p.name.lower(): p.secret for p in parameters if p.place is Place.HEADER and p.secret}
        kinds = {"http": "token", "apiKey": "key"}
        return {s.header: kinds[s.kind] for s in self.security_schemes.values() if s.header} | found

    def secret_shapes(self) -> dict[str, str]:
        """Return the patterns of the secrets that stand in paths, with the kind of each (the first one's, if equal)."""
        found: dict[str, str] = {}
        for operation in self.operations.values():
            for parameter in operation.path_parameters:
                if parameter.secret and parameter.shape:
                    found.setdefault(parameter.shape, parameter.secret)
        return found

    def secret_paths(self) -> dict[tuple[str, ...], dict[str, str]]:
        """Return the path templates, by segment, that have secrets in them, with the kind of each such segment."""
        found: dict[tuple[str, ...], dict[str, str]] = {}
        for operation in self.operations.values():
            kinds = {f"{{{p.name}}}": p.secret for p in operation.path_parameters if p.secret}
            if kinds:
                found[tuple(operation.path.split("/"))] = kinds
        return found
