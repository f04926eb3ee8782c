"""What anybody may read of a fake's records has none of its secrets, whoever the vendor is: found by its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from contracts import strict_json
from contracts.formats import is_marker
from contracts.hiding import without_secrets
from tests.live import Live, live
from tests.vendors.fake import EXAMPLES, SERVED, Fake


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live() as simulator:
        yield simulator


def told(fake: Fake) -> set[str]:
    """Do every example of a fake, and return the secrets that were in requests and answers."""
    served = {operation.id for operation in fake.operations()}
    asked = [fake.ask(fake.request(example)) for example in EXAMPLES[fake.key] if example.operation in served]
    bodies = [decoded(body) for each in asked for body in (each.request.body, each.answer.body)]
    found = {secret for body in bodies for secret in secrets_in(body, fake.contract.secrets)}
    issued = {value.split(" ")[-1] for value in fake.headers.values()}
    # A word such as "string", which a document prints in every place, is no secret.
    found -= {text for body in bodies for text in texts(without_secrets(body, fake.contract.secrets))}
    return {secret for secret in found | issued | set(fake.secrets) if secret and not is_marker(secret)}


def decoded(body: bytes) -> Any:
    try:
        return strict_json.loads(body)
    except strict_json.MalformedJson:
        return None


def secrets_in(value: Any, names: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner) if name.lower() in names else secrets_in(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner, names)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def kept(fake: Fake) -> dict[str, list[dict[str, Any]]]:
    """Return the vendor's own records by kind, as the tenant has them."""

    def there(simulator: Any) -> dict[str, list[dict[str, Any]]]:
        records = simulator.tenants.get(fake.tenant).records
        return {kind: list(of.values()) for kind, of in records.items() if kind.startswith(f"{fake.key}.")}

    return fake.live.on_loop(there)


@pytest.mark.parametrize("key", SERVED)
def test_records_show_no_secret(running: Live, key: str) -> None:
    """What opens a door in a request or an answer, as the contract marks it, is in no record that is shown."""
    fake = Fake(running, key)
    secrets = told(fake)

    shown = {kind: fake.live.records(kind) for kind in kept(fake)}

    assert secrets & set(texts(shown)) == set()


@pytest.mark.parametrize("key", ["digitro", "hubsoft", "viacel"])
def test_records_of_some_vendors_have_secrets_to_hide(running: Live, key: str) -> None:
    """The test above has something to look for, at the least in these; all else is shown as it is."""
    fake = Fake(running, key)
    secrets = told(fake)

    records = kept(fake)
    shown = {kind: fake.live.records(kind) for kind in records}

    assert secrets & set(texts(records))
    for kind, whole in records.items():
        for record, seen in zip(whole, shown[kind], strict=True):
            assert seen == {name: seen[name] if is_marker(seen[name]) else value for name, value in record.items()}
