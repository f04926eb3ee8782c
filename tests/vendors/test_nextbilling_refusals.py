"""NextBilling: how it words a refusal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

import contracts.nextbilling
from contracts.model import Confidence, Part, Severity, Violation
from simulator.vendor import Problem, Refusal, Reply
from simulator.vendors.nextbilling import VENDOR
from simulator.vendors.nextbilling.refusals import RULE_TEXTS
from simulator.vendors.nextbilling.report import money, span
from tests.vendors.nextbilling_world import GROUP, ask, work_of


def test_money_and_spans_are_written_as_printed() -> None:
    """As in the answer that the older page prints."""
    assert money(Decimal("3148895.40924")) == "3.148.895,40924"
    assert span(590522711) == "9.842.045 min 11 seg"


def refused(found: Problem, *violations: Violation, **switches: str) -> Reply:
    assert VENDOR.refuse
    return VENDOR.refuse(Refusal(found, "why", "createRingGroup", violations, ("GET", "PUT"), switches))


def broken(clause: str, pointer: str) -> Violation:
    mark = (Confidence.DOCUMENTED, Severity.ERROR)
    return Violation(clause, Part.REQUEST, pointer, "", "", "", "", *mark, keyword=clause)


@pytest.mark.parametrize(
    ("found", "status", "asked"),
    [
        (Problem.UNAUTHENTICATED, 403, 200),
        (Problem.FORBIDDEN, 403, 200),
        (Problem.MALFORMED, 400, 200),
        (Problem.VIOLATION, 422, 200),
        (Problem.NOT_FOUND, 404, 404),
        (Problem.METHOD_NOT_ALLOWED, 405, 405),
        (Problem.TOO_LARGE, 413, 413),
        (Problem.FAILURE, 500, 500),
    ],
)
def test_refusal_has_the_status_of_the_table_or_200_where_asked(found: Problem, status: int, asked: int) -> None:
    """What never reaches the application keeps its status."""
    plain, as_200 = refused(found), refused(found, error_status="200")

    assert (plain.status, as_200.status) == (status, asked)
    assert plain.body == as_200.body
    assert isinstance(plain.body, dict)
    assert (plain.body["error"], list(plain.body)) == (1, ["error", "reason"])


@pytest.mark.parametrize(
    ("violations", "status", "reason"),
    [
        ([broken("required", "/strategy")], 422, "Parâmetro necessário ausente: strategy"),
        ([broken("required", "query:id_record")], 422, "Parâmetro necessário ausente: id_record"),
        ([broken("type", "/devices/1")], 422, "Parâmetro inválido: devices"),
        ([broken("type", "path:id")], 422, "Parâmetro inválido: id"),
        ([broken("group-exists", "query:id_record")], 404, "Registro não encontrado"),
        (
            [broken("group-exists", "/id_record"), broken("lines-exist", "/devices/0")],
            422,
            "Registro não encontrado; Linha não encontrada",
        ),
        (
            [broken("lines-exist", "/devices/0"), broken("lines-exist", "/devices/1")],
            422,
            "Linha não encontrada",
        ),
        ([broken("type", "")], 400, "Requisição incompleta, o conteúdo deve ser um objeto JSON"),
    ],
)
def test_refusal_names_what_is_wrong(violations: list[Violation], status: int, reason: str) -> None:
    """A record that is not there is 404, what is no object is 400, and every other violation 422."""
    assert refused(Problem.VIOLATION, *violations) == Reply(
        status, {"error": 1, "reason": reason}, (("allow", "GET, PUT"),)
    )


def test_switch_answers_everything_with_429() -> None:
    """So that an integration can be tried against it; nothing is changed."""
    work = work_of(switches={"too_many_requests": "on"})

    reply = ask(work, "createRingGroup", GROUP)

    assert reply == Reply(429, {"error": 1, "reason": "Muitas requisições simultâneas"})
    assert len(work.records["nextbilling.group"]) == 1
    work.switches = {"too_many_requests": "on", "error_status": "200"}
    assert ask(work, "listRingGroups") == Reply(200, {"error": 1, "reason": "Muitas requisições simultâneas"})


def test_sentences_are_those_of_the_contract() -> None:
    """What a rule's envelope says is what a refusal says."""
    text = (Path(contracts.nextbilling.__path__[0]) / "rules.yaml").read_text("utf-8")

    envelopes = {key: rule["envelope"] for key, rule in yaml.safe_load(text).items() if "envelope" in rule}
    assert envelopes == RULE_TEXTS
