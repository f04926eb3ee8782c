"""Says what is wrong with an exchange of a load test, by the vendor's contract, in words that repeat.

Knows no Locust. A reason names no value of one call, so that Locust counts like failures as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contracts.contract import Contract
from contracts.model import Direction, Exchange, Headers, HttpRequest, HttpResponse, Part, Violation
from simulator.message import Message

Accepted = Callable[[HttpResponse], bool]


class Judge:
    """Judges what was sent and what was answered. ``accepted`` tells an acceptance, where a 2xx alone does not."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def reason(self, exchange: Exchange, accepted: Accepted | None = None) -> str | None:
        """Return why an exchange failed, or None when it did not."""
        if exchange.response is None:
            return exchange.error or "no answer"
        return next(self._reasons(exchange, exchange.response, accepted), None)

    def _reasons(self, exchange: Exchange, response: HttpResponse, accepted: Accepted | None) -> Iterator[str]:
        # What we did wrong ourselves explains a refusal, so it comes first; drift is no failure.
        found = [v for v in self._contract.check(exchange).violations if not v.drift]
        yield from (_in_words(v) for v in found if v.part is Part.REQUEST)
        if not 200 <= response.status < 300:
            yield f"answered {response.status}: expected 2xx"
        yield from (_in_words(v) for v in found if v.part is Part.RESPONSE)
        if accepted is not None and not accepted(response):
            yield f"refused in the vendor's envelope with {response.status}: expected an acceptance"


def exchange_of(vendor: str, message: Message, method: str, headers: Headers, answer: HttpResponse | str) -> Exchange:
    """Return the exchange that a message and its answer are; a string says why there is no answer."""
    response, error = (answer, None) if isinstance(answer, HttpResponse) else (None, answer)
    return Exchange(
        vendor=vendor,
        direction=Direction.SENT,
        request=HttpRequest(method, message.path or "/", "", headers, message.body),
        response=response,
        error=error,
        operation=message.operation,
        message=message.name,
        call=message.call,
    )


def _in_words(violation: Violation) -> str:
    where = " ".join(filter(None, (violation.part.value, violation.pointer)))
    return f"{where} breaks {violation.clause} ({violation.confidence.value}): expected {violation.expected}"
