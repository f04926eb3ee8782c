"""The command that plays a scenario once more as it was played, for a POSIX shell; no secret stands in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.contract import Contract
from contracts.hiding import hide_form
from contracts.redaction import redact_path
from simulator.recording.refilling import word

Options = Mapping[str, Any]

# Options that say how it is played, with what they are when nobody says so. The seed always stands there.
_PLAIN = {"world": None, "numbers": None, "contracts": None, "zone": "America/Sao_Paulo", "start": None}
# What the name of a secret in a target's address may be, beside those of its contract.
_SECRETS = dict.fromkeys(("token", "key", "secret", "password", "api_key", "apikey", "access_token"), "token")


def repeated(place: str, options: Options, contracts: Mapping[str, Contract]) -> str:
    """Return the command; ``place`` is a file or a name of the library, ``options`` are those of ``run``.

    A token or another secret becomes a shell variable, as in a curl.
    """
    file = f"./{place}" if place.startswith("-") else place
    return " ".join(("pbxsim run", shlex.quote(file), *_words(options, contracts)))


def _words(options: Options, contracts: Mapping[str, Contract]) -> Iterator[str]:
    yield f"--seed {shlex.quote(options['seed'])}"
    if options["clock"] != "jumping":
        yield f"--clock {shlex.quote(options['clock'])}"
    vendors = [text.partition("=")[0] for text in options["targets"]]
    for vendor, text in zip(vendors, options["targets"], strict=True):
        yield f"--target {word(_without_secrets(text, contracts[vendor]), vendor)}"
    yield from (f"--method {shlex.quote(method)}" for method in options["methods"])
    several = len(options["tokens"]) > 1
    for number, _ in enumerate(options["tokens"], 1):
        yield f'--token "$PBXSIM_TOKEN{f"_{number}" if several else ""}"'
    for text in options["credentials"]:
        place = text.partition("=")[0]
        yield f"--credential {shlex.quote(f'{place}=')}{_variable(*place.split(':', 1))}"
    yield from (f"--reading {shlex.quote(reading)}" for reading in options["readings"])
    for name, usual in _PLAIN.items():
        if options[name] != usual:
            yield f"--{name} {shlex.quote(str(options[name]))}"
    if options["strict_inferred"]:
        yield "--strict-inferred"


def _without_secrets(target: str, contract: Contract) -> str:
    """Return ``VENDOR=URL`` with a marker for what is secret in the path or the query."""
    address, mark, query = target.partition("?")
    origin, slash, path = address.partition("://")
    host, between, rest = path.partition("/")
    hidden = redact_path(f"{between}{rest}", contract)
    return f"{origin}{slash}{host}{hidden}{mark}{hide_form(query, {**_SECRETS, **contract.secrets}) if query else ''}"


def _variable(vendor: str, name: str) -> str:
    return f'"$PBXSIM_{vendor.upper()}_{name.upper()}"'
