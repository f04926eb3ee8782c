"""How a ticket looks on the wire: one form where it is opened and listed, another where it is edited. Pure reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.hubsoft.rules import SERVICE
from simulator.records import Document
from simulator.vendor import Work
from simulator.vendors.hubsoft.subscriptions import brief
from simulator.worlds import directory

# Who stands in for the provider's staff.
STAFF = "Integração"
STAFF_ID = 1
KINDS = {1: "SAC"}
OPEN, CLOSED = "Aguardando Análise", "Finalizado"
OPEN_ID, CLOSED_ID, REASON_ID = 1, 24, 5
DONE = "concluido"

# The printed answer has 138 hours and 4 minutes too many after 139 hours and 4 minutes: a ticket has one hour.
TIME = timedelta(hours=1)


def listed(work: Work, ticket: Document) -> dict[str, Any]:
    """Return a ticket as the list shows it."""
    shown, (service, _) = opened(work, ticket), owner(work, ticket)
    return shown | {"servico": {"id_cliente_servico": ticket["service"], **brief(service)}} if service else shown


def opened(work: Work, ticket: Document) -> dict[str, Any]:
    """Return a ticket as it is answered when it is opened: the service stands in its work orders only."""
    closed = _moment(work, ticket["closed_at"])
    over = closed is not None
    return {
        "id_atendimento": int(ticket["id"]),
        "protocolo": ticket["protocol"],
        "descricao_abertura": ticket["description"],
        "descricao_fechamento": ticket.get("closing"),
        "tipo_atendimento": kind_of(ticket),
        "usuario_abertura": STAFF,
        "usuario_responsavel": STAFF,
        "usuario_fechamento": STAFF if over else None,
        "data_cadastro": f"{_opened(work, ticket):%d/%m/%Y}",
        "data_fechamento": f"{closed:%d/%m/%Y}" if closed else None,
        "setor_responsavel": None,
        "status_fechamento": DONE if over else None,
        "motivo_fechamento": None,
        "status": CLOSED if over else OPEN,
        "cliente": _customer(work, ticket),
        "ordens_servico": [_order(work, ticket)] if ticket["order"] else [],
    }


def edited(work: Work, ticket: Document) -> dict[str, Any]:
    """Return a ticket as the edit route answers it."""
    opened_at, closed = _opened(work, ticket), _moment(work, ticket["closed_at"])
    over = closed is not None
    return {
        "id_atendimento": int(ticket["id"]),
        "protocolo": ticket["protocol"],
        "id_cliente_servico": int(ticket["service"]),
        "id_tipo_atendimento": ticket["kind"],
        "id_usuario_abertura": STAFF_ID,
        "id_usuario_fechamento": STAFF_ID if over else None,
        "descricao_abertura": ticket["description"],
        "descricao_fechamento": ticket.get("closing"),
        "data_cadastro": f"{opened_at:%Y-%m-%d %H:%M:%S}",
        "data_fechamento": f"{closed:%Y-%m-%d %H:%M:%S}" if closed else None,
        "ip_cadastro": None,
        "id_usuario_responsavel": STAFF_ID,
        "id_setor_responsavel": None,
        "destino": "usuario",
        "status_fechamento": DONE if over else None,
        "id_motivo_fechamento_atendimento": REASON_ID if over else None,
        "id_atendimento_status": CLOSED_ID if over else OPEN_ID,
        "resultado_diagnostico": None,
        "nome_contato": ticket["name"],
        "telefone_contato": ticket["phone"],
        "email_contato": ticket["email"],
        "rascunho": False,
        "deleted_at": None,
        "id_origem_contato": None,
        "avaliacao": None,
        "comentario_avaliacao": None,
        "push_notification_enviado": False,
        "data_cadastro_br": f"{opened_at:%d/%m/%Y %H:%M}",
        "data_cadastro_timestamp": int(opened_at.timestamp()) * 1000,
        "data_fechamento_br": f"{closed:%d/%m/%Y %H:%M}" if closed else None,
        "data_fechamento_timestamp": int(closed.timestamp()) * 1000 if closed else None,
        **_time_left((closed or work.now) - opened_at),
    }


def owner(work: Work, ticket: Document) -> tuple[Document | None, Document | None]:
    """Return the service that a ticket is about, and whose it is."""
    service = work.get(SERVICE, ticket["service"])
    return service, work.get(directory.CUSTOMER, service["customer"]) if service else None


def kind_of(ticket: Document) -> str:
    """Return the name of a ticket's kind."""
    return KINDS.get(ticket["kind"], f"TIPO {ticket['kind']}")


def _time_left(passed: timedelta) -> dict[str, Any]:
    spent = max(0, passed // timedelta(minutes=1))
    left = TIME // timedelta(minutes=1) - spent
    hours, minutes = divmod(abs(left), 60)
    return {
        "minutos_em_aberto": spent,
        "tempo_restante": f"{'-' if left < 0 else ''}{hours}h {minutes}min",
        "percentual_tempo_restante": max(0, left * 100 // 60),
        "percentual_color_class": f"white-fg md-{'red' if left <= 0 else 'green'}-bg",
    }


def _order(work: Work, ticket: Document) -> dict[str, Any]:
    order, begun = ticket["order"], _opened(work, ticket)
    closed = _moment(work, ticket["closed_at"])
    service, _ = owner(work, ticket)
    return {
        "id_ordem_servico": order["id"],
        "numero_ordem_servico": order["number"],
        "data_cadastro": _long(begun),
        "tipo": f"TIPO {order['kind']}" if order["kind"] else "ABERTURA VIA API",
        "data_inicio_programado": _long(begun + TIME),
        "data_termino_programado": _long(begun + 2 * TIME),
        "data_inicio_executado": None,
        "data_termino_executado": _long(closed) if closed else None,
        "descricao_abertura": ticket["description"],
        "descricao_servico": ticket["description"],
        "descricao_fechamento": ticket.get("closing"),
        "usuario_abertura": STAFF,
        "usuario_fechamento": STAFF if closed else None,
        "status": "finalizado" if closed else order["status"],
        "status_fechamento": DONE if closed else None,
        "cliente": _customer(work, ticket),
        "servico": brief(service) if service else {},
    }


def _customer(work: Work, ticket: Document) -> dict[str, Any]:
    _, customer = owner(work, ticket)
    if customer is None:
        return {}
    return {
        "codigo_cliente": int(customer["code"]),
        "nome_razaosocial": customer["name"],
        "cpf_cnpj": customer["document"],
    }


def _opened(work: Work, ticket: Document) -> datetime:
    return datetime.fromisoformat(ticket["opened_at"]).astimezone(work.zone)


def _moment(work: Work, stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(work.zone) if stored else None


def _long(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}"
