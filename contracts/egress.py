"""The egress gate: which addresses anything of ours may connect to. It knows no HTTP client.

Loopback is open. Any other host has to be named on the command line, and a named host may still not lead to
an address that is nobody's server (link-local, multicast, a cloud's metadata service). The address that is
really connected to is what counts, so a name that is re-pointed between check and connect gains nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from contracts.errors import ContractError

MAX_URL = 2048
MAX_HOST = 253

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]  # as socket.getaddrinfo() gives it
SocketFactory = Callable[[AddressInfo], socket.socket]
IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

# Spelt out, because ipaddress.is_global of Python 3.11 is wrong for multicast, 6to4, NAT64 and others.
_NEVER: tuple[tuple[IpNetwork, str], ...] = tuple(
    (ip_network(block), what)
    for block, what in (
        ("0.0.0.0/8", "an unspecified address"),
        ("100.100.100.200/32", "a cloud's metadata service"),
        ("168.63.129.16/32", "a cloud's metadata service"),
        ("169.254.0.0/16", "a link-local address (a cloud's metadata service lives there)"),
        ("192.0.0.0/24", "a protocol assignment (a cloud's metadata service lives there)"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved or broadcast address"),
        ("::/96", "an unspecified or IPv4-compatible address"),
        ("64:ff9b:1::/48", "a local NAT64 address"),
        ("100::/64", "a discard address"),
        ("2001::/32", "a Teredo address"),
        ("2002::/16", "a 6to4 address"),
        ("fd00:ec2::254/128", "a cloud's metadata service"),
        ("fd20:ce::254/128", "a cloud's metadata service"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}

# Narrower than RFC 3986, so that no two URL parsers can read a different host in one URL.
_URL = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::([0-9]{1,5}))?")
_NUMERIC = re.compile(r"(?:^|[.])(?:[0-9]+|0x[0-9a-f]*)$")


class Forbidden(ContractError):
    """A connection that may not be made, or a URL that cannot be judged."""


@dataclass(frozen=True, slots=True)
class Location:
    """The parts of a URL. ``host`` is lower case and without brackets; ``path`` begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str
    query: str


