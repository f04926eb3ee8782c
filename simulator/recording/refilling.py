"""Puts secrets back where the journal has markers for them, and writes a request as a curl that leaves them out.

Pure: who asks says what each secret is.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, quote_plus

from contracts.model import HttpRequest
from simulator.errors import SimulatorError

# The value of a secret, by the name of its field or header ("" where it has none) and its kind; None: not known.
Find = Callable[[str, str], str | None]

_MARKER = re.compile(r"\[redacted:([a-z0-9_-]{1,40})\]")
# A marker, with the JSON key or the form field that it belongs to.
_NAMED = re.compile(
    r'(?:"(?P<key>[^"\\]{1,200})"\s*:\s*"|(?P<field>[A-Za-z0-9_.-]{1,200})=)?'
    r"\[redacted:(?P<kind>[a-z0-9_-]{1,40})\]"
)
# What a client makes anew for each request.
_OF_THE_CONNECTION = ("host", "content-length", "connection", "transfer-encoding")


class NotKept(SimulatorError):
    """A secret that was hidden in the journal is known nowhere else."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(
            f"the {kind} in {place} was hidden from the journal, and nothing that is known now can stand in for it: "
            "log in again, or send it yourself with the curl"
        )


def refilled(request: HttpRequest, find: Find) -> HttpRequest:
    """Return a request with its secrets in place. Raises NotKept."""
    headers = tuple((n, _filled(value, find, n.lower(), f"header {n}", str)) for n, value in request.headers)
    path = _filled(request.path, find, "", "the path", lambda value: quote(value, safe=""))
    whole = replace(request, path=path, headers=headers, query=_in_text(request.query, find, "the query"))
    body = _in_text(request.body.decode("utf-8", "surrogateescape"), find, "the body")
    return replace(whole, body=body.encode("utf-8", "surrogateescape"))


def curl(url: str, vendor: str, request: HttpRequest) -> str:
    """Return a command that sends a request to a URL (without its query); a marker becomes a shell variable."""
    words = ["curl -sSg", "--head" if request.method == "HEAD" else f"-X {shlex.quote(request.method)}"]
    words.append(word(url + (f"?{request.query}" if request.query else ""), vendor))
    names = [name.lower() for name, _ in request.headers]
    words += [f"-H {word(f'{n}: {v}', vendor)}" for n, v in request.headers if n.lower() not in _OF_THE_CONNECTION]
    if not request.body:
        return " ".join(words)
    if "content-type" not in names:
        words.append("-H content-type:")  # or curl would say that it is a form
    try:
        return " ".join((*words, f"--data-raw {word(request.body.decode(), vendor)}"))
    except UnicodeDecodeError:
        encoded = base64.b64encode(request.body).decode()
        return f"printf %s {encoded} | base64 -d | {' '.join(words)} --data-binary @-"


def variables(text: str) -> list[str]:
    """Return the shell variables that a curl wants."""
    return list(dict.fromkeys(re.findall(r'"\$(PBXSIM_[A-Z0-9_]+)"', text)))


def word(text: str, vendor: str) -> str:
    """Return a text as one word for a shell, a variable in the place of each marker of a secret."""
    pieces = []
    end = 0
    for marker in _MARKER.finditer(text):
        pieces += [shlex.quote(text[end : marker.start()])] if marker.start() > end else []
        kind = marker[1].upper().replace("-", "_")
        pieces.append(f'"$PBXSIM_{vendor.upper()}_{kind}"')
        end = marker.end()
    return "".join((*pieces, shlex.quote(text[end:]))) if end < len(text) or not pieces else "".join(pieces)


def _filled(text: str, find: Find, name: str, place: str, written: Callable[[str], str]) -> str:
    def put(marker: re.Match[str]) -> str:
        return written(_value(find, name, marker[1], place))

    return _MARKER.sub(put, text)


def _in_text(text: str, find: Find, place: str) -> str:
    def put(found: re.Match[str]) -> str:
        value = _value(find, found["key"] or found["field"] or "", found["kind"], place)
        head = found[0][: found[0].index("[redacted:")]
        return head + (quote_plus(value) if found["field"] else json.dumps(value)[1:-1] if found["key"] else value)

    return _NAMED.sub(put, text) if "[redacted:" in text else text


def _value(find: Find, name: str, kind: str, place: str) -> str:
    value = find(name, kind)
    if value is None:
        raise NotKept(kind, f"{place} ({name})" if name and not place.startswith("header") else place)
    return value
