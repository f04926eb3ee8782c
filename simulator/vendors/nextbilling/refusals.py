"""A refusal in NextBilling's words: error 1 and a reason, with the status of its table or, if asked for, with 200."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.model import Violation
from simulator.vendor import Problem, Refusal, Reply

MISSING, INVALID = "Parâmetro necessário ausente: ", "Parâmetro inválido: "
BUSY = 429, "Muitas requisições simultâneas"

# Status and sentence of what is not about a parameter. The statuses are the vendor's, the sentences ours.
PLAIN = {
    Problem.UNAUTHENTICATED: (403, "Autenticação incorreta, verifique o token"),
    Problem.FORBIDDEN: (403, "Autenticação incorreta, o token não permite esta operação"),
    Problem.NOT_FOUND: (404, "A opção solicitada não existe"),
    Problem.METHOD_NOT_ALLOWED: (405, "Método não permitido"),
    Problem.MALFORMED: (400, "Requisição incompleta, o conteúdo não pôde ser lido"),
    Problem.UNSUPPORTED_MEDIA: (400, "Requisição incompleta, o conteúdo não pôde ser lido"),
    Problem.TOO_LARGE: (413, "O conteúdo da requisição passa de 128 kB"),
    Problem.FAILURE: (500, "Erro interno do servidor"),
}
# What the application itself finds; the rest never gets as far as it.
OWN = (Problem.UNAUTHENTICATED, Problem.FORBIDDEN, Problem.MALFORMED, Problem.VIOLATION)

# The sentences of `envelope:` in the contract's rules; a test keeps the two equal.
RULE_TEXTS = {
    "owner-exists": "Assinante não encontrado",
    "lines-exist": "Linha não encontrada",
    "lines-of-owner": "Linha de outro assinante",
    "group-exists": "Registro não encontrado",
    "update-names-group": "Parâmetro necessário ausente: id_record",
    "removal-names-group": "Parâmetro necessário ausente: id_record",
    "whole-when-new": "Parâmetro necessário ausente para um novo registro",
    "username-is-free": "Login de linha já em uso",
}


def refuse(refusal: Refusal) -> Reply:
    """Return the vendor's answer to a request that it does not take."""
    if refusal.problem is Problem.VIOLATION:
        status, sentence = _of(refusal.violations)
    else:
        status, sentence = PLAIN[refusal.problem]
    return Reply(_status(status, refusal), failure(sentence), refusal.headers)


def too_many(switches: Mapping[str, str]) -> Reply:
    """Return the vendor's answer to one request too many."""
    status, sentence = BUSY
    return Reply(200 if switches.get("error_status") == "200" else status, failure(sentence))


def failure(sentence: str) -> dict[str, object]:
    """Return the envelope of an error."""
    return {"error": 1, "reason": sentence}


def _status(status: int, refusal: Refusal) -> int:
    asked = refusal.switches.get("error_status") == "200"
    return 200 if asked and refusal.problem in OWN else status


def _of(violations: tuple[Violation, ...]) -> tuple[int, str]:
    if any(v.pointer == "" and v.keyword == "type" for v in violations):
        return 400, "Requisição incompleta, o conteúdo deve ser um objeto JSON"
    sentence = "; ".join(dict.fromkeys(_sentences(violations)))
    gone = bool(violations) and all(v.clause == "group-exists" for v in violations)
    return 404 if gone else 422, sentence or INVALID.rstrip(": ")


def _sentences(violations: tuple[Violation, ...]) -> Iterator[str]:
    for violation in violations:
        field = violation.pointer.replace(":", "/").strip("/").partition("/")
        # "path:id" and "query:start" name a place first, "/devices/1" the field.
        name = field[2] if ":" in violation.pointer else field[0]
        if violation.clause in RULE_TEXTS:
            yield RULE_TEXTS[violation.clause]
        else:
            yield (MISSING if violation.keyword == "required" else INVALID) + name
