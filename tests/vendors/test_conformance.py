"""What every vendor's fake keeps, whoever it is: found by its folder, judged by its contract, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from contracts.contract import discover
from contracts.examples import Example
from contracts.model import HttpRequest
from contracts.operation import JSON, Operation
from contracts.rulebook import Scope
from simulator.discovery import discover_vendors
from simulator.tenancy.tenants import UNCLAIMED
from simulator.vendor import Problem
from tests.live import Live
from tests.vendors.fake import CONTRACTS, EXAMPLES, SERVED, Fake, shows
from tests.vendors.held import allowed, example_path, with_body

WITH_HEADERS = [key for key, found in CONTRACTS.items() if found.security_schemes]


def served_examples(*, valid: bool) -> list[object]:
    found = []
    for key, contract in CONTRACTS.items():
        for example in EXAMPLES[key]:
            refused = bool(contract.check(example.exchange).refused)
            if contract.operations[example.operation].kind == "path" and refused is not valid:
                found.append(pytest.param(key, example, id=f"{key}-{example.name}"))
    return found


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
