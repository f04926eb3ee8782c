"""A refusal in Viacel's words: a code and a sentence, often beside the request that is repeated."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.model import Violation
from simulator.vendor import Problem, Refusal, Reply

UNKNOWN_ACTION = "Função não encontrada."
WRONG_METHOD = "O método utilizado para envio de dados não está habilitado!"

# Status and sentence of what is refused whatever is asked; the marks are in the contract.
PLAIN = {
    Problem.UNAUTHENTICATED: (401, "Dados de autenticação inválidos"),
    Problem.FORBIDDEN: (401, "Dados de autenticação inválidos"),
    Problem.NOT_FOUND: (404, "Página não encontrada."),
    Problem.METHOD_NOT_ALLOWED: (405, WRONG_METHOD),
    Problem.MALFORMED: (400, "O corpo da mensagem deve ser um objeto JSON."),
    Problem.UNSUPPORTED_MEDIA: (415, "O corpo da mensagem deve ser enviado no formato JSON."),
    Problem.TOO_LARGE: (413, "O corpo da mensagem é grande demais."),
    Problem.FAILURE: (500, "Erro Interno"),
}

# The sentences of `envelope:` in the contract's rules; a test keeps the two equal.
RULE_TEXTS = {
    "deletion-by-delete": WRONG_METHOD,
    "lists-by-post": WRONG_METHOD,
    "documented-action": UNKNOWN_ACTION,
    "one-address": "Página não encontrada.",
    "json-content-type": "O corpo da mensagem deve ser enviado no formato JSON.",
    "company-agrees": "O campo cliente_id deve ser o mesmo em toda a mensagem.",
    "company-exists": "Cliente não encontrado.",
    "record-exists": "Registro não encontrado.",
    "owned": "Registro não pertence ao cliente informado.",
    "plan-exists": "Plano de discagem não encontrado.",
    "region-exists": "Região não encontrada.",
    "trunk-exists": "Tronco não encontrado.",
    "extension-limit": "Quantidade máxima de ramais atingida.",
    "extension-range": "O número do ramal está fora da faixa do cliente.",
    "login-unique": "Login já cadastrado.",
    "number-unique": "Número de ramal já cadastrado.",
    "history-days": "O período informado não é válido.",
    "history-size": "O campo quantidade não possui um valor válido.",
}
STATUSES = {"deletion-by-delete": 405, "lists-by-post": 405, "one-address": 404, "json-content-type": 415}
ALLOWED = {"deletion-by-delete": "DELETE", "lists-by-post": "POST"}


def refuse(refusal: Refusal) -> Reply:
    """Return the vendor's answer to a request that it does not take."""
    if refusal.problem is Problem.VIOLATION and refusal.violations:
        return _violation(refusal, _first(refusal.violations))
    status, sentence = PLAIN.get(refusal.problem, PLAIN[Problem.MALFORMED])
    method = {"http_method": refusal.http.method} if status == 405 and refusal.http else {}
    return Reply(status, {**method, "http_response_code": status, "mensagem": sentence}, refusal.headers)


def _first(violations: tuple[Violation, ...]) -> Violation:
    """Return what is told of several: the method, address or action before a field."""
    return min(violations, key=lambda v: (v.clause not in STATUSES, v.pointer != "/acao"))


def _violation(refusal: Refusal, violation: Violation) -> Reply:
    status = STATUSES.get(violation.clause, 400)
    echo = refusal.body if refusal.switches.get("echo_request") != "no" else None
    request = dict(echo) if isinstance(echo, Mapping) and status == 400 else {}
    allowed = ALLOWED.get(violation.clause)
    body = {**request, "http_response_code": status, "mensagem": _sentence(violation)}
    return Reply(status, body, (("allow", allowed),) if allowed else ())


def _sentence(violation: Violation) -> str:
    field = violation.field
    if violation.clause in RULE_TEXTS:
        return RULE_TEXTS[violation.clause]
    if field == "acao":
        return UNKNOWN_ACTION
    if violation.keyword in ("required", "minLength") or (violation.clause == "required" and field):
        return f"O campo {field} deve ser preenchido!"
    if violation.keyword == "type" and "number" in violation.expected:
        return f"O campo {field} deve ser preenchido com um valor do tipo númerico!"
    return f"O campo {field} não possui um valor válido." if field else PLAIN[Problem.MALFORMED][1]
