"""The rules of 55PBX's report API: what path and header say together, and whether the answer is what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.model import Part
from contracts.pbx55.asking import asked, moment
from contracts.rules import Finding, RuleFunction, Subject

# What only the answer to a report has; any list is taken for the pauses.
SIGNS = {
    "report_01": "totalCallAttendedReceptive",
    "report_02": "data_report02",
    "report_03": "data_report03",
    "report_04": "data_report04",
}


def nine_segments(subject: Subject) -> Iterator[Finding]:
    """Find a path without an interval."""
    yield Finding("path", "8 segments", "9 segments: undefined stands for no interval")


def period_is_a_period(subject: Subject) -> Iterator[Finding]:
    """Find dates that no calendar has, and periods that end before they begin."""
    said, moments = asked(subject.exchange.request.path), []
    for name in ("date_start", "date_end"):
        try:
            moments.append(moment(said.get(name, "")))
        except (ValueError, OverflowError):
            yield Finding(f"path:{name}", said.get(name, "")[:60], "a day of the calendar and a time")
    if len(moments) == 2 and moments[1] < moments[0]:
        yield Finding("path:date_end", said["date_end"][:60], f"a moment from {said['date_start'][:60]} on")


def no_expectation(subject: Subject) -> Iterator[Finding]:
    """Find an ``Expect`` header."""
    expectation = subject.exchange.request.header("expect")
    if expectation is not None:
        yield Finding("header:expect", expectation[:60], "no Expect header")


def answer_is_of_the_report(subject: Subject) -> Iterator[Finding]:
    """Find the answer to another report."""
    wanted = asked(subject.exchange.request.path).get("report", "")
    answer, exchange = subject.response, subject.exchange
    if answer is None or exchange.response is None or exchange.response.status != 200 or wanted not in SIGNS:
        return
    pauses = isinstance(answer, list)
    if wanted != "report_04" if pauses else SIGNS[wanted] not in answer:
        yield Finding("", "a list" if pauses else ", ".join(answer)[:60], f"the answer of {wanted}", Part.RESPONSE)


RULES: dict[str, RuleFunction] = {
    "nine-segments": nine_segments,
    "period-is-a-period": period_is_a_period,
    "no-expectation": no_expectation,
    "answer-is-of-the-report": answer_is_of_the_report,
}
