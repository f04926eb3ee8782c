"""What every conformance test needs of a vendor's fake, found by the vendor's tables and its contract alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

from contracts import openapi, strict_json
from contracts.contract import Contract, load
from contracts.examples import Example, examples
from contracts.model import HttpRequest, HttpResponse, Violation
from contracts.operation import FORM, Operation
from simulator.delivery.announcing import EVERYONE
from simulator.discovery import discover_vendors
from simulator.tenancy.tenants import UNCLAIMED
from simulator.vendor import Problem, Refusal, Vendor, secret_kinds
from tests.answer import Answer
from tests.live import Live
from tests.vendors.asked import Asked

SERVED = {key: vendor for key, vendor in discover_vendors().items() if vendor.handlers}
CONTRACTS = {key: load(key) for key in SERVED}
EXAMPLES = {key: tuple(examples(contract)) for key, contract in CONTRACTS.items()}
_ANYTHING = "\ue000 whatever the refusal has to tell \ue000"


class Fake:
    """One vendor's fake as one tenant's integration meets it.

    ``level`` chooses among the credentials of one kind, where a vendor has several (of a platform, of a customer).
    """

    def __init__(self, live: Live, key: str, tenant: str = "default", level: int = 0) -> None:
        self.live, self.key, self.tenant, self.level = live, key, tenant, level
        self.vendor: Vendor = SERVED[key]
        self.contract: Contract = CONTRACTS[key]
        self.credentials = live.credentials(key, tenant)
        kinds = secret_kinds(self.vendor, self.contract)
        self.kinds = {name: kinds[name] for name in self.credentials if name in kinds}
        self.headers = self._headers()

    @property
    def secrets(self) -> list[str]:
        """Those of the credentials that are secret."""
        return [self.credentials[name] for name in self.kinds]

    def levels(self) -> Iterator[Fake]:
        """Yield the fake once for each set of credentials that the tenant has."""
        most = max((list(self.kinds.values()).count(kind) for kind in self.kinds.values()), default=1)
        paths = self.contract.secret_paths
        return (Fake(self.live, self.key, self.tenant, level) for level in range(most if paths else 1))

    def operations(self) -> Iterator[Operation]:
        """Yield the operations that are served."""
        return (o for o in self.contract.operations.values() if o.kind == "path")

    def request(self, example: Example) -> HttpRequest:
        """Return an example's request with this tenant's credentials, but for what the example has wrong."""
        request = example.exchange.request
        refused = self.contract.check(example.exchange).refused
        wrong = {v.pointer for v in refused}
        headers = {name: value for name, value in request.headers if name not in ("authorization", *self.headers)}
        if any(v.clause == "security" for v in refused):
            headers = dict(request.headers)
        elif self.contract.operations[example.operation].security:
            headers |= self.headers
        path = (
            request.path
            if any(pointer == "path" or pointer.startswith("path:") for pointer in wrong)
            else self.path(request.path)
        )
        request = replace(request, path=path, headers=tuple(headers.items()))
        return self._shown(request, self.credentials, wrong, blank=example.printed)

    def path(self, path: str) -> str:
        """Return a path with this tenant's credentials where secrets stand in it, and its channel where one does."""
        return self._on_channel(self._path(path, self._of_kind))

    def without_credentials(self, request: HttpRequest) -> HttpRequest:
        """Return a request of nobody: its headers, path, query and body name no tenant."""
        bare = tuple((name, value) for name, value in request.headers if name not in self.headers)
        request = replace(request, headers=bare, path=self._path(request.path, lambda kind: "nobody"))
        return self._shown(request, dict.fromkeys(self.credentials, "nobody"), set())

    def _on_channel(self, path: str) -> str:
        """Return a path with the id of an open channel of the tenant's where it names a channel."""
        named = self._channel_parameter
        segments = path.split("/")
        templates = (o.path.split("/") for o in self.operations()) if named else ()
        for template in templates:
            pairs = list(zip(template, segments, strict=False))
            fits = len(template) == len(segments) and all("{" in wanted or wanted == found for wanted, found in pairs)
            if fits and named in template:
                return "/".join(self.channel() if wanted == named else found for wanted, found in pairs)
        return path

    @cached_property
    def _channel_parameter(self) -> str:
        """The part of a template that names a channel: what every operation has but the one that opens it."""
        if not self.contract.has_channel:
            return ""
        opening = self._channel_block["open"]
        paths = [set(o.path.split("/")) for o in self.operations() if o.id != opening]
        (named,) = (part for part in set.intersection(*paths) if part.startswith("{"))
        return named

    @cached_property
    def readings(self) -> Mapping[str, str]:
        """The tenant's reading of every discrepancy."""
        readings = self.live.on_loop(lambda simulator: simulator.tenants.get(self.tenant).profile.readings)
        return self.contract.choose(readings.get(self.key, {}))

    @property
    def _channel_block(self) -> Mapping[str, Any]:
        return dict(self.contract.under(self.readings)[1].files[openapi.FILE]["x-channel"])

    def channel(self) -> str:
        """Return the id of a channel that is held open for the tenant, as its first event tells it."""
        held, place = self.live.channels, (self.key, self.tenant)
        if place not in held or not self._is_open(held[place]):
            block = self._channel_block
            opening = self.contract.operations[block["open"]]
            answer = self.live.client().hold(f"/{self.key}{opening.path}", self.headers)
            assert answer.status == 200
            fields = dict(line.split(": ", 1) for line in answer.text.splitlines() if line)
            held[place] = str(json.loads(fields["data"])[block["id-key"]])
        return held[place]

    def as_at_first(self) -> None:
        """Begin again where one example changes what the next one names: passwords, calls."""
        if self.contract.has_channel:
            assert self.live.control("POST", "/reset", tenant=self.tenant).status == 200

    def _is_open(self, channel: str) -> bool:
        records = self.live.records(f"{self.key}.channel", self.tenant)
        return any(record["open"] for record in records if str(record["id"]) == channel)

    def _path(self, path: str, secret: Callable[[str], str]) -> str:
        segments = path.split("/")
        for template, kinds in self.contract.secret_paths.items():
            pairs = list(zip(template, segments, strict=False))
            if len(template) == len(segments) and all("{" in wanted or wanted == found for wanted, found in pairs):
                return "/".join(secret(kinds[wanted]) if wanted in kinds else found for wanted, found in pairs)
        return path

    def _of_kind(self, kind: str) -> str:
        names = [name for name, of in self.kinds.items() if of == kind]
        return self.credentials[names[min(self.level, len(names) - 1)]]

    def ask(self, request: HttpRequest) -> Asked:
        """Send a request; it must leave one entry, with this answer, in the tenant's journal or in unclaimed."""
        before = {name: self.live.journal_end(name) for name in (self.tenant, UNCLAIMED)}
        path = f"/{self.key}{request.path}" + (f"?{request.query}" if request.query else "")
        answer = self.live.ask(request.method, path, request.body or None, dict(request.headers))
        entries = [(name, entry) for name, end in before.items() for entry in self.live.journal(name, after=end)]
        # What a request has the PBX tell on event channels stands in the journal as well, and answers nobody.
        left = [(name, entry) for name, entry in entries if entry.get("target") != EVERYONE]
        assert len(left) == 1, f"{len(left)} journal entries for {request.method} {path}: {answer.status}"
        name, entry = left[0]
        assert entry["response"]["status"] == answer.status
        assert entry["request"]["method"] == request.method
        return Asked(request, answer, entry, name)

    def problems(self, asked: Asked, *, allow: tuple[str, ...] = ()) -> set[Problem]:
        """Return the problems in whose words the answer speaks; none when it is no refusal of the vendor's."""
        return self.worded(asked.request, asked.answer, asked.entry["operation"], tuple(asked.refused_for), allow)

    def worded(
        self,
        request: HttpRequest,
        answer: Answer,
        meant: str | None,
        refused_for: tuple[Violation, ...],
        allow: tuple[str, ...] = (),
    ) -> set[Problem]:
        """Return the same of an answer to a request that meant an operation and was refused for something."""
        assert self.vendor.refuse is not None
        found = set()
        # Who is nobody is refused before anything else is looked at.
        told = {(), refused_for}
        body = _sent(request)
        for problem, operation, violations in product(Problem, {None, meant}, told):
            refusal = Refusal(problem, _ANYTHING, operation, violations, allow, http=request, body=body)
            reply = self.vendor.refuse(refusal)
            if reply.status == answer.status and _alike(reply.body, _json(answer)):
                found.add(problem)
        return found

    def _headers(self) -> dict[str, str]:
        login = self.vendor.login
        if login is None:
            keys = (s for s in self.contract.security_schemes.values() if s.kind == "apiKey" and s.header)
            return {scheme.header: self._of_kind(self.contract.secret_headers[scheme.header]) for scheme in keys}
        message = login.request(self.credentials)
        answer = self.live.ask(
            message.method, f"/{self.key}{message.path}", message.body, {"content-type": message.content_type}
        )
        got = login.token(HttpResponse(answer.status, answer.headers, answer.body))
        assert got is not None, answer.text
        return dict(self.vendor.authorise(got[0]))

    def _shown(
        self, request: HttpRequest, credentials: Mapping[str, str], wrong: set[str], *, blank: bool = False
    ) -> HttpRequest:
        """Return a request with these credentials where it shows some, but for what is wrong with it.

        ``blank`` is for what a document prints: nothing stands there for the reader's own.
        """
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        put = partial(_with_own, credentials=credentials, wrong=wrong, blank=blank)
        shown, headers = put(query, at="query:"), put(dict(request.headers), at="header:")
        return replace(
            request,
            query=request.query if shown == query else urlencode(shown),
            headers=tuple(headers.items()),
            body=_body(request, put),
        )


