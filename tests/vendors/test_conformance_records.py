"""What anybody may read of a fake's records has none of its secrets, whoever the vendor is: found by its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from contracts import strict_json
from contracts.formats import is_marker
from contracts.hiding import without_secrets
from tests.live import Live
from tests.vendors.fake import EXAMPLES, SERVED, Fake

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "simulator/vendors")


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


@pytest.mark.parametrize("key", SERVED)
def test_every_kind_of_record_is_declared(running: Live, key: str) -> None:
    """What the examples leave behind, and what the vendor's code has a name for and counts not only by."""
    fake = Fake(running, key)
    for example in EXAMPLES[key]:
        if example.operation in {operation.id for operation in fake.operations()}:
            fake.ask(fake.request(example))

    declared = SERVED[key].kinds

    assert set(kept(fake)) <= set(declared)
    assert named(key) == set(declared)


def named(key: str) -> set[str]:
    """Return every kind that a module of the vendor has a constant for, but those that only number something."""
    code = "".join(path.read_text("utf-8") for package in PACKAGES for path in (ROOT / package / key).glob("*.py"))
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package / key).glob("*.py"):
            module = import_module(f"{package.replace('/', '.')}.{key}.{path.stem}")
            found |= {name: v for name, v in vars(module).items() if isinstance(v, str) and is_kind(v, key)}
    return {
        v for name, v in found.items() if len(re.findall(rf"\b{name}\b", code)) > 1 + code.count(f"next_number({name})")
    }


def is_kind(value: str, key: str) -> bool:
    return re.fullmatch(rf"{key}[.][a-z_]+", value) is not None
