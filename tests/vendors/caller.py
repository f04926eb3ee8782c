"""One client of a fake on a connection of its own, and the stories that each vendor's fake can tell (``stories/``)."""

from __future__ import annotations

import importlib.util
from typing import Any, Protocol
from urllib.parse import urlencode

from tests.live import Answer
from tests.vendors.fake import Fake


class Caller:
    """A tenant's integration: one thread's, with the credentials that stand in headers."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self._client = fake.live.client(fake.headers)

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask the fake."""
        return self._client.ask(method, f"/{self.fake.key}{path}", body)

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Ask the control API about the tenant."""
        query["tenant"] = self.fake.tenant
        answer = self._client.ask(method, f"/_sim{path}?{urlencode(query)}", body)
        assert answer.status < 300, answer.text
        return answer

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the tenant's records of a kind."""
        return list(self.control("GET", f"/records/{kind}").json["records"])


class Story(Protocol):
    """How a vendor's fake is made to remember something, and how it tells of it. A mark is eight digits.

    A story that can change or remove what it made has ``change(key, mark)``, ``remove(key)`` and ``refused(answer)``
    as well: the last says whether a second removal is answered as the vendor documents it.
    """

    mark: str

    def make(self, mark: str) -> str:
        """Make something that has this mark; return its key."""

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return what the next list shows, by key."""


def story_class(key: str) -> Any:
    """Return the story of a vendor: ``Story`` in the module of ``stories/`` that is called as the vendor is."""
    name = f"tests.vendors.stories.{key}"
    assert importlib.util.find_spec(name), (
        f"add tests/vendors/stories/{key}.py, so that {key} is held to what it remembers"
    )
    return importlib.import_module(name).Story


def story_of(caller: Caller) -> Any:
    """Return the story of a vendor as this caller tells it."""
    return story_class(caller.fake.key)(caller)
