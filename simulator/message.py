"""What a vendor tells, before it has an address, and how the client side gets a token to tell it with. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.model import HttpResponse


@dataclass(frozen=True, slots=True)
class Message:
    """What a vendor tells of an event, before it has an address.

    ``operation`` is the webhook or operation of the contract; ``name`` says which of its messages this is, in
    English (``started``, ``ended``, ``transferred``); ``path`` is appended to the target's URL ("" for a webhook);
    ``method`` is used unless the target chooses one; ``order`` is the key within which deliveries keep their order.
    """

    vendor: str
    operation: str
    name: str
    body: bytes
    call: str
    method: str = "POST"
    path: str = ""
    order: str = ""
    content_type: str = "application/json"

    def to_document(self) -> dict[str, Any]:
        """Return the message as JSON can hold it: what a job has of it."""
        fields = {name: getattr(self, name) for name in Message.__slots__}
        return {**fields, "body": self.body.decode()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Message:
        """Return the message that a document of `to_document` is of."""
        return cls(**{**document, "body": document["body"].encode()})


@dataclass(frozen=True, slots=True)
class Login:
    """How the client side gets a token from a target that wants one.

    ``request`` makes the message from the target's credentials; ``token`` reads the answer: the token and how
    long it lives, or None when the target refused.
    """

    request: Callable[[Mapping[str, str]], Message]
    token: Callable[[HttpResponse], tuple[str, timedelta] | None]
