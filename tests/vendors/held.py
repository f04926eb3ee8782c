"""What a vendor's fake is asked, whoever it is, and what it must keep."""

from __future__ import annotations

from contracts.examples import Example
from contracts.model import HttpRequest
from contracts.operation import JSON, Operation
from tests.vendors.asked import Asked
from tests.vendors.fake import EXAMPLES, Fake


def allowed(fake: Fake, example: Example) -> Asked:
    """Send an example with the first of the tenant's credentials that may do it."""
    asked = fake.ask(fake.request(example))
    for other in list(fake.levels())[1:]:
        if asked.answer.status < 300 and not fake.problems(asked):
            break
        asked = other.ask(other.request(example))
    return asked


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