class Gate:
    """What may be connected to. Immutable: `allow_url` returns a gate that is open for one place more."""

    __slots__ = ("_named",)

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Open it for ``host`` (every port of it) or ``host:port``, with brackets round IPv6 and a port."""
        self._named: frozenset[tuple[str, int | None]] = frozenset(map(_named_place, allowed))

    def allow_url(self, url: str) -> Gate:
        """Return a gate that is also open for the host and port of this URL, which the user named."""
        place = split_url(url)
        wider = Gate()
        wider._named = self._named | {(place.host, place.port)}
        wider.check_url(url)
        return wider

    def check_url(self, url: str) -> None:
        """Raise Forbidden for a URL that can be refused before any name is looked up."""
        place = split_url(url)
        if _parse_address(place.host) is not None:
            self.check_address(place.host, place.host, place.port)

    def check_named(self, url: str) -> None:
        """Raise Forbidden for a URL that is neither on this machine by its spelling nor named; nothing is looked up."""
        self.check_url(url)
        place = split_url(url)
        local = place.host == "localhost" or _parse_address(place.host) is not None
        if not local and not self._names(place.host, place.port):
            raise Forbidden(
                f"{place.host} is not this machine by its name: nothing leaves it unasked; "
                f"name it with --target (a URL with {place.host}), or use 127.0.0.1"
            )

    def check_address(self, host: str, address: str, port: int | None = None) -> None:
        """Raise Forbidden unless ``address``, to which ``host`` leads, may be connected to."""
        found = _parse_address(address)
        if found is None:
            raise Forbidden(f"{address!r} is not an IP address: only IPv4 and IPv6 connections are made")
        if found.is_loopback:
            return
        shown = host if host == address else f"{host} leads to {address}, which"
        if reason := _never(found):
            raise Forbidden(f"{shown} is {reason}: it is never connected to; give the address of your server")
        if not self._names(host, port):
            raise Forbidden(
                f"{shown} is not on this machine: nothing leaves it unasked; "
                f"name it with --target (a URL with {host}), or use 127.0.0.1"
            )

    def socket_factory(self, host: str, port: int | None = None) -> SocketFactory:
        """Return what opens sockets to the addresses of ``host``, and raises Forbidden for a bad one.

        Made for the ``socket_factory`` of aiohttp's connector, which asks it for IP literals too; a resolver
        of our own would not be asked.
        """

        def open_socket(info: AddressInfo) -> socket.socket:
            family, kind, protocol, _, address = info
            self.check_address(host, str(address[0]), port)
            return socket.socket(family, kind, protocol)

        return open_socket

    def _names(self, host: str, port: int | None) -> bool:
        key = _normal_host(host)
        if port is None:
            return any(named == key for named, _ in self._named)
        return (key, port) in self._named or (key, None) in self._named


@lru_cache(maxsize=256)
def split_url(url: str) -> Location:
    """Return the parts of an absolute http or https URL; raise Forbidden for any other text."""
    match = _URL.fullmatch(_plain(url))
    if match is None:
        raise Forbidden(f"{_shown(url)} has no host and port that can be read: write http://host:port/path")
    scheme = match["scheme"].lower()
    host = _normal_host(match["host"])
    return Location(scheme, host, _port(match["port"], url, _PORTS[scheme]), match["path"] or "/", match["query"] or "")


def _plain(url: str) -> str:
    """Return the URL when it is one that every parser reads alike."""
    if len(url) > MAX_URL:
        raise Forbidden(f"the URL has {len(url)} characters: at most {MAX_URL} are taken")
    if not all("!" <= letter <= "~" for letter in url) or set(url) & set('\\"<>^`{|}'):
        raise Forbidden(
            f"{_shown(url)} has a character that a URL cannot hold: "
            "percent-encode it (and write a host name in its xn-- form)"
        )
    scheme, mark, rest = url.partition("://")
    if not mark or scheme.lower() not in _PORTS:
        raise Forbidden(f"{_shown(url)} is no http or https URL: write http://host:port/path")
    if "@" in re.split(r"[/?#]", rest)[0]:
        raise Forbidden("the URL has a user name or password before the host: give the token as an option of its own")
    if "#" in url:
        raise Forbidden(f"{_shown(url)} has a fragment (#...), which is never sent: leave it out")
    return url


def _named_place(text: str) -> tuple[str, int | None]:
    if _parse_address(text) is not None:
        return _normal_host(text), None
    match = _HOST.fullmatch(text)
    if match is None:
        raise Forbidden(f"{_shown(text)} is no host: write a name or an address, with :port or without")
    return _normal_host(match[1]), _port(match[2], text, 0) or None


def _port(text: str | None, whole: str, default: int) -> int:
    if text is None:
        return default
    port = int(text)
    if not 1 <= port <= 65_535:
        raise Forbidden(f"{_shown(whole)} has port {text}: a port is a number from 1 to 65535")
    return port


def _normal_host(host: str) -> str:
    bare = host.strip("[]").lower().removesuffix(".")
    if len(bare) > MAX_HOST:
        raise Forbidden(f"the host name has {len(bare)} characters: at most {MAX_HOST} are taken")
    if ":" in host and _parse_address(bare) is None:
        raise Forbidden(f"{_shown(host)} is no IPv6 address: write it in full, as in [::1]")
    address = _parse_address(bare)
    if address is None and _NUMERIC.search(bare):  # 127.1, 2130706433 and 0x7f000001 are one address to some
        raise Forbidden(f"{_shown(host)} is no IPv4 address: write four numbers, as in 127.0.0.1")
    return bare if address is None else str(address)


def _parse_address(text: str) -> IpAddress | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _never(address: IpAddress) -> str:
    for network, what in _NEVER:
        if address in network:
            return what
    if address in _NAT64:  # the way to a named IPv4 server on an IPv6-only network, but also to bad ones
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return "this machine behind NAT64" if inner.is_loopback else _never(inner)
    return ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
