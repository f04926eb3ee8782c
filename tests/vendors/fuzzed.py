"""What a vendor's fake adds to fuzzing: who asks, examples, and its journal as a second opinion of each exchange."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.openapi.checks import RejectedPositiveData

from contracts.examples import Example
from contracts.model import Direction, HttpRequest, Part, Violation
from contracts.operation import Operation, Parameter, Place
from contracts.variant import Variant
from simulator.app import Simulator
from simulator.tenancy.journal import Entry
from simulator.tenancy.tenants import UNCLAIMED
from simulator.vendor import Problem
from tests import plain
from tests.fuzzing import Document, is_good
from tests.live import Answer, Live
from tests.vendors.fake import CONTRACTS, EXAMPLES, SERVED, Fake


def operations() -> list[tuple[str, str, str]]:
    """Return all that the vendors serve: vendor, operation and method."""
    served = ((key, o) for key in SERVED for o in CONTRACTS[key].operations.values() if o.kind == "path")
    return [(key, operation.id, method) for key, operation in served for method in operation.methods]


def who_may(live: Live, key: str, operation: str, method: str, readings: Sequence[str]) -> Fake:
    """Return the tenant default, under the first readings and with the first credentials with which an example is done.

    It is as at its beginning. Raises AssertionError where no example is done for anybody.
    """
    for reading in readings:
        chosen = {"readings": {key: {"*": reading}}}
        assert live.control("PATCH", "/tenants/default", chosen).status == 200
        for level in [fake.level for fake in Fake(live, key).levels()]:
            fake = _anew(live, key, level)
            if any(_is_done(fake, example) for example in _examples(fake, operation, method)):
                return _anew(live, key, level)
    raise AssertionError(f"{key} {operation} {method}: no example of it is done for anybody")


def document(fake: Fake, operation: str, method: str) -> Document:
    """Return an operation as schemathesis reads it, with this tenant's credentials and the contract's examples."""
    variant = variant_of(fake)
    meant = variant.operations[operation]
    openapi = plain.document(variant.files, meant, method, _pins(fake, meant), fake.credentials)
    (node,) = (item[method.lower()] for item in openapi["paths"].values())
    for number, example in enumerate(_examples(fake, operation, method)):
        _add(fake, meant, node, f"example-{number}", fake.request(example))
    return Document(openapi, operation, f"{fake.live.url}/{fake.key}", _auth(fake))


def variant_of(fake: Fake) -> Variant:
    """Return the contract as the tenant reads it."""
    return fake.contract.under(fake.readings)[1]


def _anew(live: Live, key: str, level: int) -> Fake:
    assert live.control("POST", "/reset").status == 200
    return Fake(live, key, level=level)  # its token and its channel are of the time after the reset


def _examples(fake: Fake, operation: str, method: str) -> list[Example]:
    """Return the examples of what is right, by this method, for who reads the documents as the tenant does."""
    found = [_by(fake, e, method) for e in EXAMPLES[fake.key] if e.operation == operation and e.valid]
    return [example for example in found if not fake.contract.check(example.exchange).refused]


def _by(fake: Fake, example: Example, method: str) -> Example:
    request = replace(example.exchange.request, method=method)
    return replace(example, exchange=replace(example.exchange, request=request, readings=fake.readings))


def _is_done(fake: Fake, example: Example) -> bool:
    asked = fake.ask(fake.request(example))
    return asked.answer.status < 300 and not fake.problems(asked)


def _auth(fake: Fake) -> Mapping[str, Mapping[str, str]]:
    """Return what each security scheme is shown."""
    shown = {s: fake.headers[s.header] for s in fake.contract.security_schemes.values() if s.header}
    bearer, key = "bearer", "api_key"
    return {s.id: {bearer: text.split(" ")[-1]} if s.kind == "http" else {key: text} for s, text in shown.items()}


def _pins(fake: Fake, operation: Operation) -> dict[str, Any]:
    """Return the values of the parameters that say who asks, by name."""
    types = {p.name: p.types for p in operation.parameters}
    shown = zip(operation.path.split("/"), fake.path(operation.path).split("/"), strict=True)
    places = {part.strip("{}"): value for part, value in shown if part != value}
    return fake.credentials | {n: int(value) if "integer" in types[n] else value for n, value in places.items()}


def _add(fake: Fake, operation: Operation, node: dict[str, Any], name: str, request: HttpRequest) -> None:
    """Add a request to the examples of an operation's parameters and body."""
    matched = fake.contract.routes.match(request.method, request.path)
    shown = {Place.PATH: dict(matched[1]) if matched else {}, Place.HEADER: dict(request.headers)}
    shown[Place.QUERY] = {key: values[0] for key, values in parse_qs(request.query, keep_blank_values=True).items()}
    for written, parameter in zip(node["parameters"], operation.parameters, strict=True):
        if parameter.name in shown[parameter.place]:
            value = _typed(parameter, shown[parameter.place][parameter.name])
            written.setdefault("examples", {})[name] = {"value": value}
    for media, written in node.get("requestBody", {}).get("content", {}).items():
        listed = operation.body.any_media_type or (request.header("content-type") or media).startswith(media)
        if listed and request.body.startswith(b"{"):
            written.setdefault("examples", {})[name] = {"value": json.loads(request.body)}


