"""A refusal of 55PBX: the statuses are known from its clients, the body is ours (no client shows one)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.vendor import Problem, Refusal, Reply

WRONG = (400, "Parâmetro obrigatório ausente ou incorreto")
NO_ENDPOINT = (404, "Endpoint não encontrado")

SAID = {
    Problem.UNAUTHENTICATED: (401, "Falta de autorização"),
    Problem.FORBIDDEN: (401, "Falta de autorização"),
    Problem.NOT_FOUND: NO_ENDPOINT,
    Problem.METHOD_NOT_ALLOWED: (405, "Método não permitido"),
    Problem.MALFORMED: WRONG,
    Problem.UNSUPPORTED_MEDIA: WRONG,
    Problem.TOO_LARGE: (413, "Requisição grande demais"),
    Problem.VIOLATION: WRONG,
    Problem.FAILURE: (500, "Erro interno do 55PBX"),
}

# The rules that have a status of their own.
RULES = {"no-expectation": (417, "Expectation Failed"), "nine-segments": NO_ENDPOINT}


def refuse(refusal: Refusal) -> Reply:
    """Return the answer to a request that is not taken."""
    broken = (RULES[v.clause] for v in refusal.violations if v.clause in RULES)
    status, sentence = next(broken, SAID[refusal.problem])
    names = ", ".join(dict.fromkeys(_names(refusal)))
    return Reply(
        status, {"error": f"{sentence}: {names}" if names and status == WRONG[0] else sentence}, refusal.headers
    )


def _names(refusal: Refusal) -> Iterator[str]:
    return (v.field for v in refusal.violations)
