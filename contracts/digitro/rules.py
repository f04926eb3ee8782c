"""Dígitro's rules: what needs the records of a PBX, one function for each entry of ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from contracts.rules import Finding, RuleFunction, Subject

CHANNEL, DEVICE, ACCOUNT = "digitro.channel", "digitro.device", "digitro.account"
# Another name of a device, by which a command may say it: ``number`` and ``device``.
ALIAS = "digitro.alias"
DESTINATIONS = ("DISPOSITIVO_DESTINO", "DISPOSITIVO_DESTINO_APOS_FINALIZACAO_CHAMADA", "SERVICO")

CHANNEL_POINTER = "path:channelID"


class Records(Protocol):
    """Records of a tenant, by kind and key."""

    def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        """Return the record of this kind under this key."""


def device_at(records: Records, number: str) -> Mapping[str, Any] | None:
    """Return the device that a number names, be it its own or another one of it; None when there is none."""
    alias = records.get(ALIAS, number)
    return records.get(DEVICE, alias["device"] if alias is not None else number)


def channel_of_key(subject: Subject) -> Iterator[Finding]:
    """Find a channel that the key never opened."""
    wanted = _channel(subject)
    if wanted and subject.facts and subject.facts.get(CHANNEL, wanted) is None:
        yield Finding(CHANNEL_POINTER, wanted, "the id of a channel that this key has opened")


def channel_open(subject: Subject) -> Iterator[Finding]:
    """Find a channel of the key that was closed."""
    wanted = _channel(subject)
    record = subject.facts.get(CHANNEL, wanted) if wanted and subject.facts else None
    if record is not None and not record["open"]:
        yield Finding(CHANNEL_POINTER, f"{wanted}, which was closed", "the id of an open channel")


def device_exists(subject: Subject) -> Iterator[Finding]:
    """Find a ``DISPOSITIVO`` that is none."""
    wanted = _text(subject, "DISPOSITIVO")
    if wanted is not None and subject.facts and device_at(subject.facts, wanted) is None:
        yield Finding("/DISPOSITIVO", wanted, "the number of a device")


def device_password(subject: Subject) -> Iterator[Finding]:
    """Find a password that is not the device's."""
    wanted = _text(subject, "DISPOSITIVO")
    device = device_at(subject.facts, wanted) if wanted is not None and subject.facts else None
    if device is not None and device["password"] != _text(subject, "SENHA_DISPOSITIVO"):
        yield Finding("/SENHA_DISPOSITIVO", "another password", "the password of the device")


def account_password(subject: Subject) -> Iterator[Finding]:
    """Find an account that is none, or a password that is not its own."""
    wanted = _text(subject, "CONTA")
    if wanted is None or subject.facts is None:
        return
    account = subject.facts.get(ACCOUNT, wanted)
    if account is None:
        yield Finding("/CONTA", wanted, "the number of an account")
    elif account["password"] != _text(subject, "SENHA"):
        yield Finding("/SENHA", "another password, or none", "the password of the account")


def destination_exists(subject: Subject) -> Iterator[Finding]:
    """Find a destination that is no device."""
    for name in DESTINATIONS:
        wanted = _text(subject, name)
        if wanted is not None and subject.facts and device_at(subject.facts, wanted) is None:
            yield Finding(f"/{name}", wanted, "the number of a device")


RULES: Mapping[str, RuleFunction] = {
    "channel-of-key": channel_of_key,
    "channel-open": channel_open,
    "device-exists": device_exists,
    "device-password": device_password,
    "account-password": account_password,
    "destination-exists": destination_exists,
}


def _text(subject: Subject, name: str) -> str | None:
    value = subject.request.get(name) if isinstance(subject.request, Mapping) else None
    return value if isinstance(value, str) else None


def _channel(subject: Subject) -> str | None:
    """Return the channel's id as digits, without zeros in front; None where the path has none."""
    piece = subject.exchange.request.path.rpartition("/")[0].rpartition("/")[2]
    return str(int(piece)) if piece.isascii() and piece.isdigit() and len(piece) <= 40 else None
