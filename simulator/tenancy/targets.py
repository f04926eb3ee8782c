"""A target: where a tenant's pushes of one vendor go, and with what token. It sends nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.egress import Forbidden, split_url
from simulator.errors import SimulatorError

MAX_SECRET = 1024
MAX_CREDENTIALS = 16

# Vendor key to the methods among which it lets the receiver choose; empty where it fixes the method itself.
Choices = Mapping[str, Collection[str]]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KINDS: Mapping[str, tuple[type, ...]] = {
    "id": (str,),
    "vendor": (str,),
    "url": (str,),
    "method": (str, type(None)),
    "token": (str, type(None)),
    "credentials": (dict,),
    "ordered": (bool,),
    "delivery_header": (bool,),
}
_NEEDED = ("id", "vendor", "url")
_NAMES = {str: "text", dict: "an object of texts", bool: "true or false", type(None): "null"}


class BadTarget(SimulatorError):
    """A target that nothing could be sent to. ``field`` names what is wrong with it."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"target: {field} {problem}: {remedy}")
        self.field = field


def own_id(vendor: str) -> str:
    """Return the id of the target that stands in where none was given: a fake or a receiver of this simulator."""
    return f"own-{vendor}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where pushes go.

    ``method`` is set where the vendor lets the receiver choose; ``token`` goes out in the vendor's header;
    ``credentials`` are what a vendor with a login gives a token for; ``ordered`` holds a push of a call back
    until the one before it has been delivered or given up; ``delivery_header`` sends the delivery's id along.
    """

    id: str
    vendor: str
    url: str
    method: str | None = None
    token: str | None = field(default=None, repr=False)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    ordered: bool = True
    delivery_header: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise BadTarget("id", f"is {self.id[:80]!r}", "use 1 to 64 letters, digits, '.', '_' or '-'")
        try:
            split_url(self.url)
        except Forbidden as refusal:
            raise BadTarget("url", "cannot be used", str(refusal)) from refusal
        if self.token is not None:
            _check_token(self.token)
        _check_credentials(self.credentials)

    def address(self, path: str) -> str:
        """Return the URL with a message's path appended (before a query); an empty one leaves it as given."""
        if not path:
            return self.url
        base, mark, query = self.url.partition("?")
        return base.rstrip("/") + path + mark + query

    def to_document(self) -> dict[str, Any]:
        """Return the target as the store keeps it, secrets included."""
        return {
            "id": self.id,
            "vendor": self.vendor,
            "url": self.url,
            "method": self.method,
            "token": self.token,
            "credentials": dict(self.credentials),
            "ordered": self.ordered,
            "delivery_header": self.delivery_header,
        }

    def to_public(self) -> dict[str, Any]:
        """Return the target as it may be shown, with markers in the place of secrets."""
        return self.to_document() | {
            "token": None if self.token is None else "[redacted:token]",
            "credentials": dict.fromkeys(self.credentials, "[redacted:password]"),
        }

    @staticmethod
    def from_document(document: object, vendors: Choices | None = None) -> Target:
        """Read what `to_document` or a user wrote; with ``vendors``, vendor and method are checked too.

        Raises BadTarget.
        """
        if not isinstance(document, Mapping):
            raise BadTarget("document", "is not an object", 'write {"id": ..., "vendor": ..., "url": ...}')
        for key in _NEEDED:
            if key not in document:
                raise BadTarget(key, "is missing", "a target needs " + ", ".join(_NEEDED))
        for key, value in document.items():
            _check_kind(str(key), value)
        target = Target(**document)
        return target if vendors is None else checked(target, vendors)


def checked(target: Target, vendors: Choices) -> Target:
    """Return the target, its method in capitals (BadTarget if the vendor does not send so)."""
    if target.vendor not in vendors:
        raise BadTarget("vendor", f"is {target.vendor[:80]!r}", "use one of " + ", ".join(sorted(vendors)))
    if target.method is None:
        return target
    method, choices = target.method.upper(), sorted(vendors[target.vendor])
    if not choices:
        raise BadTarget("method", f"is {method[:20]!r}", f"{target.vendor} fixes its methods; leave it out")
    if method not in choices:
        raise BadTarget("method", f"is {method[:20]!r}", f"{target.vendor} sends {' or '.join(choices)}")
    return Target(**target.to_document() | {"method": method})


def parse_target(
    text: str,
    *,
    vendors: Choices,
    id: str | None = None,  # noqa: A002 - it is the field's name
    method: str | None = None,
    token: str | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Target:
    """Read a target as the command line has it, ``vendor=URL``. Its id is the vendor's key unless given."""
    vendor, mark, url = text.partition("=")
    if not mark or "/" in vendor:
        raise BadTarget(
            "option",
            f"is {text[:80]!r}",
            f"write VENDOR=URL, as in {min(vendors, default='vendor')}=http://127.0.0.1:9000/",
        )
    key = vendor.strip()
    if key not in vendors:  # before the id, which is made of it
        raise BadTarget("vendor", f"is {key[:80]!r}", "use one of " + ", ".join(sorted(vendors)))
    target = Target(id or key, key, url.strip(), method, token, credentials or {})
    return checked(target, vendors)


def fits_header(value: str) -> bool:
    """Return whether a value arrives as it was written: printable ASCII, no space at an end.

    Other letters are legal in old standards, but one program sends them as Latin-1 and another as UTF-8.
    """
    return bool(value) and all(" " <= letter <= "~" for letter in value) and value == value.strip()


def _check_token(token: str) -> None:
    if len(token) > MAX_SECRET:
        raise BadTarget("token", f"has {len(token)} characters", f"at most {MAX_SECRET} are taken")
    if not fits_header(token):
        raise BadTarget(
            "token",
            "has a character that a header does not carry unchanged, or is empty",
            "use printable ASCII without a space at either end, or leave the token out",
        )


def _check_credentials(credentials: Mapping[str, str]) -> None:
    if len(credentials) > MAX_CREDENTIALS:
        raise BadTarget("credentials", f"has {len(credentials)} fields", f"at most {MAX_CREDENTIALS} are taken")
    for name, value in credentials.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise BadTarget("credentials", "has a name or value that is not text", "write texts, in quotes")
        if len(name) > 64 or len(value) > MAX_SECRET:
            raise BadTarget("credentials", "has a field too long", f"at most 64 and {MAX_SECRET} characters are taken")


def _check_kind(key: str, value: object) -> None:
    if key not in _KINDS:
        raise BadTarget(repr(key[:40]), "is no field of a target", "use " + ", ".join(_KINDS))
    if type(value) not in _KINDS[key]:
        expected = " or ".join(_NAMES[kind] for kind in _KINDS[key])
        raise BadTarget(key, f"is {type(value).__name__}", f"write {expected}")
