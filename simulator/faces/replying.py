"""A vendor's reply as it goes out: bytes as they are, anything else as JSON."""

from __future__ import annotations

from dataclasses import replace

from contracts import strict_json
from contracts.model import Headers, HttpResponse
from simulator.shell.bridge import WsgiAnswer
from simulator.vendor import Reply

JSON: Headers = (("content-type", "application/json"),)


def response_of(reply: Reply) -> HttpResponse:
    """Return a reply as it goes out: bytes as they are, anything else as JSON."""
    if isinstance(reply.body, bytes):
        return HttpResponse(reply.status, reply.headers, reply.body)
    names = {name.lower() for name, _ in reply.headers}
    headers = reply.headers if "content-type" in names else (*JSON, *reply.headers)
    return HttpResponse(reply.status, headers, strict_json.dumps(reply.body))


def lost(reply: Reply) -> WsgiAnswer:
    """Return a reply as the shell sends it in the place of one whose change could not be kept."""
    response = response_of(replace(reply, headers=(*reply.headers, ("retry-after", "1"))))
    headers = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in response.headers]
    length = (b"content-length", str(len(response.body)).encode())
    return WsgiAnswer(response.status, [*headers, length], response.body)
