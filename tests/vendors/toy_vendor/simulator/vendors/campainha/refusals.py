"""A refusal in Campainha's words."""

from __future__ import annotations

from simulator.vendor import Problem, Refusal, Reply

SAID = {
    Problem.UNAUTHENTICATED: (401, "Chave inválida"),
    Problem.FORBIDDEN: (403, "Chave sem permissão"),
    Problem.NOT_FOUND: (404, "Endereço inexistente"),
    Problem.METHOD_NOT_ALLOWED: (405, "Método não permitido"),
    Problem.MALFORMED: (400, "Corpo ilegível"),
    Problem.UNSUPPORTED_MEDIA: (415, "Tipo de conteúdo não aceito"),
    Problem.TOO_LARGE: (413, "Corpo grande demais"),
    Problem.VIOLATION: (400, "Campo inválido"),
    Problem.FAILURE: (500, "Falha da campainha"),
}
RULE_TEXTS = {"extension-exists": "Ramal inexistente"}


def refuse(refusal: Refusal) -> Reply:
    """Return the vendor's answer to a request that it does not take."""
    status, sentence = SAID[refusal.problem]
    for violation in refusal.violations[:1]:
        sentence = RULE_TEXTS.get(violation.clause, f"{sentence}: {violation.field or 'corpo'}")
    return Reply(status, {"status": "recusado", "motivo": sentence}, refusal.headers)