def _body(request: HttpRequest, put: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    if (request.header("content-type") or "").startswith(FORM) and not request.body.startswith(b"{"):
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
        shown = dict(pairs)
        own = put(shown)
        return urlencode([(k, own[k] if own[k] != shown[k] else v) for k, v in pairs]).encode()
    body = _sent(request)
    return json.dumps(put(body)).encode() if isinstance(body, dict) else request.body


def _with_own(
    shown: dict[str, Any], credentials: Mapping[str, str], wrong: set[str], blank: bool, at: str = "/"
) -> dict[str, Any]:
    """Return what a request shows with these credentials in the place of others, at whatever depth they stand."""
    own = {}
    for name, value in shown.items():
        if isinstance(value, dict):
            own[name] = _with_own(value, credentials, wrong, blank, f"{at}{name}/")
        elif name in credentials and f"{at}{name}" not in wrong and (value or blank):
            own[name] = _as(value, credentials[name])
    return {**shown, **own}


def _as(value: Any, text: str) -> Any:
    """Return text as a number where a number stood, if it is one."""
    return int(text) if isinstance(value, int) and text.isdigit() else text


def _sent(request: HttpRequest) -> Any:
    try:
        return strict_json.loads(request.body)
    except strict_json.MalformedJson:
        return None


def shows(example: Example, answer: Answer) -> bool:
    """True when an example has this very answer."""
    shown = example.exchange.response
    return shown is not None and shown.status == answer.status and _same(shown.body, answer)


def _same(body: bytes, answer: Answer) -> bool:
    try:
        return bool(json.loads(body) == answer.json)
    except ValueError:
        return False


def _json(answer: Answer) -> Any:
    try:
        return answer.json
    except ValueError:
        return answer.text


def _alike(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and _ANYTHING in wanted:
        return isinstance(found, str)
    if isinstance(wanted, dict):
        same = isinstance(found, dict) and wanted.keys() == found.keys()
        return same and all(_alike(value, found[key]) for key, value in wanted.items())
    if isinstance(wanted, list | tuple):
        same = isinstance(found, list) and len(wanted) == len(found)
        return same and all(map(_alike, wanted, found))
    return bool(wanted == found)
