"""Which operation a method and a path mean. Knows path templates and percent-encoding, and no vendor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from contracts.operation import Operation, OperationKind

_NAME = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class _Segment:
    """One piece of a path template between slashes: literal text, or text around parameters."""

    literal: str
    pattern: re.Pattern[str] | None
    names: tuple[str, ...]

    def match(self, text: str) -> dict[str, str] | None:
        if self.pattern is None:
            return {} if unquote(text) == self.literal else None
        match = self.pattern.fullmatch(text)
        return dict(zip(self.names, map(unquote, match.groups()), strict=True)) if match else None


@dataclass(frozen=True, slots=True)
class _Route:
    template: str
    segments: tuple[_Segment, ...]
    operations: Mapping[str, Operation]
    ending: str = ""

    def match(self, texts: list[str]) -> dict[str, str] | None:
        if len(texts) != len(self.segments):
            return None
        found: dict[str, str] = {}
        for segment, text in zip(self.segments, texts, strict=True):
            part = segment.match(text)
            if part is None:
                return None
            found.update(part)
        return found

    def ends(self, path: str) -> bool:
        """True for a path whose end is enough."""
        return bool(self.ending) and path.endswith(self.ending)


class Routes:
    """The served paths of a contract, those with fewer parameters first."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            if operation.kind is OperationKind.PATH:
                by_path.setdefault(operation.path, {}).update(dict.fromkeys(operation.methods, operation))
        routes = [_route(path, found) for path, found in by_path.items()]
        self._routes = sorted(routes, key=lambda route: route.template.count("{"))
        self._by_template = {route.template: route for route in routes}
        self._literal = {route.template: route for route in routes if "{" not in route.template}

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation and its decoded path parameters, or None."""
        literal = self._literal.get(path)
        if literal is not None and method in literal.operations:
            return literal.operations[method], {}
        for route, found in self._matching(path):
            if method in route.operations:
                return route.operations[method], found
        return None

    def methods_of(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path takes, sorted; none when there is no such path."""
        return tuple(sorted({method for route, _ in self._matching(path) for method in route.operations}))

    def parameters_of(self, operation: Operation, path: str) -> dict[str, str] | None:
        """Return the path parameters of a known operation, whatever stands before its template; None: no such path."""
        route = self._literal.get(path)
        if route is not None and path == operation.path:
            return {}
        segments = path.split("/")
        wanted = operation.path.split("/")
        route = self._by_template.get(operation.path)
        if route is not None and route.ends(path):
            return {}
        if route is None or len(segments) < len(wanted):
            return None
        # A target's address may have a path of its own: the template begins with "", which stands for what is before.
        return route.match(["", *segments[len(segments) - len(wanted) + 1 :]])

    def _matching(self, path: str) -> Iterable[tuple[_Route, dict[str, str]]]:
        segments = path.split("/")
        for route in self._routes:
            found = {} if route.ends(path) else route.match(segments)
            if found is not None:
                yield route, found


def _route(path: str, operations: Mapping[str, Operation]) -> _Route:
    ending = next((o.ending for o in operations.values()), "")
    return _Route(path, tuple(map(_segment, path.split("/"))), operations, ending)


def _segment(text: str) -> _Segment:
    pieces = _NAME.split(text)
    names = tuple(pieces[1::2])
    if not names:
        return _Segment(unquote(text), None, ())
    parts = [re.escape(piece) if index % 2 == 0 else "([^/]+)" for index, piece in enumerate(pieces)]
    return _Segment("", re.compile("".join(parts)), names)
