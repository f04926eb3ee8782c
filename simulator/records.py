"""A tenant's records as whoever reads them sees them: documents by kind and key. Protocols alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

Document = Mapping[str, Any]


class Reader(Protocol):
    """Read access to a tenant's records (see ``directory.py`` for the kinds a world has)."""

    def get(self, kind: str, key: str) -> Document | None:
        """Return the record of this kind under this key."""

    def all(self, kind: str) -> Iterable[Document]:
        """Return every record of this kind, oldest first."""

    def find(self, kind: str, **where: object) -> Document | None:
        """Return the oldest record of this kind whose fields equal ``where``, without a look at all of them."""

    def having(self, kind: str, name: str, value: str) -> Iterable[Document]:
        """Return the records of this kind that have ``value`` in the list ``name``, oldest first; as quick."""
