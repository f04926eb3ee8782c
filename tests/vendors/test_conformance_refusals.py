"""How every vendor's fake refuses, whoever it is: each problem has words that the vendor's contract lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.contract import Contract
from contracts.examples import Example
from contracts.model import HttpResponse, Judgement, Severity
from contracts.operation import Operation
from simulator.faces.replying import response_of
from simulator.vendor import Problem, Refusal, Reply
from tests.vendors.fake import CONTRACTS, EXAMPLES, SERVED

# A failure is ours, and must not pass for the vendor's word on what was asked.
CLIENTS = [problem for problem in Problem if problem is not Problem.FAILURE]


# What only a request with a body can have wrong, and what only one that says something can.
OF_A_BODY = {Problem.MALFORMED, Problem.UNSUPPORTED_MEDIA, Problem.TOO_LARGE}
OF_A_WORD = {Problem.VIOLATION, Problem.FORBIDDEN}


def served(key: str) -> list[Operation]:
    return [operation for operation in CONTRACTS[key].operations.values() if operation.kind == "path"]


def may_have(operation: Operation, problem: Problem, first: Operation) -> bool:
    """Tell whether a request for an operation can have a problem; one for no operation is judged by the first."""
    if problem in OF_A_BODY:
        return operation.body is not None
    if problem in OF_A_WORD:
        return operation.body is not None or bool(operation.parameters)
    return problem is not Problem.NOT_FOUND or operation is first


def worded(key: str, problem: Problem, operation: Operation, switches: dict[str, str] | None = None) -> Reply:
    """Return a refusal as the pipeline has it worded."""
    vendor = SERVED[key]
    assert vendor.refuse
    example = example_of(key, operation)
    allow = operation.methods if problem is Problem.METHOD_NOT_ALLOWED else ()
    told = Refusal(problem, "why", operation.id, (), allow, switches or {}, example.exchange.request)
    return vendor.refuse(told)


def example_of(key: str, operation: Operation) -> Example:
    return next(e for e in EXAMPLES[key] if e.operation == operation.id and e.valid)


def wrong_with(contract: Contract, example: Example, operation: Operation, reply: Reply) -> list[str]:
    response: HttpResponse = response_of(reply)
    exchange = replace(example.exchange, response=response)
    judged = contract.check_reply(exchange, Judgement(operation.id))
    return [f"{v.clause} {v.pointer}" for v in judged.violations if v.severity is Severity.ERROR or not v.drift]


@pytest.mark.parametrize("problem", Problem)
@pytest.mark.parametrize("key", SERVED)
def test_every_problem_is_worded_as_the_contract_has_it(key: str, problem: Problem) -> None:
    """On every operation, and under every value of every switch: a status that it lists, and the body of that."""
    vendor = SERVED[key]
    chosen: list[dict[str, str]] = [{name: value} for name, values in vendor.switches.items() for value in values]
    operations = served(key)
    for operation in (o for o in operations if may_have(o, problem, operations[0])):
        for switches in ({}, *chosen):
            reply = worded(key, problem, operation, switches)

            wrong = wrong_with(CONTRACTS[key], example_of(key, operation), operation, reply)
            assert (operation.id, switches, wrong) == (operation.id, switches, [])


@pytest.mark.parametrize("key", SERVED)
def test_failure_is_500_and_nothing_else_is(key: str) -> None:
    """No word of what failed gets out, and no client's fault is a server's."""
    for operation in served(key):
        failure = worded(key, Problem.FAILURE, operation)
        others = [worded(key, problem, operation).status for problem in CLIENTS]

        assert failure.status == 500
        assert b"Traceback" not in response_of(failure).body
        assert all(200 <= status < 500 for status in others)
