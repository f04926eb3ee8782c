"""What every vendor's fake keeps, whoever it is: found by its folder, judged by its contract, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from contracts.contract import discover
from contracts.examples import Example
from contracts.model import HttpRequest, HttpResponse, Judgement
from contracts.operation import JSON, Operation
from contracts.rulebook import Scope
from simulator.discovery import discover_vendors
from simulator.tenancy.tenants import UNCLAIMED
from simulator.vendor import Problem
from tests.live import Live
from tests.vendors.fake import CONTRACTS, EXAMPLES, SERVED, Asked, Fake, shows

LIMIT = 1024 * 1024
WITH_HEADERS = [key for key, found in CONTRACTS.items() if found.security_schemes]
# Each is refused as one that cannot be read; or for want of a credential, where that stands in the body.
UNREADABLE = {
    "cut": b'{"a": ',
    "nothing": b"",
    "a word": b"telefone",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "long number": b'{"a": ' + b"9" * 5000 + b"}",
    "duplicate key": b'{"a": 1, "a": 2}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "100,000 brackets": b"[" * 100_000,
    "deep object": b'{"a":' * 65 + b"1" + b"}" * 65,
    "two values": b"{} {}",
}


def served_examples(*, valid: bool) -> list[object]:
    found = []
    for key, contract in CONTRACTS.items():
        for example in EXAMPLES[key]:
            refused = bool(contract.check(example.exchange).refused)
            if contract.operations[example.operation].kind == "path" and refused is not valid:
                found.append(pytest.param(key, example, id=f"{key}-{example.name}"))
    return found


def allowed(fake: Fake, example: Example) -> Asked:
    """Send an example with the first of the tenant's credentials that may do it."""
    asked = fake.ask(fake.request(example))
    for other in list(fake.levels())[1:]:
        if asked.answer.status < 300 and not fake.problems(asked):
            break
        asked = other.ask(other.request(example))
    return asked


def done(fake: Fake, example: Example) -> bool:
    asked = allowed(fake, example)
    return asked.answer.status < 300 and not fake.problems(asked)


def tenant_under(running: Live, key: str, example: Example) -> Fake:
    """Return the fake of a tenant that reads the documents as the example does."""
    chosen = dict(example.exchange.readings)
    strict = CONTRACTS[key].choose({})
    own = {name: reading for name, reading in chosen.items() if strict[name] != reading}
    name = "-".join(["reads", key, *(f"{k}.{v}".lower() for k, v in sorted(own.items()))]) if own else "default"
    if running.control("GET", f"/tenants/{name}").status == 404:
        running.make_tenant(name, readings={key: own})
    return Fake(running, key, name)


def test_contract_vendor_and_prefix_have_one_name(running: Live) -> None:
    """Each contract folder is a vendor, and each vendor that serves is mounted under its own key."""
    index = running.ask("GET", "/").json

    assert list(discover()) == list(discover_vendors())
    assert index["vendors"] == {key: f"/{key}/" for key in SERVED}


def test_every_operation_has_a_handler_and_the_reverse() -> None:
    """What the contract serves is done, and nothing else is."""
    for key, vendor in SERVED.items():
        served = {o.id for o in CONTRACTS[key].operations.values() if o.kind == "path"}

        assert served == vendor.handlers.keys()


def test_every_operation_answers_at_its_path_and_method(fake: Fake) -> None:
    """A valid example of each operation reaches it: the journal names the operation."""
    for operation in fake.operations():
        example = next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid)

        asked = allowed(fake, example)

        assert asked.tenant == fake.tenant
        assert asked.entry["operation"] == operation.id


@pytest.mark.parametrize(("key", "example"), served_examples(valid=True))
def test_valid_example_is_accepted(running: Live, key: str, example: Example) -> None:
    """What the contract calls valid, the live fake takes, unless only a record that the example names is not there."""
    fake = tenant_under(running, key, example)
    fake.as_at_first()

    asked = allowed(fake, example)

    assert asked.tenant == fake.tenant
    assert asked.ours == []
    rules = fake.contract.rules
    of_records = [v for v in asked.refused_for if v.clause in rules and rules[v.clause].scope is Scope.STATE]
    assert asked.refused_for == of_records
    assert bool(fake.problems(asked)) is bool(of_records)
    # Some vendors say with a 404 that a list is empty: the answer is then, to the letter, one that the contract shows.
    as_shown = any(shows(e, asked.answer) for e in EXAMPLES[key] if e.valid and e.operation == example.operation)
    assert asked.answer.status < 300 or of_records or as_shown


@pytest.mark.parametrize(("key", "example"), served_examples(valid=False))
def test_invalid_example_is_refused_in_the_vendors_envelope(running: Live, key: str, example: Example) -> None:
    """What the contract calls invalid is refused, in words that are the vendor's and keep its contract."""
    fake = tenant_under(running, key, example)
    fake.as_at_first()

    asked = fake.ask(fake.request(example))

    refusals = {Problem.VIOLATION, Problem.MALFORMED, Problem.UNSUPPORTED_MEDIA, Problem.UNAUTHENTICATED}
    if any(v.clause == "operation" for v in fake.contract.check(example.exchange).refused):
        refusals = {Problem.NOT_FOUND}
    assert fake.problems(asked) & refusals
    assert asked.answer.status < 500
    assert asked.ours == []


