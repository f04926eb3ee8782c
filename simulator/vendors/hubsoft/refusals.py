"""A refusal in HubSoft's words: the envelope of its neighbouring routes, and its token route's bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from contracts.model import Violation
from simulator.vendor import Problem, Refusal, Reply

FILL_IN = "Favor preencher os campos obrigatórios de acordo com as especificações"

# Status and sentence for what has no sample anywhere; the marks are in the contract.
PLAIN = {
    Problem.FORBIDDEN: (403, "Acesso negado"),
    Problem.NOT_FOUND: (404, "Rota não encontrada"),
    Problem.METHOD_NOT_ALLOWED: (405, "Método não permitido para esta rota"),
    Problem.MALFORMED: (400, "O corpo da requisição não pôde ser lido"),
    Problem.UNSUPPORTED_MEDIA: (415, "O tipo de conteúdo da requisição não é aceito"),
    Problem.TOO_LARGE: (413, "O corpo da requisição é grande demais"),
    Problem.FAILURE: (500, "Erro interno do servidor"),
}

# The sentences of `envelope:` in the contract's rules; a test keeps the two equal.
RULE_TEXTS = {
    "customer-exists": "O cliente informado não foi encontrado.",
    "customer-code-exists": "O código de cliente informado não foi encontrado.",
    "extension-exists": "O ramal informado não foi encontrado.",
    "internal-id-exists": "O identificador interno informado não foi encontrado.",
    "same-user": "O ramal e o identificador interno informados não pertencem ao mesmo usuário.",
    "phone-length": "O campo telefone não possui um valor válido.",
    "service-exists": "Serviço do cliente de ID {} não encontrado",
    "ticket-exists": "Atendimento de ID {} não encontrado",
    "paged-by-post": PLAIN[Problem.METHOD_NOT_ALLOWED][1],
    "paged-by-get": PLAIN[Problem.METHOD_NOT_ALLOWED][1],
    "period-in-order": "O campo data fim deve ser maior ou igual ao campo data inicio.",
    "contact-phone-length": "O campo telefone não possui um valor válido.",
}

# The kinds of search that the answer to another one lists; a test keeps them equal to the contract's.
SEARCHES = {
    "findCustomers": (
        "nome_razaosocial,nome_fantasia,cpf_cnpj,codigo_cliente,telefone,login_radius,ipv4,mac,id_cliente_servico"
    ),
    "listTickets": "codigo_cliente,cpf_cnpj,id_cliente_servico,protocolo",
}

# The rules whose sentence is the answer's, with nothing in errors.
NOT_FOUND = ("service-exists", "ticket-exists")
# What is refused as a method is, with the one that is taken.
ALLOWED = {"paged-by-post": "POST", "paged-by-get": "GET"}

# The fields of which one must be there, by the discrepancy that their clause hangs on.
ONE_OF_TWO = {"H1": ("telefone", "id cliente"), "H2": ("ramal", "identificador interno")}

# The fields whose type is not a number's.
TYPES = {
    "identificador_interno": "string",
    "ligacao_params": "object",
    "parametros": "object",
    "parametros_ordem_servico": "object",
    "ids_tecnicos": "array",
    "descricao": "string",
    "nome": "string",
    "email": "string",
    "abrir_os": "boolean",
    "fechar_atendimento": "boolean",
}


def refuse(refusal: Refusal) -> Reply:
    """Return the vendor's answer to a request that it does not take."""
    if refusal.operation == "issueToken" and refusal.problem in TOKEN_ROUTE:
        return TOKEN_ROUTE[refusal.problem](refusal)
    if refusal.problem is Problem.UNAUTHENTICATED:
        return Reply(401, {"message": "Unauthenticated."})
    if refusal.problem is Problem.VIOLATION:
        for violation in refusal.violations:
            if violation.clause in ALLOWED:
                wrong = replace(refusal, problem=Problem.METHOD_NOT_ALLOWED, allow=(ALLOWED[violation.clause],))
                return refuse(wrong)
        status = 422 if refusal.switches.get("validation_status") == "422" else 200
        return Reply(status, _violated(refusal))
    status, sentence = PLAIN[refusal.problem]
    return Reply(status, _envelope(sentence, refusal.detail), refusal.headers)


def _envelope(sentence: str, *errors: str) -> dict[str, object]:
    return {"status": "error", "msg": sentence, "errors": [e for e in errors if e]}


def _violated(refusal: Refusal) -> dict[str, object]:
    for violation in refusal.violations:
        if violation.pointer == "query:busca" and refusal.operation in SEARCHES:
            return {"status": "error", "msg": _search(violation, SEARCHES[refusal.operation])}
    missing = [v for v in refusal.violations if v.clause in NOT_FOUND]
    if missing and len(missing) == len(refusal.violations):
        return {"status": "error", "msg": RULE_TEXTS[missing[0].clause].format(missing[0].found)}
    # In their order, and each sentence once.
    return _envelope(FILL_IN, *dict.fromkeys(s for v in refusal.violations for s in _sentences(v)))


def _search(violation: Violation, possible: str) -> str:
    given = violation.found.strip('"')
    if violation.clause == "required" or not given:
        return "O campo busca é obrigatória"
    return f"O tipo de busca ({given}) não é válido | Valores aceitos para esse campo: {possible}"


def _sentences(violation: Violation) -> Iterator[str]:
    field = violation.field
    spoken = field.replace("_", " ")
    if violation.clause in RULE_TEXTS:
        yield RULE_TEXTS[violation.clause].format(violation.found)
    elif violation.clause == "required":
        yield f"O campo {spoken} é obrigatório."
    elif violation.keyword == "anyOf" and violation.discrepancy in ONE_OF_TWO:
        one, other = ONE_OF_TWO[violation.discrepancy]
        yield f"O campo {one} é obrigatório quando {other} não está presente."
        yield f"O campo {other} é obrigatório quando {one} não está presente."
    elif violation.keyword == "type" and field:
        yield f"O campo {field} deve ser do tipo {TYPES.get(field, 'integer')}"
    elif field:
        yield f"O campo {spoken} não possui um valor válido."
    else:
        yield "O corpo da requisição deve ser um objeto JSON."


def _wrong_secrets(refusal: Refusal) -> Reply:
    sentence = "The user credentials were incorrect."
    body = {"error": "invalid_credentials", "error_description": sentence, "message": sentence}
    return Reply(401, body)


def _unusable(refusal: Refusal) -> Reply:
    names = [v.field for v in refusal.violations]
    if "grant_type" in names and all(v.keyword != "required" for v in refusal.violations):
        sentence = "The authorization grant type is not supported by the authorization server."
        hint = "Check that all required parameters have been provided"
        return Reply(400, _oauth("unsupported_grant_type", sentence, hint))
    sentence = (
        "The request is missing a required parameter, includes an invalid parameter value, "
        "includes a parameter more than once, or is otherwise malformed."
    )
    hint = f"Check the `{names[0]}` parameter" if names and names[0] else refusal.detail
    return Reply(400, _oauth("invalid_request", sentence, hint))


def _oauth(error: str, sentence: str, hint: str) -> dict[str, str]:
    return {"error": error, "error_description": sentence, "hint": hint, "message": sentence}


TOKEN_ROUTE: dict[Problem, Callable[[Refusal], Reply]] = {
    Problem.UNAUTHENTICATED: _wrong_secrets,
    Problem.FORBIDDEN: _wrong_secrets,
    Problem.VIOLATION: _unusable,
    Problem.MALFORMED: _unusable,
}
