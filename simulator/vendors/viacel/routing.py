"""Where calls go by what was provisioned: lines with their hours, forwards, and dial plans. Pure.

What the documents leave open is listed in ``contracts/viacel/SOURCES.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from contracts.viacel.rules import DID, EXTENSION, ROUTE, TRUNK
from simulator.records import Document, Reader
from simulator.telephony.phones import TOLL_FREE, LineKind, is_abroad, kind, national, split
from simulator.telephony.routing import Destination, Forwards, Incoming, Outgoing, Place, Routing, Trunk
from simulator.vendors.viacel.records import Fields
from simulator.worlds.directory import EXTENSION as DEVICE
from simulator.worlds.directory import QUEUE

NOWHERE, TO_EXTENSION, SEVERAL, TO_OUTSIDE, TO_MAILBOX = 0, 1, 5, 8, 9
PLACES = {TO_EXTENSION: Place.EXTENSION, TO_OUTSIDE: Place.OUTSIDE, TO_MAILBOX: Place.MAILBOX}

# The regions of the world that a tenant begins with, by what a number reaches and from where.
LOCAL, LONG_DISTANCE, FREE, ABROAD = 0, 1, 5, 6
_FIRST_REGION = {LineKind.LANDLINE: 1, LineKind.MOBILE: 3}

_HOLIDAY = re.compile(r"([0-9]{2})/([0-9]{2})(?:/([0-9]{4}))?")
_DIGITS = re.compile(r"[0-9]{1,20}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")


def forwards(records: Reader, extension: str) -> Forwards | None:
    """Return where an extension's calls go instead; a mailbox takes what no forward does."""
    record = records.find(EXTENSION, numero=extension)
    if record is None:
        return None
    mailbox = (Destination(Place.MAILBOX, extension),) if record["habilitar_caixa_postal"] else ()
    no_answer = _forwarded(records, record, "encaminhar_offline_sem_atendimento") or mailbox
    return Forwards(
        always=_forwarded(records, record, "encaminhar_todas_chamadas"),
        no_answer=no_answer,
        busy=_forwarded(records, record, "encaminhar_ocupado_indisponivel") or mailbox,
        offline=no_answer,
        off=bool(record["bloquear_ramal"]),
    )


def incoming(records: Reader, line: str, local: datetime) -> Incoming | None:
    """Return where a line's calls go at a local time; None where no DID points anywhere."""
    record = records.find(DID, numero=national(line)) or records.find(DID, numero=line)
    if record is None:
        return None
    found = tuple(_destinations(records, record["apontar_para"], record["destino"], ""))
    closed = bool(record["habilitar_horario_funcionamento"]) and not _open(record, local)
    if not found and not closed:
        return None
    return Incoming(found, closed, record["maximo_chamadas_simultaneas"] or None)


def outgoing(records: Reader, extension: str, digits: str) -> Outgoing | None:
    """Return the trunks of an extension's dial plan for the region of a number; none for a blocked extension."""
    record = records.find(EXTENSION, numero=extension)
    if record is None:
        return None
    region = region_of(digits, _from(records, record))
    route = records.get(ROUTE, f"{record['plano_discagem_id']}-{region}")
    if record["bloquear_ramal"] or route is None:
        return Outgoing(())
    trunks = (records.get(TRUNK, str(way["tronco_id"])) for way in route["roteamentos"])
    return Outgoing(tuple(_trunk(trunk, national(digits)) for trunk in trunks if trunk is not None))


def region_of(digits: str, seen_from: str) -> int:
    """Return the region (see ``world.REGIONS``) of a number, seen from an area code or a number; 0: none."""
    found = kind(digits)
    if found is None:
        return ABROAD if is_abroad(digits) else 0
    if found is LineKind.FREE:
        # Who calls 0300 and its like pays, as for a landline far away (inferred): no way out for 0800 alone is theirs.
        return FREE if split(digits).area == TOLL_FREE else _FIRST_REGION[LineKind.LANDLINE] + LONG_DISTANCE
    near = seen_from if len(seen_from) <= 2 else split(seen_from).area
    return _FIRST_REGION[found] + (LOCAL if near == split(digits).area else LONG_DISTANCE)


def _forwarded(records: Reader, extension: Document, name: str) -> tuple[Destination, ...]:
    forward: Fields = extension[name]
    several = forward["encaminhamento_destinos"] if forward["encaminhamento_tipo"] == SEVERAL else [forward]
    return tuple(
        found
        for each in several
        for found in _destinations(
            records, each["encaminhamento_tipo"], each["encaminhamento_destino"], extension["numero"]
        )
    )


def _destinations(records: Reader, to: int, key: str, own: str) -> Iterator[Destination]:
    """Yield the destination of a kind and its text, if it is one; ``own`` is the extension that forwards."""
    if to in PLACES:
        if key or (to == TO_MAILBOX and own):
            yield Destination(PLACES[to], _dialled(key) or own)
    elif to not in (NOWHERE, SEVERAL):
        # No source explains the other kinds: what the text names decides.
        for place, record in ((Place.EXTENSION, DEVICE), (Place.QUEUE, QUEUE)):
            if records.get(record, key) is not None:
                yield Destination(place, key)
                return


def _dialled(text: str) -> str:
    return f"00{text[1:]}" if text.startswith("+") else text  # + stands for the two zeros of a call abroad


def _open(did: Document, local: datetime) -> bool:
    """Tell whether a line is open at a local time; hours that end before they begin go on over midnight."""
    first, last = _clock(did["horario_funcionamento_inicio"]), _clock(did["horario_funcionamento_fim"])
    now = local.time().replace(second=0, microsecond=0)
    if first is None or last is None or first == last:
        return _on_day(did, local.date())
    if first < last:
        return first <= now < last and _on_day(did, local.date())
    began = local.date() if now >= first else local.date() - timedelta(days=1)
    return (now >= first or now < last) and _on_day(did, began)


def _on_day(did: Document, day: date) -> bool:
    days = {number % 7 for number in did["horario_funcionamento_dias_semana"]}
    if days and day.isoweekday() % 7 not in days:
        return False
    holidays = _HOLIDAY.findall(did["horario_funcionamento_lista_feriados"])
    return not any((int(d), int(m)) == (day.day, day.month) and y in ("", str(day.year)) for d, m, y in holidays)


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def _from(records: Reader, extension: Document) -> str:
    """Return where an extension dials from: its area code, else the first line of its company, else any."""
    if extension["codigo_area"]:
        return str(extension["codigo_area"])
    line = records.find(DID, cliente_id=extension["cliente_id"]) or records.find(DID)
    return line["numero"] if line is not None and _DIGITS.fullmatch(line["numero"]) else ""


def _trunk(trunk: Document, digits: str) -> Trunk:
    dialled = trunk["insere_digitos"] + digits[trunk["qtd_digitos_cortados"] :]
    return Trunk(str(trunk["tronco_id"]), trunk["nome"], dialled)


ROUTING = Routing(forwards=forwards, incoming=incoming, outgoing=outgoing)
