"""Every identifier and every made-up value comes from one seed, so that two runs with one seed are alike.

Pure: a value depends on the seed and on the words that name it, never on what was asked before.
"""

from __future__ import annotations

import hashlib
import string
import uuid
from dataclasses import dataclass

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Identity:
    """Made-up values for one tenant, by name: ``identity.token("hubsoft", "secret")`` is always the same."""

    seed: str

    def integer(self, *name: object, low: int, high: int) -> int:
        """Return an integer from low to high, both included."""
        return low + int.from_bytes(self._digest(name)[:8]) % (high - low + 1)

    def fraction(self, *name: object) -> float:
        """Return a number from 0 up to, but without, 1."""
        return int.from_bytes(self._digest(name)[:6]) / 2**48

    def token(self, *name: object, length: int = 32) -> str:
        """Return letters and digits (at most 64 of them)."""
        return "".join(_ALPHABET[byte % 62] for byte in self._digest(name)[:length])

    def uuid(self, *name: object) -> str:
        """Return a version 4 UUID in its usual form."""
        return str(uuid.UUID(bytes=self._digest(name)[:16], version=4))

    def _digest(self, name: tuple[object, ...]) -> bytes:
        # A separator that str() of no name contains keeps ("ab", "c") apart from ("a", "bc").
        text = "\x1f".join((self.seed, *map(str, name)))
        return hashlib.blake2b(text.encode(), digest_size=64).digest()
