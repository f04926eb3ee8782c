"""Which names this server answers to: a web page must not reach it under a name of its own (DNS rebinding).

Pure: it judges the values of Host and Origin and knows no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.errors import SimulatorError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")

_AUTHORITY = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{0,5})?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]{0,20}://(?P<authority>[^/?#@]*)")


class BadHostName(SimulatorError):
    """A name given with --allow-host is none."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"--allow-host {name!r} is not a host name: give a name or an address as clients write it in "
            "their URL, without scheme and path, for example --allow-host host.docker.internal"
        )


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names that count as this server's own, in lower case and without a port."""

    names: frozenset[str] = frozenset(LOOPBACK_NAMES)

    @classmethod
    def of(cls, more: Iterable[str] = ()) -> AllowedHosts:
        """Return the loopback names and these; raise `BadHostName` for one that cannot be a host."""
        return cls(frozenset(LOOPBACK_NAMES) | {_given(name) for name in more})

    def allow_host(self, value: str) -> bool:
        """Tell whether a Host header names this server, in any case and with any port."""
        return host_name(value) in self.names

    def allow_origin(self, value: str) -> bool:
        """Tell whether a page of this Origin may ask; ``null`` may not, since any page can have it."""
        return host_name(origin_authority(value)) in self.names

    def refuse_host(self, value: str) -> str:
        """Return the sentence for a Host that is not allowed."""
        return (
            f"This simulator does not answer to the host name {value[:260]!r}. It answers to "
            f"{', '.join(sorted(self.names))}. {_remedy(host_name(value))}\n"
        )

    def refuse_origin(self, value: str) -> str:
        """Return the sentence for an Origin that is not allowed."""
        return (
            f"A page of the origin {value[:260]!r} may not use this simulator. Pages of "
            f"{', '.join(sorted(self.names))} may. {_remedy(host_name(origin_authority(value)))}\n"
        )


def own_names(host: str) -> tuple[str, ...]:
    """Return the names of a server that listens on this address; one that listens on all has to be told its own."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - it is compared, not bound
        return ()
    found = host_name(f"[{host}]" if ":" in host else host)
    return (found,) if found else ()


def host_name(authority: str) -> str | None:
    """Return the name in ``name[:port]``, in lower case and without the root's dot, or None if it is none."""
    found = _AUTHORITY.fullmatch(authority.strip().lower())
    return (found["name"].removesuffix(".") or None) if found else None


def origin_authority(origin: str) -> str:
    """Return the ``name[:port]`` of an Origin, or "" when it has none (``null``)."""
    found = _ORIGIN.fullmatch(origin.strip().lower())
    return found["authority"] if found else ""


def _given(name: str) -> str:
    # An IPv6 address is often typed without its brackets.
    bare = f"[{name.strip()}]" if name.count(":") > 1 and not name.strip().startswith("[") else name
    found = host_name(bare)
    if found is None:
        raise BadHostName(name)
    return found


def _remedy(name: str | None) -> str:
    if name is None:
        return "Use one of these in the URL."
    return f"Use one of these in the URL, or start it with --allow-host {name}"
