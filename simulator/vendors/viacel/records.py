"""What there is of each kind, field by field: what a request says becomes a record, and a record a row of a list.

Pure. A record has numbers as integers; a row has nothing but text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.viacel.rules import COMPANY, DID, EXTENSION, ID_FIELDS, PLAN, TRUNK, named, whole
from simulator.records import Document
from simulator.vendor import Work
from simulator.vendors.viacel.credentials import KEY

Fields = Mapping[str, Any]
OWNER = "cliente_id"
FORWARDS = ("encaminhar_todas_chamadas", "encaminhar_offline_sem_atendimento", "encaminhar_ocupado_indisponivel")
NO_FORWARD: Fields = {"encaminhamento_tipo": 0, "encaminhamento_destino": "", "encaminhamento_destinos": []}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its table's name in sentences, and what each field is when nobody has said it."""

    kind: str
    table: str
    fields: Fields

    @property
    def id(self) -> str:
        """The field that has the record's id."""
        return ID_FIELDS[self.kind]


def _fields(numbers: str = "", texts: str = "", **others: Any) -> Fields:
    return dict.fromkeys(numbers.split(), 0) | dict.fromkeys(texts.split(), "") | others


KINDS = {
    COMPANY: Kind(
        COMPANY,
        "clientes",
        _fields(
            "cliente_id qtd_ramais_max faixa_min faixa_max salas_conf_num_max espaco_disco ignorar_limite_espaco "
            "usuario_padrao_id",
            "login senha nome email_cliente prefixo razao_social cnpj end compl cep bairro cidade estado resp tel cel "
            "ramal_resp",
        ),
    ),
    DID: Kind(
        DID,
        "dids",
        _fields(
            "did_id cliente_id apontar_para habilitar_registro gravar_chamadas maximo_chamadas_simultaneas "
            "habilitar_horario_funcionamento",
            "numero audio_antes_encaminhar destino registro_dominio registro_usuario registro_senha "
            "horario_funcionamento_lista_feriados horario_funcionamento_inicio horario_funcionamento_fim "
            "horario_funcionamento_audio_fora_horario",
            horario_funcionamento_dias_semana=[],
        ),
    ),
    TRUNK: Kind(
        TRUNK,
        "troncos",
        _fields(
            "tronco_id cliente_id host_dinamico qtd_digitos_cortados autentica_user_pass",
            "nome endereco insere_digitos usuario senha",
            tarifas=[],
        ),
    ),
    EXTENSION: Kind(
        EXTENSION,
        "ramais",
        _fields(
            "ramal_id cliente_id plano_discagem_id puxar_chamadas habilitar_timers habilitar_blf escutar_chamadas "
            "gravar_chamadas bloquear_ramal codigo_area habilitar_dupla_autenticacao habilitar_caixa_postal",
            "nome usuario_autenticacao numero senha_sip senha_web caller_id_externo grupo_ramais centro_custo "
            "dupla_autenticacao_ip_permitido dupla_autenticacao_mascara caixa_postal_email",
            grupo_musica_espera=None,
            **dict.fromkeys(FORWARDS, NO_FORWARD),
        ),
    ),
    PLAN: Kind(PLAN, "planos_discagem", _fields("plano_discagem_id cliente_id", "nome")),
}


def sent(body: Fields) -> Fields:
    """Return the fields that a request gives: those in dados, and the forwards that stand beside it."""
    beside = {name: body[name] for name in FORWARDS if name in body}
    return {**beside, **body.get("dados", {})}


def made(kind: Kind, given: Fields, **own: Any) -> Document:
    """Return a new record: what is given, else nothing; ``own`` is what no request decides."""
    return changed(kind, {**kind.fields, **own}, {n: v for n, v in given.items() if n not in own})


def changed(kind: Kind, record: Document, given: Fields) -> Document:
    """Return a record with what is given; id and owner stay."""
    fixed = (kind.id, OWNER)
    named_ = {n: _read(kind.fields[n], v) for n, v in given.items() if n in kind.fields and n not in fixed}
    return {**record, **named_}


def row(kind: Kind, record: Document, work: Work) -> dict[str, Any]:
    """Return a record as lists have it."""
    told: dict[str, Any] = {name: texts(value) for name, value in record.items()}
    if kind.kind == DID:
        holidays = "horario_funcionamento_lista_feriados"
        told[holidays] = [told[holidays]] if told[holidays] else []
    if kind.kind == EXTENSION:
        for name in FORWARDS:
            to = told[name]["encaminhamento_destino"]
            told[name] = {**told[name], "encaminhamento_destino": [to] if to else []}
        code = work.identity.token(KEY, "embedding", record[kind.id], length=20)
        told |= {"tipo": "1", "codigo_incorporacao": code}
    return told


def texts(value: Any) -> Any:
    """Return a value with every number in it as text."""
    if isinstance(value, Mapping):
        return {name: texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [texts(inner) for inner in value]
    return None if value is None else str(value)


def of_company(work: Work, kind: str, company: int) -> list[Document]:
    """Return the records of a kind that a company owns, oldest first."""
    return [record for record in work.all(kind) if record[OWNER] == company]


def owner(body: Fields) -> int:
    """Return the company that a request names."""
    return named(body, OWNER)


def _read(blank: Any, value: Any) -> Any:
    if isinstance(blank, int):
        return whole(value)
    if isinstance(blank, Mapping):
        return _forward(value)
    if isinstance(blank, list):
        return [_tariff(v) if isinstance(v, Mapping) else whole(v) for v in value]
    return "" if value == 0 else str(value)


def _forward(value: Fields) -> Fields:
    several = value.get("encaminhamento_destinos", [])
    return {
        "encaminhamento_tipo": whole(value.get("encaminhamento_tipo")),
        "encaminhamento_destino": str(value.get("encaminhamento_destino", "")),
        "encaminhamento_destinos": [
            {
                "encaminhamento_tipo": whole(each.get("encaminhamento_tipo")),
                "encaminhamento_destino": str(each.get("encaminhamento_destino", "")),
            }
            for each in several
        ],
    }


def _tariff(value: Fields) -> Fields:
    return {
        "regiao_id": whole(value.get("regiao_id")),
        "tarifa": value.get("tarifa", 0),
        "fracionamento": str(value.get("fracionamento", "")),
    }