def _typed(parameter: Parameter, text: str) -> Any:
    return int(text) if "integer" in parameter.types and text.lstrip("-").isdigit() else text


class JournalWatch:
    """Reads of each exchange what the fake itself wrote down of it. ``done`` counts good requests that it took."""

    def __init__(self, fake: Fake) -> None:
        self.done = 0
        self._fake = fake
        self._rules = fake.contract.rules
        self._new: deque[Entry] = deque()
        self._of: dict[str, Entry] = {}
        self._end = fake.live.on_loop(self._listen)

    def close(self) -> None:
        """Listen no more."""
        self._fake.live.on_loop(lambda _: [end() for end in self._end])

    def faults(self, case: Case, response: Response) -> Iterator[str]:
        """Yield what is wrong beyond OpenAPI.

        There is no entry in the journal, the answer breaks its contract, or a schema refuses what was made up by it.
        """
        if not self._new:
            yield f"{response.status_code}: the exchange is in no journal"
            return
        entry = self._of[case.id] = self._new[-1]  # before it came probes of schemathesis' own
        self._new.clear()
        answer = entry.exchange.response
        if answer is None or answer.status != response.status_code:
            yield f"{response.status_code}: the journal has another answer"
        for violation in _violations(entry):
            if violation.part is Part.RESPONSE:
                yield f"the answer breaks its contract: {violation}\n{response.text[:500]}"
            elif is_good(case) and not violation.drift and violation.clause not in self._rules:
                yield f"the schemas allow what is refused: {violation}"
        self.done += is_good(case) and response.status_code < 300 and not self._is_refusal(entry, response)

    def forgives(self, failure: Failure, case: Case, response: Response) -> bool:
        """Return whether the contract knows better than OpenAPI can.

        A good request may be refused by a rule, or by how things stand. A bad one may be taken where it only drifts
        from what was observed. And some vendors say no with status 200: the words are then what tells.
        """
        entry = self._of.get(case.id)
        if entry is None:
            return False
        wrong = [v for v in _violations(entry) if v.part is Part.REQUEST]
        if isinstance(failure, RejectedPositiveData):
            return all(v.drift or v.clause in self._rules for v in wrong)
        if isinstance(failure, AcceptedNegativeData):
            return bool(wrong) and (all(v.drift for v in wrong) or self._is_refusal(entry, response))
        return False

    def _listen(self, simulator: Simulator) -> list[Any]:
        names = (self._fake.tenant, UNCLAIMED)
        return [simulator.tenants.get(name).journal.subscribe(self._hear) for name in names]

    def _hear(self, entry: Entry) -> None:
        if entry.exchange.direction is Direction.RECEIVED:
            self._new.append(entry)

    def _is_refusal(self, entry: Entry, response: Response) -> bool:
        sent, parts = response.request, urlsplit(str(response.request.url))
        body = sent.body.encode() if isinstance(sent.body, str) else bytes(sent.body or b"")
        headers = tuple((name.lower(), str(value)) for name, value in sent.headers.items())
        path = parts.path.removeprefix(f"/{self._fake.key}")
        request = HttpRequest(str(sent.method), path, parts.query, headers, body)
        answer = Answer(response.status_code, (), response.content)
        refused = entry.verdict.refused if entry.verdict else ()
        return bool(self._fake.worded(request, answer, entry.exchange.operation, refused) - {Problem.FAILURE})


def _violations(entry: Entry) -> Sequence[Violation]:
    return entry.verdict.violations if entry.verdict else ()
