"""Decodes a body as a contract says it is written. Knows JSON and forms, and no vendor."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from contracts import strict_json
from contracts.errors import ContractError
from contracts.model import HttpRequest, HttpResponse
from contracts.operation import FORM, JSON, Body

_MAX_FIELDS = 1000


class UnreadableBody(ContractError):
    """A body that is not decoded: ``clause`` is ``media-type``, ``malformed`` or ``too-large``.

    The rest makes a violation.
    """

    def __init__(self, clause: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"the body cannot be read: found {found}, expected {expected}; {remedy}")
        self.clause, self.found, self.expected, self.remedy = clause, found, expected, remedy


def media_type_of(content_type: str | None) -> str:
    """Return the bare media type of a Content-Type header, in small letters; "" when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def decode(body: Body | None, raw: bytes, content_type: str | None) -> tuple[Any, str | None]:
    """Return the decoded body and the ref of its schema: (None, None) for an empty body that need not be there.

    Raises UnreadableBody.
    """
    if body is None or not body.media:
        return None, None
    if not raw and not body.required:
        return None, None
    if body.max_bytes is not None and len(raw) > body.max_bytes:
        most = f"at most {body.max_bytes} bytes"
        raise UnreadableBody("too-large", f"{len(raw)} bytes", most, "send a smaller body")
    media_type = _choose(body, raw, content_type)
    ref = body.media[media_type]
    if _bare(media_type) == FORM:
        return _form(raw), ref
    if _is_json(media_type):
        return _json(raw, body.max_bytes), ref
    return None, None


class Once:
    """The body of one message, decoded at most once for each way in which it may be written.

    Whoever gets a value shares it with all others, so nobody changes it.
    """

    __slots__ = ("_content_type", "_found", "_raw")

    def __init__(self, message: HttpRequest | HttpResponse) -> None:
        self._raw, self._content_type = message.body, message.header("content-type")
        self._found: list[tuple[Body | None, tuple[Any, str | None] | UnreadableBody]] = []

    def decode(self, body: Body | None) -> tuple[Any, str | None]:
        """See `decode`."""
        found = next((found for known, found in self._found if known is body), None)
        if found is None:
            found = self._decode(body)
            self._found.append((body, found))
        if isinstance(found, UnreadableBody):
            raise found
        return found

    def _decode(self, body: Body | None) -> tuple[Any, str | None] | UnreadableBody:
        try:
            return decode(body, self._raw, self._content_type)
        except UnreadableBody as error:
            return error


def _choose(body: Body, raw: bytes, content_type: str | None) -> str:
    sent = media_type_of(content_type)
    listed = next((name for name in body.media if _covers(name, sent)), None)
    if body.any_media_type:
        return _by_content(body, raw, listed)
    if listed is None:
        # An empty body has no type: what it lacks is the body.
        if not raw and any(map(_is_json, body.media)):
            return next(filter(_is_json, body.media))
        names = " or ".join(body.media)
        found = f"Content-Type {sent[:80]}" if sent else "no Content-Type"
        raise UnreadableBody("media-type", found, names, f'send the header "Content-Type: {next(iter(body.media))}"')
    return listed


def _by_content(body: Body, raw: bytes, listed: str | None) -> str:
    looks_like_json = raw.lstrip()[:1] in (b"{", b"[")
    kinds = [name for name in body.media if _is_json(name) == looks_like_json]
    if listed in kinds:
        return str(listed)
    return next(iter([*kinds, *body.media]))


def _covers(listed: str, sent: str) -> bool:
    bare = _bare(listed)
    return bare in (sent, "*/*") or (bare.endswith("/*") and bool(sent) and sent.startswith(bare[:-1]))


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip()


def _is_json(media_type: str) -> bool:
    bare = _bare(media_type)
    return bare in (JSON, "*/*", "application/*") or bare.endswith("+json")


def _json(raw: bytes, most: int | None) -> Any:
    try:
        return strict_json.loads(raw, max_bytes=max(most or 0, strict_json.MAX_BYTES))
    except strict_json.MalformedJson as error:
        place = "" if error.position is None else f" at character {error.position}"
        found = "an empty body" if not raw else f"{error.reason}{place}"
        raise UnreadableBody("malformed", found, "one JSON value in UTF-8", "send JSON that can be read") from None


def _form(raw: bytes) -> dict[str, str]:
    try:
        text = raw.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        found = "bytes that are not percent-encoded UTF-8"
        raise UnreadableBody("malformed", found, "a form", "percent-encode each value as UTF-8") from None
    except ValueError:
        found = f"more than {_MAX_FIELDS} fields"
        raise UnreadableBody("malformed", found, "a form", "send fewer fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise UnreadableBody("malformed", "a field that stands twice", "each field once", "send each field once")
    return fields