def test_some_valid_example_of_each_operation_is_accepted(fake: Fake) -> None:
    """The records that the documents name are there: an example of each operation is done, not only understood."""
    for operation in fake.operations():
        found = [e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid]
        fake.live.control("POST", "/reset")

        assert any(done(tenant_under(fake.live, fake.key, example), example) for example in found), operation.id


@pytest.mark.parametrize("name", UNREADABLE)
def test_body_that_cannot_be_read_is_refused_in_the_vendors_envelope(fake: Fake, name: str) -> None:
    """Never a 5xx, always in the journal, and the reply keeps its contract."""
    for operation in with_body(fake):
        request = raw(fake, operation, UNREADABLE[name])

        asked = fake.ask(request)

        assert fake.problems(asked) & {Problem.MALFORMED, Problem.UNAUTHENTICATED, Problem.VIOLATION}, asked.answer
        assert 200 <= asked.answer.status < 500
        assert asked.ours == []
        assert "Traceback" not in asked.answer.text


def test_wrong_media_type_is_refused_in_the_vendors_envelope(fake: Fake) -> None:
    """A type that the operation does not list is refused as such, unless it reads every type."""
    for operation in with_body(fake):
        if operation.body and operation.body.any_media_type:
            continue
        for sent in ("text/plain", "application/xml; charset=utf-8", "json", None):
            asked = fake.ask(raw(fake, operation, b'{"a": 1}', sent))

            assert fake.problems(asked) & {Problem.UNSUPPORTED_MEDIA, Problem.UNAUTHENTICATED}, asked.answer
            assert asked.ours == []


def test_body_at_the_limit_is_read_and_one_byte_more_is_not(fake: Fake) -> None:
    """1 MiB, or what the vendor takes, is judged; a byte more is 413 in the vendor's envelope, and in the journal."""
    for operation in with_body(fake):
        assert operation.body
        at_limit = b'{"a":"' + b"x" * (min(LIMIT, operation.body.max_bytes or LIMIT) - 8) + b'"}'

        read = fake.ask(raw(fake, operation, at_limit))
        refused = fake.ask(raw(fake, operation, at_limit + b" "))

        assert Problem.TOO_LARGE not in fake.problems(read)
        assert read.answer.status < 500
        assert Problem.TOO_LARGE in fake.problems(refused)
        assert refused.answer.status == 413


@pytest.mark.parametrize(
    "path", ["/", "/no/such/path", "/%2e%2e/etc", "/\u00e9".encode().decode("latin-1")[:1], "/a%00b"]
)
def test_unknown_path_is_404_in_the_vendors_envelope(fake: Fake, path: str) -> None:
    """Whatever the path, the vendor's own words say that nothing is there."""
    asked = fake.ask(HttpRequest("GET", path, "", tuple(fake.headers.items())))

    assert asked.answer.status == 404
    assert Problem.NOT_FOUND in fake.problems(asked)
    keeps_contract(fake, asked)


def test_path_that_only_looks_like_one_is_404(fake: Fake) -> None:
    """A slash more, a slash encoded, or another case: none of it is the documented path."""
    for operation in fake.operations():
        method, path = operation.methods[0], example_path(fake, operation)
        for wrong in (path + "/", "/" + path, path.swapcase(), path + "%2F", path + "/more"):
            if fake.contract.methods_of(wrong):  # a longer path that there is, or a parameter of another text
                continue
            asked = fake.ask(HttpRequest(method, wrong, "", tuple(fake.headers.items())))

            assert (wrong, asked.answer.status) == (wrong, 404)
            assert Problem.NOT_FOUND in fake.problems(asked)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_wrong_method_is_405_with_allow(fake: Fake, method: str) -> None:
    """A method that the path does not take is refused in the vendor's envelope, and Allow names those that it takes."""
    for operation in fake.operations():
        path = example_path(fake, operation)
        allowed = fake.contract.methods_of(path)
        if method in allowed:
            continue
        asked = fake.ask(HttpRequest(method, path, "", tuple(fake.headers.items())))

        allow = asked.answer.header("allow") or ""
        assert asked.answer.status == 405
        assert set(allow.split(", ")) - {"HEAD"} == set(allowed)
        assert Problem.METHOD_NOT_ALLOWED in fake.problems(asked, allow=tuple(allow.split(", ")))
        keeps_contract(fake, asked, operation)


@pytest.mark.parametrize("key", WITH_HEADERS)
def test_request_with_a_credential_is_in_its_tenants_journal_even_when_it_reaches_nothing(
    running: Live, key: str
) -> None:
    """A wrong path with a right credential in its header is the tenant's; without one it is nobody's."""
    fake = Fake(running, key)

    own = fake.ask(HttpRequest("GET", "/no/such/path", "", tuple(fake.headers.items())))
    nobodys = fake.ask(HttpRequest("GET", "/no/such/path"))

    assert (own.tenant, nobodys.tenant) == (fake.tenant, UNCLAIMED)


