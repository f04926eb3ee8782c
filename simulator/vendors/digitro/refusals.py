"""A refusal in Dígitro's words: the codes and labels of its pages, in a body of ours, since the pages show none."""

from __future__ import annotations

from contracts.model import Headers
from simulator.telephony.calls import Call
from simulator.vendor import Problem, Received, Refusal, Reply, Work
from simulator.vendors.digitro.messages import message

LABELS = {
    400: "Pedido inválido",
    401: "Não autorizado",
    403: "Proibido",
    404: "Não encontrado",
    405: "Método não permitido",
    413: "Pedido grande demais",
    415: "Tipo de conteúdo não suportado",
    500: "Erro do servidor",
    503: "Serviço indisponível",
}

STATUSES = {
    Problem.UNAUTHENTICATED: 401,
    Problem.FORBIDDEN: 403,
    Problem.NOT_FOUND: 404,
    Problem.METHOD_NOT_ALLOWED: 405,
    Problem.MALFORMED: 400,
    Problem.UNSUPPORTED_MEDIA: 415,
    Problem.TOO_LARGE: 413,
    Problem.VIOLATION: 400,
    Problem.FAILURE: 500,
}

# What the event that tells of a refusal has room for.
MOST_REASON = 1000

# Rules of the contract whose breach is no malformed request, but one that this key or device may not make.
FORBIDDING = frozenset({"channel-of-key", "device-exists", "device-password", "account-password"})


def refuse(refusal: Refusal) -> Reply:
    """Return the vendor's answer to a request that it does not take."""
    status = STATUSES[refusal.problem]
    clauses = {violation.clause for violation in refusal.violations}
    # What is malformed says nothing of what would be allowed.
    if clauses and clauses <= FORBIDDING:
        status = 403
    return reply(status, refusal.detail, refusal.headers)


def reply(status: int, detail: str, headers: Headers = ()) -> Reply:
    """Return a refusal with a status of its own."""
    return Reply(status, {"MENSAGEM": LABELS[status], "DETALHE": detail}, headers)


def why(call: Call | None, wanted: str) -> str:
    """Say in what a call differs from the one that a command needs."""
    if call is None:
        return f"no call has this ID_CHAMADA; expected {wanted}"
    return f"the call is {call.state.value}; expected {wanted}"


def not_done(work: Work, received: Received, reason: str) -> Reply:
    """Refuse what the state of a call or device forbids: at once, or by an event, as the tenant's switch says."""
    if work.switches.get("refusals") != "event":
        return refuse(Refusal(Problem.VIOLATION, reason, received.operation))
    about = {name: received.body[name] for name in ("DISPOSITIVO", "ID_CHAMADA") if name in received.body}
    work.board.tell(message("commandFailed", {**about, "MOTIVO": reason[:MOST_REASON]}))
    return Reply(200, {})
