"""What a vendor gives out at run time: tokens that it issues, and event channels. Each is a record of the tenant."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.records import Document


def token_kind(vendor: str) -> str:
    """Return the kind of the records that a vendor's issued tokens are, each under the token (see `issued_token`)."""
    return f"{vendor}.token"


def channel_kind(vendor: str) -> str:
    """Return the kind of the records that a vendor's event channels are; ``open`` ends with the process."""
    return f"{vendor}.channel"


def issued_token(token: str, now: datetime, life: timedelta) -> Document:
    """Return the record of a token that is issued now; the simulator revokes it when it is asked to."""
    return {"token": token, "issued_at": now.isoformat(), "expires_at": (now + life).isoformat(), "revoked": False}


def is_expired(issued: Document, now: datetime) -> bool:
    """Say whether the time of an issued token is over."""
    return now >= datetime.fromisoformat(issued["expires_at"])


def is_good(issued: Document, now: datetime) -> bool:
    """Say whether an issued token is neither revoked nor expired."""
    return not issued["revoked"] and not is_expired(issued, now)