def test_request_without_a_credential_is_refused_as_documented(fake: Fake) -> None:
    """No credential, or an unknown one: the vendor's own answer, in the journal of nobody."""
    for operation in fake.operations():
        if operation.is_open:
            continue
        example = next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid)

        asked = fake.ask(fake.without_credentials(fake.request(example)))

        assert asked.tenant == UNCLAIMED
        assert Problem.UNAUTHENTICATED in fake.problems(asked)
        assert asked.ours == []


def test_journal_holds_no_secret_wherever_it_was_sent(running: Live, fake: Fake) -> None:
    """Secrets in their place, misplaced, misspelt, repeated or in what cannot be read: none is in any journal."""
    secrets = [*fake.secrets, *(value.split(" ")[-1] for value in fake.headers.values())]
    client, operations = running.client(), with_body(fake) or list(fake.operations())
    for number in range(max(len(secrets), len(operations))):  # each secret once at least, and each operation
        operation, secret = operations[number % len(operations)], secrets[number % len(secrets)]
        for request in misplaced(fake, operation, secret):
            path = f"/{fake.key}{request.path}?{request.query}"
            answer = client.ask(request.method, path, request.body, dict(request.headers))
            assert answer.status < 500

    texts = [running.control("GET", "/journal", tenant=name, limit=1000).text for name in names_of(running)]
    records = [running.control("GET", f"/records/{fake.key}.token", tenant=fake.tenant).text]

    assert secrets
    for secret in secrets:
        for text in (*texts, *records):
            place = text.find(secret)
            assert place < 0, text[max(0, place - 200) : place + len(secret) + 100]


def names_of(running: Live) -> list[str]:
    return [t["name"] for t in running.control("GET", "/tenants").json["tenants"]] + [UNCLAIMED]


def misplaced(fake: Fake, operation: Operation, secret: str) -> Iterator[HttpRequest]:
    """Yield requests that have a secret where it belongs, and where it does not."""
    method, path, headers = operation.methods[0], example_path(fake, operation), tuple(fake.headers.items())
    for name in (*fake.contract.secrets, "misspelt_password"):
        for body in ({name: secret}, {"a": [{name.upper(): secret}]}, {"why": f"it was {secret}"}, secret, [secret]):
            yield HttpRequest(method, path, "", (*headers, ("content-type", JSON)), json.dumps(body).encode())
        for text in (f'{{"{name}": "{secret}"', f'{{"{name}": "{secret}", "{name}": NaN}}', f"{name}={secret}"):
            yield HttpRequest(method, path, "", (*headers, ("content-type", JSON)), text.encode())
        yield HttpRequest(method, path, f"{name}={secret}", (("content-type", JSON),), b"{}")
        yield HttpRequest(method, f"{path}/{secret}", "", headers)
    for field, body in documented_bodies(fake, operation).items():
        misplaced = json.dumps({**body, field: secret}).encode()
        yield HttpRequest(method, path, "", (*headers, ("content-type", JSON)), misplaced)
    for value in (secret, f"Bearer {secret}", f"Basic {secret}", f"Bearer  {secret} ", f"bearer {secret}"):
        shown = (("authorization", value), ("content-type", JSON))
        yield HttpRequest(method, path, "", shown, json.dumps({"again": secret}).encode())


def documented_bodies(fake: Fake, operation: Operation) -> dict[str, dict[str, object]]:
    """Return a valid body for each field that some valid example has."""
    found: dict[str, dict[str, object]] = {}
    for example in EXAMPLES[fake.key]:
        raw = example.exchange.request
        if example.operation == operation.id and example.valid and raw.body[:1] == b"{":
            body = json.loads(raw.body)
            found |= {field: body for field in body if field not in found}
    return found


def with_body(fake: Fake) -> list[Operation]:
    return [operation for operation in fake.operations() if operation.body is not None]


def raw(fake: Fake, operation: Operation, body: bytes, media_type: str | None = JSON) -> HttpRequest:
    headers = fake.headers if operation.security else {}
    typed = {"content-type": media_type} if media_type else {}
    path = example_path(fake, operation)
    return HttpRequest(operation.methods[0], path, "", tuple({**headers, **typed}.items()), body)


def example_path(fake: Fake, operation: Operation) -> str:
    example = next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid)
    return fake.path(example.exchange.request.path)


def keeps_contract(fake: Fake, asked: Asked, operation: Operation | None = None) -> None:
    """Hold an answer that no operation gave against what an operation documents for its status."""
    operation = operation or next(fake.operations())
    example = next(e for e in EXAMPLES[fake.key] if e.operation == operation.id and e.valid).exchange
    answer = asked.answer
    exchange = replace(example, response=HttpResponse(answer.status, answer.headers, answer.body))
    judged = fake.contract.check_reply(exchange, Judgement(operation.id))
    assert judged.violations == ()
