"""Schemathesis against a live simulator: one operation of an OpenAPI document, one seed, all its checks.

`make test` plays one seed with a few made-up requests; `make fuzz` sets PBXSIM_FUZZ, and plays three with many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import events
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

NIGHTLY = int(os.environ.get("PBXSIM_FUZZ") or 0)  # how many requests to make up of each operation
SEEDS = (8055, 55, 1_000_003) if NIGHTLY else (8055,)
EXAMPLES = NIGHTLY or 5

# How a bad request may be refused; schemathesis' own list has no 413, and takes 5xx.
REFUSED = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429")


class Watch(Protocol):
    """Who looks at each exchange beside schemathesis: by the journal, and by what OpenAPI cannot say."""

    def faults(self, case: Case, response: Response) -> Iterator[str]:
        """Yield what is wrong with an exchange that just took place."""

    def forgives(self, failure: Failure, case: Case, response: Response) -> bool:
        """Return whether what a check of schemathesis' calls a failure is none."""


@dataclass(frozen=True)
class Document:
    """An OpenAPI document without references to other files, and the operation of it that is played.

    ``url`` is where its paths begin; ``auth`` has what each security scheme is shown.
    """

    openapi: Mapping[str, Any]
    operation: str
    url: str
    auth: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Played:
    """What was found, each with a curl line; and how many requests it took."""

    found: tuple[str, ...]
    requests: int

    @property
    def told(self) -> str:
        """The first findings, for a person."""
        return "\n\n".join((f"{len(self.found)} findings in {self.requests} requests", *self.found[:5]))


def play(document: Document, watch: Watch, seed: int) -> Played:
    """Play one operation with one seed: examples, the edges of each field, and made-up requests, good and bad."""
    config = SchemathesisConfig.from_dict(_settings(document, seed))
    schema = schemathesis.openapi.from_dict(dict(document.openapi), config=config)
    found: list[str] = []

    @schema.hook
    def after_call(context: HookContext, case: Case, response: Response) -> None:
        curl = case.as_curl_command()
        found.extend(f"{fault}\n{curl}" for fault in watch.faults(case, response))

    @schema.hook
    def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
        return not watch.forgives(failure, case, response)

    requests = 0
    for event in engine.from_schema(schema.include(operation_id=document.operation)).execute():
        if isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.interactions)
        found.extend(_found(event))
    return Played(tuple(dict.fromkeys(found)), requests)


def is_good(case: Case) -> bool:
    """Return whether a request was made up to keep to the schemas."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def _found(event: events.EngineEvent) -> Iterator[str]:
    if isinstance(event, events.FatalError):
        raise event.exception
    if isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.value!r}"
    if isinstance(event, events.ScenarioFinished):
        nodes = (node for checked in event.recorder.checks.values() for node in checked)
        for failed in (node.failure_info for node in nodes if node.failure_info is not None):
            yield f"{failed.failure}\n{failed.code_sample}"


def _settings(document: Document, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "base-url": document.url,
        "workers": 1,
        "continue-on-failure": True,
        "request-timeout": 20,
        "max-stream-events": 1,
        "generation": {"max-examples": EXAMPLES, "database": "none", "no-shrink": not NIGHTLY},
        "phases": {"stateful": {"enabled": False}},  # an operation at a time has nothing to go on to
        **({"auth": {"openapi": document.auth}} if document.auth else {}),
        "output": {"sanitization": {"enabled": False}},  # a curl line that works; the credentials are made up
        "checks": {"negative_data_rejection": {"expected-statuses": [*REFUSED]}},
        "cache": {"enabled": False},
        "warnings": False,
    }
