"""The few string formats that contracts use, each as one predicate that both validation engines call.

Knows no schema. A redaction marker satisfies every format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,12})?(?:[zZ]|[-+](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,8}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,8}\Z"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+\Z")
_MARKER = re.compile(r"\[redacted:[a-z0-9_-]{1,40}\]\Z")
_DATE_LENGTH = len("2016-11-18")


def is_marker(value: object) -> bool:
    """True for the text that stands where a secret stood, such as ``[redacted:token]``."""
    return isinstance(value, str) and _MARKER.match(value) is not None


def marker(kind: str) -> str:
    """Return the text that stands in for a secret of this kind."""
    return f"[redacted:{kind}]"


def is_date(text: str) -> bool:
    """True for a day of the calendar, such as 2016-11-18."""
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """True for an RFC 3339 time with its offset, such as 2016-11-18T13:50:09Z."""
    joined = text[_DATE_LENGTH : _DATE_LENGTH + 1]
    return joined in ("T", "t") and is_date(text[:_DATE_LENGTH]) and bool(_TIME.match(text, _DATE_LENGTH + 1))


def is_email(text: str) -> bool:
    """True for a plain mail address of ASCII letters."""
    return len(text) <= 254 and _EMAIL.match(text) is not None


def is_uri(text: str) -> bool:
    """True for an absolute URI."""
    return _URI.match(text) is not None


def is_password(text: str) -> bool:
    """True always: the format only says that a value is a secret."""
    return isinstance(text, str)


def _or_marker(predicate: Callable[[str], bool]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        return not isinstance(value, str) or predicate(value) or is_marker(value)

    return check


FORMATS: Mapping[str, Callable[[object], bool]] = {
    "date": _or_marker(is_date),
    "date-time": _or_marker(is_date_time),
    "email": _or_marker(is_email),
    "uri": _or_marker(is_uri),
    "password": _or_marker(is_password),
}

EXAMPLES: Mapping[str, str] = {
    "date": "2016-11-18",
    "date-time": "2016-11-18T13:50:09Z",
    "email": "name@example.com",
    "uri": "https://example.com/path",
    "password": "a secret",
}
